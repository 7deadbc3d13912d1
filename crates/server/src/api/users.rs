//! `/v1/users`: create, list, show, change and invite the people who own tokens.

use super::{
    OWNERS,
    owner_input::{NewUserBody, UserPatchBody, UserQuery},
    owner_shapes::{InvitationShape, OwnerShape},
    page::List,
    preconditions::{created_headers, entity_tag, expected_revision, idempotency_key},
};
use crate::{auth::Bearer, json::Json, path::Path, problem::Problem, query::Query, state::Server};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{id::OwnerId, owner::OwnerKind};
use serde::Serialize;
use utoipa::ToSchema;

/// The order of the list, as its cursors name it.
const ORDER: &str = "users";

/// A new user, with the link that lets him set his password.
#[derive(Serialize, ToSchema)]
#[schema(as = InvitedUser)]
pub struct InvitedUser {
    /// The user.
    #[serde(flatten)]
    user: OwnerShape,
    /// The link.
    invitation: InvitationShape,
}

/// Create a user
///
/// The answer holds a one-time link with which he sets his password; hand it over to him.
#[utoipa::path(
    post, path = "/v1/users", tag = OWNERS, operation_id = "create_user",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repetition find this user", max_length = 255)),
    request_body = NewUserBody,
    responses((status = 201, description = "The new user with his invitation", body = InvitedUser))
)]
pub async fn create(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    headers: HeaderMap,
    Json(body): Json<NewUserBody>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers, &body, "POST /v1/users")?;
    let created = server.authority.create_invited(&caller, body.check()?, key).await?;
    let invitation = &created.record;
    let user = &invitation.user;
    let headers = created_headers(&format!("/v1/users/{}", user.id), user.revision, created.repeated);
    let body = InvitedUser { user: OwnerShape::new(user), invitation: InvitationShape::new(invitation, &server) };
    Ok((StatusCode::CREATED, headers, axum::Json(body)).into_response())
}

/// List users
#[utoipa::path(
    get, path = "/v1/users", tag = OWNERS, operation_id = "list_users",
    params(UserQuery),
    responses((status = 200, description = "A page of users", body = List<OwnerShape>))
)]
pub async fn list(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Query(query): Query<UserQuery>,
) -> Result<axum::Json<List<OwnerShape>>, Problem> {
    let (filter, page) = query.check(ORDER)?;
    let page = server.authority.owners(&caller, filter, page).await?;
    Ok(axum::Json(List::new(page, ORDER, |owner| OwnerShape::new(&owner))))
}

/// Show a user
#[utoipa::path(
    get, path = "/v1/users/{id}", tag = OWNERS, operation_id = "show_user",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "The user", body = OwnerShape))
)]
pub async fn show(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let owner = server.authority.owner(&caller, OwnerKind::User, OwnerId::parse("id", &id)?).await?;
    Ok(([(header::ETAG, entity_tag(owner.revision))], axum::Json(OwnerShape::new(&owner))).into_response())
}

/// Change a user
///
/// Deactivating him ends the power of all his tokens and sessions at once.
#[utoipa::path(
    patch, path = "/v1/users/{id}", tag = OWNERS, operation_id = "update_user",
    params(("id" = String, Path, format = "uuid"), ("If-Match" = Option<String>, Header, description = "The entity tag the user must have")),
    request_body = UserPatchBody,
    responses((status = 200, description = "The changed user", body = OwnerShape))
)]
pub async fn update(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<UserPatchBody>,
) -> Result<Response, Problem> {
    let (id, expects) = (OwnerId::parse("id", &id)?, expected_revision(&headers)?);
    let owner = server.authority.update_owner(&caller, OwnerKind::User, id, body.check()?, expects).await?;
    Ok(([(header::ETAG, entity_tag(owner.revision))], axum::Json(OwnerShape::new(&owner))).into_response())
}

/// Make a one-time link for a user
///
/// With it he sets his password, the first one or a new one. Every earlier link of his is void.
#[utoipa::path(
    post, path = "/v1/users/{id}/invitation", tag = OWNERS, operation_id = "invite_user",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 201, description = "The link", body = InvitationShape))
)]
pub async fn invite(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let invitation = server.authority.invite(&caller, OwnerId::parse("id", &id)?).await?;
    Ok((StatusCode::CREATED, axum::Json(InvitationShape::new(&invitation, &server))).into_response())
}
