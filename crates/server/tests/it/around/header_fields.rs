//! Every answer has safe header fields and a request id of our own, whatever answered it.

use super::{config, open};
use crate::door::raw::{exchange, status};
use std::collections::BTreeSet;

fn field<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[tokio::test]
async fn safe_fields_stand_on_every_answer() {
    let around = open(config(|_| {})).await;
    for (line, expected) in
        [("GET /things/1", 200), ("GET /nothing", 404), ("DELETE /things/1", 405), ("GET /things/1?token=x", 400)]
    {
        let request = format!("{line} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-request-id: mine\r\n\r\n");
        let answer = exchange(around.address, request).await;
        assert_eq!(status(&answer), expected, "{line}: {answer}");
        assert_eq!(field(&answer, "x-content-type-options"), Some("nosniff"));
        assert_eq!(field(&answer, "referrer-policy"), Some("no-referrer"));
        assert_eq!(field(&answer, "cache-control"), Some("no-store"));
        assert_eq!(field(&answer, "content-security-policy"), Some("default-src 'none'; frame-ancestors 'none'"));
        for absent in ["server", "x-powered-by", "strict-transport-security", "access-control-allow-origin"] {
            assert_eq!(field(&answer, absent), None, "{line}: {absent}");
        }
        assert_ne!(field(&answer, "x-request-id"), Some("mine"), "no id is taken from outside");
    }
}

#[tokio::test]
async fn request_ids_are_new_each_time() {
    let around = open(config(|_| {})).await;
    let mut ids = BTreeSet::new();
    for _ in 0..5 {
        let answer = exchange(around.address, "GET /things/1 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
        let id = uuid::Uuid::parse_str(field(&answer, "x-request-id").unwrap()).unwrap();
        assert_eq!(id.get_version_num(), 7);
        ids.insert(id);
    }
    assert_eq!(ids.len(), 5);
}

#[tokio::test]
async fn browsers_are_told_to_stay_with_tls_only_over_tls() {
    let around = open(config(|_| {})).await;
    let request = "GET /things/1 HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-forwarded-proto: https\r\n\r\n";
    let answer = exchange(around.address, request).await;
    assert_eq!(field(&answer, "strict-transport-security"), Some("max-age=31536000"));
}

#[tokio::test]
async fn a_page_keeps_a_policy_of_its_own() {
    let around = open(config(|_| {})).await;
    let answer = exchange(around.address, "GET /page HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert_eq!(field(&answer, "content-security-policy"), Some("default-src 'self'"));
    assert_eq!(answer.matches("content-security-policy").count(), 1);
}

#[tokio::test]
async fn other_origins_are_not_let_in() {
    let around = open(config(|_| {})).await;
    let fields =
        "host: a\r\norigin: https://evil.example\r\naccess-control-request-method: GET\r\nconnection: close\r\n";
    for method in ["OPTIONS", "GET"] {
        let answer = exchange(around.address, format!("{method} /things/1 HTTP/1.1\r\n{fields}\r\n")).await;
        assert!(!answer.to_ascii_lowercase().contains("access-control-"), "{answer}");
    }
}
