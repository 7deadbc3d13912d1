//! `/auth/users`: the people of an organisation, list, create, show, switch and delete.

use super::{
    body::Nothing,
    caller::{Bearer, allowed, allowed_to_bring},
    kind::{OwnerFacts, UserKind},
    operations::Operation,
    page::{self, DfnsPage},
    pat_input::given,
    people::{self, UserShape},
    refused::Refused,
    signed::Signed,
};
use crate::{json::Json, path::Path, query::Query, state::Server};
use authority::owners::{OwnerDraft, OwnerPatch};
use axum::extract::State;
use domain::{
    caller::Caller,
    facts::Facts,
    invalid::{Checks, Invalid},
    name::{Email, Name},
    owner::{Owner, OwnerKind, Role},
    scope::Scopes,
};
use serde::{Deserialize, Serialize};
use store::query::{FactIs, Page};
use utoipa::{IntoParams, ToSchema};

/// The tag of operations on users.
const TAG: &str = "Users";

/// Which users.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct UsersQuery {
    /// At most this many on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50, value_type = Option<u64>)]
    limit: Option<String>,
    /// The `nextPageToken` of the page before.
    #[param(min_length = 1)]
    pagination_token: Option<String>,
    /// Of this kind alone.
    kind: Option<UserKind>,
}

/// A user as a client wants him.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DfnsNewUser)]
pub struct NewUserBody {
    /// His address, which is his name too.
    #[schema(format = "email")]
    email: String,
    /// Always `CustomerEmployee`: customers come by delegated registration.
    kind: NewUserKind,
    /// The client's own name for him, which nobody else of the organisation has.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    external_id: Option<String>,
    /// Not used: a user registers his credentials himself.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    public_key: Option<String>,
    /// Only false: nobody signs in elsewhere.
    #[serde(default, rename = "isSSORequired", deserialize_with = "given")]
    #[schema(nullable = false)]
    is_sso_required: Option<bool>,
}

/// What a new user is to his organisation.
#[derive(Deserialize, Clone, Copy, ToSchema)]
#[schema(as = DfnsNewUserKind)]
enum NewUserKind {
    /// One of its own people.
    CustomerEmployee,
}

/// What shall be different of a user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DfnsUserChange)]
pub struct UserChangeBody {
    /// Only false: nobody signs in elsewhere.
    #[serde(rename = "isSSORequired")]
    is_sso_required: bool,
}

/// A user who was created.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsCreatedUser)]
pub struct CreatedUserShape {
    /// The user.
    #[serde(flatten)]
    user: UserShape,
    /// The code with which he registers his first credential: nothing is mailed, so whoever creates him hands it
    /// over. It works once, for three days.
    registration_code: String,
}

/// List users
///
/// The people of the caller's organisation, the oldest first.
#[utoipa::path(
    get, path = "/auth/users", tag = TAG, operation_id = "list_dfns_users", params(UsersQuery),
    responses((status = 200, description = "A page of users", body = DfnsPage<UserShape>))
)]
pub async fn list(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Query(query): Query<UsersQuery>,
) -> Result<Json<DfnsPage<UserShape>>, Refused> {
    let caller = allowed(&server, caller, Operation::UsersRead).await?;
    let order = query.kind.map_or("users", UserKind::as_str);
    let page = page::check(query.limit.as_deref(), query.pagination_token.as_deref(), order)?;
    let mut filter = people::listed(&caller, OwnerKind::User);
    if let Some(kind) = query.kind {
        // Whoever was made elsewhere is one of the organisation's own.
        let (text, is) = (UserKind::EndUser.as_str().to_owned(), kind == UserKind::EndUser);
        filter.facts.push(FactIs { fact: OwnerFacts::KIND, text, is });
    }
    let Page { items, next } = server.authority.owners(&caller, filter, page).await?;
    let items = people::shown(&server, &caller, &items).await?;
    Ok(Json(DfnsPage::new(Page { items, next }, order, |shape| shape)))
}

/// Create a user
///
/// The answer has the code with which he registers.
#[utoipa::path(
    post, path = "/auth/users", tag = TAG, operation_id = "create_dfns_user", request_body = NewUserBody,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses(
        (status = 200, description = "The new user with his code", body = CreatedUserShape),
        (status = 409, description = "Somebody else has this address or this externalId", body = super::document::DfnsError)
    )
)]
pub async fn create(
    State(server): State<Server>,
    Signed { caller, body }: Signed<NewUserBody>,
) -> Result<Json<CreatedUserShape>, Refused> {
    let caller = allowed_to_bring(&server, caller, Operation::UsersCreate).await?;
    let (email, name, external_id) = body.check()?;
    people::expect_unused(&server, &caller, OwnerKind::User, external_id.as_ref(), None).await?;
    let facts = OwnerFacts { external_id: external_id.map(|name| name.to_string()), ..OwnerFacts::default() };
    let draft = draft(name, email, &facts);
    let invitation = server.authority.create_invited(&caller, draft, None).await?.record;
    let registration_code = invitation.secret.expose().to_owned();
    Ok(Json(CreatedUserShape { user: people::show_one(&server, &caller, invitation.user).await?, registration_code }))
}

/// Show a user
#[utoipa::path(
    get, path = "/auth/users/{userId}", tag = TAG, operation_id = "show_dfns_user",
    params(("userId" = String, Path, description = "The identifier of the user")),
    responses((status = 200, description = "The user", body = UserShape))
)]
pub async fn show(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
) -> Result<Json<UserShape>, Refused> {
    let caller = allowed(&server, caller, Operation::UsersRead).await?;
    let user = people::find(&server, &caller, OwnerKind::User, &id).await?;
    Ok(Json(people::show_one(&server, &caller, user).await?))
}

/// Change a user
///
/// Nothing of him can be changed here: who asks for a sign-in elsewhere is told that there is none.
#[utoipa::path(
    put, path = "/auth/users/{userId}", tag = TAG, operation_id = "update_dfns_user",
    params(("userId" = String, Path, description = "The identifier of the user")),
    request_body = UserChangeBody,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses((status = 200, description = "The user", body = UserShape))
)]
pub async fn update(
    State(server): State<Server>,
    Path(id): Path<String>,
    Signed { caller, body }: Signed<UserChangeBody>,
) -> Result<Json<UserShape>, Refused> {
    let caller = allowed(&server, caller, Operation::UsersUpdate).await?;
    no_sso(Some(body.is_sso_required))?;
    let user = people::find(&server, &caller, OwnerKind::User, &id).await?;
    changed(&server, &caller, &user, OwnerPatch::default()).await
}

/// Give a user their power back
///
/// Without effect when he has it.
#[utoipa::path(
    put, path = "/auth/users/{userId}/activate", tag = TAG, operation_id = "activate_dfns_user",
    params(("userId" = String, Path, description = "The identifier of the user")),
    request_body = Option<Nothing>,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses((status = 200, description = "The user", body = UserShape))
)]
pub async fn activate(
    State(server): State<Server>,
    Path(id): Path<String>,
    Signed { caller, body: Nothing {} }: Signed<Nothing>,
) -> Result<Json<UserShape>, Refused> {
    let caller = allowed_to_bring(&server, caller, Operation::UsersActivate).await?;
    let user = people::find(&server, &caller, OwnerKind::User, &id).await?;
    changed(&server, &caller, &user, OwnerPatch { active: Some(true), ..OwnerPatch::default() }).await
}

/// Take a user his power for a while
///
/// When this is answered, none of his tokens and logins is accepted. Without effect when he has none.
#[utoipa::path(
    put, path = "/auth/users/{userId}/deactivate", tag = TAG, operation_id = "deactivate_dfns_user",
    params(("userId" = String, Path, description = "The identifier of the user")),
    request_body = Option<Nothing>,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses(
        (status = 200, description = "The user", body = UserShape),
        (status = 409, description = "No application administrator would be left", body = super::document::DfnsError)
    )
)]
pub async fn deactivate(
    State(server): State<Server>,
    Path(id): Path<String>,
    Signed { caller, body: Nothing {} }: Signed<Nothing>,
) -> Result<Json<UserShape>, Refused> {
    let caller = allowed(&server, caller, Operation::UsersDeactivate).await?;
    let user = people::find(&server, &caller, OwnerKind::User, &id).await?;
    changed(&server, &caller, &user, OwnerPatch { active: Some(false), ..OwnerPatch::default() }).await
}

/// Delete a user
///
/// When this is answered, his tokens and credentials are gone and his address is free. His record stays, inactive,
/// because other records name him; nothing here shows it.
#[utoipa::path(
    delete, path = "/auth/users/{userId}", tag = TAG, operation_id = "delete_dfns_user",
    params(("userId" = String, Path, description = "The identifier of the user")),
    request_body = Option<Nothing>,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses(
        (status = 200, description = "The user as he was last, inactive", body = UserShape),
        (status = 409, description = "No application administrator would be left", body = super::document::DfnsError)
    )
)]
pub async fn delete(
    State(server): State<Server>,
    Path(id): Path<String>,
    Signed { caller, body: Nothing {} }: Signed<Nothing>,
) -> Result<Json<UserShape>, Refused> {
    let caller = allowed(&server, caller, Operation::UsersDelete).await?;
    let user = people::find(&server, &caller, OwnerKind::User, &id).await?;
    let shape = people::show_one(&server, &caller, Owner { active: false, ..user.clone() }).await?;
    people::delete(&server, &caller, &user).await?;
    Ok(Json(shape))
}

async fn changed(
    server: &Server,
    caller: &Caller,
    user: &Owner,
    patch: OwnerPatch,
) -> Result<Json<UserShape>, Refused> {
    let user = server.authority.update_owner(caller, OwnerKind::User, user.id, patch, None).await?;
    Ok(Json(people::show_one(server, caller, user).await?))
}

/// A new member of the caller's organisation.
pub(super) fn draft(name: Name, email: Email, facts: &OwnerFacts) -> OwnerDraft {
    OwnerDraft {
        kind: OwnerKind::User,
        organisation: None,
        name,
        email: Some(email),
        role: Role::Member,
        scopes: Scopes::default(),
        facts: Facts::from(facts.kept()),
    }
}

fn no_sso(required: Option<bool>) -> Result<(), Invalid> {
    match required {
        Some(true) => Err(Invalid::field("isSSORequired", "must be false: nobody signs in elsewhere")),
        Some(false) | None => Ok(()),
    }
}

impl NewUserBody {
    fn check(self) -> Result<(Email, Name, Option<Name>), Invalid> {
        let mut checks = Checks::new();
        let NewUserKind::CustomerEmployee = self.kind;
        let email = checks.take(Email::parse("email", &self.email));
        let name = checks.take(Name::parse("email", &self.email));
        let external_id = self.external_id.and_then(|id| checks.take(Name::parse("externalId", &id)));
        checks.take(no_sso(self.is_sso_required));
        if self.public_key.is_some() {
            checks.refuse("publicKey", "must be left out: a user registers his credentials himself");
        }
        checks.finish_with(email.zip(name).map(|(email, name)| (email, name, external_id)))
    }
}
