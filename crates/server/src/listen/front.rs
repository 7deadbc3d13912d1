//! What answers requests: the hot door, the router behind it, or a closure of a test.

use super::{Peer, unread::Unread};
use axum::{Router, body::Body};
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Frame, SizeHint};
use http_body_util::Full;
use hyper::body::Incoming;
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use tower_service::Service;

/// Answers requests that the door has let in.
///
/// The future is a type of the front's own, so that an answer from memory costs no box.
pub trait Front: Clone + Send + Sync + 'static {
    /// The running answer.
    type Answering: Future<Output = Response<AnswerBody>> + Send + 'static;

    /// Begins to answer. The path of the request has been checked; its body has not been read.
    fn answer(&self, request: Request<Incoming>, peer: Peer) -> Self::Answering;
}

impl<F, A> Front for F
where
    F: Fn(Request<Incoming>, Peer) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Response<AnswerBody>> + Send + 'static,
{
    type Answering = A;

    fn answer(&self, request: Request<Incoming>, peer: Peer) -> A {
        self(request, peer)
    }
}

/// The router gets the peer as an extension of the request.
impl Front for Router {
    type Answering = BoxedAnswer;

    fn answer(&self, request: Request<Incoming>, peer: Peer) -> BoxedAnswer {
        let (mut request, unread) = Unread::of(request);
        request.extensions_mut().insert(peer);
        let running = self.clone().call(request);
        Box::pin(async move {
            let Ok(response) = running.await;
            let response = match unread {
                Some(unread) => unread.settle(response).await,
                None => response,
            };
            response.map(AnswerBody::Routed)
        })
    }
}

/// A running answer that has a box of its own, as the router's has.
pub type BoxedAnswer = Pin<Box<dyn Future<Output = Response<AnswerBody>> + Send>>;

/// The body of an answer.
#[derive(Debug)]
pub enum AnswerBody {
    /// Complete and in memory, without a box around it.
    Ready(Full<Bytes>),
    /// What the router made.
    Routed(Body),
}

impl From<Bytes> for AnswerBody {
    fn from(bytes: Bytes) -> Self {
        Self::Ready(Full::new(bytes))
    }
}

impl From<Body> for AnswerBody {
    fn from(body: Body) -> Self {
        Self::Routed(body)
    }
}

impl http_body::Body for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match self.get_mut() {
            Self::Ready(full) => Pin::new(full).poll_frame(context).map_err(|never| match never {}),
            Self::Routed(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Ready(full) => full.is_end_stream(),
            Self::Routed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Ready(full) => full.size_hint(),
            Self::Routed(body) => body.size_hint(),
        }
    }
}
