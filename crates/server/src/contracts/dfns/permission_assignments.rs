//! `/permissions/{permissionId}/assignments`: who has a permission, and giving and taking it.

use super::{
    body::Nothing,
    caller::{Bearer, allowed},
    identifier,
    operations::Operation,
    page::{DfnsPage, PageQuery},
    permissions::{TAG, parse},
    refused::Refused,
    signed::Signed,
};
use crate::{json::Json, path::Path, problem::Problem, query::Query, state::Server};
use authority::Error;
use axum::extract::State;
use domain::permission::Assignment;
use serde::{Deserialize, Serialize};
use store::query::permission::AssignmentFilter;
use utoipa::{IntoParams, ToSchema};

/// The order of lists.
const ORDER: &str = "assignments";

/// Who shall have the permission.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DfnsNewAssignment)]
pub struct NewAssignmentBody {
    /// The identifier of a user, a service account or a token.
    #[schema(pattern = "^(us|to)-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    identity_id: String,
}

/// How a permission is taken.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct RevocationQuery {
    /// Without effect: nothing here has to be forced.
    #[allow(dead_code, reason = "clients send it, and nothing depends on it")]
    force: Option<bool>,
}

/// That somebody has a permission.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsPermissionAssignment)]
pub struct AssignmentRecordShape {
    /// Its identifier.
    #[schema(pattern = "^as-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    id: String,
    /// The permission.
    #[schema(pattern = "^pm-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    permission_id: String,
    /// The user, service account or token that has it.
    #[schema(pattern = "^(us|to)-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    identity_id: String,
    /// True when it cannot be taken.
    is_immutable: bool,
    /// When it was given.
    #[schema(format = "date-time")]
    date_created: String,
    /// The same: it never changes.
    #[schema(format = "date-time")]
    date_updated: String,
}

impl From<Assignment> for AssignmentRecordShape {
    fn from(assignment: Assignment) -> Self {
        let date = assignment.created_at.to_string();
        Self {
            id: identifier::assignment(assignment.id),
            permission_id: identifier::permission(assignment.permission.id),
            identity_id: identifier::bearer(assignment.bearer),
            is_immutable: assignment.immutable,
            date_created: date.clone(),
            date_updated: date,
        }
    }
}

/// List who has a permission
#[utoipa::path(
    get, path = "/permissions/{permissionId}/assignments", tag = TAG, operation_id = "list_dfns_assignments",
    params(("permissionId" = String, Path, description = "The identifier of the permission"), PageQuery),
    responses((status = 200, description = "A page of assignments", body = DfnsPage<AssignmentRecordShape>))
)]
pub async fn list(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<DfnsPage<AssignmentRecordShape>>, Refused> {
    let caller = allowed(&server, caller, Operation::PermissionsAssignmentsRead).await?;
    let page = query.check(ORDER)?;
    let permission = server.authority.permission(&caller, parse(&id)?).await?;
    let filter = AssignmentFilter { permission: Some(permission.id), ..AssignmentFilter::default() };
    let page = server.authority.assignments(&caller, filter, page).await?;
    Ok(Json(DfnsPage::new(page, ORDER, AssignmentRecordShape::from)))
}

/// Give a permission
///
/// Nobody gives what he may not do himself. A token that had no permission before can do no more than this one
/// allows from now on.
#[utoipa::path(
    post, path = "/permissions/{permissionId}/assignments", tag = TAG, operation_id = "create_dfns_assignment",
    params(("permissionId" = String, Path, description = "The identifier of the permission")),
    request_body = NewAssignmentBody,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses(
        (status = 200, description = "The assignment", body = AssignmentRecordShape),
        (status = 409, description = "It was given already, or the permission is archived", body = super::document::DfnsError)
    )
)]
pub async fn create(
    State(server): State<Server>,
    Path(id): Path<String>,
    Signed { caller, body }: Signed<NewAssignmentBody>,
) -> Result<Json<AssignmentRecordShape>, Refused> {
    let caller = allowed(&server, caller, Operation::PermissionsAssign).await?;
    let permission = parse(&id)?;
    let nobody = || Problem::field("identityId", "must be a user, service account or token of the organisation");
    let bearer = identifier::parse_bearer(&body.identity_id).ok_or_else(nobody)?;
    match server.authority.assign_permission(&caller, permission, bearer).await {
        Err(Error::Invalid(invalid)) if invalid.fields().iter().any(|field| field.field == "bearer") => {
            let rules = invalid.fields().iter().map(|field| field.rule.clone());
            Err(Problem::field("identityId", rules.collect::<Vec<_>>().join("; ")).into())
        }
        assigned => Ok(Json(assigned?.into())),
    }
}

/// Take a permission
///
/// When this is answered, whoever had it has nothing from it. A token that had no other can do no more than see and
/// change tokens.
#[utoipa::path(
    delete, path = "/permissions/{permissionId}/assignments/{assignmentId}", tag = TAG,
    operation_id = "delete_dfns_assignment",
    params(
        ("permissionId" = String, Path, description = "The identifier of the permission"),
        ("assignmentId" = String, Path, description = "The identifier of the assignment"),
        RevocationQuery
    ),
    request_body = Option<Nothing>,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses(
        (status = 200, description = "The assignment as it was", body = AssignmentRecordShape),
        (status = 409, description = "It cannot be taken", body = super::document::DfnsError)
    )
)]
pub async fn delete(
    State(server): State<Server>,
    Path((id, assignment)): Path<(String, String)>,
    Query(RevocationQuery { force: _ }): Query<RevocationQuery>,
    Signed { caller, body: Nothing {} }: Signed<Nothing>,
) -> Result<Json<AssignmentRecordShape>, Refused> {
    let caller = allowed(&server, caller, Operation::PermissionsRevoke).await?;
    let assignment = identifier::parse_assignment(&assignment).ok_or_else(Refused::not_found)?;
    Ok(Json(server.authority.revoke_assignment(&caller, parse(&id)?, assignment).await?.into()))
}
