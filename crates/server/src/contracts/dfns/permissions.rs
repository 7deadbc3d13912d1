//! `/permissions`: named sets of operations, list, create, show, change and archive.

use super::{
    caller::{Bearer, allowed},
    identifier,
    operations::{self, Operation},
    page::{DfnsPage, PageQuery},
    pat_input::given,
    refused::Refused,
    signed::Signed,
};
use crate::{json::Json, path::Path, query::Query, state::Server};
use authority::permissions::{PermissionDraft, PermissionPatch};
use axum::extract::State;
use domain::{
    id::PermissionId,
    invalid::{Checks, Invalid},
    limits,
    name::Name,
    permission::Permission,
    scope::Scopes,
};
use serde::{Deserialize, Serialize};
use store::query::permission::PermissionFilter;
use utoipa::ToSchema;

/// The tag of operations on permissions.
pub(super) const TAG: &str = "Permissions";
/// The longest name, in characters.
const NAME_CHARACTERS: usize = 100;
/// The order of lists.
const ORDER: &str = "permissions";

/// A permission as a client wants it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DfnsNewPermission)]
pub struct NewPermissionBody {
    /// Its name, which no other permission of the organisation has, nor an archived one.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// What it allows.
    #[schema(min_items = 1, max_items = 300)]
    operations: Vec<String>,
}

/// What shall be different of a permission.
#[derive(Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = DfnsPermissionChange)]
pub struct PermissionChangeBody {
    /// Its name.
    #[serde(deserialize_with = "given")]
    #[schema(nullable = false, min_length = 1, max_length = 100)]
    name: Option<String>,
    /// What it allows, in place of what it did.
    #[serde(deserialize_with = "given")]
    #[schema(nullable = false, min_items = 1, max_items = 300)]
    operations: Option<Vec<String>>,
}

/// Whether a permission is put away.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DfnsArchive)]
pub struct ArchiveBody {
    /// True to put it away, false to take it back.
    is_archived: bool,
}

/// A permission.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsPermission)]
pub struct PermissionShape {
    /// Its identifier.
    #[schema(pattern = "^pm-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    id: String,
    /// Its name.
    name: String,
    /// What it allows.
    operations: Vec<String>,
    /// Always `Active`: no change waits for an approval.
    #[schema(pattern = "^Active$")]
    status: &'static str,
    /// True when nobody can change it.
    is_immutable: bool,
    /// True when it gives nobody anything.
    is_archived: bool,
    /// When it was created.
    #[schema(format = "date-time")]
    date_created: String,
    /// When it was last changed.
    #[schema(format = "date-time")]
    date_updated: String,
}

impl From<Permission> for PermissionShape {
    fn from(permission: Permission) -> Self {
        Self {
            id: identifier::permission(permission.id),
            name: permission.name.to_string(),
            operations: operations::names(&permission.scopes),
            status: "Active",
            is_immutable: permission.immutable,
            is_archived: permission.archived,
            date_created: permission.created_at.to_string(),
            date_updated: permission.updated_at.to_string(),
        }
    }
}

/// List permissions
///
/// Those of the caller's organisation, the oldest first; archived ones too.
#[utoipa::path(
    get, path = "/permissions", tag = TAG, operation_id = "list_dfns_permissions", params(PageQuery),
    responses((status = 200, description = "A page of permissions", body = DfnsPage<PermissionShape>))
)]
pub async fn list(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Query(query): Query<PageQuery>,
) -> Result<Json<DfnsPage<PermissionShape>>, Refused> {
    let caller = allowed(&server, caller, Operation::PermissionsRead).await?;
    let page = query.check(ORDER)?;
    let filter = PermissionFilter { organisation: Some(caller.organisation), ..PermissionFilter::default() };
    let page = server.authority.permissions(&caller, filter, page).await?;
    Ok(Json(DfnsPage::new(page, ORDER, PermissionShape::from)))
}

/// Create a permission
///
/// Nobody puts into one what he may not do himself.
#[utoipa::path(
    post, path = "/permissions", tag = TAG, operation_id = "create_dfns_permission", request_body = NewPermissionBody,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses(
        (status = 200, description = "The new permission", body = PermissionShape),
        (status = 409, description = "Another permission has this name", body = super::document::DfnsError)
    )
)]
pub async fn create(
    State(server): State<Server>,
    Signed { caller, body }: Signed<NewPermissionBody>,
) -> Result<Json<PermissionShape>, Refused> {
    let caller = allowed(&server, caller, Operation::PermissionsCreate).await?;
    let mut checks = Checks::new();
    let name = checks.take(name(&body.name));
    let scopes = checks.take(scopes(&body.operations));
    let (name, scopes) = checks.finish_with(name.zip(scopes))?;
    let draft = PermissionDraft { organisation: None, name, scopes, immutable: false };
    Ok(Json(server.authority.create_permission(&caller, draft, None).await?.record.into()))
}

/// Show a permission
#[utoipa::path(
    get, path = "/permissions/{permissionId}", tag = TAG, operation_id = "show_dfns_permission",
    params(("permissionId" = String, Path, description = "The identifier of the permission")),
    responses((status = 200, description = "The permission", body = PermissionShape))
)]
pub async fn show(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
) -> Result<Json<PermissionShape>, Refused> {
    let caller = allowed(&server, caller, Operation::PermissionsRead).await?;
    Ok(Json(server.authority.permission(&caller, parse(&id)?).await?.into()))
}

/// Change a permission
///
/// When this is answered, nobody who has it can do what was taken from it. What is left out stays as it is.
#[utoipa::path(
    put, path = "/permissions/{permissionId}", tag = TAG, operation_id = "update_dfns_permission",
    params(("permissionId" = String, Path, description = "The identifier of the permission")),
    request_body = Option<PermissionChangeBody>,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses(
        (status = 200, description = "The changed permission", body = PermissionShape),
        (status = 409, description = "Another permission has this name, or this one cannot be changed", body = super::document::DfnsError)
    )
)]
pub async fn update(
    State(server): State<Server>,
    Path(id): Path<String>,
    Signed { caller, body }: Signed<PermissionChangeBody>,
) -> Result<Json<PermissionShape>, Refused> {
    let caller = allowed(&server, caller, Operation::PermissionsUpdate).await?;
    let mut checks = Checks::new();
    let name = body.name.and_then(|text| checks.take(name(&text)));
    let scopes = body.operations.and_then(|operations| checks.take(scopes(&operations)));
    checks.finish()?;
    let patch = PermissionPatch { name, scopes, archived: None };
    Ok(Json(server.authority.update_permission(&caller, parse(&id)?, patch, None).await?.into()))
}

/// Archive a permission
///
/// When this is answered, nobody has anything from it. Its name stays taken.
#[utoipa::path(
    put, path = "/permissions/{permissionId}/archive", tag = TAG, operation_id = "archive_dfns_permission",
    params(("permissionId" = String, Path, description = "The identifier of the permission")),
    request_body = ArchiveBody,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses(
        (status = 200, description = "The permission", body = PermissionShape),
        (status = 409, description = "It cannot be changed", body = super::document::DfnsError)
    )
)]
pub async fn archive(
    State(server): State<Server>,
    Path(id): Path<String>,
    Signed { caller, body: ArchiveBody { is_archived } }: Signed<ArchiveBody>,
) -> Result<Json<PermissionShape>, Refused> {
    let caller = allowed(&server, caller, Operation::PermissionsArchive).await?;
    let patch = PermissionPatch { archived: Some(is_archived), ..PermissionPatch::default() };
    Ok(Json(server.authority.update_permission(&caller, parse(&id)?, patch, None).await?.into()))
}

/// The permission of an identifier in a path.
pub(super) fn parse(id: &str) -> Result<PermissionId, Refused> {
    identifier::parse_permission(id).ok_or_else(Refused::not_found)
}

fn name(text: &str) -> Result<Name, Invalid> {
    if text.chars().count() > NAME_CHARACTERS {
        return Err(Invalid::field("name", format!("must not be longer than {NAME_CHARACTERS} characters")));
    }
    Name::parse("name", text)
}

/// The scopes that these operations are. Each is one of its own: the product has no wildcards.
fn scopes(names: &[String]) -> Result<Scopes, Invalid> {
    if names.is_empty() {
        return Err(Invalid::field("operations", "must name at least one"));
    }
    if names.iter().any(|name| name.contains('*')) {
        return Err(Invalid::field("operations", "must not hold a wildcard"));
    }
    let scopes: Vec<_> = names.iter().map(|name| operations::scope(name)).collect();
    Scopes::parse_up_to(limits::PERMISSION_SCOPES, "operations", scopes.iter().map(String::as_str))
}
