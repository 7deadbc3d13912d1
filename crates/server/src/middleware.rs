//! What happens around every route: a request id, the time limit, the refusal of secrets in URLs, the
//! shape of errors, safe header fields, a figure and a line of the log.

use crate::{
    config::Config,
    json::BodyTimeout,
    listen::Peer,
    log,
    metrics::{Metrics, method_word},
    problem::{Problem, ProblemKind},
    redact,
    request_id::{REQUEST_ID, RequestId},
    surface::{self, Asked, Surfaces},
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode, Uri,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    },
};
use percent_encoding::percent_decode_str;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::timeout;
use tracing::Instrument;

/// The most that is kept back from the time of a request, so that a body which comes too slowly is
/// answered with its own problem.
const RESERVE: Duration = Duration::from_secs(5);
/// Parameters that carry a secret wherever they appear.
const SECRET_PARAMETERS: [&str; 14] = [
    "access_token",
    "api-key",
    "api_key",
    "apikey",
    "authorization",
    "bearer",
    "client_secret",
    "id_token",
    "jwt",
    "key",
    "password",
    "refresh_token",
    "secret",
    "token",
];

/// What the middleware works with.
struct Around {
    surfaces: Surfaces,
    metrics: Arc<Metrics>,
    request_timeout: Duration,
}

/// Puts everything around the routes and the fallbacks of a router.
pub fn around(router: Router, surfaces: Surfaces, config: &Config, metrics: &Arc<Metrics>) -> Router {
    let (metrics, request_timeout) = (Arc::clone(metrics), config.limits.request_timeout);
    let around = Arc::new(Around { surfaces, metrics, request_timeout });
    router.layer(DefaultBodyLimit::max(config.limits.body_bytes)).layer(from_fn_with_state(around, pass))
}

async fn pass(State(around): State<Arc<Around>>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = RequestId::generate();
    let peer = request.extensions().get::<Peer>().copied();
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("unmatched", MatchedPath::as_str);
    request.extensions_mut().insert(BodyTimeout(body_timeout(around.request_timeout)));

    let span = tracing::info_span!("request", id = %id, caller = tracing::field::Empty);
    let surface = around.surfaces.at(request.uri().path());
    let mut response = if holds_secret(request.uri(), &around.surfaces) {
        around.metrics.secret_in_url();
        span.in_scope(|| tracing::warn!(route, address = ?peer.map(|peer| peer.address), "a URL carried a secret"));
        id.sync_scope(|| ProblemKind::SecretInUrl.into_response())
    } else {
        id.scope(limited(&around, &method, next.run(request)).instrument(span.clone())).await
    };
    if let Some(surface) = surface {
        let asked = Asked { method: &method, is_routed: matched.is_some() };
        response = id.sync_scope(|| surface::shaped(surface, &asked, response));
    }
    mark(response.headers_mut(), id, peer);
    let (status, took) = (response.status(), began.elapsed());
    around.metrics.request(&method, route, status, took);
    span.in_scope(|| log_answer(&method, route, status, took, peer));
    response
}

/// The header fields that every answer carries.
pub fn mark(headers: &mut HeaderMap, id: RequestId, peer: Option<Peer>) {
    protect(headers, peer.is_some_and(|peer| peer.secure));
    if let Ok(value) = HeaderValue::try_from(id.to_string()) {
        headers.insert(REQUEST_ID, value);
    }
}

/// The line that each request has in the log, within the span that names it.
pub fn log_answer(method: &Method, route: &str, status: StatusCode, took: Duration, peer: Option<Peer>) {
    let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let address = peer.map(|peer| tracing::field::display(peer.address));
    let (method, status) = (method_word(method), status.as_u16());
    tracing::info!(target: log::REQUEST, method, route, status, microseconds, address, "answered");
}

/// Waits for the answer as long as a request may take.
async fn limited(around: &Around, method: &Method, answer: impl Future<Output = Response>) -> Response {
    match timeout(around.request_timeout, answer).await {
        Ok(response) => response,
        Err(_) if method.is_safe() => {
            Problem::new(ProblemKind::Unavailable).detail("The answer took too long.").into_response()
        }
        Err(_) => Problem::new(ProblemKind::OutcomeUnknown).detail("The change took too long.").into_response(),
    }
}

/// How long the body of a request may take to arrive.
fn body_timeout(request_timeout: Duration) -> Duration {
    request_timeout.saturating_sub(RESERVE.min(request_timeout / 5))
}

/// Header fields that keep an answer from being stored, guessed at, framed or followed. A page that
/// needs another policy has set it already.
fn protect(headers: &mut HeaderMap, secure: bool) {
    let fields = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ];
    for (name, value) in fields {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

/// True when the address carries a secret of this server, or a parameter that carries somebody's.
fn holds_secret(uri: &Uri, surfaces: &Surfaces) -> bool {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let path = decoded(uri.path());
    if redact::holds_secret(&path) || path.split('/').any(|segment| surfaces.is_bare_secret(segment)) {
        return true;
    }
    let plain = surfaces.at(uri.path()).map_or(&[][..], |surface| surface.plain_parameters);
    uri.query().is_some_and(|query| {
        redact::holds_secret(&decoded(query))
            || query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))).any(|(name, value)| {
                let (name, value) = (decoded(name), decoded(value));
                let lower = name.to_ascii_lowercase();
                let named = SECRET_PARAMETERS.contains(&lower.as_str()) && !plain.contains(&lower.as_str());
                let named = named && !value.is_empty();
                named || surfaces.is_bare_secret(&name) || surfaces.is_bare_secret(&value)
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Contract, contracts};

    #[test]
    fn secrets_in_urls_are_noticed_in_every_spelling() {
        for uri in [
            "/v1/tokens/jtn_0123456789abcdef",
            "/v1/tokens/%6atn_0123456789abcdef",
            "/?q=jts_0123456789abcdef",
            "/?q=%6a%74%6e_0123456789abcdef",
            "/?access_token=x",
            "/?a=1&ToKeN=x",
            "/?api%5fkey=x",
            "/?key=x",
            "/auth/access_token/vdai_0123456789abcdef",
            "/public/v1/accounts/api-tokens/idt:TKN-0000-0012:0123456789abcdef",
            "/?eq(token,%22idt%3ATKN-0000-0012%3A0123456789abcdef%22)",
            "/?q=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJl",
        ] {
            assert!(holds_secret(&uri.parse().unwrap(), &Surfaces::default()), "{uri}");
        }
        for uri in ["/", "/v1/tokens?name=token", "/?token=", "/?tokens=x", "/v1/tokens/0192-3", "/?cursor=abc"] {
            assert!(!holds_secret(&uri.parse().unwrap(), &Surfaces::default()), "{uri}");
        }
    }

    #[test]
    fn secrets_without_a_prefix_are_noticed_where_their_contract_is_served() {
        let key = "0123456789abcdef0123456789abcdef01234567";
        let rncv = contracts::surfaces(&[Contract::Rncv]);
        for uri in [
            format!("/admin/tokens/{key}"),
            format!("/v1/tokens?name={key}"),
            format!("/x/%30{}/y", &key[1..]),
            format!("/v1/tokens?{key}"),
            format!("/x?{key}=1"),
        ] {
            assert!(holds_secret(&uri.parse().unwrap(), &rncv), "{uri}");
            assert!(!holds_secret(&uri.parse().unwrap(), &Surfaces::default()), "{uri}");
        }
        assert!(!holds_secret(&format!("/v1/tokens?name=a-{key}").parse().unwrap(), &rncv));
    }

    #[test]
    fn a_surface_says_which_parameters_are_plain_under_its_paths() {
        let surfaces = contracts::surfaces(&[Contract::SoftwareOne]);
        let holds = |uri: &str| holds_secret(&uri.parse().unwrap(), &surfaces);
        assert!(!holds("/public/v1/audit/event-types?key=platform.accounts.apiToken.created"));
        assert!(holds("/v1/tokens?key=x") && holds("/public/v1/accounts/api-tokens?token=x"));
        assert!(holds("/public/v1/audit/event-types?key=jtn_0123456789abcdef"));
    }

    #[test]
    fn a_body_ends_before_its_request() {
        assert_eq!(body_timeout(Duration::from_secs(30)), Duration::from_secs(25));
        assert_eq!(body_timeout(Duration::from_secs(1)), Duration::from_millis(800));
    }
}
