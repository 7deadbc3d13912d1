//! No more connections than allowed are open, in all and from one address.

use super::{
    limits, open,
    raw::{Raw, status},
    settings,
};
use server::config::Limits;

const REQUEST: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

#[tokio::test]
async fn the_connection_after_the_last_is_turned_away_until_one_ends() {
    let door = open(settings(Limits { connections: 3, ..limits() })).await;
    let mut taken = Vec::new();
    for _ in 0..3 {
        let mut raw = Raw::connect(door.address).await;
        raw.send(REQUEST).await;
        raw.read_answer().await;
        taken.push(raw);
    }
    let (answer, _) = Raw::connect(door.address).await.read_to_end().await;
    assert_eq!(status(&answer), 503);
    assert!(answer.contains("retry-after: 1"));
    assert_eq!(door.metrics.refused_total.get(), 1);

    drop(taken.pop());
    while door.metrics.open.get() > 2 {
        tokio::task::yield_now().await;
    }
    let mut raw = Raw::connect(door.address).await;
    raw.send(REQUEST).await;
    assert_eq!(status(&raw.read_answer().await), 200);
}

#[tokio::test]
async fn one_address_does_not_take_the_room_of_others() {
    let door = open(settings(Limits { connections: 10, connections_per_address: 2, ..limits() })).await;
    let mut taken = [Raw::connect(door.address).await, Raw::connect(door.address).await];
    for raw in &mut taken {
        raw.send(REQUEST).await;
        raw.read_answer().await;
    }
    assert_eq!(status(&Raw::connect(door.address).await.read_to_end().await.0), 503);
    assert_eq!(door.metrics.refused_address.get(), 1);

    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut other = Raw(socket.connect(door.address).await.unwrap());
    other.send(REQUEST).await;
    assert!(other.read_answer().await.contains("from 127.0.0.2"));
}

#[tokio::test]
async fn proxies_are_not_counted_as_one_address() {
    let limits = Limits { connections: 10, connections_per_address: 1, ..limits() };
    let door =
        open(server::listen::ListenSettings { proxies: vec!["127.0.0.1/32".parse().unwrap()], ..settings(limits) })
            .await;
    let mut taken = Vec::new();
    for _ in 0..5 {
        let mut raw = Raw::connect(door.address).await;
        raw.send(REQUEST).await;
        assert_eq!(status(&raw.read_answer().await), 200);
        taken.push(raw);
    }
}
