//! `/v1/tokens`: issue, list, show, update, disable, enable, rotate and delete.

use super::{
    TOKENS,
    page::List,
    preconditions::{created_headers, entity_tag, expected_revision, idempotency_key},
    token_filter::{Listing, TokenFilterQuery},
    token_input::{NewTokenBody, TokenPatchBody},
    token_shapes::{IssuedShape, TokenShape},
};
use crate::{auth::Bearer, json::Json, path::Path, problem::Problem, query::Query, state::Server};
use authority::{issue::Issued, rotate::Overlap};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    id::TokenId,
    invalid::Invalid,
    limits, name,
    time::Timestamp,
    token::{Token, TokenCaller},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::query::UsageDay;
use utoipa::{IntoParams, ToSchema};

/// Issue a token
///
/// Only the name is needed: the token then speaks for the caller and may do what the caller may.
/// The secret in the answer is shown this once. Repeated with the same `Idempotency-Key`, the
/// answer holds a new secret for the same token, and the lost one stops working.
#[utoipa::path(
    post, path = "/v1/tokens", tag = TOKENS, operation_id = "issue_token",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repetition find this token", max_length = 255)),
    request_body = NewTokenBody,
    responses((status = 201, description = "The new token with its secret", body = IssuedShape))
)]
pub async fn issue(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    headers: HeaderMap,
    Json(body): Json<NewTokenBody>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers, &body, "POST /v1/tokens")?;
    let now = server.authority.now();
    let issued = server.authority.issue(&caller, body.check(now)?, key).await?;
    Ok(issued_answer(StatusCode::CREATED, issued, now))
}

/// List tokens
///
/// A page of the tokens within the caller's reach, newest first unless `sort` says otherwise.
/// Deleted tokens are listed only when `state=deleted` asks for them.
#[utoipa::path(
    get, path = "/v1/tokens", tag = TOKENS, operation_id = "list_tokens",
    params(TokenFilterQuery),
    responses((status = 200, description = "A page of tokens", body = List<TokenShape>))
)]
pub async fn list(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Query(query): Query<TokenFilterQuery>,
) -> Result<axum::Json<List<TokenShape>>, Problem> {
    let Listing { filter, sort, order, page, with_total } = query.check()?;
    let now = server.authority.now();
    let total = if with_total { Some(server.authority.count_tokens(&caller, filter.clone()).await?) } else { None };
    let page = server.authority.tokens(&caller, filter, sort, page).await?;
    let mut list = List::new(page, &order, |token| TokenShape::new(&token, now));
    list.total = total;
    Ok(axum::Json(list))
}

/// Whether a deleted token is shown by its tombstone.
#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct DeletedQuery {
    /// `include` answers 410 with the facts of the tombstone instead of 404.
    #[param(pattern = "^include$")]
    deleted: Option<String>,
}

/// What a deletion may say.
#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct DeleteQuery {
    /// Why, up to 500 characters, for the journal.
    #[param(min_length = 1, max_length = 500)]
    reason: Option<String>,
    /// `include` answers 410 with the facts of the tombstone when the token was deleted before.
    #[param(pattern = "^include$")]
    deleted: Option<String>,
}

/// Show a token
#[utoipa::path(
    get, path = "/v1/tokens/{id}", tag = TOKENS, operation_id = "show_token",
    params(("id" = String, Path, format = "uuid"), DeletedQuery),
    responses((status = 200, description = "The token", body = TokenShape))
)]
pub async fn show(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
    Query(query): Query<DeletedQuery>,
) -> Result<Response, Problem> {
    let deleted = includes_deleted(query.deleted.as_deref())?;
    let token = server.authority.token(&caller, TokenId::parse("id", &id)?, deleted).await?;
    Ok(answer(&token, server.authority.now()))
}

/// Change a token
///
/// What is left out stays as it is; null removes the networks or the expiry. A change that takes
/// power away is in force when it is answered.
#[utoipa::path(
    patch, path = "/v1/tokens/{id}", tag = TOKENS, operation_id = "update_token",
    params(("id" = String, Path, format = "uuid"), ("If-Match" = Option<String>, Header, description = "The entity tag the token must have")),
    request_body = TokenPatchBody,
    responses((status = 200, description = "The changed token", body = TokenShape))
)]
pub async fn update(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<TokenPatchBody>,
) -> Result<Response, Problem> {
    let (id, expects) = (TokenId::parse("id", &id)?, expected_revision(&headers)?);
    let patch = body.check(server.authority.now())?;
    let token = server.authority.update(&caller, id, patch, expects).await?;
    Ok(answer(&token, server.authority.now()))
}

/// Disable a token
///
/// It stops working until it is enabled again. Without effect when it already is disabled.
#[utoipa::path(
    post, path = "/v1/tokens/{id}/disable", tag = TOKENS, operation_id = "disable_token",
    params(("id" = String, Path, format = "uuid"), ("If-Match" = Option<String>, Header, description = "The entity tag the token must have")),
    responses((status = 200, description = "The disabled token", body = TokenShape))
)]
pub async fn disable(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (id, expects) = (TokenId::parse("id", &id)?, expected_revision(&headers)?);
    let token = server.authority.disable(&caller, id, expects).await?;
    Ok(answer(&token, server.authority.now()))
}

/// Enable a token
///
/// Without effect when it already is enabled.
#[utoipa::path(
    post, path = "/v1/tokens/{id}/enable", tag = TOKENS, operation_id = "enable_token",
    params(("id" = String, Path, format = "uuid"), ("If-Match" = Option<String>, Header, description = "The entity tag the token must have")),
    responses((status = 200, description = "The enabled token", body = TokenShape))
)]
pub async fn enable(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (id, expects) = (TokenId::parse("id", &id)?, expected_revision(&headers)?);
    let token = server.authority.enable(&caller, id, expects).await?;
    Ok(answer(&token, server.authority.now()))
}

/// When the older secret ends.
#[derive(Serialize, Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = Rotation)]
pub struct RotationBody {
    /// How long the older secret goes on working, up to seven days; at once when left out.
    #[schema(maximum = 604_800)]
    overlap_seconds: Option<u64>,
    /// `first-use` ends the older secret when the new one is first used, and after the overlap (seven
    /// days when left out) at the latest.
    #[schema(pattern = "^first-use$")]
    until: Option<String>,
}

impl RotationBody {
    fn check(&self) -> Result<Overlap, Invalid> {
        let longest = limits::ROTATION_OVERLAP;
        let time = self.overlap_seconds.map(Duration::from_secs);
        if time.is_some_and(|time| time > longest) {
            return Err(Invalid::field("overlap_seconds", format!("must not be larger than {}", longest.as_secs())));
        }
        match self.until.as_deref() {
            None => Ok(time.map_or(Overlap::None, Overlap::Time)),
            Some("first-use") => Ok(Overlap::UntilFirstUse(time.unwrap_or(longest))),
            Some(_) => Err(Invalid::field("until", "must be first-use")),
        }
    }
}

/// Rotate a token
///
/// Gives the token a new secret, which is shown this once, and ends the older one: at once, after an
/// overlap, or on the first use of the new one.
#[utoipa::path(
    post, path = "/v1/tokens/{id}/rotate", tag = TOKENS, operation_id = "rotate_token",
    params(
        ("id" = String, Path, format = "uuid"),
        ("If-Match" = Option<String>, Header, description = "The entity tag the token must have"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repetition replace the lost secret", max_length = 255)
    ),
    request_body = Option<RotationBody>,
    responses((status = 200, description = "The token with its new secret", body = IssuedShape))
)]
pub async fn rotate(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Option<Json<RotationBody>>,
) -> Result<Response, Problem> {
    let (id, expects) = (TokenId::parse("id", &id)?, expected_revision(&headers)?);
    let body = body.map(|Json(body)| body).unwrap_or_default();
    let key = idempotency_key(&headers, &body, &format!("POST /v1/tokens/{id}/rotate"))?;
    let issued = server.authority.rotate(&caller, id, body.check()?, expects, key).await?;
    Ok(issued_answer(StatusCode::OK, issued, server.authority.now()))
}

/// Delete a token
///
/// When this is answered, nothing accepts the token again. It cannot be undone.
#[utoipa::path(
    delete, path = "/v1/tokens/{id}", tag = TOKENS, operation_id = "delete_token",
    params(
        ("id" = String, Path, format = "uuid"),
        ("If-Match" = Option<String>, Header, description = "The entity tag the token must have"),
        DeleteQuery
    ),
    responses((status = 204, description = "The token is deleted"))
)]
pub async fn delete(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Query(query): Query<DeleteQuery>,
) -> Result<StatusCode, Problem> {
    let (id, expects) = (TokenId::parse("id", &id)?, expected_revision(&headers)?);
    let shows_tombstone = includes_deleted(query.deleted.as_deref())?;
    let reason = query.reason.map(|reason| name::reason("reason", &reason)).transpose()?;
    match server.authority.delete(&caller, id, expects, reason).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(authority::Error::NotFound) if shows_tombstone => {
            // A tombstone within reach answers 410 with its facts; anything else stays not found.
            server.authority.token(&caller, id, true).await?;
            Err(authority::Error::NotFound.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// How often a token was used, and by whom lately.
#[derive(Serialize, ToSchema)]
#[schema(as = Usage)]
pub struct UsageShape {
    /// The days on which it was used, oldest first, 90 at most.
    days: Vec<UsageDayShape>,
    /// Its latest callers, the last one first, 16 at most.
    callers: Vec<TokenCallerShape>,
}

/// From where, and with what, a token was used.
#[derive(Serialize, ToSchema)]
#[schema(as = TokenCaller)]
struct TokenCallerShape {
    /// The address, when the verifier named one.
    address: Option<String>,
    /// The user agent, when the verifier named one.
    user_agent: Option<String>,
    /// When it was last used so.
    #[schema(format = "date-time")]
    last_used_at: String,
    /// How often it was used so. Uses by a caller whom others displaced are not among it.
    count: u64,
}

/// How often a token was used on one day.
#[derive(Serialize, ToSchema)]
#[schema(as = UsageDay)]
struct UsageDayShape {
    /// The day, in UTC.
    #[schema(format = "date")]
    day: String,
    /// How often.
    count: u64,
}

/// Show how often a token was used, and by whom lately
///
/// The uses of a deleted token can still be read, for as long as they are kept.
#[utoipa::path(
    get, path = "/v1/tokens/{id}/usage", tag = TOKENS, operation_id = "show_token_usage",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Uses by day and by caller", body = UsageShape))
)]
pub async fn usage(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
) -> Result<axum::Json<UsageShape>, Problem> {
    let id = TokenId::parse("id", &id)?;
    let days = server.authority.token_usage(&caller, id).await?;
    let callers = server.authority.token_callers(&caller, id).await?;
    let day = |day: &UsageDay| UsageDayShape {
        day: Timestamp::of_day(day.day).to_string()[..10].to_owned(),
        count: day.count,
    };
    Ok(axum::Json(UsageShape {
        days: days.iter().map(day).collect(),
        callers: callers.into_iter().map(TokenCallerShape::from).collect(),
    }))
}

impl From<TokenCaller> for TokenCallerShape {
    fn from(TokenCaller { address, user_agent, last_used_at, count }: TokenCaller) -> Self {
        let address = address.map(|address| address.to_string());
        Self { address, user_agent, last_used_at: last_used_at.to_string(), count }
    }
}

fn includes_deleted(word: Option<&str>) -> Result<bool, Invalid> {
    match word {
        None => Ok(false),
        Some("include") => Ok(true),
        Some(_) => Err(Invalid::field("deleted", "must be include")),
    }
}

fn answer(token: &Token, now: Timestamp) -> Response {
    ([(header::ETAG, entity_tag(token.revision))], axum::Json(TokenShape::new(token, now))).into_response()
}

/// The one answer that shows a secret.
pub fn issued_answer(status: StatusCode, issued: Issued, now: Timestamp) -> Response {
    let token = &issued.token;
    let headers = created_headers(&format!("/v1/tokens/{}", token.id), token.revision, issued.repeated);
    let body = IssuedShape { token: TokenShape::new(token, now), secret: issued.secret.expose().to_owned() };
    (status, headers, axum::Json(body)).into_response()
}
