//! Secrets where none belongs, and credentials that are wrong: each is refused, and none is repeated.

use super::Walk;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::Method;
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::TcpStream,
};

impl Walk {
    pub(super) fn misuse(&mut self) {
        let client = self.client("/application_administrator/token");
        let live = client.issue(&json!({"name": "misused"})).secret;
        let stranger = self.stranger();
        // What other products' secrets look like.
        let foreign = [
            format!("vdai_{}", &self.stranger()[4..]),
            format!("idt:TKN-0001-0001:{}", &self.stranger()[4..]),
            "5e884898da28047151d0e56f8dc6292773603d0d".to_owned(),
            format!("eyJhbGciOiJFZERTQSJ9.{}.{}", &self.stranger()[4..], &self.stranger()[4..]),
        ];
        foreign.iter().for_each(|secret| self.canaries.add("a foreign secret", secret));
        for secret in [&live, &stranger] {
            self.misuse_in_urls(secret);
            self.misuse_in_headers(secret);
            self.misuse_in_bodies(secret);
            self.misuse_on_the_wire(secret);
        }
        for secret in foreign {
            self.misuse_in_headers(&secret);
            client.verify(&secret).expect(200);
        }
    }

    fn misuse_in_urls(&self, secret: &str) {
        let client = self.client("/application_administrator/token");
        for path in [
            format!("/v1/tokens/{secret}"),
            format!("/v1/tokens/{secret}/usage"),
            format!("/{secret}"),
            format!("/v1/tokens?name_contains={secret}"),
            format!("/v1/tokens?cursor={secret}"),
            format!("/v1/whoami?access_token={secret}"),
            format!("/v1/unknown?{secret}"),
            format!("/v1/tokens/{}", secret.replacen('j', "%6a", 1)),
        ] {
            let answer = client.get(&path);
            assert!((400..500).contains(&answer.status), "{}: {}", answer.status, answer.text);
        }
        client.post(&format!("/v1/tokens/{secret}/rotate"), &json!({})).expect(400);
        client.delete(&format!("/v1/tokens/{secret}")).expect(400);
    }

    fn misuse_in_headers(&self, secret: &str) {
        let basic = format!("Basic {}", STANDARD.encode(format!("user:{secret}")));
        for (name, value) in [
            ("authorization", format!("Bearer {secret}x")),
            ("authorization", format!("Bearer {secret} {secret}")),
            ("authorization", format!("Token {secret}")),
            ("authorization", secret.to_owned()),
            ("authorization", basic),
            ("x-api-key", secret.to_owned()),
            ("api-key", secret.to_owned()),
            ("cookie", format!("jeton-session={secret}")),
            ("cookie", secret.to_owned()),
        ] {
            for path in ["/v1/whoami", "/v1/sessions", "/v1/tokens"] {
                let answer = self.nobody().send(Method::GET, path, &[(name, &value)], None);
                assert!([400, 401].contains(&answer.status), "{name}: {}", answer.text);
            }
        }
        let client = self.client("/application_administrator/token");
        for (name, value) in
            [("if-match", secret), ("content-type", secret), ("accept", secret), ("x-request-id", secret)]
        {
            client.send(Method::PATCH, "/v1/tokens/01a20360-34ed-76e5-9b10-5510629b6bde", &[(name, value)], None);
        }
    }

    fn misuse_in_bodies(&self, secret: &str) {
        let client = self.client("/application_administrator/token");
        let bodies = [
            json!(secret),
            json!([secret]),
            json!({ secret: 1 }),
            json!({"name": { secret: secret }}),
            json!({"name": [secret]}),
            json!({"name": "x", "owner": secret}),
            json!({"name": "x", "scopes": [format!("{secret} ")]}),
            json!({"name": "x", "scopes": secret}),
            json!({"name": "x", "networks": [secret]}),
            json!({"name": "x", "labels": { secret: "a b" }}),
            json!({"name": "x", "labels": {"a": format!("{secret} ")}}),
            json!({"name": "x", "expires_at": secret}),
            json!({"token": { secret: 1 }}),
            json!({"token": "x", "address": secret}),
            json!({"tokens": [{"token": "x", secret: 1}]}),
            json!({"link": secret, "password": secret, "email": secret}),
            json!({"email": secret, "password": secret}),
            json!({"filter": { secret: secret }}),
            json!({"filter": {"state": secret}}),
        ];
        let paths =
            ["/v1/tokens", "/v1/tokens/verify", "/v1/tokens/delete", "/v1/links/redeem", "/v1/users", "/v1/sessions"];
        let headers = [("content-type", "application/json"), ("x-jeton-request", "1")];
        let whole = bodies.iter().map(Value::to_string);
        let broken = [
            format!("{{\"name\":\"{secret}"),
            format!("{{\"{secret}\":1,\"{secret}\":2}}"),
            format!("{{\"name\":{secret}}}"),
            format!("token={secret}"),
            format!("{{\"name\":\"x\",\"{secret}\\ud800\":1}}"),
        ];
        for (body, path) in whole.chain(broken).flat_map(|body| paths.map(|path| (body.clone(), path))) {
            let answer = client.exchange(Method::POST, path, &headers, Some(body)).unwrap();
            assert!((400..500).contains(&answer.status), "{path} {}: {}", answer.status, answer.text);
        }
        client.form("/oauth2/introspect", &[("token", secret), ("token", secret)]).expect(400);
        client.form("/oauth2/introspect", &[(secret, secret)]).expect(400);
        client
            .exchange(Method::POST, "/v1/tokens", &[("content-type", "text/plain")], Some(secret.to_owned()))
            .unwrap()
            .expect(415);
    }

    /// What no library sends.
    fn misuse_on_the_wire(&mut self, secret: &str) {
        for request in [
            format!("{secret} / HTTP/1.1\r\nhost: a\r\n\r\n"),
            format!("GET / HTTP/1.1\r\nhost: {secret}/\r\n\r\n"),
            format!("GET / HTTP/1.1\r\nhost: a\r\n{secret}: 1\r\nconnection: close\r\n\r\n"),
            format!("GET / HTTP/1.1\r\nhost: a\r\nx: {secret}\rx\r\n\r\n"),
            format!(
                "GET / HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {secret}\r\nauthorization: Bearer {secret}\r\n\r\n"
            ),
            format!("GET http://{secret}/ HTTP/1.1\r\nhost: a\r\n\r\n"),
            format!("GET //{secret} HTTP/1.1\r\nhost: a\r\n\r\n"),
            format!("POST /v1/tokens HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n{secret}\r\n"),
            format!("{secret}\r\n\r\n"),
        ] {
            let mut stream = TcpStream::connect(self.server.address()).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut answer = Vec::new();
            // A reset is an answer, too.
            let _ = stream.read_to_end(&mut answer);
            self.printed.push(("an answer on the wire".to_owned(), String::from_utf8_lossy(&answer).into_owned()));
        }
    }
}
