//! Errors as Dfns says them: an object `error`, and its message once more beside it for the oldest clients.
//!
//! Some of its paths begin with `/auth`, and so do those of another contract. Where no operation answers, nobody
//! can know whose client asked, so the body then says `status` as the other one does too.

use crate::{
    problem::{Problem, ProblemKind},
    request_id::RequestId,
    surface::{self, Asked},
};
use bytes::Bytes;
use domain::invalid::InvalidField;
use http::{HeaderValue, Response, StatusCode, header::WWW_AUTHENTICATE};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// The answer to a request that failed.
pub(super) fn answer(problem: &Problem, asked: &Asked<'_>) -> Response<Bytes> {
    let (kind, status) = (problem.kind(), surface::status_without_gone(problem.kind()));
    let mut body = body(kind.slug(), status, &message(problem), details(problem));
    if kind == ProblemKind::MethodNotAllowed || (kind == ProblemKind::NotFound && !asked.is_routed) {
        body["status"] = "error".into();
    }
    let mut response = surface::json(status, "application/json", &body);
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// The answer to a request that does not fit what is there, with what it does not fit.
pub(super) fn refusal(status: StatusCode, message: &str, details: Value) -> axum::response::Response {
    surface::json(status, "application/json", &body("conflict", status, message, details)).map(axum::body::Body::from)
}

/// The name of the request in the server's log is what to show to whoever runs it; outside of any, that of the
/// kind of error.
fn body(kind: &str, status: StatusCode, message: &str, details: Value) -> Value {
    let id = RequestId::current().map_or_else(|| kind.to_owned(), |id| id.to_string());
    json!({
        "error": {"id": id, "status": status.as_u16(), "message": message, "details": details},
        "message": message,
    })
}

/// What is wrong with each field of the request or of its header.
fn details(problem: &Problem) -> Value {
    let mut fields = Map::new();
    for InvalidField { field, rule } in problem.fields() {
        if let Value::Array(rules) = fields.entry(field).or_insert_with(|| json!([])) {
            rules.push(rule.as_str().into());
        }
    }
    if fields.is_empty() { json!({}) } else { json!({ "fields": fields }) }
}

/// What went wrong, in the product's own words where it has some.
fn message(problem: &Problem) -> Cow<'_, str> {
    if let Some(said) = problem.said() {
        return said.into();
    }
    match problem.kind() {
        ProblemKind::InvalidRequest | ProblemKind::MalformedJson if !problem.fields().is_empty() => {
            let messages: Vec<_> =
                problem.fields().iter().map(|field| format!("{} {}", field.field, field.rule)).collect();
            messages.join("; ").into()
        }
        ProblemKind::Unauthenticated => "Not Authorized.".into(),
        ProblemKind::NotFound | ProblemKind::Gone => "not found".into(),
        ProblemKind::Internal => "Internal Server Error".into(),
        ProblemKind::ActionRequired | ProblemKind::ActionRefused => {
            "user action signature is missing or invalid".into()
        }
        ProblemKind::InvalidRequest
        | ProblemKind::ChallengeRefused
        | ProblemKind::MalformedJson
        | ProblemKind::MalformedRequest
        | ProblemKind::SecretInUrl
        | ProblemKind::InsufficientScope
        | ProblemKind::Forbidden
        | ProblemKind::MethodNotAllowed
        | ProblemKind::RequestTimeout
        | ProblemKind::Conflict
        | ProblemKind::PreviewChanged
        | ProblemKind::IdempotencyConflict
        | ProblemKind::PreconditionFailed
        | ProblemKind::PayloadTooLarge
        | ProblemKind::UnsupportedMediaType
        | ProblemKind::TooManyRequests
        | ProblemKind::OutcomeUnknown
        | ProblemKind::Unavailable => problem.kind().title().into(),
    }
}
