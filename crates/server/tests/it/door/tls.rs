//! Only TLS 1.2 and 1.3 are spoken, over HTTP/1.1 or HTTP/2, and a new certificate is used without a
//! restart while a broken one is not.

use super::{limits, open, raw::PATIENCE, settings};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName},
};
use server::{
    config::{Limits, TlsFiles},
    listen::{ListenSettings, Tls},
};
use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Writes a new certificate for `localhost`, and returns it.
fn write_certificate(directory: &Path) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(directory.join("key.pem"), signing_key.serialize_pem()).unwrap();
    std::fs::write(directory.join("chain.pem"), cert.pem()).unwrap();
    cert.der().clone()
}

fn files(directory: &Path) -> TlsFiles {
    TlsFiles { certificate: directory.join("chain.pem"), key: directory.join("key.pem") }
}

async fn open_tls(directory: &Path, limits: Limits) -> (super::Door, Arc<Tls>) {
    let tls = Arc::new(Tls::load(files(directory)).unwrap());
    let door = open(ListenSettings { tls: Some(Arc::clone(&tls)), ..settings(limits) }).await;
    (door, tls)
}

async fn connect(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    protocols: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    timeout(PATIENCE, TlsConnector::from(Arc::new(config)).connect(name, stream)).await.unwrap()
}

#[tokio::test]
async fn http_1_is_spoken_over_tls_and_is_secure() {
    let directory = tempfile::tempdir().unwrap();
    let certificate = write_certificate(directory.path());
    let (door, _) = open_tls(directory.path(), limits()).await;
    for protocols in [&[] as &[_], &["http/1.1"]] {
        let mut stream = connect(door.address, &certificate, protocols).await.unwrap();
        stream.write_all(b"GET /x HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.contains("/x from 127.0.0.1 secure"), "{answer}");
    }
}

#[tokio::test]
async fn http_2_is_spoken_where_the_client_asks_for_it() {
    let directory = tempfile::tempdir().unwrap();
    let certificate = write_certificate(directory.path());
    let (door, _) = open_tls(directory.path(), limits()).await;
    let stream = connect(door.address, &certificate, &["h2", "http/1.1"]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let get =
        |path: &str| http::Request::get(format!("https://localhost{path}")).body(Empty::<bytes::Bytes>::new()).unwrap();
    let answer = client.send_request(get("/h2")).await.unwrap().collect().await.unwrap().to_bytes();
    assert_eq!(answer, "/h2 from 127.0.0.1 secure: ");
    assert_eq!(client.send_request(get("/a/../b")).await.unwrap().status(), 400);

    // A stop lets the running stream end and then closes the connection.
    let running = tokio::spawn(client.send_request(get("/sleep")));
    sleep(Duration::from_millis(200)).await;
    door.stop.stop();
    let answer = running.await.unwrap().unwrap().collect().await.unwrap().to_bytes();
    assert_eq!(answer, "/sleep from 127.0.0.1 secure: ");
    assert_eq!(timeout(PATIENCE, door.run).await.unwrap().unwrap(), 0);
    drop(client);
    connection.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_client_without_tls_or_with_an_old_one_is_not_answered() {
    let directory = tempfile::tempdir().unwrap();
    write_certificate(directory.path());
    let (door, _) = open_tls(directory.path(), limits()).await;
    // The hello of a client that knows no more than TLS 1.1, with one cipher suite of that time.
    let old = b"\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x02________________________________\x00\x00\x02\x00\x2f\x01\x00\x00\x00";
    for hello in [old.as_slice(), b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"] {
        let mut stream = TcpStream::connect(door.address).await.unwrap();
        stream.write_all(hello).await.unwrap();
        let mut answer = Vec::new();
        let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap();
        assert!(answer.is_empty() || answer[0] == 0x15, "an alert at most: {answer:?}");
    }
    assert_eq!(door.metrics.handshakes_failed.get(), 2);
}

#[tokio::test]
async fn a_handshake_that_does_not_go_on_is_cut() {
    let directory = tempfile::tempdir().unwrap();
    write_certificate(directory.path());
    let limits = Limits { header_read_timeout: Duration::from_millis(300), ..limits() };
    let (door, _) = open_tls(directory.path(), limits).await;
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    stream.write_all(b"\x16").await.unwrap();
    let began = Instant::now();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut Vec::new())).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(2));
    assert_eq!(door.metrics.handshakes_failed.get(), 1);
}

#[tokio::test]
async fn a_new_certificate_is_used_by_itself_and_a_broken_one_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let first = write_certificate(directory.path());
    let (door, tls) = open_tls(directory.path(), limits()).await;
    assert!(connect(door.address, &first, &[]).await.is_ok());

    let second = write_certificate(directory.path());
    let began = Instant::now();
    while connect(door.address, &second, &[]).await.is_err() {
        assert!(began.elapsed() < PATIENCE, "the new certificate is used");
        sleep(Duration::from_millis(100)).await;
    }
    assert!(connect(door.address, &first, &[]).await.is_err());

    std::fs::write(directory.path().join("chain.pem"), "no certificate").unwrap();
    assert!(tls.reload().is_err());
    assert!(connect(door.address, &second, &[]).await.is_ok());
    // A certificate and a key that do not belong together, as in the middle of a replacement.
    let CertifiedKey { cert, .. } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(directory.path().join("chain.pem"), cert.pem()).unwrap();
    assert!(tls.reload().is_err());
    assert!(connect(door.address, &second, &[]).await.is_ok());
}

#[test]
fn files_that_are_no_certificate_are_refused_at_start() {
    let directory = tempfile::tempdir().unwrap();
    let error = |files| Tls::load(files).err().unwrap().to_string();
    assert!(error(files(directory.path())).contains("chain.pem cannot be read"));
    write_certificate(directory.path());
    std::fs::write(directory.path().join("chain.pem"), "").unwrap();
    assert!(error(files(directory.path())).contains("holds no certificate"));
}
