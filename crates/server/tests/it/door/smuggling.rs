//! What can be read in two ways is refused, or ends the connection: a second request that hides in
//! the first is never answered.

use super::{
    limits, open,
    raw::{exchange, status},
    settings,
};

const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nhost: a\r\n\r\n";

#[tokio::test]
async fn a_hidden_request_is_never_answered() {
    let door = open(settings(limits())).await;
    let heads = [
        // Both framings: whoever reads the one sees another end than whoever reads the other.
        "content-length: 4\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 4\r\n",
        "content-length: 5\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n",
        // Codings that hide or repeat themselves.
        "transfer-encoding: chunked, identity\r\n",
        "transfer-encoding: xchunked\r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: x\r\n",
        "transfer-encoding : chunked\r\n",
        " transfer-encoding: chunked\r\n",
        "transfer-encoding:\x0bchunked\r\n",
        "transfer-encoding: \x00chunked\r\n",
        // Lengths that are none, or two.
        "content-length: 5\r\ncontent-length: 6\r\n",
        "content-length: 5, 6\r\n",
        "content-length: +5\r\n",
        "content-length: -1\r\n",
        "content-length: 0x5\r\n",
        "content-length: 5 5\r\n",
        "content-length: 99999999999999999999\r\n",
        "content-length : 5\r\n",
        "content-length: 5\n\rx: y\r\n",
        // Values with line ends in them, and folded lines.
        "x-folded: a\r\n b\r\n",
        "x-return: a\rb\r\n",
        "x-zero: a\x00b\r\n",
    ];
    for head in heads {
        let request = format!("POST / HTTP/1.1\r\nhost: a\r\n{head}\r\n0\r\n\r\n{HIDDEN}");
        let answer = exchange(door.address, request).await;
        let answers = answer.matches("HTTP/1.1 ").count();
        assert!(answers <= 1 && !answer.contains("/hidden"), "{head:?}: {answer}");
    }
}

#[tokio::test]
async fn malformed_chunks_end_the_connection() {
    let door = open(settings(limits())).await;
    for chunks in [
        "5\rhello\r\n0\r\n\r\n",
        "-1\r\n",
        "0x1\r\na\r\n",
        "1 \r\nab\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\n",
        "1;\nx\r\na\r\n0\r\n\r\n",
    ] {
        let request = format!("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n{chunks}{HIDDEN}");
        let answer = exchange(door.address, request).await;
        assert!(!answer.contains("/hidden") && !answer.contains(" 200 "), "{chunks:?}: {answer}");
    }
}

#[tokio::test]
async fn an_ambiguous_address_is_refused() {
    let door = open(settings(limits())).await;
    for (line, fields) in [
        ("GET / HTTP/1.1", ""),
        ("GET / HTTP/1.1", "host: a\r\nhost: b\r\n"),
        ("GET / HTTP/1.1", "host: a\r\nhost: a\r\n"),
        ("GET / HTTP/1.1", "host: a b\r\n"),
        ("GET / HTTP/1.1", "host: a/b\r\n"),
        ("GET http://b/ HTTP/1.1", "host: a\r\n"),
        ("GET //admin HTTP/1.1", "host: a\r\n"),
        ("GET /v1/../admin HTTP/1.1", "host: a\r\n"),
        ("GET /v1/%2e%2e/admin HTTP/1.1", "host: a\r\n"),
        ("GET /v1%2fadmin HTTP/1.1", "host: a\r\n"),
        ("GET /v1/%252e%252e HTTP/1.1", "host: a\r\n"),
        ("GET /v1\\admin HTTP/1.1", "host: a\r\n"),
        ("GET /%00 HTTP/1.1", "host: a\r\n"),
        ("OPTIONS * HTTP/1.1", "host: a\r\n"),
        ("GET / HTTP/1.1", "host: a\r\nauthorization: Bearer a\r\nauthorization: Bearer b\r\n"),
        ("GET / HTTP/1.1", "host: a\r\ncontent-type: text/plain\r\ncontent-type: application/json\r\n"),
    ] {
        let answer = exchange(door.address, format!("{line}\r\n{fields}connection: close\r\n\r\n")).await;
        assert_eq!(status(&answer), 400, "{line} {fields:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1);
    }
}

#[tokio::test]
async fn methods_that_reflect_or_tunnel_are_not_answered() {
    let door = open(settings(limits())).await;
    for line in ["TRACE / HTTP/1.1", "CONNECT a:443 HTTP/1.1"] {
        let answer =
            exchange(door.address, format!("{line}\r\nhost: a\r\nx-secret: 1\r\nconnection: close\r\n\r\n")).await;
        assert!([400, 405].contains(&status(&answer)), "{line}: {answer}");
        assert!(!answer.contains("x-secret"), "{line}: {answer}");
        let allow = answer.contains("\r\nallow: GET, HEAD, POST, PUT, PATCH, DELETE\r\n");
        assert_eq!(allow, status(&answer) == 405, "{line}: {answer}");
    }
}

#[tokio::test]
async fn other_protocols_are_not_spoken() {
    let door = open(settings(limits())).await;
    for bytes in [
        "GET /\r\n\r\n",
        "GET / HTTP/0.9\r\n\r\n",
        "GET / HTTP/1.2\r\nhost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\r\n\r\n",
    ] {
        let answer = exchange(door.address, bytes).await;
        assert!(!answer.contains(" 200 ") && !answer.contains("from 127"), "{bytes:?}: {answer}");
    }
}
