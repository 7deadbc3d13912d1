//! The OpenAPI document of VectorAI's contract.

use crate::surface::document::DocumentText;
use axum::Extension;
use utoipa::{
    OpenApi, ToSchema,
    openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "VectorAI",
        description = "Access tokens and the admin of VectorAI, served by Jeton.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(VectorAiError))
)]
struct Base;

/// An error.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only the OpenAPI document reads it")]
pub struct VectorAiError {
    /// Always `error`.
    status: String,
    /// What went wrong.
    message: String,
    /// The same for clients of another contract, where nothing answers.
    #[schema(nullable = false, value_type = Option<Object>)]
    error: Option<serde_json::Value>,
}

/// The document before the routes are added to it.
pub fn base() -> utoipa::openapi::OpenApi {
    let mut document = Base::openapi();
    let schemes = &mut document.components.get_or_insert_default().security_schemes;
    schemes.insert("bearer".to_owned(), SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)).into());
    let key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("api-key")));
    schemes.insert("key".to_owned(), key.into());
    let either = ["bearer", "key"].map(|name| SecurityRequirement::new(name, Vec::<String>::new()));
    document.security = Some(either.into());
    document
}

/// Show this document
#[utoipa::path(
    get, path = "/v1/openapi/vectorai.json", tag = "Document", operation_id = "show_vectorai_document", security(()),
    responses((status = 200, description = "The OpenAPI document", body = Object))
)]
pub async fn show(Extension(text): Extension<DocumentText>) -> DocumentText {
    text
}
