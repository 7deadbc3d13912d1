//! An oversize header is refused, and one within the limit is not.

use super::{
    limits, open,
    raw::{exchange, status},
    settings,
};

#[tokio::test]
async fn a_header_may_be_as_large_as_the_limit_and_no_larger() {
    let door = open(settings(limits())).await;
    let request = |filling: usize| {
        format!("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-large: {}\r\n\r\n", "x".repeat(filling))
    };
    let around = request(0).len();
    assert_eq!(status(&exchange(door.address, request(16_384 - around)).await), 200);
    assert_eq!(status(&exchange(door.address, request(16_385 - around)).await), 431);
    let answer = exchange(door.address, request(300_000)).await;
    assert!(answer.is_empty() || status(&answer) == 431, "{answer}");
}

#[tokio::test]
async fn a_crowd_of_small_fields_is_refused() {
    let door = open(settings(limits())).await;
    let request = |fields: usize| {
        let fields = (0..fields).fold(String::new(), |all, number| all + &format!("x-{number}: 1\r\n"));
        format!("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{fields}\r\n")
    };
    assert_eq!(status(&exchange(door.address, request(90)).await), 200);
    assert_eq!(status(&exchange(door.address, request(200)).await), 431);
}
