//! Bodies and requests end at their limits, and the answer says which limit it was.

use super::{config, open};
use crate::door::raw::{Raw, exchange, status};
use std::time::Duration;

fn post(path: &str, content_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

#[tokio::test]
async fn a_body_may_be_as_large_as_the_limit_and_no_larger() {
    let around = open(config(|limits| limits.body_bytes = 1_024)).await;
    let body = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
    let good = exchange(around.address, post("/echo", "application/json", &body(1_024))).await;
    assert_eq!(status(&good), 200, "{good}");
    let large = exchange(around.address, post("/echo", "application/json", &body(1_025))).await;
    assert_eq!(status(&large), 413, "{large}");
    assert!(large.contains("/problems/payload-too-large"), "{large}");
    let chunks = format!("{:x}\r\n{}\r\n0\r\n\r\n", 1_025, body(1_025));
    let head = "POST /echo HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\n";
    let chunked = exchange(around.address, format!("{head}transfer-encoding: chunked\r\n\r\n{chunks}")).await;
    assert_eq!(status(&chunked), 413, "a body without a length is counted as it comes: {chunked}");
}

#[tokio::test]
async fn only_json_is_read_as_json() {
    let around = open(config(|_| {})).await;
    for good in ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""] {
        assert_eq!(status(&exchange(around.address, post("/echo", good, "{}")).await), 200, "{good}");
    }
    for wrong in
        ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "application/jsonx", ""]
    {
        let answer = exchange(around.address, post("/echo", wrong, "{}")).await;
        assert_eq!(status(&answer), 415, "{wrong}: {answer}");
    }
    let compressed = post("/echo", "application/json\r\ncontent-encoding: gzip", "{}");
    assert_eq!(status(&exchange(around.address, compressed).await), 415);
}

#[tokio::test]
async fn a_body_that_stops_is_answered_in_words() {
    let around = open(config(|limits| limits.request_timeout = Duration::from_secs(1))).await;
    let mut raw = Raw::connect(around.address).await;
    raw.send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{").await;
    let (answer, took) = raw.read_to_end().await;
    assert_eq!(status(&answer), 408, "{answer}");
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[tokio::test]
async fn an_answer_that_takes_too_long_says_whether_something_may_have_changed() {
    let around = open(config(|limits| limits.request_timeout = Duration::from_secs(1))).await;
    for (method, expected, kind) in [("GET", 503, "unavailable"), ("POST", 500, "outcome-unknown")] {
        let request = format!("{method} /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        let answer = exchange(around.address, request).await;
        assert_eq!(status(&answer), expected, "{answer}");
        assert!(answer.contains(&format!("/problems/{kind}")), "{answer}");
        assert_eq!(answer.contains("retry-after"), method == "GET", "{answer}");
    }
}
