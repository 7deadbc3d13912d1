//! Slow and silent clients are cut, and busy ones are not.

use super::{limits, open, raw::Raw, settings};
use server::config::Limits;
use std::time::Duration;
use tokio::time::{interval, sleep};

fn short() -> Limits {
    Limits {
        header_read_timeout: Duration::from_secs(1),
        request_timeout: Duration::from_millis(100),
        idle_timeout: Duration::from_secs(3),
        ..limits()
    }
}

/// One byte every 100 ms for as long as the server takes them.
async fn drip(raw: &mut Raw) -> Duration {
    let (mut reading, mut writing) = raw.0.split();
    let dripping = async {
        let mut drops = interval(Duration::from_millis(100));
        loop {
            drops.tick().await;
            if tokio::io::AsyncWriteExt::write_all(&mut writing, b"x").await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    let began = tokio::time::Instant::now();
    let ended = async {
        let mut bytes = Vec::new();
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut reading, &mut bytes).await;
        assert!(bytes.is_empty(), "{}", String::from_utf8_lossy(&bytes));
    };
    tokio::select! {
        () = dripping => {}
        () = ended => {}
        () = sleep(super::raw::PATIENCE) => panic!("the connection stays open"),
    }
    began.elapsed()
}

#[tokio::test]
async fn a_dripping_header_is_cut_at_its_time() {
    let door = open(settings(short())).await;
    let mut raw = Raw::connect(door.address).await;
    raw.send("GET / HTTP/1.1\r\nhost: a\r\nx-slow: ").await;
    let took = drip(&mut raw).await;
    assert!((Duration::from_secs(1)..Duration::from_millis(2_500)).contains(&took), "{took:?}");
    assert_eq!(door.metrics.cut_head.get(), 1);
}

#[tokio::test]
async fn a_dripping_body_is_cut_at_its_time() {
    let door = open(settings(short())).await;
    let mut raw = Raw::connect(door.address).await;
    raw.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n").await;
    let took = drip(&mut raw).await;
    // 100 ms for the request, 5 s of grace for an answer, and up to two sweeps.
    assert!((Duration::from_secs(5)..Duration::from_secs(7)).contains(&took), "{took:?}");
    assert_eq!(door.metrics.cut_request.get(), 1);
}

#[tokio::test]
async fn a_silent_connection_is_cut_later_than_a_slow_header() {
    let door = open(settings(short())).await;
    let mut silent = Raw::connect(door.address).await;
    let mut kept = Raw::connect(door.address).await;
    kept.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    kept.read_answer().await;
    for raw in [&mut silent, &mut kept] {
        let (rest, _) = raw.read_to_end().await;
        assert_eq!(rest, "");
    }
    assert_eq!((door.metrics.cut_idle.get(), door.metrics.cut_head.get()), (2, 0));
}

#[tokio::test]
async fn a_pause_between_requests_is_not_a_slow_header() {
    let door = open(settings(short())).await;
    let mut raw = Raw::connect(door.address).await;
    for _ in 0..3 {
        raw.send("GET /again HTTP/1.1\r\nhost: a\r\n\r\n").await;
        assert!(raw.read_answer().await.contains("/again"));
        sleep(Duration::from_millis(1_800)).await;
    }
}

#[tokio::test]
async fn a_client_that_does_not_take_its_answer_is_cut() {
    let door = open(settings(Limits { idle_timeout: Duration::from_secs(1), ..short() })).await;
    let mut raw = Raw::connect(door.address).await;
    // The answer echoes 64 MiB, far more than the buffers of a socket hold.
    let body = "x".repeat(64 << 20);
    raw.send(format!("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n{body}", body.len())).await;
    sleep(Duration::from_millis(3_500)).await;
    assert_eq!(door.metrics.cut_idle.get(), 1);
    assert_eq!(door.metrics.open.get(), 0);
}
