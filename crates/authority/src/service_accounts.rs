//! Service accounts that can work at once: created with a token, and with a permission.

use crate::{
    access::{self, Action},
    authority::Authority,
    error::{Error, unexpected_outcome},
    issue::{Issued, NewToken},
    owners::OwnerDraft,
};
use domain::{
    caller::Caller,
    id::{OwnerId, PermissionId},
    owner::{Owner, OwnerKind},
};
use store::change::{CreateOwner, CreateServiceAccount, NewOwner, Outcome, Verb, WantedScopes};

impl Authority {
    /// An identifier for a service account that is created right after.
    pub fn new_owner_id(&self) -> OwnerId {
        OwnerId::new(self.now(), &*self.randomness)
    }

    /// Creates a service account with its first token, which may do whatever the account may, and with a
    /// permission: all of it or nothing.
    ///
    /// # Errors
    /// [`Error::Denied`] when that hands out what the caller has not.
    pub async fn create_service_account(
        &self,
        caller: &Caller,
        id: OwnerId,
        draft: OwnerDraft,
        token: NewToken,
        permission: Option<PermissionId>,
    ) -> Result<(Owner, Issued), Error> {
        let access = access::access(caller, Action::ChangeOwners)?;
        let OwnerDraft { kind: _, organisation, name, email: _, role, scopes, facts } = draft;
        let kind = OwnerKind::ServiceAccount;
        let owner = NewOwner { id, kind, name, email: None, role, scopes, password_hash: None, slot: None, facts };
        let organisation = organisation.unwrap_or(caller.organisation);
        let drawn = self.draw(token.terms.form.as_ref(), token.expires_at);
        let token = NewToken { owner: Some(id), ..token };
        let wanted = CreateServiceAccount {
            account: CreateOwner { access, organisation, owner, invited: false },
            token: self.issuing(caller, token, WantedScopes::WhateverOwnerMay, &drawn)?,
            permission: permission.map(|permission| self.first_permission(permission)),
        };
        match self.commit(caller, Verb::CreateServiceAccount(Box::new(wanted))).await?.outcome {
            Outcome::ServiceAccount { account, token } => {
                let secret = drawn.secret(token.number);
                Ok((*account, Issued { token: *token, secret, repeated: false }))
            }
            _ => Err(unexpected_outcome()),
        }
    }
}
