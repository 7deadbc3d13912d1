//! One connection: the handshake, the protocol, the check of each request, and the end.

use super::{
    AnswerBody, Front, ListenSettings,
    peer::FarEnd,
    pulse::{Pulse, Running, Watched},
    screen, unread,
    watch::{Admission, GRACE, Watch},
};
use crate::{
    problem::{Problem, ProblemKind},
    surface::{Asked, Surfaces},
};
use http::{Method, Request, Response, Uri, Version};
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::graceful::GracefulConnection,
};
use pin_project_lite::pin_project;
use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};

/// How many streams one HTTP/2 connection may have open.
const STREAMS: u32 = 128;
/// How many streams a client may reset before it is cut, for each of two ways to do so.
const RESET_STREAMS: usize = 20;
/// How many bytes of one stream, and of one connection, may be on their way to the server.
const STREAM_WINDOW_BYTES: u32 = 65_535;
const CONNECTION_WINDOW_BYTES: u32 = 1_048_576;
/// What a plain client is told when there is no room; there is nobody yet who could say more.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// What all connections of a listener share.
pub(super) struct Connections<F> {
    front: F,
    settings: Arc<ListenSettings>,
    http1: http1::Builder,
    http2: http2::Builder<TokioExecutor>,
    watch: Arc<Watch>,
}

impl<F: Front> Connections<F> {
    pub(super) fn new(front: F, settings: ListenSettings, watch: Arc<Watch>) -> Self {
        let header_bytes = settings.limits.header_bytes;
        let mut http1 = http1::Builder::new();
        // The library's own timer would count the time between two requests as part of the header.
        http1.header_read_timeout(None).max_header_size(header_bytes).max_buf_size(header_bytes);
        let mut http2 = http2::Builder::new(TokioExecutor::new());
        http2
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .max_pending_accept_reset_streams(RESET_STREAMS)
            .max_local_error_reset_streams(RESET_STREAMS)
            .initial_stream_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
            .max_header_list_size(u32::try_from(header_bytes).unwrap_or(u32::MAX));
        Self { front, settings: Arc::new(settings), http1, http2, watch }
    }

    pub(super) fn settings(&self) -> &ListenSettings {
        &self.settings
    }

    /// Serves a connection in a task of its own, or turns it away.
    pub(super) fn serve(&self, stream: TcpStream, far_end: FarEnd) {
        let counted = (!far_end.is_proxy).then_some(far_end.peer.address);
        let Some(admission) = self.watch.admit(counted) else {
            if self.settings.tls.is_none() {
                // Whether the client hears why is up to the network: nothing is kept open for it.
                let _ = stream.try_write(FULL);
            }
            return;
        };
        let id = admission.id();
        let door = Door {
            front: self.front.clone(),
            far_end,
            pulse: Arc::clone(&admission.pulse),
            watch: Arc::clone(&self.watch),
            surfaces: self.settings.surfaces.clone(),
        };
        let protocols = (self.http1.clone(), self.http2.clone());
        let settings = Arc::clone(&self.settings);
        let task = tokio::spawn(run(stream, door, admission, protocols, settings));
        self.watch.attach(id, task.abort_handle());
    }
}

type Protocols = (http1::Builder, http2::Builder<TokioExecutor>);

async fn run<F: Front>(
    stream: TcpStream,
    door: Door<F>,
    // Held until the end of the connection.
    _admission: Admission,
    (http1, http2): Protocols,
    settings: Arc<ListenSettings>,
) {
    let Some(tls) = &settings.tls else {
        return speak_http1(&http1, stream, door).await;
    };
    let handshake = timeout(settings.limits.header_read_timeout, tls.acceptor().accept(stream));
    let stream = match handshake.await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return handshake_failed(&door, &error),
        Err(elapsed) => return handshake_failed(&door, &elapsed),
    };
    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        speak_http2(&http2, stream, door, settings.limits.request_timeout).await;
    } else {
        speak_http1(&http1, stream, door).await;
    }
}

fn handshake_failed<F>(door: &Door<F>, error: &dyn std::error::Error) {
    door.watch.metrics.handshakes_failed.inc();
    tracing::debug!(%error, address = %door.far_end.peer.address, "a TLS handshake failed");
}

async fn speak_http1<F: Front>(
    http1: &http1::Builder,
    stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
    door: Door<F>,
) {
    let io = TokioIo::new(Watched::new(stream, Arc::clone(&door.pulse)));
    let (pulse, watch) = (Arc::clone(&door.pulse), Arc::clone(&door.watch));
    Serving { connection: http1.serve_connection(io, door), pulse, watch, waker: None, told: false }.await;
}

/// The streams of one connection share its pulse, so that a busy one would hide a slow one: here
/// each request has a timer of its own.
async fn speak_http2<F: Front>(
    http2: &http2::Builder<TokioExecutor>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    door: Door<F>,
    request_timeout: Duration,
) {
    let (pulse, watch) = (Arc::clone(&door.pulse), Arc::clone(&door.watch));
    let limited = service_fn(move |request| {
        let asked = (request.method().clone(), request.uri().clone(), door.surfaces.clone());
        let answering = timeout(request_timeout.saturating_add(GRACE), door.call(request));
        async move {
            let (method, uri, surfaces) = asked;
            let late = |_| Ok(refusal(&ProblemKind::RequestTimeout.into(), &surfaces, &method, &uri));
            answering.await.unwrap_or_else(late)
        }
    });
    let connection = http2.serve_connection(TokioIo::new(stream), limited);
    Serving { connection, pulse, watch, waker: None, told: false }.await;
}

pin_project! {
    /// A connection that ends after its running request once the listener stops.
    struct Serving<C> {
        #[pin]
        connection: C,
        pulse: Arc<Pulse>,
        watch: Arc<Watch>,
        waker: Option<Waker>,
        told: bool,
    }
}

impl<C> Future for Serving<C>
where
    C: GracefulConnection,
    C::Error: std::error::Error,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        // The waker is left before the flag is read, so that a stop in between is not missed.
        if !this.waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
            this.pulse.set_waker(context.waker());
            *this.waker = Some(context.waker().clone());
        }
        if !*this.told && this.watch.is_stopping() {
            *this.told = true;
            this.connection.as_mut().graceful_shutdown();
        }
        this.connection.poll(context).map(|ended| {
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended early");
            }
        })
    }
}

/// Checks each request of one connection and gives the good ones to the front.
struct Door<F> {
    front: F,
    far_end: FarEnd,
    pulse: Arc<Pulse>,
    watch: Arc<Watch>,
    surfaces: Surfaces,
}

impl<F: Front> Service<Request<Incoming>> for Door<F> {
    type Response = Response<AnswerBody>;
    type Error = Infallible;
    type Future = Answering<F::Answering>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let running = self.pulse.begin();
        let checked = screen::check_head(&request).and_then(|()| self.far_end.sender(request.headers()));
        match checked {
            Ok(peer) => Answering::Front { answering: self.front.answer(request, peer), running },
            Err(problem) => {
                self.watch.metrics.requests_refused.inc();
                tracing::debug!(address = %self.far_end.peer.address, kind = problem.kind().slug(), "a request was refused at the door");
                let mut answer = refusal(&problem, &self.surfaces, request.method(), request.uri());
                if request.version() <= Version::HTTP_11 {
                    // What can be read in two ways ends the connection: so may what follows it.
                    unread::close(answer.headers_mut());
                }
                Answering::Refused { answer: Some(answer), running }
            }
        }
    }
}

/// The answer to a request that no route has seen.
fn refusal(problem: &Problem, surfaces: &Surfaces, method: &Method, uri: &Uri) -> Response<AnswerBody> {
    let answer = match surfaces.at(uri.path()) {
        Some(surface) => surface.answer(problem, &Asked { method, is_routed: false }),
        None => problem.answer(),
    };
    answer.map(AnswerBody::from)
}

pin_project! {
    /// A running answer. It is an enum so that a request costs no box.
    #[project = AnsweringProjection]
    enum Answering<A> {
        Front { #[pin] answering: A, running: Running },
        Refused { answer: Option<Response<AnswerBody>>, running: Running },
    }
}

impl<A: Future<Output = Response<AnswerBody>>> Future for Answering<A> {
    type Output = Result<Response<AnswerBody>, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            AnsweringProjection::Front { answering, .. } => answering.poll(context).map(Ok),
            // Polled again after its end, a future may stay pending for ever.
            AnsweringProjection::Refused { answer, .. } => answer.take().map_or(Poll::Pending, |a| Poll::Ready(Ok(a))),
        }
    }
}
