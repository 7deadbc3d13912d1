//! The OpenAPI document of RNCV's contract.

use crate::surface::document::DocumentText;
use axum::Extension;
use std::collections::BTreeMap;
use utoipa::{
    OpenApi, ToSchema,
    openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme},
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "RNCV",
        description = "Tokens and API users for the administrators of RNCV, served by Jeton.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers(
        (url = "/", description = "At the root"),
        (url = "/backend/api/v1", description = "Where RNCV's own backend is")
    ),
    components(schemas(RncvError))
)]
struct Base;

/// An error: one sentence, or a list of messages for each field.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only the OpenAPI document reads it")]
pub struct RncvError {
    /// What went wrong.
    #[schema(nullable = false)]
    detail: Option<String>,
    /// What is wrong with each field.
    #[serde(flatten)]
    fields: BTreeMap<String, Vec<String>>,
}

/// The document before the routes are added to it.
pub fn base() -> utoipa::openapi::OpenApi {
    let mut document = Base::openapi();
    let token = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
        "Authorization",
        "The word `Token`, a space, and the key.",
    )));
    document.components.get_or_insert_default().security_schemes.insert("token".to_owned(), token.into());
    document.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new())]);
    document
}

/// Show this document
#[utoipa::path(
    get, path = "/v1/openapi/rncv.json", tag = "Document", operation_id = "show_rncv_document", security(()),
    responses((status = 200, description = "The OpenAPI document", body = Object))
)]
pub async fn show(Extension(text): Extension<DocumentText>) -> DocumentText {
    text
}
