//! Errors as VectorAI says them: `status` and `message`.
//!
//! Its paths begin with `/auth`, and so do those of another contract. Where no operation answers, nobody can
//! know whose client asked, so the body then carries the `error` object of the other one too.

use crate::{
    problem::{Problem, ProblemKind},
    surface::{self, Asked},
};
use bytes::Bytes;
use domain::invalid::InvalidField;
use http::{HeaderValue, Response, StatusCode, header::WWW_AUTHENTICATE};
use serde_json::json;
use std::borrow::Cow;

/// The answer to a request that failed.
pub(super) fn answer(problem: &Problem, asked: &Asked<'_>) -> Response<Bytes> {
    let (kind, status) = (problem.kind(), surface::status_without_gone(problem.kind()));
    let message = message(problem, asked);
    let mut body = json!({"status": "error", "message": message});
    let unknown = kind == ProblemKind::MethodNotAllowed || (kind == ProblemKind::NotFound && !asked.is_routed);
    if unknown {
        body["error"] = json!({"id": kind.slug(), "status": status.as_u16(), "message": message, "details": {}});
    }
    let mut response = surface::json(status, "application/json", &body);
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// What went wrong, in the product's own words where it has some.
fn message<'a>(problem: &'a Problem, asked: &Asked<'_>) -> Cow<'a, str> {
    match problem.kind() {
        ProblemKind::Unauthenticated => problem.said().unwrap_or("Invalid or missing authorization token").into(),
        ProblemKind::NotFound | ProblemKind::Gone if asked.is_routed => {
            problem.said().unwrap_or("Access token not found").into()
        }
        ProblemKind::InvalidRequest if !problem.fields().is_empty() => {
            let messages: Vec<_> = problem.fields().iter().map(refused).collect();
            messages.join("; ").into()
        }
        ProblemKind::InvalidRequest
        | ProblemKind::ChallengeRefused
        | ProblemKind::ActionRequired
        | ProblemKind::ActionRefused
        | ProblemKind::MalformedJson
        | ProblemKind::MalformedRequest
        | ProblemKind::SecretInUrl
        | ProblemKind::InsufficientScope
        | ProblemKind::Forbidden
        | ProblemKind::NotFound
        | ProblemKind::Gone
        | ProblemKind::MethodNotAllowed
        | ProblemKind::RequestTimeout
        | ProblemKind::Conflict
        | ProblemKind::PreviewChanged
        | ProblemKind::IdempotencyConflict
        | ProblemKind::PreconditionFailed
        | ProblemKind::PayloadTooLarge
        | ProblemKind::UnsupportedMediaType
        | ProblemKind::TooManyRequests
        | ProblemKind::Internal
        | ProblemKind::OutcomeUnknown
        | ProblemKind::Unavailable => problem.said().unwrap_or_else(|| problem.kind().title()).into(),
    }
}

fn refused(field: &InvalidField) -> String {
    match field.rule.as_str() {
        "is required" => format!("Missing required field: {}", field.field),
        rule => format!("Invalid field: {} {rule}", field.field),
    }
}
