//! What one connection is doing, noted as it happens and without asking a clock.
//!
//! The library's own timer is made anew for each request and counts the pause before it as part of
//! the header. So a connection only counts its steps, and one sweep over all connections, twice a
//! second, looks for those that took none for too long.

use parking_lot::Mutex;
use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    task::{Context, Poll, Waker, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What a connection waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The rest of a header that has begun.
    Head,
    /// The end of a request: its body, or its answer.
    Request,
    /// Nothing, or the client's taking of the last answer.
    Idle,
}

/// The steps of one connection. The orderings are relaxed because the sweep only compares counts.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    steps: AtomicU32,
    running: AtomicU32,
    in_head: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Pulse {
    /// How many steps there were, and what the connection waits for now.
    pub(super) fn read(&self) -> (u32, Phase) {
        let steps = self.steps.load(Ordering::Relaxed);
        if self.running.load(Ordering::Relaxed) > 0 {
            (steps, Phase::Request)
        } else if self.in_head.load(Ordering::Relaxed) {
            (steps, Phase::Head)
        } else {
            (steps, Phase::Idle)
        }
    }

    /// A header is complete; its request runs until the value is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> Running {
        self.running.fetch_add(1, Ordering::Relaxed);
        self.in_head.store(false, Ordering::Relaxed);
        self.step();
        Running(Arc::clone(self))
    }

    /// Remembers how to wake the task of the connection.
    pub(super) fn set_waker(&self, waker: &Waker) {
        *self.waker.lock() = Some(waker.clone());
    }

    /// Wakes the task of the connection.
    pub(super) fn wake(&self) {
        if let Some(waker) = &*self.waker.lock() {
            waker.wake_by_ref();
        }
    }

    fn step(&self) {
        // Lost counts among the streams of one connection do no harm: any change is a change.
        self.steps.store(self.steps.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    fn bytes_read(&self) {
        let between_requests = self.running.load(Ordering::Relaxed) == 0;
        if between_requests && !self.in_head.load(Ordering::Relaxed) {
            self.in_head.store(true, Ordering::Relaxed);
            self.step();
        }
    }

    fn bytes_written(&self) {
        if self.running.load(Ordering::Relaxed) == 0 {
            self.step();
        }
    }
}

/// A running request.
#[derive(Debug)]
pub(super) struct Running(Arc<Pulse>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
        self.0.step();
    }
}

/// The bytes of an HTTP/1.1 connection, which note in its pulse that they flow.
pub(super) struct Watched<S> {
    stream: S,
    pulse: Arc<Pulse>,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, pulse: Arc<Pulse>) -> Self {
        Self { stream, pulse }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > before {
            self.pulse.bytes_read();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        self.pulse.bytes_written();
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(context, slices))?;
        self.pulse.bytes_written();
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dripping_bytes_are_no_step() {
        let pulse = Arc::new(Pulse::default());
        pulse.bytes_read();
        let begun = pulse.read();
        pulse.bytes_read();
        assert_eq!((pulse.read(), begun.1), (begun, Phase::Head));
    }

    #[test]
    fn a_request_runs_until_its_answer_is_there() {
        let pulse = Arc::new(Pulse::default());
        let idle = pulse.read();
        let running = pulse.begin();
        let begun = pulse.read();
        assert_eq!(begun.1, Phase::Request);
        pulse.bytes_read();
        pulse.bytes_written();
        assert_eq!(pulse.read(), begun, "a body in pieces does not make the request longer");
        drop(running);
        assert_eq!(pulse.read().1, Phase::Idle);
        let ended = pulse.read();
        pulse.bytes_written();
        assert!(idle != begun && begun != ended && ended != pulse.read());
    }
}
