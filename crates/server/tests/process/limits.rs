//! Slow, greedy and ambiguous clients harm nobody else: they are cut or refused by the server as it is
//! shipped, while others are served (S-56, S-57). What each limit does by itself is shown with the
//! listener's own tests.

use crate::{
    client::Client,
    installation::{Installation, Server},
    program::PATIENCE,
};
use serde_json::json;
use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    thread::{self, sleep},
    time::{Duration, Instant},
};

const SLOW: usize = 200;

/// Verifies one after the other until the time is over; answers with how many there were.
fn verify_for(client: &Client, secret: &str, time: Duration) -> usize {
    let began = Instant::now();
    let mut count = 0;
    while began.elapsed() < time {
        client.expect_active(secret);
        count += 1;
    }
    count
}

fn connect(server: &Server, beginning: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(beginning.as_bytes()).unwrap();
    stream
}

/// True when the server has closed the connection, after whatever it had to say.
fn is_cut(stream: &mut TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let mut bytes = [0; 4_096];
    loop {
        match stream.read(&mut bytes) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != ErrorKind::WouldBlock,
        }
    }
}

#[test]
fn slow_clients_are_cut_and_hold_nobody_up() {
    let installation = Installation::new();
    let flags = ["--limits-header-read-timeout-seconds", "2", "--limits-request-timeout-seconds", "2"];
    let server = installation
        .start_with(&[flags.as_slice(), &["--limits-idle-timeout-seconds", "3", "--log-level", "warn"]].concat());
    let client = installation.administrator(&server);
    let secret = client.issue(&json!({"name": "served meanwhile"})).secret;
    let alone = verify_for(&client, &secret, Duration::from_millis(500));
    let began = Instant::now();
    let beginnings = [
        "POST /v1/tokens HTTP/1.1\r\nhost: a\r\nx-slow: ",
        "POST /v1/tokens/verify HTTP/1.1\r\nhost: a\r\ncontent-length: 60000\r\n\r\n{",
        "POST /v1/tokens HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n",
        "",
    ];
    let mut slow: Vec<_> = (0..SLOW).map(|number| connect(&server, beginnings[number % beginnings.len()])).collect();
    let mut cut = 0;
    while !slow.is_empty() {
        assert!(began.elapsed() < PATIENCE, "{} slow connections are left", slow.len());
        client.expect_active(&secret);
        slow.retain_mut(|stream| {
            // A byte now and then; the one who says nothing at all stays silent.
            let _ = stream.set_nonblocking(true);
            if cut % 4 != 3 {
                let _ = stream.write(b"x");
            }
            let is_cut = is_cut(stream);
            cut += usize::from(is_cut);
            !is_cut
        });
        sleep(Duration::from_millis(50));
    }
    assert_eq!(cut, SLOW);
    let meanwhile = verify_for(&client, &secret, Duration::from_millis(500));
    println!(
        "{alone} verdicts in half a second alone, {meanwhile} afterwards; all were cut after {:?}",
        began.elapsed()
    );
    client.get("/readyz").expect(200);
}

#[test]
fn one_address_cannot_take_every_connection() {
    let installation = Installation::new();
    let server = installation.start_with(&["--limits-connections", "30", "--limits-connections-per-address", "20"]);
    let client = installation.administrator(&server);
    client.get("/readyz").expect(200);
    // The client's own connection is one of them.
    let mut open: Vec<_> = (0..60).map(|_| connect(&server, "")).collect();
    let began = Instant::now();
    loop {
        open.retain_mut(|stream| !is_cut(stream));
        if open.len() < 20 {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "{} are open", open.len());
        sleep(Duration::from_millis(10));
    }
    sleep(Duration::from_millis(200));
    open.retain_mut(|stream| !is_cut(stream));
    assert_eq!(open.len(), 19);
    // Whoever is connected already is served, and room that was given back is given again.
    client.get("/readyz").expect(200);
    open.clear();
    let began = Instant::now();
    while server.client().try_send(http::Method::GET, "/readyz", &[], None).map_or(0, |answer| answer.status) != 200 {
        assert!(began.elapsed() < PATIENCE, "there is room again");
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn greedy_requests_are_refused() {
    let installation = Installation::new();
    let server = installation.start();
    let client = installation.administrator(&server);
    let big = "x".repeat(70_000);
    client.post("/v1/tokens", &json!({"name": "x", "description": big})).expect(413);
    // The server does not wait for what it will not read, so the client may find the connection closed.
    let huge = json!({"token": "x".repeat(3 << 20)});
    let refused = client.try_send(http::Method::POST, "/v1/tokens/verify", &[], Some(&huge));
    assert!(refused.map_or(413, |answer| answer.status) == 413);
    let many: Vec<_> = (0..1_001).map(|_| json!({"token": "x"})).collect();
    client.post("/v1/tokens/verify", &json!({"tokens": many})).expect(400);
    client.get("/v1/tokens?limit=201").expect(400);
    let value = "x".repeat(20_000);
    client.send(http::Method::GET, "/v1/whoami", &[("x-long", &value)], None).expect(431);
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let headers = [("content-type", "application/json")];
    client.exchange(http::Method::POST, "/v1/tokens", &headers, Some(deep)).unwrap().expect(400);
}

/// Reads one answer with a `content-length`.
fn read_answer(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut bytes = Vec::new();
    loop {
        let mut byte = [0];
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "cut after {:?}", String::from_utf8_lossy(&bytes));
        bytes.push(byte[0]);
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
            if body.len() >= length.parse().unwrap() {
                return text.into_owned();
            }
        }
    }
}

#[test]
fn an_answer_before_the_body_leaves_the_connection_good_or_says_that_it_ends() {
    let installation = Installation::new();
    let server = installation.start();
    let heads = [
        ("POST /v1/tokens", "", 401),
        ("POST /v1/unknown", "", 404),
        ("PUT /v1/tokens", "", 405),
        ("POST /v1/tokens", "content-type: text/plain\r\n", 401),
        ("POST /v1/tokens/verify", "", 401),
    ];
    for (line, fields, status) in heads {
        // Many clients send head and body apart, and use the connection again.
        let mut stream = connect(&server, "");
        for _ in 0..3 {
            let head = format!("{line} HTTP/1.1\r\nhost: a\r\n{fields}content-length: 20\r\n\r\n");
            stream.write_all(head.as_bytes()).unwrap();
            sleep(Duration::from_millis(20));
            stream.write_all(b"{\"name\":\"much later\"").unwrap();
            let answer = read_answer(&mut stream);
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: {answer}");
            assert!(!answer.contains("connection: close"), "{line}: {answer}");
        }
        // What is too much, or never comes, or waits for leave, ends the connection, and the answer says so.
        for fields in [
            "content-length: 100000000\r\n",
            "content-length: 10\r\n",
            "content-length: 10\r\nexpect: 100-continue\r\n",
        ] {
            if line.ends_with("verify") && !fields.contains("100000000") {
                continue;
            }
            let answer = exchange(server.address(), &format!("{line} HTTP/1.1\r\nhost: a\r\n{fields}\r\n"));
            assert!(answer.contains("connection: close"), "{line} {fields}: {answer}");
            assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{line} {fields}: {answer}");
        }
    }
}

/// Sends bytes and reads until the server closes the connection, or waits for more.
fn exchange(address: &str, bytes: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    // The server may refuse and close before it has read everything.
    let _ = stream.write_all(bytes.as_bytes());
    stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    let mut answer = Vec::new();
    // A reset and a wait for more are ends like any other here.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_delete_that_hides_in_another_request_is_not_obeyed() {
    let installation = Installation::new();
    let server = installation.start_with(&["--log-level", "warn"]);
    let client = installation.administrator(&server);
    let token = client.issue(&json!({"name": "the aim"}));
    let authorization = format!("authorization: Bearer {}\r\n", installation.token);
    let hidden = format!("DELETE /v1/tokens/{} HTTP/1.1\r\nhost: a\r\n{authorization}\r\n", token.id);
    let corpus = [
        ("/v1/tokens/verify", "content-length: 4\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n"),
        ("/v1/tokens", "transfer-encoding: chunked\r\ncontent-length: 4\r\n", "0\r\n\r\n"),
        ("/v1/tokens", "transfer-encoding: chunked, identity\r\n", "0\r\n\r\n"),
        ("/v1/tokens/verify", "transfer-encoding: xchunked\r\n", "0\r\n\r\n"),
        ("/v1/tokens", "transfer-encoding:\x0bchunked\r\n", "0\r\n\r\n"),
        ("/v1/tokens", "content-length: 0\r\ncontent-length: 200\r\n", ""),
        ("/v1/tokens/verify", "content-length: 0, 0\r\n", ""),
        ("/v1/tokens/verify", "content-length: +0\r\n", ""),
        ("/v1/tokens", "content-length : 0\r\n", ""),
        ("/v1/tokens", "x: a\r\n content-length: 0\r\n", ""),
        ("/v1/tokens", "transfer-encoding: chunked\r\n", "0\r\nx: a\rb\r\n\r\n"),
        ("/v1/tokens/verify", "transfer-encoding: chunked\r\n", "fffffffffffffffff\r\n"),
        ("/v1/tokens/verify", "transfer-encoding: chunked\r\n", "1 ;\nx\r\n{\r\n0\r\n\r\n"),
        (
            "/v1/tokens/verify",
            "upgrade: h2c\r\nconnection: upgrade, http2-settings\r\nhttp2-settings: AAMAAABkAAQAAP__\r\ncontent-length: 200\r\n",
            "",
        ),
    ];
    thread::scope(|scope| {
        for (path, head, body) in corpus {
            let request = format!(
                "POST {path} HTTP/1.1\r\nhost: a\r\n{authorization}content-type: application/json\r\n{head}\r\n{body}{hidden}"
            );
            let address = server.address();
            scope.spawn(move || {
                let answer = exchange(address, &request);
                let answers = answer.matches("HTTP/1.1 ").count();
                assert!(answers <= 1 && !answer.contains(" 204 "), "{head:?} {body:?}: {answer}");
            });
        }
    });
    client.expect_active(&token.secret);
    // The same request in the open is obeyed: the corpus had something to hide.
    assert!(exchange(server.address(), &hidden).starts_with("HTTP/1.1 204 "));
    client.expect_refused(&token.secret, "deleted");
}
