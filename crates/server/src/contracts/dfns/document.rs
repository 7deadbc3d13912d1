//! The OpenAPI document of Dfns' contract.

use crate::surface::document::DocumentText;
use axum::Extension;
use utoipa::{
    OpenApi, ToSchema,
    openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Dfns",
        description = "Personal access tokens of Dfns and the signed actions that change them, served by Jeton.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(DfnsError))
)]
struct Base;

/// An error.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only the OpenAPI document reads it")]
pub(super) struct DfnsError {
    /// What went wrong.
    error: ErrorObject,
    /// The message once more.
    message: String,
    /// Always `error`, for clients of another contract, where nothing answers.
    #[schema(nullable = false, required = false)]
    status: Option<String>,
}

/// What went wrong.
#[derive(ToSchema)]
#[schema(as = DfnsErrorObject)]
#[allow(dead_code, reason = "only the OpenAPI document reads it")]
pub(super) struct ErrorObject {
    /// The name of the request in the server's log.
    id: String,
    /// The status of the answer.
    status: u16,
    /// What happened.
    message: String,
    /// What is known besides: `fields` has the rules that were broken by field.
    #[schema(value_type = Object)]
    details: serde_json::Value,
}

/// The document before the routes are added to it.
pub fn base() -> utoipa::openapi::OpenApi {
    let mut document = Base::openapi();
    let schemes = &mut document.components.get_or_insert_default().security_schemes;
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    schemes.insert("authenticationToken".to_owned(), bearer.into());
    let action = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-DFNS-USERACTION")));
    schemes.insert("userActionSignature".to_owned(), action.into());
    document.security = Some(vec![SecurityRequirement::new("authenticationToken", Vec::<String>::new())]);
    document
}

/// Show this document
#[utoipa::path(
    get, path = "/v1/openapi/dfns.json", tag = "Document", operation_id = "show_dfns_document", security(()),
    responses((status = 200, description = "The OpenAPI document", body = Object))
)]
pub async fn show(Extension(text): Extension<DocumentText>) -> DocumentText {
    text
}
