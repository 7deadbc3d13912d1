//! A request has one line with what is needed to find it, and nothing that it carried.

use super::{config, open};
use crate::door::raw::exchange;
use server::config::LogFormat;
use std::time::Duration;

const CARRIED: &str = "canary0123456789";

fn request() -> String {
    let body = format!("{{\"{CARRIED}\":\"{CARRIED}\"}}");
    let fields = format!(
        "authorization: Bearer {CARRIED}\r\ncookie: a={CARRIED}\r\nuser-agent: {CARRIED}\r\nreferer: http://{CARRIED}/\r\n"
    );
    let length = body.len();
    format!(
        "POST /echo?q={CARRIED} HTTP/1.1\r\nhost: {CARRIED}\r\nconnection: close\r\nx-forwarded-for: 192.0.2.7\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n{fields}\r\n{body}"
    )
}

#[tokio::test]
async fn a_line_says_who_what_and_how_long() {
    let around = open(config(|_| {})).await;
    let answer = exchange(around.address, request()).await;
    let id = answer.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap();
    let lines = around.lines.requests();
    assert_eq!(lines.len(), 1, "{}", around.lines.text());
    let line = &lines[0];
    assert_eq!(line["method"], "POST");
    assert_eq!(line["route"], "/echo");
    assert_eq!(line["status"], 200);
    assert_eq!(line["address"], "192.0.2.7");
    assert_eq!(line["span"]["id"], id);
    assert!(line["microseconds"].as_u64().is_some() && line["timestamp"].is_string(), "{line}");
}

#[tokio::test]
async fn nothing_that_a_request_carried_is_logged_even_at_the_finest_level() {
    for format in [LogFormat::Json, LogFormat::Text] {
        let mut config = config(|_| {});
        config.log.format = format;
        let around = open(config).await;
        exchange(around.address, request()).await;
        exchange(
            around.address,
            format!("GET /{CARRIED}?{CARRIED}={CARRIED} HTTP/1.1\r\nhost: {CARRIED}\r\nconnection: close\r\n\r\n"),
        )
        .await;
        exchange(
            around.address,
            format!("{CARRIED} /things/{CARRIED} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"),
        )
        .await;
        exchange(around.address, format!("GET /{CARRIED}// HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")).await;
        let log = around.lines.text();
        assert!(log.contains("unmatched") && log.contains("OTHER"), "{log}");
        assert!(!log.contains(CARRIED), "{log}");
    }
}

#[tokio::test]
async fn what_a_handler_logs_names_its_request() {
    let around = open(config(|limits| limits.request_timeout = Duration::from_secs(1))).await;
    let answer = exchange(around.address, "GET /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    let id = answer.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap();
    let log = around.lines.text();
    let line = log.lines().find(|line| line.contains("a line of a handler")).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(line).unwrap()["span"]["id"], id);
}

#[tokio::test]
async fn request_lines_can_be_left_out() {
    let mut config = config(|_| {});
    config.log.requests = false;
    let around = open(config).await;
    exchange(around.address, request()).await;
    assert!(around.lines.requests().is_empty(), "{}", around.lines.text());
}
