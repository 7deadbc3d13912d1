//! Request and answer bodies as strict JSON: one reading, every field known, every refusal named.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `strict` | bytes into values: no key twice, no deep nesting, no number that would lose digits |
//! | `typed` | values into types, with every refused field at once |
//! | `object` | types that are read from objects alone |
//! | `rule` | what a deserializer says, as a rule without the refused value |

mod object;
pub(crate) mod rule;
mod strict;
mod typed;

pub use object::{Object, object};
pub(crate) use strict::value;

use crate::problem::{Problem, ProblemKind};
use axum::{
    body::Bytes,
    extract::{FromRequest, OptionalFromRequest, Request},
    response::{IntoResponse, Response},
};
use domain::secret::Secret;
use http::{
    HeaderMap, HeaderValue,
    header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE},
};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use std::time::Duration;
use tokio::time::timeout;

/// A body: in a request it is read strictly, in an answer it is never stored by anybody.
///
/// An `Option<Json<T>>` in a handler takes a request without a body as `None`.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

/// How long a body may take to arrive; an extension of the request, set by the middleware.
#[derive(Debug, Clone, Copy)]
pub struct BodyTimeout(pub Duration);

/// Reads a body into a type.
///
/// # Errors
/// A problem of kind `malformed-json`, or of kind `invalid-request` with every refused field.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    typed::typed::<Object<T>>(strict::value(body)?).map(|Object(typed)| typed)
}

/// The problem with a body that a borrowing type could not be read from, for those who stand in front
/// of the router and read without the strict pass over the whole value.
pub fn problem_of<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Problem {
    if let Err(problem) = strict::value(body) {
        return problem;
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Ok(_) => Problem::field("body", "is not valid"),
        Err(error) => typed::refused(&error),
    }
}

/// Reads a field as a secret.
///
/// # Errors
/// When it is no text.
pub fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

/// Reads a field as a secret; null is none.
///
/// # Errors
/// When it is anything else than text.
pub fn secret_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Option::<String>::deserialize(deserializer).map(|text| text.map(Secret::new))
}

impl<S, T> FromRequest<S> for Json<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        expect_json(request.headers())?;
        parse(&read(request, state).await?).map(Self)
    }
}

impl<S, T> OptionalFromRequest<S> for Json<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Problem> {
        let typed = expect_json(request.headers());
        let body = read(request, state).await?;
        if body.is_empty() {
            return Ok(None);
        }
        typed?;
        parse(&body).map(|value| Some(Self(value)))
    }
}

/// Reads the whole body within the limits of the route in size and in time.
///
/// # Errors
/// A problem of kind `payload-too-large`, `request-timeout` or `malformed-request`.
pub async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    let wait = request.extensions().get::<BodyTimeout>().map_or(Duration::MAX, |BodyTimeout(wait)| *wait);
    match timeout(wait, Bytes::from_request(request, state)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(rejection)) if rejection.status() == http::StatusCode::PAYLOAD_TOO_LARGE => {
            Err(ProblemKind::PayloadTooLarge.into())
        }
        Ok(Err(_)) => Err(Problem::new(ProblemKind::MalformedRequest).detail("The body could not be read to its end.")),
        Err(_) => Err(ProblemKind::RequestTimeout.into()),
    }
}

/// Makes sure that a body is plain JSON.
///
/// # Errors
/// A problem of kind `unsupported-media-type`.
pub fn expect_json(headers: &HeaderMap) -> Result<(), Problem> {
    let unsupported = |detail: &'static str| Problem::new(ProblemKind::UnsupportedMediaType).detail(detail);
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(unsupported("The body must not be compressed."));
    }
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = given.split(';').map(str::trim);
    let json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let utf8 = parts.all(|parameter| {
        let parameter = parameter.to_ascii_lowercase().replace('"', "");
        ["", "charset=utf-8"].contains(&parameter.as_str())
    });
    if json && utf8 { Ok(()) } else { Err(unsupported("The body must be of type application/json, in UTF-8.")) }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let Ok(body) = serde_json::to_vec(&self.0) else {
            tracing::error!("an answer has no JSON form");
            return Problem::new(ProblemKind::Internal).into_response();
        };
        let mut response = Response::new(body.into());
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
