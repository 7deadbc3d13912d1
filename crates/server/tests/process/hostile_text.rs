//! No text from outside forges or breaks a line: of the log in either form, or of what the commands
//! print (S-47).

use crate::{
    client::Client,
    installation::{Installation, Server},
    run::Ran,
};
use http::Method;
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::TcpStream,
};

/// Line ends, terminal commands, text direction, and an end of the text for careless readers.
const HOSTILE: [&str; 10] = [
    "a\r\n2026-11-22T00:00:00Z ERROR forged",
    "a\nforged",
    "a\rforged",
    "a\u{1b}[2J\u{1b}[31mforged",
    "a\u{9b}31mforged",
    "a\u{202e}degrof",
    "a\u{2066}degrof\u{2069}",
    "a\u{2028}forged",
    "a\u{85}forged",
    "a\u{0}forged\u{7}\u{8}",
];

/// Every text field of every body, with the rest of a body that makes it meaningful.
fn bodies(text: &str) -> Vec<(&'static str, Value)> {
    let token = |more: Value| {
        let mut body = json!({"name": "hostile"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ("/v1/tokens", body)
    };
    vec![
        token(json!({ "name": text })),
        token(json!({ "description": text })),
        token(json!({ "owner": text })),
        token(json!({ "scopes": [text] })),
        token(json!({ "networks": [text] })),
        token(json!({ "labels": { text: "a" } })),
        token(json!({ "labels": { "a": text } })),
        token(json!({ "expires_at": text })),
        token(json!({ text: 1 })),
        ("/v1/tokens/verify", json!({ "token": text })),
        ("/v1/tokens/verify", json!({ "token": "x", "scope": text })),
        ("/v1/tokens/verify", json!({ "token": "x", "address": text })),
        ("/v1/tokens/delete", json!({ "filter": { "name_contains": text } })),
        ("/v1/tokens/delete", json!({ "filter": { "name_contains": "nothing" }, "reason": text })),
        ("/v1/tokens/revoke-by-secret", json!({ "token": text, "reason": text })),
        ("/v1/organisations", json!({ "name": text })),
        ("/v1/users", json!({ "name": text, "email": "a@b.example" })),
        ("/v1/users", json!({ "name": "a", "email": format!("{text}@b.example") })),
        ("/v1/users", json!({ "name": "a", "email": "a@b.example", "role": text })),
        ("/v1/service-accounts", json!({ "name": text })),
        ("/v1/links/redeem", json!({ "link": text, "password": text })),
        ("/v1/sessions", json!({ "email": text, "password": text })),
    ]
}

fn send_everywhere(server: &Server, client: &Client, secret: &str) {
    for text in HOSTILE {
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for (path, body) in bodies(text) {
            let headers = [("x-jeton-request", "1"), ("idempotency-key", "hostile")];
            let answer = client.send(Method::POST, path, &headers, Some(&body));
            assert!(answer.status < 500, "{path} {}: {}", answer.status, answer.text);
        }
        for path in [
            format!("/{encoded}"),
            format!("/v1/tokens/{encoded}"),
            format!("/v1/tokens?name_contains={encoded}"),
            format!("/v1/tokens?{encoded}=1"),
            format!("/v1/journal?kind={encoded}"),
        ] {
            let answer = client.get(&path);
            assert!((200..500).contains(&answer.status), "{path} {}: {}", answer.status, answer.text);
        }
        // The one text of a caller that is kept although nobody checks its form.
        client.post("/v1/tokens/verify", &json!({"token": secret, "user_agent": text})).expect(200);
        for name in ["user-agent", "x-request-id", "x-forwarded-for", "idempotency-key", "origin", "x"] {
            let mut stream = TcpStream::connect(server.address()).unwrap();
            let token = client.token();
            let head =
                format!("GET /v1/whoami HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer {token}");
            // Most of these are no header at all; the server says so or takes the bytes as they are.
            stream.write_all(format!("{head}\r\n{name}: {text}\r\n\r\n").as_bytes()).unwrap();
            let _ = stream.read_to_end(&mut Vec::new());
        }
    }
}

fn is_hostile(character: char) -> bool {
    character.is_control()
        || ('\u{2028}'..='\u{202e}').contains(&character)
        || ('\u{2066}'..='\u{2069}').contains(&character)
}

/// Every line is one line of the log, and nothing in it can command a terminal.
#[track_caller]
fn expect_log(text: &str, is_line: impl Fn(&str) -> bool) {
    assert!(text.lines().count() > 100, "there is a log: {text}");
    for line in text.split_terminator('\n') {
        assert!(!line.contains(is_hostile), "{line:?}");
        assert!(is_line(line), "{line:?}");
    }
}

fn is_text_line(line: &str) -> bool {
    let (time, rest) = line.split_once(' ').unwrap_or_default();
    let level = rest.trim_start().split(' ').next().unwrap_or_default();
    time.len() == 27 && time.ends_with('Z') && ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"].contains(&level)
}

#[test]
fn no_text_breaks_a_line_of_the_log() {
    for (form, is_line) in [("json", is_json_line as fn(&str) -> bool), ("text", is_text_line)] {
        let installation = Installation::new();
        let mut server = installation.start_with(&["--log-level", "trace", "--log-format", form]);
        let client = installation.administrator(&server);
        let token = client.issue(&json!({"name": "walked"}));
        send_everywhere(&server, &client, &token.secret);
        assert!(server.stop().success());
        expect_log(&server.err(), is_line);
        assert_eq!(server.out().lines().count(), 1, "{}", server.out());
    }
}

fn is_json_line(line: &str) -> bool {
    serde_json::from_str::<Value>(line).is_ok_and(|line| line.is_object())
}

#[test]
fn no_text_breaks_a_line_of_the_commands() {
    let installation = Installation::new();
    let mut server = installation.start();
    let token = installation.administrator(&server).issue(&json!({"name": "walked", "description": "one\ntwo"}));
    for text in HOSTILE {
        let client = installation.administrator(&server);
        client.post("/v1/tokens/verify", &json!({"token": token.secret, "user_agent": text})).expect(200);
        // Uses are written when the server stops.
        assert!(server.stop().success());
        server = installation.start();
        for arguments in [&["token", "list", "--wide"] as &[&str], &["token", "show", &token.id], &["journal", "tail"]]
        {
            let mut command = installation.home.command();
            command.env("JETON_URL", &server.url).env("JETON_TOKEN", &installation.token);
            let ran = Ran::of(command.args(arguments), "").expect(0);
            let lines = ran.out.split_terminator('\n');
            assert!(lines.clone().all(|line| !line.contains(is_hostile)), "{arguments:?}: {:?}", ran.out);
            assert!(lines.clone().all(|line| !line.starts_with("forged")), "{arguments:?}: {:?}", ran.out);
        }
    }
}
