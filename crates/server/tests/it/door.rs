//! What holds for every connection, before any route. The front of these tests is a tiny one.
//!
//! | file | promise |
//! | --- | --- |
//! | `slow` | slow and silent clients are cut, and busy ones are not |
//! | `size` | an oversize header is refused |
//! | `crowd` | no more connections than allowed are open, in all and from one address |
//! | `forwarded` | only proxies are believed about the client's address |
//! | `smuggling` | what can be read in two ways is refused or ends the connection |
//! | `tls` | only TLS 1.2 and 1.3 are spoken, and a new certificate is used without a restart |
//! | `stop` | a stop lets running requests end, and cuts what does not end in time |

mod crowd;
mod forwarded;
pub(crate) mod raw;
mod size;
mod slow;
mod smuggling;
mod stop;
mod tls;

use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use server::{
    config::{self, Flags, Limits},
    listen::{AnswerBody, ConnectionMetrics, ListenSettings, Listener, Peer, PlainHttp, Stop},
    surface::Surfaces,
};
use std::{net::SocketAddr, time::Duration};
use tokio::task::JoinHandle;

/// A listener that runs until the end of its test.
struct Door {
    address: SocketAddr,
    metrics: ConnectionMetrics,
    stop: Stop,
    run: JoinHandle<usize>,
}

/// The default limits, which each test narrows as it needs.
fn limits() -> Limits {
    config::load(&Flags::new(), &[], None).unwrap().limits
}

/// Settings for a plain listener without proxies.
fn settings(limits: Limits) -> ListenSettings {
    let metrics = ConnectionMetrics::default();
    let surfaces = Surfaces::default();
    ListenSettings {
        tls: None,
        plain_http: PlainHttp::LoopbackAndProxies,
        proxies: Vec::new(),
        limits,
        metrics,
        surfaces,
    }
}

async fn open(settings: ListenSettings) -> Door {
    let metrics = settings.metrics.clone();
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), settings).await.unwrap();
    let (address, stop) = (listener.address(), Stop::new());
    let run = tokio::spawn(listener.run(echo, stop.clone().stopped()));
    Door { address, metrics, stop, run }
}

/// Answers with path, peer and body; `/sleep` takes a second for it.
async fn echo(request: Request<Incoming>, peer: Peer) -> Response<AnswerBody> {
    let path = request.uri().path().to_owned();
    if path == "/sleep" {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let body = match request.into_body().collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return Response::builder().status(400).body(AnswerBody::from(bytes::Bytes::new())).unwrap(),
    };
    let secure = if peer.secure { "secure" } else { "plain" };
    let text = format!("{path} from {} {secure}: {}", peer.address, String::from_utf8_lossy(&body));
    Response::new(AnswerBody::from(bytes::Bytes::from(text)))
}
