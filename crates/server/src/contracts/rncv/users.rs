//! `/admin/api-users`: list, create, change, deactivate and recover users. Their one key is made at
//! `/admin/tokens`, and none of them has a password here.

use super::{
    auth::Administrator,
    page::RncvPage,
    roles::RncvRoles,
    user_input::{NewUserDocument, UserBody, UserInput, UserPatchDocument, UserQuery, whole_name},
    user_shapes::{Names, UserShape},
    value,
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
    error::Conflict,
    owners::{OwnerDraft, OwnerPatch},
};
use axum::{
    extract::{MatchedPath, RawQuery, State},
    http::StatusCode,
};
use domain::{
    caller::Caller,
    owner::{Owner, OwnerKind},
    scope::Scopes,
};
use store::query::{OwnerFilter, Page};

/// The tag of operations on users.
const USERS: &str = "API users";
/// The order of the list, as its cursors name it.
const ORDER: &str = "rncv users";

/// List users
///
/// A page of the users within the administrator's reach, also of those marked for deletion.
#[utoipa::path(
    get, path = "/admin/api-users", tag = USERS, operation_id = "list_rncv_users",
    params(UserQuery),
    responses((status = 200, description = "A page of users", body = RncvPage<UserShape>))
)]
pub async fn list(
    State(server): State<Server>,
    path: MatchedPath,
    RawQuery(asked): RawQuery,
    Administrator(caller): Administrator,
    Query(query): Query<UserQuery>,
) -> Result<axum::Json<RncvPage<UserShape>>, Problem> {
    let asked = (path.as_str(), asked.as_deref());
    let listing = query.check(ORDER)?;
    let organisation = match listing.organisation {
        None => None,
        Some(named) => match named.find(&server, &caller).await? {
            Some(organisation) => Some(organisation.id),
            None => return Ok(axum::Json(shown(&server, asked, Page { items: Vec::new(), next: None }))),
        },
    };
    let filter = OwnerFilter { organisation, ..listing.filter };
    let page = server.authority.owners(&caller, filter, listing.page).await?;
    Ok(axum::Json(shown(&server, asked, page)))
}

fn shown(server: &Server, (path, query): (&str, Option<&str>), page: Page<Owner>) -> RncvPage<UserShape> {
    RncvPage::new(server, (path, query.unwrap_or_default()), page, ORDER, |user| UserShape::new(&user))
}

/// Create a user
///
/// An organisation administrator creates users of his own organisation, and gives the roles Editor, Organisation
/// Approver, Organisation Administrator and Viewer.
#[utoipa::path(
    post, path = "/admin/api-users", tag = USERS, operation_id = "create_rncv_user",
    request_body = NewUserDocument,
    responses(
        (status = 201, description = "The new user", body = UserShape),
        (status = 409, description = "Another user has this email address, or he was changed at the same moment.", body = super::document::RncvError)
    )
)]
pub async fn create(
    State(server): State<Server>,
    Administrator(caller): Administrator,
    Json(body): Json<UserBody>,
) -> Result<(StatusCode, axum::Json<UserShape>), Problem> {
    let UserInput { name, last_name, email, organisation, roles, active } = body.check(true)?;
    if active == Some(false) {
        return Err(Problem::field("active", "must be true for a new user"));
    }
    let roles = roles.unwrap_or_default();
    expect_given(&caller, &roles, &RncvRoles::default())?;
    let organisation = match organisation {
        None => None,
        Some(named) => Some(named.find(&server, &caller).await?.ok_or_else(unknown_organisation)?.id),
    };
    let names = Names { name: name.unwrap_or_default(), last_name: last_name.unwrap_or_default() };
    let draft = OwnerDraft {
        kind: OwnerKind::User,
        organisation,
        name: whole_name(&names)?,
        email,
        role: roles.role(),
        scopes: roles.scopes(&Scopes::default()),
        facts: names.facts().into(),
    };
    let created = server.authority.create_owner(&caller, draft, None).await.map_err(problem)?;
    Ok((StatusCode::CREATED, axum::Json(UserShape::new(&created.record))))
}

/// Show a user
#[utoipa::path(
    get, path = "/admin/api-users/{id}", tag = USERS, operation_id = "show_rncv_user",
    params(("id" = u64, Path, description = "His number")),
    responses((status = 200, description = "The user", body = UserShape))
)]
pub async fn show(
    State(server): State<Server>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
) -> Result<axum::Json<UserShape>, Problem> {
    let user = value::user_of_path(&server, &caller, id).await?;
    Ok(axum::Json(UserShape::new(&user)))
}

/// Replace a user
///
/// Names and address must be given. `active` false marks him for deletion, which ends the power of his tokens at
/// once; true recovers him.
#[utoipa::path(
    put, path = "/admin/api-users/{id}", tag = USERS, operation_id = "replace_rncv_user",
    params(("id" = u64, Path, description = "His number")),
    request_body = NewUserDocument,
    responses(
        (status = 200, description = "The changed user", body = UserShape),
        (status = 409, description = "Another user has this email address, or he was changed at the same moment.", body = super::document::RncvError)
    )
)]
pub async fn replace(
    State(server): State<Server>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
    Json(body): Json<UserBody>,
) -> Result<axum::Json<UserShape>, Problem> {
    let user = value::user_of_path(&server, &caller, id).await?;
    change(&server, &caller, user, body.check(true)?).await
}

/// Change a user
///
/// What is left out stays. `active` false marks him for deletion, which ends the power of his tokens at once; true
/// recovers him.
#[utoipa::path(
    patch, path = "/admin/api-users/{id}", tag = USERS, operation_id = "update_rncv_user",
    params(("id" = u64, Path, description = "His number")),
    request_body = UserPatchDocument,
    responses(
        (status = 200, description = "The changed user", body = UserShape),
        (status = 409, description = "Another user has this email address, or he was changed at the same moment.", body = super::document::RncvError)
    )
)]
pub async fn update(
    State(server): State<Server>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
    Json(body): Json<UserBody>,
) -> Result<axum::Json<UserShape>, Problem> {
    let user = value::user_of_path(&server, &caller, id).await?;
    change(&server, &caller, user, body.check(false)?).await
}

/// Mark a user for deletion
///
/// His tokens are without power when this is answered. He can be recovered.
#[utoipa::path(
    delete, path = "/admin/api-users/{id}", tag = USERS, operation_id = "deactivate_rncv_user",
    params(("id" = u64, Path, description = "His number")),
    responses(
        (status = 200, description = "The user, who is not active any more", body = UserShape),
        (status = 409, description = "He is the last one who could administer the application.", body = super::document::RncvError)
    )
)]
pub async fn deactivate(
    State(server): State<Server>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
) -> Result<axum::Json<UserShape>, Problem> {
    let user = value::user_of_path(&server, &caller, id).await?;
    expect_other(&caller, &user, Some(false))?;
    let patch = OwnerPatch { active: Some(false), ..OwnerPatch::default() };
    let changed = server.authority.update_owner(&caller, OwnerKind::User, user.id, patch, None).await;
    Ok(axum::Json(UserShape::new(&changed.map_err(problem)?)))
}

/// Changes a user as he was read: roles and names that stay are taken from there.
async fn change(
    server: &Server,
    caller: &Caller,
    user: Owner,
    input: UserInput,
) -> Result<axum::Json<UserShape>, Problem> {
    expect_other(caller, &user, input.active)?;
    if let Some(named) = input.organisation {
        let organisation = named.find(server, caller).await?;
        if organisation.is_none_or(|organisation| organisation.id != user.organisation_id) {
            return Err(Problem::field("organisation", "must stay as it is"));
        }
    }
    let roles = input.roles;
    if let Some(roles) = &roles {
        expect_given(caller, roles, &RncvRoles::of(&user))?;
    }
    let before = Names::of(&user);
    let renamed = input.name.is_some() || input.last_name.is_some();
    let names =
        Names { name: input.name.unwrap_or(before.name), last_name: input.last_name.unwrap_or(before.last_name) };
    let patch = OwnerPatch {
        name: renamed.then(|| whole_name(&names)).transpose()?,
        email: input.email,
        role: roles.as_ref().map(RncvRoles::role),
        scopes: roles.as_ref().map(|roles| roles.scopes(&user.scopes)),
        active: input.active,
        deletes_tokens: false,
        facts: renamed.then(|| names.facts()),
    };
    let expects = Some(user.revision);
    let changed = server.authority.update_owner(caller, OwnerKind::User, user.id, patch, expects).await;
    Ok(axum::Json(UserShape::new(&changed.map_err(problem)?)))
}

/// Nobody deactivates himself, so that whoever does it by mistake is not locked out.
fn expect_other(caller: &Caller, user: &Owner, active: Option<bool>) -> Result<(), Problem> {
    if active == Some(false) && user.id == caller.owner {
        return Err(Problem::new(ProblemKind::Forbidden).detail("You cannot deactivate yourself."));
    }
    Ok(())
}

fn expect_given(caller: &Caller, roles: &RncvRoles, before: &RncvRoles) -> Result<(), Problem> {
    if roles.may_be_given_by(caller.role, before) { Ok(()) } else { Err(ProblemKind::Forbidden.into()) }
}

fn unknown_organisation() -> Problem {
    Problem::field("organisation", "must be an organisation within your reach")
}

/// What this contract says in its own words; everything else is a problem like any other.
fn problem(error: Error) -> Problem {
    let conflict = |detail: &'static str| Problem::new(ProblemKind::Conflict).detail(detail);
    match error {
        Error::Conflict(Conflict::EmailTaken) => conflict("A user with this email address already exists."),
        Error::RevisionChanged { .. } => conflict("The user was changed at the same moment; read him again."),
        other => other.into(),
    }
}
