//! `/auth/api_key…`: API keys, as the released clients speak of access tokens.

use super::{
    caller::Keeper,
    dialect::Dialect,
    tokens::{self, NewTokenBody, StatusShape, TokenShape},
};
use crate::{json::Json, path::Path, problem::Problem, state::Server};
use authority::issue::Issued;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

const TAG: &str = "API keys";
const DIALECT: Dialect = Dialect::ApiKey;

/// An API key with its secret, which is shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = IssuedApiKey)]
pub struct IssuedShape {
    #[serde(flatten)]
    shape: TokenShape,
    /// The secret.
    api_key: String,
}

impl From<Issued> for IssuedShape {
    fn from(issued: Issued) -> Self {
        Self { shape: (&issued.token).into(), api_key: issued.secret.expose().to_owned() }
    }
}

/// All API keys.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKeys)]
pub struct ListShape {
    /// The keys, the oldest first.
    api_keys: Vec<TokenShape>,
}

/// Create an API key
///
/// The secret in the answer is shown this once.
#[utoipa::path(
    post, path = "/auth/api_key", tag = TAG, operation_id = "create_api_key", request_body = NewTokenBody,
    responses(
        (status = 200, description = "The new API key with its secret", body = IssuedShape),
        (status = 409, description = "Another one has this name.", body = super::document::VectorAiError)
    )
)]
pub async fn create(
    State(server): State<Server>,
    keeper: Keeper,
    Json(body): Json<NewTokenBody>,
) -> Result<Json<IssuedShape>, Problem> {
    Ok(Json(tokens::create(&server, &keeper, DIALECT, body).await?.into()))
}

/// List API keys
#[utoipa::path(
    get, path = "/auth/api_keys", tag = TAG, operation_id = "list_api_keys",
    responses((status = 200, description = "Every API key, the oldest first", body = ListShape))
)]
pub async fn list(State(server): State<Server>, keeper: Keeper) -> Result<Json<ListShape>, Problem> {
    Ok(Json(ListShape { api_keys: tokens::list(&server, &keeper).await? }))
}

/// Rotate an API key
///
/// It gets a new secret and keeps everything else; the old secret dies at once.
#[utoipa::path(
    post, path = "/auth/api_key/{id}/rotate", tag = TAG, operation_id = "rotate_api_key",
    params(("id" = i64, Path, description = "Its number")),
    responses((status = 200, description = "The API key with its new secret", body = IssuedShape),
        (status = 409, description = "It has expired.", body = super::document::VectorAiError))
)]
pub async fn rotate(
    State(server): State<Server>,
    keeper: Keeper,
    Path(id): Path<String>,
) -> Result<Json<IssuedShape>, Problem> {
    Ok(Json(tokens::rotate(&server, &keeper, DIALECT, &id).await?.into()))
}

/// Delete an API key
///
/// It stops working at once, everywhere.
#[utoipa::path(
    delete, path = "/auth/api_key/{id}", tag = TAG, operation_id = "delete_api_key",
    params(("id" = i64, Path, description = "Its number")),
    responses((status = 200, description = "It is deleted", body = StatusShape))
)]
pub async fn delete(
    State(server): State<Server>,
    keeper: Keeper,
    Path(id): Path<String>,
) -> Result<Json<StatusShape>, Problem> {
    tokens::delete(&server, &keeper, DIALECT, &id).await.map(Json)
}
