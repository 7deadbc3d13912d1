//! `/admin/tokens`: list, create and delete the tokens of users.

use super::{
    auth::Administrator,
    key,
    page::RncvPage,
    token_input::{DeletionBody, DeletionQuery, NewTokenBody, TokenQuery, TokenToDelete},
    token_shapes::{DeletedShape, NewKeyShape, TokenShape},
};
use crate::{
    json::Json,
    problem::{Problem, ProblemKind},
    query::Query,
    state::Server,
};
use authority::{
    Error,
    delete::TokenName,
    error::Conflict,
    issue::{Issued, NewToken},
};
use axum::{
    extract::{MatchedPath, RawQuery, State},
    http::StatusCode,
};
use domain::{
    caller::Caller,
    name::{Labels, Name},
    owner::Owner,
};
use store::query::{Page, Sort, TokenFilter};

/// The tag of operations on tokens.
const TOKENS: &str = "Tokens";
/// The order of the list, as its cursors name it.
const ORDER: &str = "rncv tokens";
/// The name of a key, which RNCV has no word for.
const KEY_NAME: &str = "RNCV key";

/// List tokens
///
/// A page of the live tokens within the administrator's reach, newest first.
#[utoipa::path(
    get, path = "/admin/tokens", tag = TOKENS, operation_id = "list_rncv_tokens",
    params(TokenQuery),
    responses((status = 200, description = "A page of tokens", body = RncvPage<TokenShape>))
)]
pub async fn list(
    State(server): State<Server>,
    path: MatchedPath,
    RawQuery(asked): RawQuery,
    Administrator(caller): Administrator,
    Query(query): Query<TokenQuery>,
) -> Result<axum::Json<RncvPage<TokenShape>>, Problem> {
    let asked = (path.as_str(), asked.as_deref());
    let (user, page) = query.check(ORDER)?;
    let owner = match user {
        None => None,
        Some(user) => match user.find(&server, &caller).await {
            Ok(user) => Some(user.id),
            // Nobody has that name within reach, so nobody's tokens are meant.
            Err(Error::NotFound) => {
                return Ok(axum::Json(shown(&server, asked, Page { items: Vec::new(), next: None })));
            }
            Err(error) => return Err(error.into()),
        },
    };
    let filter = TokenFilter { owner, ..TokenFilter::default() };
    let page = server.authority.tokens(&caller, filter, Sort::default(), page).await?;
    Ok(axum::Json(shown(&server, asked, page)))
}

fn shown(
    server: &Server,
    (path, query): (&str, Option<&str>),
    page: Page<domain::token::Token>,
) -> RncvPage<TokenShape> {
    let now = server.authority.now();
    RncvPage::new(server, (path, query.unwrap_or_default()), page, ORDER, |token| TokenShape::new(&token, now))
}

/// Create a user's token
///
/// A user has one key at most. It may do what he may, today and later, and the answer shows it this once.
#[utoipa::path(
    post, path = "/admin/tokens", tag = TOKENS, operation_id = "create_rncv_token",
    request_body = NewTokenBody,
    responses(
        (status = 201, description = "The new token with its key", body = NewKeyShape),
        (status = 404, description = "There is no such user within reach.", body = super::document::RncvError),
        (status = 409, description = "The user already has a token.", body = super::document::RncvError)
    )
)]
pub async fn create(
    State(server): State<Server>,
    Administrator(caller): Administrator,
    Json(body): Json<NewTokenBody>,
) -> Result<(StatusCode, axum::Json<NewKeyShape>), Problem> {
    let user = body.check()?.find(&server, &caller).await?;
    let issued = issue(&server, &caller, &user).await?;
    Ok((StatusCode::CREATED, axum::Json(NewKeyShape::new(&issued, server.authority.now()))))
}

async fn issue(server: &Server, caller: &Caller, user: &Owner) -> Result<Issued, Problem> {
    let new = NewToken {
        key: None,
        name: Name::stored(KEY_NAME.to_owned()),
        description: String::new(),
        owner: Some(user.id),
        scopes: None,
        networks: None,
        labels: Labels::default(),
        expires_at: None,
        terms: key::terms(),
        permission: None,
    };
    match server.authority.issue_whole(caller, new).await {
        Err(Error::Conflict(Conflict::SlotTaken)) => {
            Err(Problem::new(ProblemKind::Conflict).detail("This user already has a token."))
        }
        Err(Error::Conflict(Conflict::OwnerInactive)) => Err(Problem::field("user_id", "must be an active user")),
        issued => Ok(issued?),
    }
}

/// Delete a token
///
/// When this is answered, nothing accepts the token again. It is named by `token_id`, `user_id` or `key`: by
/// exactly one of them, in the body, or by one of the first two in the query.
#[utoipa::path(
    delete, path = "/admin/tokens", tag = TOKENS, operation_id = "delete_rncv_token",
    params(DeletionQuery),
    request_body = Option<DeletionBody>,
    responses(
        (status = 200, description = "The token is deleted", body = DeletedShape),
        (status = 404, description = "There is no such token within reach.", body = super::document::RncvError)
    )
)]
pub async fn delete(
    State(server): State<Server>,
    Administrator(caller): Administrator,
    Query(query): Query<DeletionQuery>,
    body: Option<Json<DeletionBody>>,
) -> Result<axum::Json<DeletedShape>, Problem> {
    let body = body.map(|Json(body)| body).unwrap_or_default();
    let authority = &server.authority;
    let deleted = match body.check(query)? {
        TokenToDelete::Number(number) => authority.delete_named(&caller, TokenName::Number(number), None).await?,
        TokenToDelete::Key(secret) => authority.delete_named(&caller, TokenName::Secret(secret.expose()), None).await?,
        TokenToDelete::KeyOf(user) => {
            let owner = user.find(&server, &caller).await?.id;
            authority.delete_named(&caller, TokenName::Slot { owner, slot: key::SLOT }, None).await?
        }
    };
    Ok(axum::Json(DeletedShape::new(&deleted)))
}
