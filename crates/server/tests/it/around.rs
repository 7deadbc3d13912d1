//! What holds around every route, whatever the route does. The routes of these tests are tiny ones.
//!
//! | file | promise |
//! | --- | --- |
//! | `header_fields` | every answer has safe header fields and a request id of our own |
//! | `bounds` | bodies and requests end at their limits, and the answer says which |
//! | `secrets_in_urls` | a secret in a URL is refused and noted, and its value is not |
//! | `log_lines` | a request has one line, without anything that it carried |
//! | `figures` | what happened is counted, under the route and never under the raw path |

mod bounds;
mod figures;
mod header_fields;
mod log_lines;
mod secrets_in_urls;

use authority::{
    Authority,
    authority::Options,
    clock::{SystemClock, SystemRandomness},
};
use axum::{
    Router,
    routing::{get, post},
};
use domain::secret::Keyring;
use server::{
    config::{self, Config, Flags, Limits, Log, LogFormat},
    json::Json,
    listen::{ConnectionMetrics, ListenSettings, Listener, PlainHttp, Stop},
    log,
    metrics::Metrics,
    middleware,
    problem::ProblemKind,
    surface::Surfaces,
};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use store::open::{OpenOptions, open_sqlite};

/// A listener with the middleware around a few routes, and what it logged.
struct Around {
    address: SocketAddr,
    metrics: Arc<Metrics>,
    lines: Lines,
    _log: tracing::subscriber::DefaultGuard,
    _directory: tempfile::TempDir,
}

/// Whatever is logged on the thread of one test.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    /// Takes what is logged on this thread from now on, until the guard is dropped.
    pub(crate) fn follow(log: Log) -> (Self, tracing::subscriber::DefaultGuard) {
        let lines = Self::default();
        let writer = lines.clone();
        let guard = tracing::subscriber::set_default(log::subscriber(log, false, move || writer.clone()));
        (lines, guard)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines as JSON objects whose `target` is that of the request line.
    fn requests(&self) -> Vec<serde_json::Value> {
        let lines =
            self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<serde_json::Value>>();
        lines.into_iter().filter(|line| line["target"] == log::REQUEST).collect()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn config(limits: impl FnOnce(&mut Limits)) -> Config {
    let mut config = config::load(&Flags::new(), &[], None).unwrap();
    limits(&mut config.limits);
    config.log = Log { format: LogFormat::Json, level: tracing::Level::TRACE, requests: true };
    config.proxies = vec!["127.0.0.1/32".parse().unwrap()];
    config
}

async fn open(config: Config) -> Around {
    let (lines, log) = Lines::follow(config.log);

    let directory = tempfile::tempdir().unwrap();
    let store = open_sqlite(&directory.path().join("jeton.db"), &OpenOptions::default()).unwrap().store;
    let options = Options { track_usage: true, quarantined: false, hashing_threads: 1, ..Options::default() };
    let keyring = Keyring::generate(&SystemRandomness);
    let authority = Authority::new(store, keyring, Arc::new(SystemClock), Arc::new(SystemRandomness), options);
    let metrics = Arc::new(Metrics::new(authority));

    let settings = ListenSettings {
        tls: None,
        plain_http: PlainHttp::LoopbackAndProxies,
        proxies: config.proxies.clone(),
        limits: config.limits,
        metrics: ConnectionMetrics::default(),
        surfaces: Surfaces::default(),
    };
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), settings).await.unwrap();
    let address = listener.address();
    let router = middleware::around(routes(), Surfaces::default(), &config, &metrics);
    tokio::spawn(listener.run(router, Stop::new().stopped()));
    Around { address, metrics, lines, _log: log, _directory: directory }
}

fn routes() -> Router {
    let nothing = || async { ProblemKind::NotFound };
    Router::new()
        .route("/things/{id}", get(|| async { "a thing" }))
        .route("/echo", post(|Json(body): Json<serde_json::Value>| async { Json(body) }))
        .route("/slow", get(slow).post(slow))
        .route("/page", get(|| async { ([("content-security-policy", "default-src 'self'")], "a page") }))
        .fallback(nothing)
}

async fn slow() {
    tracing::info!(target: "server::api", "a line of a handler");
    tokio::time::sleep(Duration::from_secs(60)).await;
}
