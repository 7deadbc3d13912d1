//! The OpenAPI document of a surface: its text, its operations, and the errors that each of them may answer with.

use super::Surface;
use crate::problem::ProblemKind;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{Method, header};
use std::collections::BTreeMap;
use utoipa::openapi::{
    Content, OpenApi, PathItem, Ref, RefOr, ResponseBuilder, Schema,
    path::{Operation, Parameter},
    security::SecurityRequirement,
};

/// The text of a document, made once.
#[derive(Clone)]
pub struct DocumentText(Bytes);

impl DocumentText {
    /// Writes the document.
    pub fn of(document: &OpenApi) -> Self {
        // A document made of strings always has a JSON form.
        Self(document.to_pretty_json().unwrap_or_default().into())
    }
}

impl IntoResponse for DocumentText {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "application/json")], self.0).into_response()
    }
}

/// The addresses below which the operations of a document are, beside the root.
pub fn bases(document: &OpenApi) -> impl Iterator<Item = &str> {
    let urls = document.servers.iter().flatten().map(|server| server.url.as_str());
    urls.filter(|url| *url != "/")
}

/// Adds to each operation the errors of the surface that it may answer with. A status that the operation
/// documents itself keeps its own words.
pub fn add_errors(document: &mut OpenApi, surface: &Surface) {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations_mut(item) {
            let mut titles = BTreeMap::<_, Vec<_>>::new();
            for kind in ProblemKind::ALL.into_iter().filter(|kind| is_possible(*kind, &method, path, operation)) {
                titles
                    .entry((surface.status)(kind).as_str().to_owned())
                    .or_default()
                    .push(format!("{}.", kind.title()));
            }
            for (status, titles) in titles {
                let content = Content::new(Some(RefOr::<Schema>::Ref(Ref::from_schema_name(surface.schema))));
                let response =
                    ResponseBuilder::new().description(titles.join(" ")).content(surface.media_type, content);
                operation.responses.responses.entry(status).or_insert_with(|| response.build().into());
            }
        }
    }
}

/// What can go wrong with any operation that takes what this one takes. What else can is said at its own place.
fn is_possible(kind: ProblemKind, method: &Method, path: &str, operation: &Operation) -> bool {
    let has_body = operation.request_body.is_some();
    match kind {
        ProblemKind::InvalidRequest | ProblemKind::SecretInUrl | ProblemKind::Internal | ProblemKind::Unavailable => {
            true
        }
        ProblemKind::Unauthenticated | ProblemKind::InsufficientScope | ProblemKind::Forbidden => {
            is_protected(operation)
        }
        ProblemKind::ActionRequired | ProblemKind::ActionRefused => is_protected(operation) && !method.is_safe(),
        ProblemKind::NotFound => path.contains('{'),
        ProblemKind::MalformedJson
        | ProblemKind::MalformedRequest
        | ProblemKind::RequestTimeout
        | ProblemKind::PayloadTooLarge
        | ProblemKind::UnsupportedMediaType => has_body,
        ProblemKind::OutcomeUnknown => !method.is_safe(),
        // A path with an operation has the method of that operation, and the rest is of single operations.
        ProblemKind::MethodNotAllowed
        | ProblemKind::ChallengeRefused
        | ProblemKind::Conflict
        | ProblemKind::PreviewChanged
        | ProblemKind::IdempotencyConflict
        | ProblemKind::Gone
        | ProblemKind::PreconditionFailed
        | ProblemKind::TooManyRequests => false,
    }
}

/// True when an operation takes a credential.
pub fn is_protected(operation: &Operation) -> bool {
    operation.security.as_ref().is_none_or(|any| !any.contains(&SecurityRequirement::default()))
}

/// The parameters of an operation.
pub fn parameters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    })
}

/// The operations of a path.
pub fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    let named = [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ];
    named.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

/// The same, to be changed.
pub fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let named = [
        (Method::GET, &mut item.get),
        (Method::PUT, &mut item.put),
        (Method::POST, &mut item.post),
        (Method::PATCH, &mut item.patch),
        (Method::DELETE, &mut item.delete),
    ];
    named.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}
