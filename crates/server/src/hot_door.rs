//! The hot door: verification is answered here, in front of the router and of all that it does for
//! slower requests. Everything else goes through to the router.

use crate::{
    api::verify,
    listen::{self, AnswerBody, Front, Peer},
    middleware,
    problem::{Problem, ProblemKind},
    request_id::RequestId,
    state::Server,
};
use axum::Router;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, Request, Response, Version, header};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::{
    future::poll_fn,
    pin::pin,
    task::Poll,
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
        let hot = request.uri().path() == PATH && request.method() == Method::POST && request.uri().query().is_none();
        let server = hot.then(|| server.clone());
        let behind = (!hot).then(|| router.clone());
        async move {
            match (server, behind) {
                (Some(server), _) => answer(&server, request, peer, limits).await,
                (None, Some(router)) => Front::answer(&router, request, peer).await,
                // One of the two is always there; the router's own word for nothing is 404.
                (None, None) => Problem::from(ProblemKind::NotFound).answer().map(AnswerBody::from),
            }
        }
    }
}

async fn answer(server: &Server, request: Request<Incoming>, peer: Peer, limits: HotLimits) -> Response<AnswerBody> {
    let begun = Instant::now();
    let (head, mut body) = request.into_parts();
    let verdicts = verdicts(server, &head.headers, &mut body, peer, begun, limits).await;
    let mut response = match verdicts {
        Ok(verdicts) => verify::answer(verdicts),
        Err(problem) => refused(&problem, begun, peer),
    };
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if head.version <= Version::HTTP_11 && !body.is_end_stream() {
        response = listen::settle(&head.headers, body, response).await;
    }
    server.metrics.verification(response.status(), begun.elapsed());
    response.map(AnswerBody::from)
}

/// The body is read only for those who may ask, so that strangers fill no memory. A credential may
/// die while a body is awaited, so it is asked about again then.
async fn verdicts(
    server: &Server,
    headers: &HeaderMap,
    body: &mut Incoming,
    peer: Peer,
    begun: Instant,
    limits: HotLimits,
) -> Result<Bytes, Problem> {
    let mut reach = verify::reach(server, headers, Some(peer.address)).await?;
    let mut reading = pin!(read(body, limits.body_bytes));
    // Nearly all bodies arrive with their header: they need no timer.
    let body = match poll_fn(|context| Poll::Ready(reading.as_mut().poll(context))).await {
        Poll::Ready(body) => body?,
        Poll::Pending => {
            let deadline = tokio::time::Instant::from_std(begun + limits.body_timeout);
            let body = timeout_at(deadline, reading).await.map_err(|_| ProblemKind::RequestTimeout)??;
            reach = verify::reach(server, headers, Some(peer.address)).await?;
            body
        }
    };
    verify::verdicts(server, reach, headers, &body).await
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

/// Reads a body of at most `limit` bytes. One that comes in one piece is not copied.
async fn read(body: &mut Incoming, limit: usize) -> Result<Bytes, Problem> {
    if body.size_hint().lower() > limit as u64 {
        return Err(ProblemKind::PayloadTooLarge.into());
    }
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| ProblemKind::MalformedRequest)?.into_data() else { continue };
        if whole.len() + data.len() > limit {
            return Err(ProblemKind::PayloadTooLarge.into());
        }
        if whole.is_empty() && body.is_end_stream() {
            return Ok(data);
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}
