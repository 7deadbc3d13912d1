//! `/auth/service-accounts`: programs of an organisation with their tokens, list, create, show, switch and delete.

use super::{
    assignments,
    bearer::BearerKind,
    body::Nothing,
    caller::{Bearer, allowed, allowed_to_bring, expect_login, expect_no_pat},
    kind::OwnerFacts,
    new_token::{Wanted, new_token},
    operations::Operation,
    pat_shapes::PatShape,
    people::{self, UserShape},
    refused::Refused,
    service_account_input::{AccountChangeBody, NewAccountBody},
    signed::Signed,
};
use crate::{
    json::Json,
    path::Path,
    problem::{Problem, ProblemKind},
    query::Query,
    state::Server,
};
use authority::{
    Error,
    owners::{OwnerDraft, OwnerPatch},
};
use axum::extract::State;
use domain::{
    caller::Caller,
    facts::Facts,
    limits,
    name::Name,
    owner::{Owner, OwnerKind, Role},
    scope::Scopes,
    token::Token,
};
use serde::{Deserialize, Serialize};
use store::query::{PageRequest, Sort, TokenFilter};
use utoipa::{IntoParams, ToSchema};

/// The tag of operations on service accounts.
const TAG: &str = "Service accounts";
/// How many service accounts, or tokens of one, are read at a time.
const STEP: usize = 1_000;
const KIND: OwnerKind = OwnerKind::ServiceAccount;

/// How a service account is deleted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct DeletionQuery {
    /// Without effect: nothing here has to be forced.
    #[allow(dead_code, reason = "clients send it, and nothing depends on it")]
    force: Option<bool>,
}

/// How a service account is deactivated.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = DfnsDeactivation)]
pub struct DeactivationBody {
    /// Without effect: nothing here has to be forced.
    #[allow(dead_code, reason = "clients send it, and nothing depends on it")]
    force: bool,
}

/// A service account with its tokens.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsServiceAccount)]
pub struct AccountShape {
    /// The service account.
    user_info: UserShape,
    /// Its tokens; the secret of the first stands in the answer that creates it alone.
    access_tokens: Vec<PatShape>,
}

/// Service accounts.
#[derive(Serialize, ToSchema)]
#[schema(as = DfnsServiceAccounts)]
pub struct AccountsShape {
    /// All of them.
    items: Vec<AccountShape>,
}

/// List service accounts
///
/// Those of the caller's organisation, the oldest first.
#[utoipa::path(
    get, path = "/auth/service-accounts", tag = TAG, operation_id = "list_dfns_service_accounts",
    responses((status = 200, description = "The service accounts", body = AccountsShape))
)]
pub async fn list(State(server): State<Server>, Bearer(caller): Bearer) -> Result<Json<AccountsShape>, Refused> {
    let caller = allowed(&server, caller, Operation::ServiceAccountsRead).await?;
    let (filter, mut after, mut items) = (people::listed(&caller, KIND), None, Vec::new());
    loop {
        let page = server.authority.owners(&caller, filter.clone(), PageRequest { after, limit: STEP }).await?;
        for account in page.items {
            items.push(shown(&server, &caller, account).await?);
        }
        after = page.next;
        if after.is_none() {
            return Ok(Json(AccountsShape { items }));
        }
    }
}

/// Create a service account
///
/// It comes with a token that signs with a key of its own, whose public half it is created with. Only whoever has
/// logged in may, and the answer is the only one that shows the secret. Without a permission it can do no more than
/// care for its own tokens.
#[utoipa::path(
    post, path = "/auth/service-accounts", tag = TAG, operation_id = "create_dfns_service_account",
    request_body = NewAccountBody,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses(
        (status = 200, description = "The new service account with the secret of its token", body = AccountShape),
        (status = 409, description = "Another service account has this name or this externalId", body = super::document::DfnsError)
    )
)]
pub async fn create(
    State(server): State<Server>,
    Signed { caller, body }: Signed<NewAccountBody>,
) -> Result<Json<AccountShape>, Refused> {
    expect_login(&caller)?;
    let caller = allowed_to_bring(&server, caller, Operation::ServiceAccountsCreate).await?;
    let new = body.check()?;
    if new.permission.is_some() {
        allowed(&server, caller.clone(), Operation::PermissionsAssign).await?;
    }
    expect_own_name(&server, &caller, &new.name, None).await?;
    people::expect_unused(&server, &caller, KIND, new.external_id.as_ref(), None).await?;
    let facts = OwnerFacts { external_id: new.external_id.as_ref().map(Name::to_string), ..OwnerFacts::default() };
    let draft = OwnerDraft {
        kind: KIND,
        organisation: None,
        name: new.name.clone(),
        email: None,
        role: Role::Member,
        scopes: Scopes::default(),
        facts: Facts::from(facts.kept()),
    };
    let (id, permission) = (server.authority.new_owner_id(), new.permission);
    let wanted = Wanted {
        kind: BearerKind::ServiceAccount,
        organisation: caller.organisation,
        owner: id,
        username: new.name.as_str(),
        name: new.name.clone(),
        key: new.key,
        external_id: None,
        lifetime: new.lifetime,
        permission: None,
    };
    let token = new_token(&server, wanted);
    match server.authority.create_service_account(&caller, id, draft, token, permission).await {
        Err(Error::Invalid(invalid)) if invalid.fields().iter().any(|field| field.field == "permission") => {
            Err(Problem::field("permissionId", "must be a permission of the organisation").into())
        }
        created => {
            let (account, issued) = created?;
            let user_info = people::show_one(&server, &caller, account).await?;
            let access_tokens = vec![PatShape::new(&issued.token, Vec::new()).showing(&issued.secret)];
            Ok(Json(AccountShape { user_info, access_tokens }))
        }
    }
}

/// Show a service account
#[utoipa::path(
    get, path = "/auth/service-accounts/{serviceAccountId}", tag = TAG, operation_id = "show_dfns_service_account",
    params(("serviceAccountId" = String, Path, description = "The identifier of the service account")),
    responses((status = 200, description = "The service account", body = AccountShape))
)]
pub async fn show(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
) -> Result<Json<AccountShape>, Refused> {
    let caller = allowed(&server, caller, Operation::ServiceAccountsRead).await?;
    let account = people::find(&server, &caller, KIND, &id).await?;
    Ok(Json(shown(&server, &caller, account).await?))
}

/// Rename a service account
///
/// What is left out stays as it is.
#[utoipa::path(
    put, path = "/auth/service-accounts/{serviceAccountId}", tag = TAG, operation_id = "update_dfns_service_account",
    params(("serviceAccountId" = String, Path, description = "The identifier of the service account")),
    request_body = Option<AccountChangeBody>,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses(
        (status = 200, description = "The changed service account", body = AccountShape),
        (status = 409, description = "Another service account has this name or this externalId", body = super::document::DfnsError)
    )
)]
pub async fn update(
    State(server): State<Server>,
    Path(id): Path<String>,
    Signed { caller, body }: Signed<AccountChangeBody>,
) -> Result<Json<AccountShape>, Refused> {
    let caller = allowed(&server, caller, Operation::ServiceAccountsUpdate).await?;
    let (name, external_id) = body.check()?;
    let account = people::find(&server, &caller, KIND, &id).await?;
    if let Some(name) = &name {
        expect_own_name(&server, &caller, name, Some(&account)).await?;
    }
    people::expect_unused(&server, &caller, KIND, external_id.as_ref(), Some(account.id)).await?;
    let facts = external_id.map(|external_id| {
        let external_id = Some(external_id.to_string());
        OwnerFacts { external_id, ..OwnerFacts::of(&account.facts) }.kept()
    });
    changed(&server, &caller, &account, OwnerPatch { name, facts, ..OwnerPatch::default() }).await
}

/// Give a service account its power back
///
/// Not by a personal access token. Without effect when it has it.
#[utoipa::path(
    put, path = "/auth/service-accounts/{serviceAccountId}/activate", tag = TAG,
    operation_id = "activate_dfns_service_account",
    params(("serviceAccountId" = String, Path, description = "The identifier of the service account")),
    request_body = Option<Nothing>,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses((status = 200, description = "The service account", body = AccountShape))
)]
pub async fn activate(
    State(server): State<Server>,
    Path(id): Path<String>,
    Signed { caller, body: Nothing {} }: Signed<Nothing>,
) -> Result<Json<AccountShape>, Refused> {
    expect_no_pat(&server, &caller).await?;
    let caller = allowed_to_bring(&server, caller, Operation::ServiceAccountsActivate).await?;
    let account = people::find(&server, &caller, KIND, &id).await?;
    changed(&server, &caller, &account, OwnerPatch { active: Some(true), ..OwnerPatch::default() }).await
}

/// Take a service account its power for a while
///
/// Not by a personal access token. When this is answered, none of its tokens is accepted.
#[utoipa::path(
    put, path = "/auth/service-accounts/{serviceAccountId}/deactivate", tag = TAG,
    operation_id = "deactivate_dfns_service_account",
    params(("serviceAccountId" = String, Path, description = "The identifier of the service account")),
    request_body = Option<DeactivationBody>,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses((status = 200, description = "The service account", body = AccountShape))
)]
pub async fn deactivate(
    State(server): State<Server>,
    Path(id): Path<String>,
    Signed { caller, body: DeactivationBody { force: _ } }: Signed<DeactivationBody>,
) -> Result<Json<AccountShape>, Refused> {
    expect_no_pat(&server, &caller).await?;
    let caller = allowed(&server, caller, Operation::ServiceAccountsDeactivate).await?;
    let account = people::find(&server, &caller, KIND, &id).await?;
    changed(&server, &caller, &account, OwnerPatch { active: Some(false), ..OwnerPatch::default() }).await
}

/// Delete a service account
///
/// When this is answered, its tokens are gone. Its record stays, inactive, because other records name it; nothing
/// here shows it.
#[utoipa::path(
    delete, path = "/auth/service-accounts/{serviceAccountId}", tag = TAG,
    operation_id = "delete_dfns_service_account",
    params(
        ("serviceAccountId" = String, Path, description = "The identifier of the service account"),
        DeletionQuery
    ),
    request_body = Option<Nothing>,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses((status = 200, description = "The service account as it was last, inactive", body = AccountShape))
)]
pub async fn delete(
    State(server): State<Server>,
    Path(id): Path<String>,
    Query(DeletionQuery { force: _ }): Query<DeletionQuery>,
    Signed { caller, body: Nothing {} }: Signed<Nothing>,
) -> Result<Json<AccountShape>, Refused> {
    let caller = allowed(&server, caller, Operation::ServiceAccountsDelete).await?;
    let account = people::find(&server, &caller, KIND, &id).await?;
    let mut tokens = tokens(&server, &caller, &account).await?;
    tokens.iter_mut().for_each(|token| token.disabled = true);
    let shape = AccountShape {
        access_tokens: assignments::shown(&server, &caller, &tokens).await?,
        user_info: people::show_one(&server, &caller, Owner { active: false, ..account.clone() }).await?,
    };
    people::delete(&server, &caller, &account).await?;
    Ok(Json(shape))
}

async fn changed(
    server: &Server,
    caller: &Caller,
    account: &Owner,
    patch: OwnerPatch,
) -> Result<Json<AccountShape>, Refused> {
    // What is kept beside it is replaced as a whole, so nobody may have changed that meanwhile.
    let expects = patch.facts.as_ref().map(|_| account.revision);
    match server.authority.update_owner(caller, KIND, account.id, patch, expects).await {
        Err(Error::RevisionChanged { .. }) => {
            let message = "Somebody else changed the service account; try again.";
            Err(Problem::new(ProblemKind::Conflict).detail(message).into())
        }
        changed => Ok(Json(shown(server, caller, changed?).await?)),
    }
}

async fn shown(server: &Server, caller: &Caller, account: Owner) -> Result<AccountShape, Refused> {
    let tokens = tokens(server, caller, &account).await?;
    let access_tokens = assignments::shown(server, caller, &tokens).await?;
    Ok(AccountShape { user_info: people::show_one(server, caller, account).await?, access_tokens })
}

/// The live tokens of a service account, the newest first.
async fn tokens(server: &Server, caller: &Caller, account: &Owner) -> Result<Vec<Token>, Refused> {
    let filter = TokenFilter { owner: Some(account.id), ..TokenFilter::default() };
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

/// Makes sure that no other service account of the organisation has the name.
async fn expect_own_name(server: &Server, caller: &Caller, name: &Name, but: Option<&Owner>) -> Result<(), Refused> {
    let mut filter = people::listed(caller, KIND);
    filter.name_contains = Some(name.to_string());
    let found = server.authority.owners(caller, filter, PageRequest { after: None, limit: STEP }).await?;
    let is_other = |owner: &&Owner| owner.name == *name && but.is_none_or(|but| but.id != owner.id);
    match found.items.iter().find(is_other) {
        Some(_) => Err(Problem::new(ProblemKind::Conflict).detail("Another service account has this name.").into()),
        None => Ok(()),
    }
}
