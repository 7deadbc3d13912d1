//! A client that sends exactly the bytes it is told to.

use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout},
};

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// One raw connection.
pub(crate) struct Raw(pub(super) TcpStream);

impl Raw {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap())
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Everything until the server closes the connection, and how long that took.
    pub(crate) async fn read_to_end(&mut self) -> (String, Duration) {
        let began = Instant::now();
        let mut bytes = Vec::new();
        // A reset is an end like any other here.
        let _ = timeout(PATIENCE, self.0.read_to_end(&mut bytes)).await.expect("the server closes the connection");
        (String::from_utf8_lossy(&bytes).into_owned(), began.elapsed())
    }

    /// One answer with a `content-length`, its connection left open.
    pub(crate) async fn read_answer(&mut self) -> String {
        let mut bytes = Vec::new();
        let answer = async {
            loop {
                let mut byte = [0];
                assert_eq!(self.0.read(&mut byte).await.unwrap(), 1, "cut after {:?}", String::from_utf8_lossy(&bytes));
                bytes.push(byte[0]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                if let Some((head, body)) = text.split_once("\r\n\r\n") {
                    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
                    if body.len() >= length.parse().unwrap() {
                        return text;
                    }
                }
            }
        };
        timeout(PATIENCE, answer).await.expect("an answer comes")
    }
}

/// Sends one request and reads until the end; the request should ask to close.
pub(crate) async fn exchange(address: SocketAddr, bytes: impl AsRef<[u8]>) -> String {
    let mut raw = Raw::connect(address).await;
    raw.send(bytes).await;
    raw.read_to_end().await.0
}

/// The status of an answer.
pub(crate) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no answer: {answer:?}"))
}
