//! The OpenAPI document: what is said once for all operations, and where it is served.

use crate::{
    problem::{Problem, ProblemKind},
    state::Server,
};
use axum::{
    http::header,
    routing::{MethodRouter, get},
};
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses, OpenApi, ToSchema,
    openapi::{
        Content, Ref, RefOr, ResponseBuilder,
        response::Response,
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Jeton",
        description = "Issue, list, rotate, disable, verify and delete access tokens. Deleted means deleted.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ProblemDocument))
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
    let session = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("__Host-jeton-session")));
    components.security_schemes.insert("bearer".to_owned(), bearer.into());
    components.security_schemes.insert("session".to_owned(), session.into());
    document.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
    document
}

/// Serves the document, which does not change while the server runs.
pub fn route(document: &utoipa::openapi::OpenApi) -> MethodRouter<Server> {
    // A document made of strings always has a JSON form.
    let text = document.to_pretty_json().unwrap_or_default();
    get(move || async move { ([(header::CONTENT_TYPE, "application/json")], text) })
}

/// What answers where no route is.
pub async fn not_found() -> Problem {
    ProblemKind::NotFound.into()
}

/// What answers where a route is, but not for this method.
pub async fn method_not_allowed() -> Problem {
    ProblemKind::MethodNotAllowed.into()
}

/// The problems that any operation may answer with.
pub struct Problems;

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let statuses: BTreeMap<_, _> = ProblemKind::ALL.iter().map(|kind| (kind.status(), kind.title())).collect();
        let problem = |title: &str| {
            let content = Content::new(Some(RefOr::<utoipa::openapi::Schema>::Ref(Ref::from_schema_name("Problem"))));
            ResponseBuilder::new().description(title).content("application/problem+json", content).build()
        };
        statuses.into_iter().map(|(status, title)| (status.as_str().to_owned(), problem(title).into())).collect()
    }
}
