//! The hot door: verification is answered here, in front of the router and of all that it does for
//! slower requests. Everything else goes through to the router.

use crate::{
    api::verify,
    listen::{self, AnswerBody, BoxedAnswer, Front, Peer},
    middleware,
    problem::{Problem, ProblemKind},
    request_id::RequestId,
    state::Server,
};
use axum::Router;
use bytes::{Bytes, BytesMut};
use domain::caller::Reach;
use http::{HeaderValue, Method, Request, Response, Version, header, request::Parts};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::{
    future::Future,
    pin::{Pin, pin},
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tokio::time::timeout_at;

/// The path that is answered here.
const PATH: &str = "/v1/tokens/verify";

/// What bounds a verification.
#[derive(Debug, Clone, Copy)]
pub struct HotLimits {
    /// The largest body, in bytes.
    pub body_bytes: usize,
    /// How long the body may take to arrive.
    pub body_timeout: Duration,
}

/// A front that answers verifications itself and gives the rest to the router.
pub fn front(server: Server, router: Router, limits: HotLimits) -> impl Front {
    move |request: Request<Incoming>, peer: Peer| {
        let uri = request.uri();
        if uri.path() == PATH && request.method() == Method::POST && uri.query().is_none() {
            let (head, body) = request.into_parts();
            let server = server.clone();
            Answering::Asked(Some(Asked { server, head, body, peer, begun: Instant::now(), limits }))
        } else {
            Answering::Waiting(Front::answer(&router, request, peer))
        }
    }
}

/// A request for verdicts.
struct Asked {
    server: Server,
    head: Parts,
    body: Incoming,
    peer: Peer,
    begun: Instant,
    limits: HotLimits,
}

/// An answer on its way. Nearly every question arrives with its header and is answered from memory,
/// so it is done when it is first polled; only what must wait is given a box to wait in.
// The larger one is the usual one: boxing it would cost every request what few need.
#[allow(clippy::large_enum_variant)]
enum Answering {
    Asked(Option<Asked>),
    Waiting(BoxedAnswer),
}

impl Future for Answering {
    type Output = Response<AnswerBody>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Self::Asked(asked) = &mut *self
            && let Some(asked) = asked.take()
        {
            match asked.answer_at_once(context) {
                Ok(response) => return Poll::Ready(response),
                Err(waiting) => *self = Self::Waiting(waiting),
            }
        }
        match &mut *self {
            Self::Waiting(waiting) => waiting.as_mut().poll(context),
            // Polled again after its end, a future may stay pending for ever.
            Self::Asked(_) => Poll::Pending,
        }
    }
}

impl Asked {
    /// Answers without waiting, or says how to go on.
    fn answer_at_once(mut self, context: &mut Context<'_>) -> Result<Response<AnswerBody>, BoxedAnswer> {
        let first = match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
            Poll::Ready(None) => Bytes::new(),
            Poll::Ready(Some(Err(_))) => return Ok(self.answered(Err(ProblemKind::MalformedRequest.into()))),
            Poll::Pending => return Err(Box::pin(self.answer(Bytes::new()))),
        };
        if !self.body.is_end_stream() || first.len() > self.limits.body_bytes {
            return Err(Box::pin(self.answer(first)));
        }
        let verdicts = pin!(self.verdicts(&first)).poll(context);
        match verdicts {
            Poll::Ready(verdicts) => Ok(self.answered(verdicts)),
            // The first use of a rotated secret waits for a commit: asking again is asking the same.
            Poll::Pending => Err(Box::pin(async move { self.answered(self.verdicts(&first).await) })),
        }
    }

    async fn verdicts(&self, body: &[u8]) -> Result<Bytes, Problem> {
        let reach = self.reach().await?;
        verify::verdicts(&self.server, reach, &self.head.headers, body).await
    }

    async fn reach(&self) -> Result<Reach, Problem> {
        verify::reach(&self.server, &self.head.headers, Some(self.peer.address)).await
    }

    /// Answers when the rest of the body has come.
    async fn answer(mut self, first: Bytes) -> Response<AnswerBody> {
        let verdicts = self.verdicts_on_rest(first).await;
        let response = self.answered(verdicts);
        if self.head.version <= Version::HTTP_11 && !self.body.is_end_stream() {
            return listen::settle(&self.head.headers, self.body, response).await;
        }
        response
    }

    /// The body is read only for those who may ask, so that strangers fill no memory. A credential may
    /// die while a body is awaited, so it is asked about again then.
    async fn verdicts_on_rest(&mut self, first: Bytes) -> Result<Bytes, Problem> {
        self.reach().await?;
        let deadline = tokio::time::Instant::from_std(self.begun + self.limits.body_timeout);
        let reading = read(&mut self.body, first, self.limits.body_bytes);
        let body = timeout_at(deadline, reading).await.map_err(|_| ProblemKind::RequestTimeout)??;
        self.verdicts(&body).await
    }

    fn answered(&self, verdicts: Result<Bytes, Problem>) -> Response<AnswerBody> {
        let mut response = match verdicts {
            Ok(verdicts) => verify::answer(verdicts),
            Err(problem) => refused(&problem, self.begun, self.peer),
        };
        response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        self.server.metrics.verification(response.status(), self.begun.elapsed());
        response.map(AnswerBody::from)
    }
}

/// What was refused is answered and logged as the router's answers are; verdicts have neither a name
/// nor a line, which would cost more than they do.
fn refused(problem: &Problem, begun: Instant, peer: Peer) -> Response<Bytes> {
    let id = RequestId::generate();
    let mut response = id.sync_scope(|| problem.answer());
    middleware::mark(response.headers_mut(), id, Some(peer));
    tracing::info_span!("request", id = %id).in_scope(|| {
        middleware::log_answer(&Method::POST, PATH, response.status(), begun.elapsed(), Some(peer));
    });
    response
}

/// Reads the rest of a body, which has at most `limit` bytes in all.
async fn read(rest: &mut Incoming, first: Bytes, limit: usize) -> Result<Bytes, Problem> {
    let mut whole = BytesMut::from(first);
    if whole.len() as u64 + rest.size_hint().lower() > limit as u64 {
        return Err(ProblemKind::PayloadTooLarge.into());
    }
    while let Some(frame) = rest.frame().await {
        let Ok(data) = frame.map_err(|_| ProblemKind::MalformedRequest)?.into_data() else { continue };
        if whole.len() + data.len() > limit {
            return Err(ProblemKind::PayloadTooLarge.into());
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}
