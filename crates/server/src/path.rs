//! The parameters of a path, refused by name when they are no text.

use crate::problem::{Problem, ProblemKind};
use axum::extract::{FromRequestParts, Path as Routed, path::ErrorKind, rejection::PathRejection};
use http::request::Parts;
use serde::de::DeserializeOwned;

/// The parameters of the path of a request.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<S, T> FromRequestParts<S> for Path<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Routed::<T>::from_request_parts(parts, state).await {
            Ok(Routed(parameters)) => Ok(Self(parameters)),
            Err(PathRejection::FailedToDeserializePathParams(failed)) => match failed.into_kind() {
                ErrorKind::InvalidUtf8InPathParam { key } => Err(Problem::field(key, "must be UTF-8")),
                _ => Err(ProblemKind::NotFound.into()),
            },
            Err(_) => Err(ProblemKind::NotFound.into()),
        }
    }
}
