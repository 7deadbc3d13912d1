//! Answers that are written piece by piece while they are read, so that memory never holds all of them.

use bytes::Bytes;
use http_body::Frame;
use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{sync::mpsc, time::timeout};

/// How many pieces may wait for a slow reader.
const WAITING: usize = 2;
/// How long a piece may wait for him.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why an answer ended before its end: the connection ends with it, which tells the client.
#[derive(Debug, thiserror::Error)]
#[error("a streamed answer was cut short")]
pub struct Cut;

/// What arrives from a [`Pen`], as a body that ends with [`Cut`] unless the pen came to the end.
pub struct Pieces {
    receiver: mpsc::Receiver<Bytes>,
    whole: Arc<AtomicBool>,
}

/// What an answer is written with.
pub struct Pen {
    sender: mpsc::Sender<Bytes>,
    whole: Arc<AtomicBool>,
}

/// A pen, and the body that shows what it writes.
pub fn channel() -> (Pen, Pieces) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let whole = Arc::new(AtomicBool::new(false));
    (Pen { sender, whole: Arc::clone(&whole) }, Pieces { receiver, whole })
}

impl Pen {
    /// Writes a piece; false when nobody reads any more.
    pub async fn write(&self, piece: String) -> bool {
        let Ok(sent) = timeout(PATIENCE, self.sender.send(Bytes::from(piece))).await else {
            tracing::info!("a streamed answer was cut short: nobody read it");
            return false;
        };
        sent.is_ok()
    }

    /// Says that nothing is missing.
    pub fn finish(self) {
        self.whole.store(true, Ordering::Release);
    }
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        self.receiver.poll_recv(context).map(|piece| match piece {
            Some(piece) => Some(Ok(Frame::data(piece))),
            None if self.whole.load(Ordering::Acquire) => None,
            None => Some(Err(Cut)),
        })
    }
}
