//! `/v1/service-accounts`: create, list, show and change the programs that own tokens.

use super::{
    OWNERS,
    owner_input::{NewServiceAccountBody, ServiceAccountPatchBody, ServiceAccountQuery},
    owner_shapes::OwnerShape,
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

/// The order of the list, as its cursors name it.
const ORDER: &str = "service accounts";

/// Create a service account
///
/// It only has tokens: issue one with its identifier as `owner`.
#[utoipa::path(
    post, path = "/v1/service-accounts", tag = OWNERS, operation_id = "create_service_account",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repetition find this service account", max_length = 255)),
    request_body = NewServiceAccountBody,
    responses((status = 201, description = "The new service account", body = OwnerShape))
)]
pub async fn create(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    headers: HeaderMap,
    Json(body): Json<NewServiceAccountBody>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers, &body, "POST /v1/service-accounts")?;
    let created = server.authority.create_owner(&caller, body.check()?, key).await?;
    let account = &created.record;
    let headers = created_headers(&format!("/v1/service-accounts/{}", account.id), account.revision, created.repeated);
    Ok((StatusCode::CREATED, headers, axum::Json(OwnerShape::new(account))).into_response())
}

/// List service accounts
#[utoipa::path(
    get, path = "/v1/service-accounts", tag = OWNERS, operation_id = "list_service_accounts",
    params(ServiceAccountQuery),
    responses((status = 200, description = "A page of service accounts", body = List<OwnerShape>))
)]
pub async fn list(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Query(query): Query<ServiceAccountQuery>,
) -> Result<axum::Json<List<OwnerShape>>, Problem> {
    let (filter, page) = query.check(ORDER)?;
    let page = server.authority.owners(&caller, filter, page).await?;
    Ok(axum::Json(List::new(page, ORDER, |owner| OwnerShape::new(&owner))))
}

/// Show a service account
#[utoipa::path(
    get, path = "/v1/service-accounts/{id}", tag = OWNERS, operation_id = "show_service_account",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "The service account", body = OwnerShape))
)]
pub async fn show(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let owner = server.authority.owner(&caller, OwnerKind::ServiceAccount, OwnerId::parse("id", &id)?).await?;
    Ok(([(header::ETAG, entity_tag(owner.revision))], axum::Json(OwnerShape::new(&owner))).into_response())
}

/// Change a service account
///
/// Deactivating it ends the power of all its tokens at once.
#[utoipa::path(
    patch, path = "/v1/service-accounts/{id}", tag = OWNERS, operation_id = "update_service_account",
    params(("id" = String, Path, format = "uuid"), ("If-Match" = Option<String>, Header, description = "The entity tag the service account must have")),
    request_body = ServiceAccountPatchBody,
    responses((status = 200, description = "The changed service account", body = OwnerShape))
)]
pub async fn update(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<ServiceAccountPatchBody>,
) -> Result<Response, Problem> {
    let (id, expects) = (OwnerId::parse("id", &id)?, expected_revision(&headers)?);
    let owner = server.authority.update_owner(&caller, OwnerKind::ServiceAccount, id, body.check()?, expects).await?;
    Ok(([(header::ETAG, entity_tag(owner.revision))], axum::Json(OwnerShape::new(&owner))).into_response())
}
