//! Which permissions and assignments a query asks for.

use domain::{
    id::{AssignmentId, OrganisationId, PermissionId},
    permission::Bearer,
};

/// Which permissions. Parts together select what fits them all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PermissionFilter {
    /// This one.
    pub id: Option<PermissionId>,
    /// Of this organisation.
    pub organisation: Option<OrganisationId>,
    /// With exactly this name.
    pub name: Option<String>,
}

/// Which assignments. Parts together select what fits them all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssignmentFilter {
    /// This one.
    pub id: Option<AssignmentId>,
    /// Of this permission.
    pub permission: Option<PermissionId>,
    /// Of one of these bearers.
    pub bearers: Option<Vec<Bearer>>,
}
