//! `/auth/pats`: list, create, read, rename, switch and delete access tokens.

use super::{
    assignments,
    bearer::BearerKind,
    body::Nothing,
    caller::{Bearer, allowed, expect_login},
    identifier,
    new_token::{Wanted, facts, is_place, new_token, place},
    operations::Operation,
    pat_input::{NewPatBody, PatChangeBody},
    pat_shapes::{AssignmentShape, PatShape, PatsShape, TokenFacts},
    refused::Refused,
    signed::Signed,
};
use crate::{
    json::Json,
    path::Path,
    problem::{Problem, ProblemKind},
    state::Server,
};
use authority::{Error, delete::TokenName, error::Conflict, update::TokenPatch};
use axum::extract::State;
use domain::{caller::Caller, id::OwnerId, limits, name::Name, owner::Owner, token::Token};
use store::query::{PageRequest, Sort, TokenFilter};

/// The tag of operations on tokens.
const TAG: &str = "Personal access tokens";
/// How many tokens are read at a time for a list, which has no pages of its own.
const STEP: usize = 1_000;
/// How often a change is decided anew when somebody else was faster.
const ATTEMPTS: usize = 3;

/// List one's own tokens
///
/// The live tokens of the user or service account that is asking, the newest first, whichever door they were
/// made at.
#[utoipa::path(
    get, path = "/auth/pats", tag = TAG, operation_id = "list_dfns_pats",
    responses((status = 200, description = "The tokens", body = PatsShape))
)]
pub async fn list(State(server): State<Server>, Bearer(caller): Bearer) -> Result<Json<PatsShape>, Refused> {
    let tokens = of_owner(&server, &caller, caller.owner).await?;
    Ok(Json(PatsShape { items: assignments::shown(&server, &caller, &tokens).await? }))
}

/// Create a token
///
/// It signs with a key of its own, whose public half it is created with. Only whoever has logged in may, and the
/// answer is the only one that shows its secret.
#[utoipa::path(
    post, path = "/auth/pats", tag = TAG, operation_id = "create_dfns_pat", request_body = NewPatBody,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses(
        (status = 200, description = "The new token with its secret", body = PatShape),
        (status = 409, description = "Another token of the caller has this name or this externalId", body = super::document::DfnsError)
    )
)]
pub async fn create(
    State(server): State<Server>,
    Signed { caller, body }: Signed<NewPatBody>,
) -> Result<Json<PatShape>, Refused> {
    expect_login(&caller)?;
    let caller = allowed(&server, caller, Operation::PatsCreate).await?;
    let new = body.check()?;
    if let Some(permission) = new.permission {
        match server.authority.permission(&caller, permission).await {
            Err(Error::NotFound) => {
                return Err(Problem::field("permissionId", "must be a permission within your reach").into());
            }
            found => found.map(drop)?,
        }
    }
    expect_unused(&server, &caller, new.external_id.as_ref(), None).await?;
    let owner = server.authority.own_record(&caller).await?;
    let wanted = Wanted {
        kind: BearerKind::Pat,
        organisation: owner.organisation_id,
        owner: owner.id,
        username: username(&owner),
        name: new.name,
        key: new.key,
        external_id: new.external_id.clone(),
        lifetime: new.lifetime,
        permission: new.permission,
    };
    let issued = match server.authority.issue_whole(&caller, new_token(&server, wanted)).await {
        Err(Error::Conflict(Conflict::SlotTaken)) => {
            // Another token was faster, and this says which; or it has gone again.
            expect_unused(&server, &caller, new.external_id.as_ref(), None).await?;
            return Err(Error::Conflict(Conflict::SlotTaken).into());
        }
        issued => issued?,
    };
    let assigned = assignments::of_token(&server, &caller, issued.token.id).await.unwrap_or_default();
    Ok(Json(PatShape::new(&issued.token, assigned).showing(&issued.secret)))
}

/// Read a token
#[utoipa::path(
    get, path = "/auth/pats/{tokenId}", tag = TAG, operation_id = "show_dfns_pat",
    params(("tokenId" = String, Path, description = "The identifier of the token")),
    responses((status = 200, description = "The token", body = PatShape))
)]
pub async fn show(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
) -> Result<Json<PatShape>, Refused> {
    let found = find(&server, &caller, &id).await?;
    Ok(Json(PatShape::new(&found.token, found.assigned)))
}

/// Rename a token
///
/// What is left out stays as it is. Neither its key nor its end can be changed.
#[utoipa::path(
    put, path = "/auth/pats/{tokenId}", tag = TAG, operation_id = "update_dfns_pat",
    params(("tokenId" = String, Path, description = "The identifier of the token")),
    request_body = Option<PatChangeBody>,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses(
        (status = 200, description = "The changed token", body = PatShape),
        (status = 409, description = "Another token of the caller has this name or this externalId, or others kept changing it", body = super::document::DfnsError)
    )
)]
pub async fn update(
    State(server): State<Server>,
    Path(id): Path<String>,
    Signed { caller, body }: Signed<PatChangeBody>,
) -> Result<Json<PatShape>, Refused> {
    let change = body.check()?;
    for _ in 0..ATTEMPTS {
        let found = find(&server, &caller, &id).await?;
        let token = &found.token;
        expect_unused(&server, &caller, change.external_id.as_ref(), Some(token)).await?;
        let facts = change.external_id.as_ref().map(|external_id| {
            let external_id = Some(external_id.to_string());
            facts(TokenFacts { external_id, ..TokenFacts::of(token).unwrap_or_default() })
        });
        // A place that another contract gave the token stays its place.
        let is_free = token.terms.slot.as_ref().is_none_or(|slot| is_place(slot));
        let slot = change.external_id.as_ref().filter(|_| is_free).map(place);
        let patch = TokenPatch { name: change.name.clone(), facts, slot, ..TokenPatch::default() };
        match server.authority.update(&caller, token.id, patch, Some(token.revision)).await {
            // Another token was faster: the next turn says which.
            Err(Error::RevisionChanged { .. } | Error::Conflict(Conflict::SlotTaken)) => {}
            changed => return Ok(answer(changed?, found)),
        }
    }
    Err(Problem::new(ProblemKind::Conflict).detail("Others kept changing the token; try again.").into())
}

/// Give a token its power back
///
/// Without effect when it has it. A token that has expired stays expired.
#[utoipa::path(
    put, path = "/auth/pats/{tokenId}/activate", tag = TAG, operation_id = "activate_dfns_pat",
    params(("tokenId" = String, Path, description = "The identifier of the token")),
    request_body = Option<Nothing>,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses((status = 200, description = "The token", body = PatShape))
)]
pub async fn activate(
    State(server): State<Server>,
    Path(id): Path<String>,
    Signed { caller, body: Nothing {} }: Signed<Nothing>,
) -> Result<Json<PatShape>, Refused> {
    let found = find(&server, &caller, &id).await?;
    Ok(answer(server.authority.enable(&caller, found.token.id, None).await?, found))
}

/// Take a token its power for a while
///
/// When this is answered, nothing accepts it. Without effect when it has none.
#[utoipa::path(
    put, path = "/auth/pats/{tokenId}/deactivate", tag = TAG, operation_id = "deactivate_dfns_pat",
    params(("tokenId" = String, Path, description = "The identifier of the token")),
    request_body = Option<Nothing>,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses((status = 200, description = "The token", body = PatShape))
)]
pub async fn deactivate(
    State(server): State<Server>,
    Path(id): Path<String>,
    Signed { caller, body: Nothing {} }: Signed<Nothing>,
) -> Result<Json<PatShape>, Refused> {
    let found = find(&server, &caller, &id).await?;
    Ok(answer(server.authority.disable(&caller, found.token.id, None).await?, found))
}

/// Delete a token
///
/// When this is answered, nothing accepts it again, nor anything that was signed with its key. A token may delete
/// itself.
#[utoipa::path(
    delete, path = "/auth/pats/{tokenId}", tag = TAG, operation_id = "delete_dfns_pat",
    params(("tokenId" = String, Path, description = "The identifier of the token")),
    request_body = Option<Nothing>,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses((status = 200, description = "The token as it was last, inactive", body = PatShape))
)]
pub async fn delete(
    State(server): State<Server>,
    Path(id): Path<String>,
    Signed { caller, body: Nothing {} }: Signed<Nothing>,
) -> Result<Json<PatShape>, Refused> {
    let found = find(&server, &caller, &id).await?;
    let deleted = server.authority.delete_named(&caller, TokenName::Number(found.token.number), None).await?;
    Ok(answer(*deleted, found))
}

/// A token within reach, with the permissions that it has.
struct Found {
    token: Token,
    assigned: Vec<AssignmentShape>,
}

/// A token that was changed, with what only the token before the change says: the caller may have changed his own
/// token, and be unable to see anything now.
fn answer(changed: Token, before: Found) -> Json<PatShape> {
    let token = Token { last_use: before.token.last_use, ..changed };
    Json(PatShape::new(&token, before.assigned))
}

/// Every live token of this owner within the caller's reach.
async fn of_owner(server: &Server, caller: &Caller, owner: OwnerId) -> Result<Vec<Token>, Refused> {
    let filter = TokenFilter { owner: Some(owner), ..TokenFilter::default() };
    let (mut tokens, mut after) = (Vec::new(), None);
    loop {
        let page = PageRequest { after, limit: STEP };
        let page = server.authority.tokens(caller, filter.clone(), Sort::default(), page).await?;
        tokens.extend(page.items);
        if tokens.len() > limits::UNPAGED_LIST {
            let message = "There are too many tokens for one list; use /v1/tokens.";
            return Err(Problem::new(ProblemKind::InvalidRequest).detail(message).into());
        }
        after = page.next;
        if after.is_none() {
            return Ok(tokens);
        }
    }
}

/// The live token of this identifier within the caller's reach.
async fn find(server: &Server, caller: &Caller, id: &str) -> Result<Found, Refused> {
    let id = identifier::parse_token(id).ok_or_else(Refused::not_found)?;
    let token = server.authority.token(caller, id, false).await?;
    Ok(Found { assigned: assignments::of_token(server, caller, id).await?, token })
}

/// Makes sure that no other token of the same owner has the name that the caller gives one.
async fn expect_unused(
    server: &Server,
    caller: &Caller,
    external_id: Option<&Name>,
    but: Option<&Token>,
) -> Result<(), Refused> {
    let Some(external_id) = external_id else { return Ok(()) };
    let has_it = |token: &&Token| {
        let facts = TokenFacts::of(token).and_then(|facts| facts.external_id);
        but.map(|but| but.id) != Some(token.id) && facts.as_deref() == Some(external_id.as_str())
    };
    let owner = but.map_or(caller.owner, |but| but.owner);
    match of_owner(server, caller, owner).await?.iter().find(has_it) {
        Some(other) => {
            Err(Refused::Duplicate { id: identifier::token(other.id), external_id: external_id.to_string() })
        }
        None => Ok(()),
    }
}

/// What somebody is called by whoever reads his bearer.
pub fn username(owner: &Owner) -> &str {
    owner.email.as_ref().map_or_else(|| owner.name.as_str(), |email| email.as_str())
}
