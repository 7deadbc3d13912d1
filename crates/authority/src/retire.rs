//! Retire: a user or service account deleted as far as anything is ever deleted.

use crate::{
    access::{self, Action},
    authority::Authority,
    error::Error,
    owners::owner_of,
};
use domain::{
    caller::Caller,
    facts::ContractFacts,
    id::OwnerId,
    owner::{Owner, OwnerKind},
};
use store::change::{RetireOwner, Verb};

impl Authority {
    /// Takes a user or service account everything it could act with, for good: its tokens, its signers, its
    /// permissions, its password, its links and its sessions. Its address is free again; its record stays,
    /// inactive, because the journal and other records name it.
    ///
    /// # Errors
    /// [`Error::NotFound`] outside the caller's reach, and for the other kind; [`Error::Conflict`] when no
    /// application administrator would be left.
    pub async fn retire_owner(
        &self,
        caller: &Caller,
        kind: OwnerKind,
        owner: OwnerId,
        facts: Option<ContractFacts>,
    ) -> Result<Owner, Error> {
        let access = access::access(caller, Action::ChangeOwners)?;
        let verb = RetireOwner { access, owner, kind, facts };
        owner_of(self.commit(caller, Verb::RetireOwner(verb)).await?.outcome)
    }
}
