//! The OpenAPI document of SoftwareOne's contract.

use crate::surface::document::DocumentText;
use axum::Extension;
use std::collections::BTreeMap;
use utoipa::{
    OpenApi, ToSchema,
    openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "SoftwareOne",
        description = "API tokens of the SoftwareOne marketplace, served by Jeton.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ProblemDetails))
)]
struct Base;

/// An error.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[allow(dead_code, reason = "only the OpenAPI document reads it")]
pub(super) struct ProblemDetails {
    /// Where the status is defined.
    #[schema(format = "uri")]
    r#type: String,
    /// The status in words.
    title: String,
    /// The status of the answer.
    status: u16,
    /// What happened this time.
    detail: String,
    /// The name of the request in the server's log, as a W3C trace.
    #[schema(nullable = false)]
    trace_id: Option<String>,
    /// What is wrong with each field.
    #[schema(nullable = false)]
    errors: Option<BTreeMap<String, Vec<String>>>,
}

/// The document before the routes are added to it.
pub fn base() -> utoipa::openapi::OpenApi {
    let mut document = Base::openapi();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    document.components.get_or_insert_default().security_schemes.insert("bearer".to_owned(), bearer.into());
    document.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
    document
}

/// Show this document
#[utoipa::path(
    get, path = "/v1/openapi/softwareone.json", tag = "Document", operation_id = "show_softwareone_document",
    security(()),
    responses((status = 200, description = "The OpenAPI document", body = Object))
)]
pub async fn show(Extension(text): Extension<DocumentText>) -> DocumentText {
    text
}
