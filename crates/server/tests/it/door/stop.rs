//! A stop lets running requests end, closes idle connections at once, and cuts what does not end in
//! time.

use super::{
    limits, open,
    raw::{Raw, status},
    settings,
};
use server::config::Limits;
use std::time::Duration;
use tokio::{net::TcpStream, time::Instant, time::sleep};

#[tokio::test]
async fn a_running_request_is_answered_and_nothing_new_is_accepted() {
    let door = open(settings(limits())).await;
    let mut idle = Raw::connect(door.address).await;
    idle.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    idle.read_answer().await;
    let mut silent = Raw::connect(door.address).await;
    let mut running = Raw::connect(door.address).await;
    running.send("GET /sleep HTTP/1.1\r\nhost: a\r\n\r\n").await;
    sleep(Duration::from_millis(200)).await;

    let began = Instant::now();
    door.stop.stop();
    assert_eq!(idle.read_to_end().await.0, "");
    assert_eq!(silent.read_to_end().await.0, "");
    assert!(began.elapsed() < Duration::from_millis(500), "idle connections end at once");
    assert!(TcpStream::connect(door.address).await.is_err(), "nothing new is accepted");

    let (answer, _) = running.read_to_end().await;
    assert_eq!(status(&answer), 200);
    assert!(answer.contains("/sleep from"), "{answer}");
    assert_eq!(door.run.await.unwrap(), 0);
}

#[tokio::test]
async fn what_does_not_end_in_time_is_cut() {
    let door = open(settings(Limits { stop_timeout: Duration::from_millis(300), ..limits() })).await;
    let mut running = Raw::connect(door.address).await;
    running.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n").await;
    sleep(Duration::from_millis(200)).await;
    door.stop.stop();
    let began = Instant::now();
    assert_eq!(door.run.await.unwrap(), 1);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(running.read_to_end().await.0, "");
    assert_eq!(door.metrics.open.get(), 0);
}
