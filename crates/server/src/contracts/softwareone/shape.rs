//! Errors as the problem details of the marketplace: `title` is what its client prints beside the status.

use crate::{
    problem::{Problem, ProblemKind},
    request_id::RequestId,
    surface::{self, Asked},
};
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header::WWW_AUTHENTICATE};
use serde::Serialize;
use std::{borrow::Cow, collections::BTreeMap};

/// Where the statuses are defined: RFC 9110, section 15.
const STATUSES: &str = "https://www.rfc-editor.org/rfc/rfc9110#section-15";
/// How many hexadecimal digits of a trace name its last part.
const SPAN_CHARACTERS: usize = 16;

/// The body of an error.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProblemDetails<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    errors: BTreeMap<&'a str, Vec<&'a str>>,
}

/// The answer to a request that failed.
pub(super) fn answer(problem: &Problem, _: &Asked<'_>) -> Response<Bytes> {
    let status = surface::status_without_gone(problem.kind());
    let mut errors = BTreeMap::<_, Vec<_>>::new();
    for refused in problem.fields() {
        errors.entry(refused.field.as_str()).or_default().push(refused.rule.as_str());
    }
    let body = ProblemDetails {
        r#type: STATUSES,
        title: title(status),
        status: status.as_u16(),
        detail: detail(problem),
        trace_id: RequestId::current().map(trace),
        errors,
    };
    let mut response = surface::json(status, "application/problem+json", &body);
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// An answer of a status that only this contract has.
pub(super) fn refusal(status: StatusCode, detail: &str) -> axum::response::Response {
    let trace_id = RequestId::current().map(trace);
    let (title, errors) = (title(status), BTreeMap::new());
    let body =
        ProblemDetails { r#type: STATUSES, title, status: status.as_u16(), detail: detail.into(), trace_id, errors };
    surface::json(status, "application/problem+json", &body).map(Body::from)
}

/// The reason phrase, but for the one that the marketplace has words of its own for.
fn title(status: StatusCode) -> &'static str {
    if status == StatusCode::UNAUTHORIZED {
        return "Authentication Failed";
    }
    status.canonical_reason().unwrap_or("Error")
}

fn detail(problem: &Problem) -> Cow<'_, str> {
    match problem.said() {
        Some(said) => said.into(),
        None if problem.kind() == ProblemKind::InvalidRequest => "One or more validation errors occurred.".into(),
        None => format!("{}.", problem.kind().title()).into(),
    }
}

/// The name of a request as a trace of the W3C (Trace Context, section 3.2).
fn trace(request: RequestId) -> String {
    let digits = request.to_string().replace('-', "");
    let span = digits.get(digits.len().saturating_sub(SPAN_CHARACTERS)..).unwrap_or_default();
    format!("00-{digits}-{span}-00")
}
