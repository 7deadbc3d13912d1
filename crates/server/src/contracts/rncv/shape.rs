//! Errors in the form of Django REST framework: `detail`, or a list of messages for each field.

use crate::{
    problem::{Problem, ProblemKind},
    surface::{self, Asked},
};
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header::WWW_AUTHENTICATE};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// Where messages about no single field stand.
const NO_FIELD: &str = "non_field_errors";

/// The status of a kind of problem. RNCV knows no other word for what was deleted than *not found*, and none
/// for a system that cannot answer now than an internal error.
pub(super) fn status(kind: ProblemKind) -> StatusCode {
    if kind == ProblemKind::Unavailable {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    surface::status_without_gone(kind)
}

/// The answer to a request that failed.
pub(super) fn answer(problem: &Problem, asked: &Asked<'_>) -> Response<Bytes> {
    let body = match fields(problem) {
        Some(fields) => Value::Object(fields),
        None => json!({"detail": detail(problem, asked)}),
    };
    let status = status(problem.kind());
    let mut response = surface::json(status, "application/json", &body);
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Token"));
    }
    response
}

/// A list of messages for each refused field.
fn fields(problem: &Problem) -> Option<Map<String, Value>> {
    if problem.fields().is_empty() {
        return None;
    }
    let mut fields = Map::new();
    for refused in problem.fields() {
        let name = match refused.field.as_str() {
            "body" | "query" => NO_FIELD,
            field => field,
        };
        let message = match refused.rule.as_str() {
            "is required" => "This field is required.".to_owned(),
            rule if name == NO_FIELD => format!("The {} {rule}.", refused.field),
            rule => format!("This field {rule}."),
        };
        if let Value::Array(messages) = fields.entry(name).or_insert_with(|| json!([])) {
            messages.push(Value::String(message));
        }
    }
    Some(fields)
}

/// The one sentence about everything else: the framework's own, where it has one.
fn detail<'a>(problem: &'a Problem, asked: &Asked<'_>) -> Cow<'a, str> {
    match problem.kind() {
        ProblemKind::Unauthenticated => match problem.said() {
            Some(said) => said.into(),
            None if problem.is_token_refused() => "Invalid token.".into(),
            None => "Authentication credentials were not provided.".into(),
        },
        ProblemKind::InsufficientScope | ProblemKind::Forbidden => {
            problem.said().unwrap_or("You do not have permission to perform this action.").into()
        }
        ProblemKind::NotFound | ProblemKind::Gone => "Not found.".into(),
        ProblemKind::MethodNotAllowed => format!("Method \"{}\" not allowed.", asked.method).into(),
        ProblemKind::UnsupportedMediaType => "Unsupported media type in request.".into(),
        ProblemKind::MalformedJson => format!("JSON parse error - {}", said(problem)).into(),
        ProblemKind::TooManyRequests => match problem.retry_after_seconds() {
            Some(seconds) => format!("Request was throttled. Expected available in {seconds} seconds.").into(),
            None => "Request was throttled.".into(),
        },
        ProblemKind::Internal => "A server error occurred.".into(),
        ProblemKind::Unavailable => "A server error occurred, and nothing was changed.".into(),
        ProblemKind::OutcomeUnknown => "A server error occurred, and the outcome is not known yet.".into(),
        ProblemKind::InvalidRequest
        | ProblemKind::ChallengeRefused
        | ProblemKind::ActionRequired
        | ProblemKind::ActionRefused
        | ProblemKind::MalformedRequest
        | ProblemKind::SecretInUrl
        | ProblemKind::RequestTimeout
        | ProblemKind::Conflict
        | ProblemKind::PreviewChanged
        | ProblemKind::IdempotencyConflict
        | ProblemKind::PreconditionFailed
        | ProblemKind::PayloadTooLarge => said(problem),
    }
}

/// What happened this time, or else what always happens with this kind of problem.
fn said(problem: &Problem) -> Cow<'_, str> {
    match problem.said() {
        Some(said) => said.into(),
        None => format!("{}.", problem.kind().title()).into(),
    }
}
