//! Only proxies are believed about the client's address and about TLS.

use super::{
    limits, open,
    raw::{exchange, status},
    settings,
};
use server::listen::ListenSettings;

fn request(fields: &str) -> String {
    format!("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{fields}\r\n")
}

#[tokio::test]
async fn a_client_cannot_forge_its_address() {
    let door = open(settings(limits())).await;
    let forged = "x-forwarded-for: 192.0.2.1\r\nx-forwarded-proto: https\r\nforwarded: for=192.0.2.1\r\nx-real-ip: 192.0.2.1\r\n";
    let answer = exchange(door.address, request(forged)).await;
    assert!(answer.ends_with("/ from 127.0.0.1 plain: "), "{answer}");
}

#[tokio::test]
async fn a_proxy_says_who_asks_and_a_client_behind_it_cannot_forge_it() {
    let proxies = vec!["127.0.0.1/32".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
    let door = open(ListenSettings { proxies, ..settings(limits()) }).await;
    for (fields, seen) in [
        ("x-forwarded-for: 192.0.2.1\r\nx-forwarded-proto: https\r\n", "192.0.2.1 secure"),
        ("x-forwarded-for: 203.0.113.66, 192.0.2.1\r\n", "192.0.2.1 plain"),
        ("x-forwarded-for: 203.0.113.66\r\nx-forwarded-for: 192.0.2.1, 10.1.2.3\r\n", "192.0.2.1 plain"),
        ("", "127.0.0.1 plain"),
    ] {
        let answer = exchange(door.address, request(fields)).await;
        assert!(answer.contains(&format!("from {seen}:")), "{fields:?}: {answer}");
    }
    let answer = exchange(door.address, request("x-forwarded-for: unknown\r\n")).await;
    assert_eq!(status(&answer), 400);
    assert!(answer.contains("/problems/malformed-request"), "{answer}");
}
