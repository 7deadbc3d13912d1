//! The names of users, service accounts and permissions that journal entries know by number or identifier only.

use crate::console::{refused::Refused, visitor::Visitor};
use domain::{
    id::{OwnerNumber, PermissionId},
    name::Name,
    owner::Owner,
};
use std::collections::{BTreeSet, HashMap};
use store::query::{OwnerFilter, PageRequest, permission::PermissionFilter};

/// What is within the visitor's reach.
#[derive(Default)]
pub struct Names {
    /// Users and service accounts.
    owners: HashMap<OwnerNumber, Owner>,
    /// What permissions are called.
    permissions: HashMap<PermissionId, Name>,
}

impl Names {
    /// Looks these up; each once, and those outside the visitor's reach stay unknown.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn of(
        visitor: &Visitor,
        numbers: impl Iterator<Item = OwnerNumber>,
        permissions: impl Iterator<Item = PermissionId>,
    ) -> Result<Self, Refused> {
        let (authority, caller) = (&visitor.server.authority, &visitor.caller);
        let mut names = Self::default();
        for number in numbers.collect::<BTreeSet<_>>() {
            let filter = OwnerFilter { number: Some(number), ..OwnerFilter::default() };
            let page = authority.owners(caller, filter, PageRequest { after: None, limit: 1 }).await?;
            names.owners.extend(page.items.into_iter().map(|owner| (owner.number, owner)));
        }
        for id in permissions.collect::<BTreeSet<_>>() {
            let filter = PermissionFilter { id: Some(id), ..PermissionFilter::default() };
            let page = authority.permissions(caller, filter, PageRequest { after: None, limit: 1 }).await?;
            names.permissions.extend(page.items.into_iter().map(|permission| (permission.id, permission.name)));
        }
        Ok(names)
    }

    /// The user or service account with this number.
    pub fn owner(&self, number: OwnerNumber) -> Option<&Owner> {
        self.owners.get(&number)
    }

    /// What the permission with this identifier is called.
    pub fn permission(&self, id: PermissionId) -> Option<&Name> {
        self.permissions.get(&id)
    }
}
