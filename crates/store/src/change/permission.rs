//! The data of the changes to permissions and to who has them.

use domain::{
    caller::Access,
    id::{AssignmentId, OrganisationId, PermissionId},
    name::Name,
    permission::Bearer,
    scope::Scopes,
};

/// The data of [`Verb::CreatePermission`](super::Verb::CreatePermission).
#[derive(Clone)]
pub struct CreatePermission {
    /// What the caller may reach and hand out.
    pub access: Access,
    /// Its identifier.
    pub id: PermissionId,
    /// The organisation it belongs to.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: Name,
    /// The scopes in it.
    pub scopes: Scopes,
    /// True when nobody is to change it.
    pub immutable: bool,
}

/// The data of [`Verb::UpdatePermission`](super::Verb::UpdatePermission); a field left out stays as it is.
#[derive(Clone)]
pub struct UpdatePermission {
    /// What the caller may reach and hand out.
    pub access: Access,
    /// The permission.
    pub permission: PermissionId,
    /// The revision it must be at.
    pub expects: Option<u64>,
    /// A new name.
    pub name: Option<Name>,
    /// New scopes, in place of all earlier ones.
    pub scopes: Option<Scopes>,
    /// True to archive it, false to take it out of the archive.
    pub archived: Option<bool>,
}

/// The data of [`Verb::AssignPermission`](super::Verb::AssignPermission).
#[derive(Clone)]
pub struct AssignPermission {
    /// What the caller may reach and hand out.
    pub access: Access,
    /// The assignment's identifier.
    pub id: AssignmentId,
    /// The permission.
    pub permission: PermissionId,
    /// Who gets it.
    pub bearer: Bearer,
    /// True when nobody is to revoke it.
    pub immutable: bool,
}

/// The data of [`Verb::RevokeAssignment`](super::Verb::RevokeAssignment).
#[derive(Clone)]
pub struct RevokeAssignment {
    /// What the caller may reach.
    pub access: Access,
    /// The permission.
    pub permission: PermissionId,
    /// One of its assignments.
    pub assignment: AssignmentId,
}

/// The permission that a token is issued with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstPermission {
    /// The permission.
    pub permission: PermissionId,
    /// The identifier of the assignment.
    pub assignment: AssignmentId,
}
