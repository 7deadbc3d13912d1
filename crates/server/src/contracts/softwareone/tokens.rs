//! `/public/v1/accounts/api-tokens`: list, create, read, change, enable, disable, delete.

use super::{
    CONTRACT, account,
    account::AccountType,
    audit,
    catalogue::{self, Module},
    document::ProblemDetails,
    identifier,
    issue::{Draft, issue},
    list::{self, Asked, ListShape},
    rights::Bearer,
    rql::select::Select,
    seats,
    stream::{self, Wish},
    token_input::{Body, TokenBody, TokenFacts, check_modules},
    token_query::{is_number, search},
    token_shapes::{ALONE, IN_LISTS, TokenShape, record, status},
};
use crate::{
    json::Json,
    path::Path,
    problem::{Problem, ProblemKind},
    state::Server,
};
use authority::{Error, delete::TokenName, update::TokenPatch};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    caller::Credential,
    id::TokenNumber,
    owner::Organisation,
    scope::Scopes,
    secret::Secret,
    token::{Token, has_passed},
};
use http::{HeaderMap, StatusCode, header::LOCATION};
use serde_json::Value;
use store::query::search::{Condition, FoundToken, Search};

/// How often a change is decided anew when somebody else was faster.
const ATTEMPTS: usize = 3;

/// List API tokens
///
/// The tokens that the caller sees, in the order of their creation unless `order` says otherwise. With the
/// header field `MPT-Streaming: true` all of them are given, one a line or as one list.
#[utoipa::path(
    get, path = "/public/v1/accounts/api-tokens", tag = "API tokens", operation_id = "list_softwareone_tokens",
    params(
        list::ListQuery,
        ("MPT-Streaming" = Option<String>, Header, description = "`true` for every token in one answer"),
    ),
    responses(
        (status = 200, description = "A part of the list, or all of it", content(
            (ListShape<TokenShape> = "application/json"),
            (TokenShape = "application/jsonl"),
        )),
        (status = 406, description = "The streamed form is neither lines of JSON nor JSON", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, description = "There are too many tokens for one answer", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(server): State<Server>,
    bearer: Bearer,
    headers: HeaderMap,
    Asked(query): Asked,
) -> Result<Response, Problem> {
    let always = bearer.sees_only().into_iter().collect();
    let search = search(&query, list::limit(&query), always, bearer.sees_deleted()).map_err(list::problem)?;
    match stream::wish(&headers) {
        Wish::Usual => {}
        Wish::Streamed(form) => return stream::answer(server, bearer, search, query, form).await,
        Wish::Unknown => return Ok(stream::not_acceptable()),
    }
    let found = server.authority.search(&bearer.caller, search).await?;
    let mut records = Vec::with_capacity(found.items.len());
    for token in &found.items {
        records.push(shown(&server, &bearer, token, &query.select, None).await?);
    }
    Ok(Json(list::page(records, found.total, &query, &IN_LISTS)).into_response())
}

/// Create an API token
///
/// It belongs to the account itself, not to whoever creates it. The answer is the only one that shows its
/// secret to anybody but the token.
#[utoipa::path(
    post, path = "/public/v1/accounts/api-tokens", tag = "API tokens", operation_id = "create_softwareone_token",
    request_body = TokenBody,
    responses(
        (status = 201, description = "The new token", body = TokenShape),
        (status = 409, description = "The account is not active", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    State(server): State<Server>,
    bearer: Bearer,
    Body(body): Body<TokenBody>,
) -> Result<Response, Problem> {
    let caller = &bearer.caller;
    // Whoever may not is told so before anything else.
    bearer.expect_to_change_tokens()?;
    bearer.expect_administrator(false)?;
    let (wanted, name) = body.check_new()?;
    let account = account::find(&server.authority, caller, wanted.account.as_ref().and_then(Option::as_deref)).await?;
    let account_type = AccountType::of(&account.facts);
    if !bearer.may_enter(account_type) {
        return Err(Problem::field("account.id", "must be an account within your reach"));
    }
    let modules = wanted.modules.clone().unwrap_or_default();
    bearer.expect_administrator(modules.iter().any(|module| module.is_platform()))?;
    let facts = wanted.facts(None).map(Into::into).unwrap_or_default();
    let draft = Draft { name, description: wanted.description.unwrap_or_default(), modules, facts };
    let issued = issue(&server.authority, caller, &account, draft).await?;
    let answer = answer(&server, &issued.token, &account, Some(&issued.secret));
    let address = format!("/public/v1/accounts/api-tokens/{}", identifier::token(issued.token.number));
    Ok((StatusCode::CREATED, [(LOCATION, address)], answer).into_response())
}

/// Read an API token
///
/// A token may always read itself.
#[utoipa::path(
    get, path = "/public/v1/accounts/api-tokens/{id}", tag = "API tokens", operation_id = "show_softwareone_token",
    params(("id" = String, Path, description = "The identifier of the token"), list::SelectQuery),
    responses((status = 200, description = "The token", body = TokenShape))
)]
pub async fn show(
    State(server): State<Server>,
    bearer: Bearer,
    Path(id): Path<String>,
    Asked(query): Asked,
) -> Result<Json<Value>, Problem> {
    let select = list::only_select(&query)?;
    let number = number(&id)?;
    let found = match find(&server, &bearer, number).await {
        // Whatever else it may not see, it sees itself.
        Err(refused) => {
            let own = server.authority.own_found(&bearer.caller).await?;
            own.filter(|own| own.token.number == number).ok_or(refused)?
        }
        found => found?,
    };
    let is_own = bearer.caller.credential == Credential::Token(found.token.id);
    let record = shown(&server, &bearer, &found, select, is_own.then_some(&bearer.shown)).await?;
    Ok(Json(list::shown(record, select, &ALONE)))
}

/// Change an API token
///
/// What is left out stays as it is; modules and extensions are replaced.
#[utoipa::path(
    put, path = "/public/v1/accounts/api-tokens/{id}", tag = "API tokens", operation_id = "update_softwareone_token",
    params(("id" = String, Path, description = "The identifier of the token")),
    request_body = TokenBody,
    responses(
        (status = 200, description = "The changed token", body = TokenShape),
        (status = 409, description = "Others kept changing it", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub async fn update(
    State(server): State<Server>,
    bearer: Bearer,
    Path(id): Path<String>,
    Body(body): Body<TokenBody>,
) -> Result<Json<Value>, Problem> {
    bearer.expect_to_change_tokens()?;
    let number = number(&id)?;
    let wanted = body.check()?;
    for _ in 0..ATTEMPTS {
        let found = find_live(&server, &bearer, number).await?;
        let token = &found.token;
        let before = token.terms.facts.of::<TokenFacts>(CONTRACT).unwrap_or_default();
        let patch = TokenPatch {
            name: wanted.name.clone(),
            description: wanted.description.clone(),
            scopes: match &wanted.modules {
                Some(modules) => Some(scopes(&server, &found, modules).await?),
                None => None,
            },
            facts: wanted.facts(Some(before)),
            ..TokenPatch::default()
        };
        match server.authority.update(&bearer.caller, token.id, patch, Some(token.revision)).await {
            Err(Error::RevisionChanged { .. }) => {}
            changed => return Ok(changed_answer(&server, changed?, &found)),
        }
    }
    Err(overtaken())
}

/// Disable an API token
#[utoipa::path(
    post, path = "/public/v1/accounts/api-tokens/{id}/disable", tag = "API tokens",
    operation_id = "disable_softwareone_token",
    params(("id" = String, Path, description = "The identifier of the token")),
    responses(
        (status = 200, description = "The disabled token", body = TokenShape),
        (status = 409, description = "Others kept changing it", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub async fn disable(
    State(server): State<Server>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    switch(&server, &bearer, &id, true).await
}

/// Enable an API token
#[utoipa::path(
    post, path = "/public/v1/accounts/api-tokens/{id}/enable", tag = "API tokens",
    operation_id = "enable_softwareone_token",
    params(("id" = String, Path, description = "The identifier of the token")),
    responses(
        (status = 200, description = "The enabled token", body = TokenShape),
        (status = 409, description = "Others kept changing it, or its owner is not active", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub async fn enable(
    State(server): State<Server>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    switch(&server, &bearer, &id, false).await
}

/// Delete an API token
///
/// Once it is answered, nothing accepts the token again.
#[utoipa::path(
    delete, path = "/public/v1/accounts/api-tokens/{id}", tag = "API tokens",
    operation_id = "delete_softwareone_token",
    params(("id" = String, Path, description = "The identifier of the token")),
    responses((status = 204, description = "It is deleted"))
)]
pub async fn delete(
    State(server): State<Server>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let number = number(&id)?;
    if bearer.sees_only().is_some() {
        find_live(&server, &bearer, number).await?;
    }
    match server.authority.delete_named(&bearer.caller, TokenName::Number(number), None).await {
        // Whoever sees what was deleted is told that it was.
        Err(Error::NotFound) if bearer.sees_deleted() => {
            find_live(&server, &bearer, number).await?;
            Err(ProblemKind::NotFound.into())
        }
        deleted => Ok(deleted.map(|_| StatusCode::NO_CONTENT)?),
    }
}

async fn switch(server: &Server, bearer: &Bearer, id: &str, disabled: bool) -> Result<Json<Value>, Problem> {
    let caller = &bearer.caller;
    bearer.expect_to_change_tokens()?;
    let number = number(id)?;
    for _ in 0..ATTEMPTS {
        let found = find_live(server, bearer, number).await?;
        let (token, now) = (&found.token, server.authority.now());
        let expired = token.expires_at.is_some_and(|expiry| has_passed(expiry, now));
        let expects = Some(token.revision);
        let switched = match (status(token, now), disabled) {
            ("Active", true) => server.authority.disable(caller, token.id, expects).await,
            ("Disabled", false) if !expired => server.authority.enable(caller, token.id, expects).await,
            ("Disabled", false) => return Err(refused_state("has expired, and what has expired stays expired")),
            (_, true) => return Err(refused_state("must be Active for the token to be disabled")),
            (_, false) => return Err(refused_state("must be Disabled for the token to be enabled")),
        };
        match switched {
            Err(Error::RevisionChanged { .. }) => {}
            switched => return Ok(changed_answer(server, switched?, &found)),
        }
    }
    Err(overtaken())
}

/// The number that an identifier in a path names.
fn number(id: &str) -> Result<TokenNumber, Problem> {
    identifier::parse_token(id).ok_or_else(|| Problem::field("id", identifier::TOKEN_RULE))
}

fn refused_state(rule: &'static str) -> Problem {
    Problem::field("status", rule)
}

fn overtaken() -> Problem {
    Problem::new(ProblemKind::Conflict).detail("Others kept changing the token: read it again, then decide again.")
}

/// One token that the caller sees.
async fn find(server: &Server, bearer: &Bearer, number: TokenNumber) -> Result<FoundToken, Problem> {
    let conditions = bearer.sees_only().into_iter().chain([is_number(number.0)]).collect();
    let found = by_number(server, bearer, Condition::All(conditions), bearer.sees_deleted()).await?;
    found.ok_or_else(|| ProblemKind::NotFound.into())
}

/// The token within reach that fits a condition which one token fits at most.
pub(super) async fn by_number(
    server: &Server,
    bearer: &Bearer,
    condition: Condition,
    deleted: bool,
) -> Result<Option<FoundToken>, Problem> {
    let search = Search { condition, order: Vec::new(), offset: 0, limit: 1, deleted };
    let found = server.authority.search(&bearer.caller, search).await?;
    Ok(found.items.into_iter().next())
}

/// The same for one that shall be changed.
async fn find_live(server: &Server, bearer: &Bearer, number: TokenNumber) -> Result<FoundToken, Problem> {
    let found = find(server, bearer, number).await?;
    if found.token.deleted.is_some() { Err(refused_state("is Deleted, which is final")) } else { Ok(found) }
}

/// A token as a record, with what happened to it where that is selected.
pub(super) async fn shown(
    server: &Server,
    bearer: &Bearer,
    found: &FoundToken,
    select: &Select,
    secret: Option<&Secret>,
) -> Result<Value, Problem> {
    let audit = if select.shows(&["audit"], false) {
        Some(audit::of_token(&server.authority, &bearer.caller, found).await?)
    } else {
        None
    };
    Ok(record(&found.token, &found.organisation, server.authority.now(), secret, audit))
}

/// The answer to a change that is made: only what is known already goes into it, since nothing that fails
/// now may make the client change it again.
fn answer(server: &Server, token: &Token, account: &Organisation, secret: Option<&Secret>) -> Json<Value> {
    let record = record(token, account, server.authority.now(), secret, None);
    Json(list::shown(record, &Select::default(), &ALONE))
}

/// The same for a token that was found before it was changed.
fn changed_answer(server: &Server, changed: Token, found: &FoundToken) -> Json<Value> {
    let token = Token { last_use: found.token.last_use.clone(), ..changed };
    answer(server, &token, &found.organisation, None)
}

/// The scopes of a token whose modules are replaced: whatever is no module stays.
async fn scopes(server: &Server, found: &FoundToken, modules: &[&'static Module]) -> Result<Scopes, Problem> {
    let token = &found.token;
    check_modules(modules, AccountType::of(&found.organisation.facts))?;
    let wanted = modules.iter().any(|module| module.is_platform());
    let is_platform = seats::is_platform(&server.authority, token).await?;
    // A token of another door keeps what it was given there, or loses it.
    if wanted != is_platform && (is_platform || !catalogue::manages_platform(&token.scopes)) {
        return Err(Problem::field(
            "modules",
            "must keep Platform Account Management as it was when the token was created",
        ));
    }
    let beside = catalogue::beside_modules(&token.scopes);
    let rule = "cannot be replaced: this token holds them by a wildcard that it was given elsewhere";
    let scopes = catalogue::scopes_of(modules.iter().copied());
    Ok(beside.ok_or_else(|| Problem::field("modules", rule))?.union(&scopes))
}
