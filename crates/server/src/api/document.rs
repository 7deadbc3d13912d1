//! The OpenAPI document: what is said once for all operations, and where it is served.

use crate::{
    problem::{Problem, ProblemKind},
    surface::document::DocumentText,
};
use axum::Extension;
use utoipa::{
    OpenApi, ToSchema,
    openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Jeton",
        description = "Issue, list, rotate, disable, verify and delete access tokens. Deleted means deleted.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ProblemDocument, super::token_filter::SortShape))
)]
struct Base;

/// An error (RFC 9457).
#[derive(ToSchema)]
#[schema(as = Problem)]
#[allow(dead_code)]
struct ProblemDocument {
    /// The stable name of the kind of error, a path with a page of documentation.
    #[schema(format = "uri-reference")]
    r#type: String,
    /// The kind in words.
    title: String,
    /// The status of the answer.
    status: u16,
    /// What happened this time.
    #[schema(nullable = false)]
    detail: Option<String>,
    /// Every field that was refused.
    #[schema(nullable = false)]
    fields: Option<Vec<ProblemFieldDocument>>,
    /// The scope that the credential lacks.
    #[schema(nullable = false)]
    scope: Option<String>,
    /// When to come back.
    #[schema(nullable = false)]
    retry_after_seconds: Option<u64>,
    /// The tombstone of a deleted token.
    #[schema(nullable = false)]
    token: Option<super::token_shapes::TokenShape>,
    /// The error in the words of OAuth 2.0, where the request was one of its own.
    #[schema(nullable = false)]
    error: Option<String>,
    /// The name of the request in the server's log, which the header `X-Request-Id` carries too.
    #[schema(format = "uuid", nullable = false)]
    request_id: Option<String>,
}

/// A refused field.
#[derive(ToSchema)]
#[schema(as = ProblemField)]
#[allow(dead_code)]
struct ProblemFieldDocument {
    /// Where the value stood.
    field: String,
    /// The rule that it broke.
    rule: String,
}

/// The document before the routes are added to it.
pub fn base() -> utoipa::openapi::OpenApi {
    let mut document = Base::openapi();
    let components = document.components.get_or_insert_default();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let session = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
        "__Host-jeton-session",
        "Set by `POST /v1/sessions`. Where the public URL is plain HTTP on the server's own host, it is named `jeton-session`.",
    )));
    components.security_schemes.insert("bearer".to_owned(), bearer.into());
    components.security_schemes.insert("session".to_owned(), session.into());
    document.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
    document
}

/// Show this document
#[utoipa::path(
    get, path = "/v1/openapi.json", tag = "Document", operation_id = "show_document", security(()),
    responses((status = 200, description = "The OpenAPI document", body = Object))
)]
pub async fn show(Extension(text): Extension<DocumentText>) -> DocumentText {
    text
}

/// What answers where no route is.
pub async fn not_found() -> Problem {
    ProblemKind::NotFound.into()
}

/// What answers where a route is, but not for this method.
pub async fn method_not_allowed() -> Problem {
    ProblemKind::MethodNotAllowed.into()
}
