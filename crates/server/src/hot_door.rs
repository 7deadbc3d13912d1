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
use http::{HeaderValue, Method, Request, Response, Version, header};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::{
    pin::pin,
    time::{Duration, Instant},
};

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
    let (head, body) = request.into_parts();
    let body = read(body, begun, limits).await;
    // Of a body that was not read to its end the rest may still come.
    let ends = body.is_err() && head.version <= Version::HTTP_11;
    let verdicts = match body {
        Ok(body) => verify::verdicts(server, &head.headers, Some(peer.address), &body).await,
        Err(problem) => Err(problem),
    };
    let mut response = match verdicts {
        Ok(verdicts) => verify::answer(verdicts),
        Err(problem) => refused(&problem, begun, peer),
    };
    if ends {
        listen::close(response.headers_mut());
    }
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    server.metrics.verification(response.status(), begun.elapsed());
    response.map(AnswerBody::from)
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

/// Reads a body. One that arrived with its header, as nearly all do, is not copied and needs no timer.
async fn read(body: Incoming, begun: Instant, limits: HotLimits) -> Result<Bytes, Problem> {
    if body.size_hint().lower() > limits.body_bytes as u64 {
        return Err(ProblemKind::PayloadTooLarge.into());
    }
    let mut body = pin!(body);
    let mut whole = BytesMut::new();
    let deadline = tokio::time::Instant::from_std(begun + limits.body_timeout);
    loop {
        // The timer is registered only when the frame is not there yet.
        let frame = tokio::time::timeout_at(deadline, body.frame()).await.map_err(|_| ProblemKind::RequestTimeout)?;
        let Some(frame) = frame else { return Ok(whole.freeze()) };
        let Ok(data) = frame.map_err(|_| ProblemKind::MalformedRequest)?.into_data() else { continue };
        if whole.len() + data.len() > limits.body_bytes {
            return Err(ProblemKind::PayloadTooLarge.into());
        }
        if whole.is_empty() && body.is_end_stream() {
            return Ok(data);
        }
        whole.extend_from_slice(&data);
    }
}
