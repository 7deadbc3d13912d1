//! Errors as RFC 9457 problems, which the native API answers with and other surfaces give their own shape.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `kind` | the stable kinds, each with its status and its page |

mod kind;

pub use kind::ProblemKind;

use crate::{redact, request_id::RequestId};
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use domain::invalid::{Invalid, InvalidField};
use http::{
    HeaderValue,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS},
};
use serde::Serialize;
use std::{borrow::Cow, time::Duration};

/// How long a client is asked to wait where nothing better is known, in seconds.
const RETRY_AFTER_SECONDS: u64 = 1;

/// The methods that routes have (RFC 9110, section 15.5.6, wants them named beside each 405).
const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";

/// One error, as a client sees it. It never holds a secret, nor a value that was refused.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: ProblemKind,
    detail: Option<Cow<'static, str>>,
    fields: Vec<InvalidField>,
    scope: Option<String>,
    retry_after: Option<Duration>,
    token_refused: bool,
    tombstone: Option<Box<serde_json::Value>>,
    oauth_error: Option<&'static str>,
    names_methods: bool,
}

impl Problem {
    /// A problem of this kind, with nothing more said.
    pub fn new(kind: ProblemKind) -> Self {
        Self {
            kind,
            detail: None,
            fields: Vec::new(),
            scope: None,
            retry_after: None,
            token_refused: false,
            tombstone: None,
            oauth_error: None,
            names_methods: false,
        }
    }

    /// The request carried a credential, and it was refused.
    pub fn token_refused() -> Self {
        Self { token_refused: true, ..Self::new(ProblemKind::Unauthenticated) }
    }

    /// The caller's credential lacks this scope.
    pub fn insufficient_scope(scope: impl Into<String>) -> Self {
        Self { scope: Some(scope.into()), ..Self::new(ProblemKind::InsufficientScope) }
    }

    /// One field of the request was refused.
    pub fn field(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self::from(Invalid::field(field, rule))
    }

    /// The same problem as one of another kind.
    #[must_use]
    pub fn of_kind(mut self, kind: ProblemKind) -> Self {
        self.kind = kind;
        self
    }

    /// Says what happened this time, in one or two sentences.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Says when to come back; rounded up to whole seconds, at least one.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Shows the tombstone of the deleted token that the request is about.
    #[must_use]
    pub fn tombstone(mut self, token: &impl Serialize) -> Self {
        // What has no JSON form is left out; the problem itself is the answer.
        self.tombstone = serde_json::to_value(token).ok().map(Box::new);
        self
    }

    /// Names the error in the words of OAuth 2.0 too (RFC 6749, section 5.2).
    #[must_use]
    pub fn oauth_error(mut self, error: &'static str) -> Self {
        self.oauth_error = Some(error);
        self
    }

    /// Says which methods are answered, where no route does.
    #[must_use]
    pub fn naming_methods(mut self) -> Self {
        self.names_methods = true;
        self
    }

    /// The kind.
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// What happened this time, where it was said.
    pub fn said(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// True when a credential was shown and refused.
    pub fn is_token_refused(&self) -> bool {
        self.token_refused
    }

    /// The refused fields.
    pub fn fields(&self) -> &[InvalidField] {
        &self.fields
    }

    /// The answer, with its body in memory, for those who stand in front of the router.
    pub fn answer(&self) -> http::Response<Bytes> {
        // A page of texts and numbers always has a JSON form, so the empty body never is sent.
        let body = serde_json::to_vec(&Page::of(self)).unwrap_or_default();
        let mut response = http::Response::new(Bytes::from(body));
        *response.status_mut() = self.kind.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Some(challenge) = self.challenge() {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if self.names_methods {
            headers.insert(ALLOW, HeaderValue::from_static(METHODS));
        }
        if let Some(seconds) = self.retry_after_seconds() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    /// What RFC 6750, section 3, asks for.
    fn challenge(&self) -> Option<HeaderValue> {
        if let Some(scope) = &self.scope {
            let challenge = format!(r#"Bearer realm="jeton", error="insufficient_scope", scope="{scope}""#);
            HeaderValue::try_from(challenge).ok()
        } else if self.token_refused {
            Some(HeaderValue::from_static(r#"Bearer realm="jeton", error="invalid_token""#))
        } else if self.kind == ProblemKind::Unauthenticated {
            Some(HeaderValue::from_static(r#"Bearer realm="jeton""#))
        } else {
            None
        }
    }

    /// After how many seconds to come back, where that is known.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        let said = self.retry_after.map(|wait| wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
        let needed = self.kind.is_temporary().then_some(RETRY_AFTER_SECONDS);
        said.or(needed).map(|seconds| seconds.max(1))
    }
}

/// The body of a problem.
#[derive(Serialize)]
struct Page<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<PageField<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

#[derive(Serialize)]
struct PageField<'a> {
    field: &'a str,
    rule: &'a str,
}

impl<'a> Page<'a> {
    fn of(problem: &'a Problem) -> Self {
        let fields = problem.fields.iter().map(|InvalidField { field, rule }| PageField { field, rule });
        Self {
            r#type: problem.kind.uri(),
            title: problem.kind.title(),
            status: problem.kind.status().as_u16(),
            detail: problem.detail.as_deref(),
            fields: fields.collect(),
            scope: problem.scope.as_deref(),
            retry_after_seconds: problem.retry_after_seconds(),
            token: problem.tombstone.as_deref(),
            error: problem.oauth_error,
            request_id: RequestId::current().map(|id| id.to_string()),
        }
    }
}

impl From<ProblemKind> for Problem {
    fn from(kind: ProblemKind) -> Self {
        Self::new(kind)
    }
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        let mut fields = invalid.fields().to_vec();
        // The key of a label is part of its field's name, and somebody may have put a secret there.
        for refused in fields.iter_mut().filter(|refused| redact::holds_secret(&refused.field)) {
            refused.field = redact::name(&refused.field).to_owned();
        }
        Self { fields, ..Self::new(ProblemKind::InvalidRequest) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.answer().map(Body::from);
        response.extensions_mut().insert(self);
        response
    }
}

impl IntoResponse for ProblemKind {
    fn into_response(self) -> Response {
        Problem::new(self).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(problem: &Problem) -> serde_json::Value {
        serde_json::from_slice(problem.answer().body()).unwrap()
    }

    #[test]
    fn every_field_is_named_with_its_rule() {
        let problem = Problem::field("name", "must not be empty").detail("Nothing was created.");
        let expected = serde_json::json!({
            "type": "/problems/invalid-request",
            "title": "The request is not valid",
            "status": 400,
            "detail": "Nothing was created.",
            "fields": [{"field": "name", "rule": "must not be empty"}],
        });
        assert_eq!(body(&problem), expected);
        assert_eq!(problem.answer().headers()[CONTENT_TYPE], "application/problem+json");
        assert_eq!(problem.answer().headers()[CACHE_CONTROL], "no-store");
    }

    #[test]
    fn a_field_that_is_named_like_a_secret_is_not_named() {
        let problem = Problem::field("labels.jtn_0123456789abcdef", "must be short");
        assert_eq!(body(&problem)["fields"], serde_json::json!([{"field": "(not shown)", "rule": "must be short"}]));
    }

    #[test]
    fn whoever_must_wait_is_told_how_long() {
        for kind in ProblemKind::ALL {
            let answer = Problem::new(kind).answer();
            let temporary = [429, 503].contains(&answer.status().as_u16());
            assert_eq!(answer.headers().contains_key(RETRY_AFTER), temporary, "{kind:?}");
        }
        let problem = Problem::new(ProblemKind::TooManyRequests).retry_after(Duration::from_millis(2_100));
        assert_eq!(problem.answer().headers()[RETRY_AFTER], "3");
        assert_eq!(body(&problem)["retry_after_seconds"], 3);
    }

    #[test]
    fn refused_credentials_are_challenged() {
        let challenge = |problem: Problem| problem.answer().headers()[WWW_AUTHENTICATE].to_str().unwrap().to_owned();
        assert_eq!(challenge(ProblemKind::Unauthenticated.into()), r#"Bearer realm="jeton""#);
        assert!(challenge(Problem::token_refused()).contains("invalid_token"));
        assert!(challenge(Problem::insufficient_scope("tokens:delete")).contains(r#"scope="tokens:delete""#));
    }
}
