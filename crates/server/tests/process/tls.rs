//! The server speaks TLS by itself, end to end, and takes a new certificate without a restart; plain
//! HTTP stays on this host (S-52).

use crate::{client::Client, installation::Installation, program::PATIENCE, run::Ran};
use http::Method;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustix::process::Signal;
use serde_json::json;
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    thread::sleep,
    time::{Duration, Instant},
};

/// Writes a new certificate for this host, and returns it.
fn certificate(installation: &Installation) -> Vec<u8> {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    installation.home.write("key.pem", &signing_key.serialize_pem());
    installation.home.write("chain.pem", &cert.pem());
    cert.der().to_vec()
}

const TLS: [&str; 4] = ["--tls-cert", "chain.pem", "--tls-key", "key.pem"];

#[test]
fn the_whole_way_is_tls() {
    let installation = Installation::new();
    let trusted = certificate(&installation);
    let server = installation.start_with(&TLS);
    assert!(server.url.starts_with("https://127.0.0.1:"), "{}", server.url);
    let client = Client::new(&server.url, Some(&trusted)).with(&installation.token);
    let token = client.issue(&json!({"name": "over TLS"}));
    client.expect_active(&token.secret);
    client.delete(&format!("/v1/tokens/{}", token.id)).expect(204);
    client.expect_refused(&token.secret, "deleted");
    let whoami = client.get("/v1/whoami").expect(200);
    assert_eq!(whoami.header("strict-transport-security"), "max-age=31536000");
    // Whoever does not trust the certificate, and whoever speaks plain HTTP, gets no answer.
    let request = |client: Client| client.try_send(Method::GET, "/healthz", &[], None);
    assert!(request(Client::new(&server.url, None)).is_err());
    let mut plain = TcpStream::connect(server.address()).unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&answer));
    // The command line trusts what the system does.
    let mut command = installation.home.command();
    command.env("JETON_URL", &server.url).env("JETON_TOKEN", &installation.token);
    command.env("SSL_CERT_FILE", installation.home.file("chain.pem"));
    assert!(Ran::of(command.arg("whoami"), "").expect(0).out.contains("Administrator"));
}

#[test]
fn a_session_over_tls_is_for_this_host_and_tls_alone() {
    let installation = Installation::new();
    let trusted = certificate(&installation);
    let server = installation.start_with(&TLS);
    let client = Client::new(&server.url, Some(&trusted));
    let administrator = client.with(&installation.token);
    let user = json!({"name": "Eve", "email": "eve@example.com"});
    let link =
        administrator.post("/v1/users", &user).expect(201).json()["invitation"]["link"].as_str().unwrap().to_owned();
    assert!(link.starts_with("https://localhost:"), "{link}");
    let password = "a passphrase of some length";
    client.post("/v1/links/redeem", &json!({"link": link, "password": password})).expect(204);
    let body = json!({"email": "eve@example.com", "password": password});
    let opened = client.send(Method::POST, "/v1/sessions", &[("x-jeton-request", "1")], Some(&body)).expect(201);
    let cookie = opened.header("set-cookie");
    assert!(cookie.starts_with("__Host-jeton-session="), "{cookie}");
    for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Strict", "; Secure"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
}

#[test]
fn a_new_certificate_is_taken_without_a_restart_and_a_broken_one_is_not() {
    let installation = Installation::new();
    let first = certificate(&installation);
    let mut server = installation.start_with(&TLS);
    let works =
        |trusted: &[u8]| Client::new(&server.url, Some(trusted)).try_send(Method::GET, "/healthz", &[], None).is_ok();
    assert!(works(&first));
    let kept = Client::new(&server.url, Some(&first));
    kept.get("/healthz").expect(200);
    let wait_until_taken = |trusted: &[u8]| {
        let began = Instant::now();
        while !works(trusted) {
            assert!(began.elapsed() < PATIENCE, "the new certificate is taken");
            sleep(Duration::from_millis(50));
        }
    };
    // By itself, within seconds.
    let second = certificate(&installation);
    wait_until_taken(&second);
    assert!(!works(&first));
    // Connections from before go on.
    kept.get("/healthz").expect(200);
    // At once, when asked.
    let third = certificate(&installation);
    server.signal(Signal::HUP);
    wait_until_taken(&third);
    // What cannot be used is said, and not used.
    fs::write(installation.home.file("chain.pem"), "no certificate").unwrap();
    server.signal(Signal::HUP);
    server.wait_for_err("the new certificate is not used");
    assert!(works(&third));
    assert!(server.stop().success());
}

#[test]
fn what_would_leave_the_host_in_plain_is_refused_at_start() {
    let installation = Installation::new();
    certificate(&installation);
    for (flags, place) in [
        (&["--listen", "0.0.0.0:0"] as &[&str], "--listen"),
        (&["--listen", "[::]:0"], "--listen"),
        (&["--listen", "192.0.2.1:80"], "--listen"),
        (&["--behind-proxy", "0.0.0.0/0", "--public-url", "https://jeton.example"], "--behind-proxy"),
        (&["--metrics-listen", "0.0.0.0:0"], "--metrics-listen"),
        (&["--public-url", "http://jeton.example"], "--public-url"),
        (&["--tls-cert", "chain.pem"], "--tls-key"),
    ] {
        let ran = installation.fail_to_start(flags).expect(2);
        assert!(ran.err.contains(place), "{flags:?}: {}", ran.err);
        assert!(!installation.data().exists(), "{flags:?}: nothing is made");
    }
    fs::write(installation.home.file("chain.pem"), "no certificate").unwrap();
    let ran = installation.fail_to_start(&TLS).expect(1);
    assert!(ran.err.contains("chain.pem"), "{}", ran.err);
    let check = [&["config", "check"], TLS.as_slice()].concat();
    let ran = installation.run(&check).expect(2);
    assert!(ran.err.contains("chain.pem"), "{}", ran.err);
    certificate(&installation);
    installation.run(&check).expect(0);
}

#[test]
fn with_tls_it_may_listen_everywhere() {
    let installation = Installation::new();
    let trusted = certificate(&installation);
    let server = installation
        .start_with(&[TLS.as_slice(), &["--listen", "0.0.0.0:0", "--public-url", "https://jeton.example"]].concat());
    let port = server.url.rsplit(':').next().unwrap();
    Client::new(&format!("https://127.0.0.1:{port}"), Some(&trusted)).get("/readyz").expect(200);
}
