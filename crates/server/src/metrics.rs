//! What is measured, and the listener that says it.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `latency` | a histogram of times that takes no lock |
//! | `readings` | what is read from the parts of the server only when somebody asks |
//!
//! Whatever a verification counts is looked up once, here, and not for each request.

mod latency;
mod readings;

use crate::{
    listen::ConnectionMetrics,
    problem::{Problem, ProblemKind},
};
use authority::{
    Authority,
    verify::{Refused, Verdict},
};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{Method, StatusCode, header::CONTENT_TYPE};
use latency::Latency;
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, info::Info},
    registry::{Registry, Unit},
};
use readings::Readings;
use std::{sync::Arc, time::Duration};

/// What the text form is called by those who read it.
const CONTENT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The route of the hot door.
const VERIFY: (&str, &str) = ("POST", "/v1/tokens/verify");

/// Every figure of the server.
pub struct Metrics {
    registry: Registry,
    active: Counter,
    refused: [Counter; Refused::ALL.len()],
    verifications: [Counter; 5],
    verification_duration: Latency,
    requests: Family<RequestLabels, Counter>,
    request_duration: Family<RouteLabels, Latency>,
    sign_ins: [Counter; 2],
    secrets_in_urls: Counter,
    connections: ConnectionMetrics,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    method: &'static str,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: &'static str,
}

impl Metrics {
    /// The figures of a server around this authority.
    pub fn new(authority: Arc<Authority>) -> Self {
        let mut registry = Registry::with_prefix("jeton");
        registry.register_collector(Box::new(Readings::new(authority)));
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version of the server", version);
        let verdicts = labelled(&mut registry, "verdicts", "Verdicts on secrets, by result");
        let sign_ins = labelled(&mut registry, "sign_ins", "Attempts to sign in, by result");
        let requests = Family::<RequestLabels, Counter>::default();
        registry.register("http_requests", "Answered requests, by route and class of status", requests.clone());
        let request_duration = Family::<RouteLabels, Latency>::default();
        let help = "Time from the end of a request's header to its answer";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, request_duration.clone());
        let verification_duration = request_duration.get_or_create_owned(&route(VERIFY.0, VERIFY.1));
        let secrets_in_urls = Counter::default();
        let help = "Requests refused because their URL carried a secret";
        registry.register("secrets_in_urls", help, secrets_in_urls.clone());
        let connections = connections(&mut registry);
        Self {
            active: counter(&verdicts, "result", "active"),
            refused: Refused::ALL.map(|reason| counter(&verdicts, "result", reason.as_str())),
            verifications: CLASSES.map(|status| {
                let labels = RequestLabels { method: VERIFY.0, route: VERIFY.1.to_owned(), status };
                requests.get_or_create_owned(&labels)
            }),
            verification_duration,
            requests,
            request_duration,
            sign_ins: ["failed", "signed_in"].map(|result| counter(&sign_ins, "result", result)),
            secrets_in_urls,
            connections,
            registry,
        }
    }

    /// Counts a verdict.
    pub fn verdict(&self, verdict: &Verdict<'_>) {
        match verdict {
            Verdict::Active(_) => self.active.inc(),
            // The reasons are numbered as `ALL` lists them.
            Verdict::Refused(reason) => self.refused.get(*reason as usize).map_or(0, Counter::inc),
        };
    }

    /// Counts a request that the hot door answered.
    pub fn verification(&self, status: StatusCode, took: Duration) {
        if let Some(counter) = self.verifications.get(class(status)) {
            counter.inc();
        }
        self.verification_duration.observe(took);
    }

    /// Counts a request that the router answered; `path` is the matched route, never the raw path.
    pub fn request(&self, method: &Method, path: &str, status: StatusCode, took: Duration) {
        let route = route(method_word(method), path);
        self.request_duration.get_or_create(&route).observe(took);
        let RouteLabels { method, route } = route;
        let labels = RequestLabels { method, route, status: CLASSES.get(class(status)).copied().unwrap_or("other") };
        self.requests.get_or_create(&labels).inc();
    }

    /// Counts an attempt to sign in.
    pub fn sign_in(&self, signed_in: bool) {
        self.sign_ins[usize::from(signed_in)].inc();
    }

    /// Counts a request whose URL carried a secret.
    pub fn secret_in_url(&self) {
        self.secrets_in_urls.inc();
    }

    /// Where the main listener counts its connections.
    pub fn connections(&self) -> ConnectionMetrics {
        self.connections.clone()
    }

    /// The text form of everything.
    ///
    /// # Errors
    /// When a figure cannot be written, which no figure of ours does.
    pub fn text(&self) -> Result<String, std::fmt::Error> {
        let mut page = String::with_capacity(16_384);
        text::encode(&mut page, &self.registry)?;
        Ok(page)
    }
}

/// What the metrics listener serves.
pub fn router(metrics: Arc<Metrics>) -> Router {
    let nothing = || async { Problem::new(ProblemKind::NotFound) };
    Router::new().route("/metrics", get(show)).fallback(nothing).with_state(metrics)
}

async fn show(State(metrics): State<Arc<Metrics>>) -> Response {
    match metrics.text() {
        Ok(page) => ([(CONTENT_TYPE, CONTENT)], page).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            Problem::new(ProblemKind::Internal).into_response()
        }
    }
}

/// The classes of status, in order.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

fn class(status: StatusCode) -> usize {
    usize::from(status.as_u16() / 100).saturating_sub(1)
}

/// The standard word for a method; whatever a client makes up shares one.
pub(crate) fn method_word(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|word| *word == method.as_str()).unwrap_or("OTHER")
}

fn route(method: &'static str, route: &str) -> RouteLabels {
    RouteLabels { method, route: route.to_owned() }
}

type Labelled = Family<[(&'static str, &'static str); 1], Counter>;

fn labelled(registry: &mut Registry, name: &str, help: &str) -> Labelled {
    let family = Labelled::default();
    registry.register(name, help, family.clone());
    family
}

fn counter(family: &Labelled, label: &'static str, value: &'static str) -> Counter {
    family.get_or_create_owned(&[(label, value)])
}

fn connections(registry: &mut Registry) -> ConnectionMetrics {
    let open = Gauge::default();
    registry.register("connections_open", "Open connections", open.clone());
    let accepted = Counter::default();
    registry.register("connections_accepted", "Connections that were let in", accepted.clone());
    let refused = labelled(registry, "connections_refused", "Connections turned away, by limit");
    let cut = labelled(registry, "connections_cut", "Connections cut because they were slow or silent");
    let handshakes_failed = Counter::default();
    registry.register("tls_handshakes_failed", "TLS handshakes that failed", handshakes_failed.clone());
    let requests_refused = Counter::default();
    let help = "Requests refused at the door because they can be read in two ways";
    registry.register("requests_refused", help, requests_refused.clone());
    ConnectionMetrics {
        open,
        accepted,
        refused_total: counter(&refused, "limit", "connections"),
        refused_address: counter(&refused, "limit", "connections_per_address"),
        handshakes_failed,
        cut_head: counter(&cut, "waiting_for", "header"),
        cut_request: counter(&cut, "waiting_for", "request"),
        cut_idle: counter(&cut, "waiting_for", "anything"),
        requests_refused,
    }
}
