//! Permissions: create, list, change, archive; give them to owners and tokens, and take them back.

use crate::{
    access::{self, Action},
    authority::{Authority, IdempotencyKey},
    error::{Error, unexpected_outcome},
    owners::Created,
};
use domain::{
    caller::{Caller, Reach},
    id::{AssignmentId, OrganisationId, OwnerId, PermissionId, TokenId},
    limits,
    name::Name,
    permission::{Assignment, Bearer, Permission},
    scope::Scopes,
};
use store::{
    change::{AssignPermission, CreatePermission, Outcome, RevokeAssignment, UpdatePermission, Verb},
    query::{
        Page, PageRequest,
        permission::{AssignmentFilter, PermissionFilter},
    },
};

/// What a new permission shall be.
#[derive(Debug, Clone)]
pub struct PermissionDraft {
    /// Its organisation; the caller's when left out.
    pub organisation: Option<OrganisationId>,
    /// Its name, which no other permission of the organisation has or had.
    pub name: Name,
    /// The scopes in it.
    pub scopes: Scopes,
    /// True when nobody is to change it.
    pub immutable: bool,
}

/// What shall be different about a permission; what is left out stays as it is.
#[derive(Debug, Clone, Default)]
pub struct PermissionPatch {
    /// A new name.
    pub name: Option<Name>,
    /// New scopes, in place of all earlier ones.
    pub scopes: Option<Scopes>,
    /// True to archive it, false to take it out of the archive.
    pub archived: Option<bool>,
}

impl Authority {
    /// A page of the permissions that the caller sees.
    ///
    /// # Errors
    /// [`Error::Denied`] when the caller may not see owners.
    pub async fn permissions(
        &self,
        caller: &Caller,
        filter: PermissionFilter,
        page: PageRequest,
    ) -> Result<Page<Permission>, Error> {
        let reach = access::reach(caller, Action::SeeOwners)?;
        Ok(self.store.permissions(reach, filter, page).await?)
    }

    /// One permission.
    ///
    /// # Errors
    /// [`Error::NotFound`] outside the caller's reach.
    pub async fn permission(&self, caller: &Caller, id: PermissionId) -> Result<Permission, Error> {
        let filter = PermissionFilter { id: Some(id), ..PermissionFilter::default() };
        let page = self.permissions(caller, filter, PageRequest { after: None, limit: 1 }).await?;
        page.items.into_iter().next().ok_or(Error::NotFound)
    }

    /// Creates a permission.
    ///
    /// # Errors
    /// [`Error::Denied`] when it would hold a scope that the caller has not; [`Error::Conflict`] when
    /// another one, archived or not, has the name.
    pub async fn create_permission(
        &self,
        caller: &Caller,
        draft: PermissionDraft,
        key: Option<IdempotencyKey>,
    ) -> Result<Created<Permission>, Error> {
        let access = access::access(caller, Action::ChangeOwners)?;
        let PermissionDraft { organisation, name, scopes, immutable } = draft;
        let id = PermissionId::new(self.now(), &*self.randomness);
        let organisation = organisation.unwrap_or(caller.organisation);
        let verb = CreatePermission { access, id, organisation, name, scopes, immutable };
        let committed = self.commit_once(caller, Verb::CreatePermission(verb), key).await?;
        Ok(Created { record: permission(committed.outcome)?, repeated: committed.repeated })
    }

    /// Changes or archives a permission, or takes it out of the archive. What that takes from its bearers
    /// they have lost when the answer comes.
    ///
    /// # Errors
    /// [`Error::Denied`] when that gives somebody what the caller has not; [`Error::Conflict`] for an
    /// immutable one.
    pub async fn update_permission(
        &self,
        caller: &Caller,
        permission_id: PermissionId,
        patch: PermissionPatch,
        expects: Option<u64>,
    ) -> Result<Permission, Error> {
        let access = access::access(caller, Action::ChangeOwners)?;
        let PermissionPatch { name, scopes, archived } = patch;
        let verb = UpdatePermission { access, permission: permission_id, expects, name, scopes, archived };
        permission(self.commit(caller, Verb::UpdatePermission(verb)).await?.outcome)
    }

    /// A page of assignments that the caller sees.
    ///
    /// # Errors
    /// [`Error::Denied`] when the caller may not see owners.
    pub async fn assignments(
        &self,
        caller: &Caller,
        filter: AssignmentFilter,
        page: PageRequest,
    ) -> Result<Page<Assignment>, Error> {
        let reach = access::reach(caller, Action::SeeOwners)?;
        Ok(self.store.assignments(reach, filter, page).await?)
    }

    /// The permissions of some users and service accounts, as far as the caller sees them.
    ///
    /// # Errors
    /// As [`Authority::assignments`].
    pub async fn assignments_of_owners(&self, caller: &Caller, owners: &[OwnerId]) -> Result<Vec<Assignment>, Error> {
        let reach = access::reach(caller, Action::SeeOwners)?;
        self.assignments_of(reach, owners.iter().copied().map(Bearer::Owner).collect()).await
    }

    /// The permissions of some tokens, as far as the caller sees them.
    ///
    /// # Errors
    /// [`Error::Denied`] when the caller may not see tokens.
    pub async fn assignments_of_tokens(&self, caller: &Caller, tokens: &[TokenId]) -> Result<Vec<Assignment>, Error> {
        let reach = access::reach(caller, Action::SeeTokens)?;
        self.assignments_of(reach, tokens.iter().copied().map(Bearer::Token).collect()).await
    }

    async fn assignments_of(&self, reach: Reach, bearers: Vec<Bearer>) -> Result<Vec<Assignment>, Error> {
        let mut found = Vec::new();
        if bearers.is_empty() {
            return Ok(found);
        }
        let filter = AssignmentFilter { bearers: Some(bearers), ..AssignmentFilter::default() };
        let mut page = PageRequest { after: None, limit: limits::UNPAGED_LIST };
        loop {
            let part = self.store.assignments(reach, filter.clone(), page.clone()).await?;
            found.extend(part.items);
            match part.next {
                Some(next) => page.after = Some(next),
                None => return Ok(found),
            }
        }
    }

    /// Gives a permission to a user, a service account or a token of its organisation.
    ///
    /// # Errors
    /// [`Error::Denied`] when that gives somebody what the caller has not; [`Error::Conflict`] when he has
    /// the permission already, or it is archived.
    pub async fn assign_permission(
        &self,
        caller: &Caller,
        permission: PermissionId,
        bearer: Bearer,
    ) -> Result<Assignment, Error> {
        let access = access::access(caller, Action::ChangeOwners)?;
        let id = AssignmentId::new(self.now(), &*self.randomness);
        let verb = AssignPermission { access, id, permission, bearer, immutable: false };
        assignment(self.commit(caller, Verb::AssignPermission(verb)).await?.outcome)
    }

    /// Takes a permission from whoever has it by this assignment. What that takes from him he has lost
    /// when the answer comes; it never gives anybody more, not even where it was a token's last one.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the permission has no such assignment; [`Error::Conflict`] for an
    /// immutable one.
    pub async fn revoke_assignment(
        &self,
        caller: &Caller,
        permission: PermissionId,
        assignment_id: AssignmentId,
    ) -> Result<Assignment, Error> {
        let access = access::access(caller, Action::ChangeOwners)?;
        let verb = RevokeAssignment { access, permission, assignment: assignment_id };
        assignment(self.commit(caller, Verb::RevokeAssignment(verb)).await?.outcome)
    }
}

fn permission(outcome: Outcome) -> Result<Permission, Error> {
    match outcome {
        Outcome::Permission(permission) => Ok(*permission),
        _ => Err(unexpected_outcome()),
    }
}

fn assignment(outcome: Outcome) -> Result<Assignment, Error> {
    match outcome {
        Outcome::Assignment(assignment) => Ok(*assignment),
        _ => Err(unexpected_outcome()),
    }
}
