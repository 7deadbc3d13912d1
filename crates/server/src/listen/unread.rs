//! What an answer leaves unread of its request's body. A client that sends head and body apart may
//! still be sending when it is refused; a connection that was closed under it would fail its next
//! request. So a small rest is read and thrown away, and before a large one the client is told.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, Version, header};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use parking_lot::Mutex;
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::timeout;

/// How much of a rest is read, in bytes.
const REST_BYTES: usize = 64 * 1_024;
/// How long a rest is waited for.
const REST_WAIT: Duration = Duration::from_secs(1);

/// Where a body is put when whoever answers lets go of it.
pub(super) struct Unread {
    rest: Arc<Mutex<Option<Incoming>>>,
    /// False for a client that waits for leave to send its body: it is not asked for what nobody reads.
    is_wanted: bool,
}

/// A request's body that is put aside, not closed, when it is dropped.
struct Kept {
    body: Option<Incoming>,
    rest: Arc<Mutex<Option<Incoming>>>,
}

impl Unread {
    /// Splits a request into one for the router and what follows its body; nothing when it has none.
    pub(super) fn of(request: Request<Incoming>) -> (Request<Body>, Option<Self>) {
        if request.body().is_end_stream() || request.version() > Version::HTTP_11 {
            return (request.map(Body::new), None);
        }
        let is_wanted = is_wanted(request.headers());
        let rest = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&rest);
        (request.map(|body| Body::new(Kept { body: Some(body), rest: kept })), Some(Self { rest, is_wanted }))
    }

    /// Reads a small rest, and announces the end of the connection before a large one.
    pub(super) async fn settle<B>(self, response: Response<B>) -> Response<B> {
        let rest = self.rest.lock().take();
        match rest.filter(|rest| !rest.is_end_stream()) {
            Some(rest) => settle_rest(rest, self.is_wanted, response).await,
            None => response,
        }
    }
}

/// Does with the rest of a body what is done with that of a request for the router, for a front
/// that reads bodies itself.
pub async fn settle<B>(asked: &HeaderMap, rest: Incoming, response: Response<B>) -> Response<B> {
    settle_rest(rest, is_wanted(asked), response).await
}

async fn settle_rest<B>(rest: Incoming, is_wanted: bool, mut response: Response<B>) -> Response<B> {
    if !(is_wanted && timeout(REST_WAIT, read(rest)).await.unwrap_or(false)) {
        close(response.headers_mut());
    }
    response
}

fn is_wanted(headers: &HeaderMap) -> bool {
    !headers.contains_key(header::EXPECT)
}

/// Announces that the connection ends with this answer, which only HTTP/1 has a word for.
pub(super) fn close(headers: &mut HeaderMap) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
}

/// Reads to the end; false when there is too much, or no end.
async fn read(mut rest: Incoming) -> bool {
    let mut length = 0;
    while let Some(frame) = rest.frame().await {
        let Ok(frame) = frame else { return false };
        length += frame.data_ref().map_or(0, Bytes::len);
        if length > REST_BYTES {
            return false;
        }
    }
    true
}

impl http_body::Body for Kept {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, Incoming::size_hint)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        *self.rest.lock() = self.body.take();
    }
}
