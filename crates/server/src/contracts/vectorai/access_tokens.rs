//! `/auth/access_token…`: access tokens, as the published documents speak of them.

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

const TAG: &str = "Access tokens";
const DIALECT: Dialect = Dialect::AccessToken;

/// An access token with its secret, which is shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = IssuedAccessToken)]
pub struct IssuedShape {
    #[serde(flatten)]
    shape: TokenShape,
    /// The secret.
    token: String,
}

impl From<Issued> for IssuedShape {
    fn from(issued: Issued) -> Self {
        Self { shape: (&issued.token).into(), token: issued.secret.expose().to_owned() }
    }
}

/// Create an access token
///
/// The secret in the answer is shown this once.
#[utoipa::path(
    post, path = "/auth/access_token", tag = TAG, operation_id = "create_access_token", request_body = NewTokenBody,
    responses(
        (status = 200, description = "The new access token with its secret", body = IssuedShape),
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

/// List access tokens
#[utoipa::path(
    get, path = "/auth/access_tokens", tag = TAG, operation_id = "list_access_tokens",
    responses((status = 200, description = "Every access token, the oldest first", body = Vec<TokenShape>))
)]
pub async fn list(State(server): State<Server>, keeper: Keeper) -> Result<Json<Vec<TokenShape>>, Problem> {
    tokens::list(&server, &keeper).await.map(Json)
}

/// Rotate an access token
///
/// It gets a new secret and keeps everything else; the old secret dies at once.
#[utoipa::path(
    post, path = "/auth/access_token/{token_id}/rotate", tag = TAG, operation_id = "rotate_access_token",
    params(("token_id" = i64, Path, description = "Its number")),
    responses((status = 200, description = "The access token with its new secret", body = IssuedShape))
)]
pub async fn rotate(
    State(server): State<Server>,
    keeper: Keeper,
    Path(id): Path<String>,
) -> Result<Json<IssuedShape>, Problem> {
    Ok(Json(tokens::rotate(&server, &keeper, DIALECT, &id).await?.into()))
}

/// Delete an access token
///
/// It stops working at once, everywhere.
#[utoipa::path(
    delete, path = "/auth/access_token/{token_id}", tag = TAG, operation_id = "delete_access_token",
    params(("token_id" = i64, Path, description = "Its number")),
    responses((status = 200, description = "It is deleted", body = StatusShape))
)]
pub async fn delete(
    State(server): State<Server>,
    keeper: Keeper,
    Path(id): Path<String>,
) -> Result<Json<StatusShape>, Problem> {
    tokens::delete(&server, &keeper, DIALECT, &id).await.map(Json)
}
