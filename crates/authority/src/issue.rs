//! Issue: a new token, and the only moment at which its secret is shown.

use crate::{
    access::{self, Action},
    authority::{Authority, IdempotencyKey},
    error::{Error, unexpected_outcome},
    secret::Drawn,
};
use domain::{
    address::Networks,
    caller::Caller,
    id::{AssignmentId, OwnerId, PermissionId, SignerId, TokenId},
    name::{Labels, Name},
    scope::Scopes,
    secret::Secret,
    signer::SignerKind,
    time::Timestamp,
    token::{Terms, Token},
};
use store::change::{FirstPermission, IssueToken, NewSigner, Outcome, Verb, WantedScopes};

/// What a new token shall be. What is left out is the caller's: owner and scopes.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Its name.
    pub name: Name,
    /// Its description, possibly empty.
    pub description: String,
    /// Whom it speaks for; the caller when left out.
    pub owner: Option<OwnerId>,
    /// What it may do; as much as caller and owner both may when left out.
    pub scopes: Option<Scopes>,
    /// The networks it may be used from.
    pub networks: Option<Networks>,
    /// Its labels.
    pub labels: Labels,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// On which terms; the native API's are none.
    pub terms: Terms,
    /// A key of its own: without its signature the token changes nothing.
    pub key: Option<OwnKey>,
    /// The permission that it begins with; what it may do follows that permission then.
    pub permission: Option<PermissionId>,
}

/// A key that a token has for itself.
#[derive(Debug, Clone)]
pub struct OwnKey {
    /// The identifier that the token shall have, because the form of its secret holds it.
    pub token: TokenId,
    /// The name under which it is offered.
    pub credential: String,
    /// The public key, as PEM that was read.
    pub pem: String,
}

/// A token with a new secret, which is shown now and never again.
pub struct Issued {
    /// The token.
    pub token: Token,
    /// Its new secret.
    pub secret: Secret,
    /// True when the request repeated an earlier one, whose secret has died with this answer.
    pub repeated: bool,
}

impl Authority {
    /// An identifier for a token that is issued right after.
    pub fn new_token_id(&self) -> TokenId {
        TokenId::new(self.now(), &*self.randomness)
    }

    fn own_key(&self, name: &Name, key: OwnKey) -> NewSigner {
        NewSigner {
            id: SignerId::new(self.now(), &*self.randomness),
            kind: SignerKind::Key,
            name: name.clone(),
            credential: key.credential,
            material: key.pem,
            counter: 0,
        }
    }

    /// Issues a token. With an idempotency key, a repetition gives the same token another secret in
    /// place of the lost one: nothing readable is ever stored.
    ///
    /// # Errors
    /// [`Error::Denied`] when the caller may not, or asks for more than it or the owner has;
    /// [`Error::Conflict`] when another token holds the slot, or has the name where names are unique.
    pub async fn issue(&self, caller: &Caller, new: NewToken, key: Option<IdempotencyKey>) -> Result<Issued, Error> {
        let wanted = new.scopes.clone().map_or(WantedScopes::AsMuchAsAllowed, WantedScopes::Exactly);
        self.issue_with(caller, new, wanted, key).await
    }

    /// Issues a token that may do whatever its owner may, today and later; its `scopes` say nothing.
    ///
    /// # Errors
    /// As [`Authority::issue`]; [`Error::Denied`] when the owner may do more than the caller's credential.
    pub async fn issue_whole(&self, caller: &Caller, new: NewToken) -> Result<Issued, Error> {
        self.issue_with(caller, new, WantedScopes::WhateverOwnerMay, None).await
    }

    async fn issue_with(
        &self,
        caller: &Caller,
        new: NewToken,
        scopes: WantedScopes,
        key: Option<IdempotencyKey>,
    ) -> Result<Issued, Error> {
        let drawn = self.draw(new.terms.form.as_ref(), new.expires_at);
        let verb = Verb::IssueToken(self.issuing(caller, new, scopes, &drawn)?);
        let committed = self.commit_once(caller, verb, key).await?;
        match committed.outcome {
            Outcome::Token(token) => {
                let secret = drawn.secret(token.number);
                Ok(Issued { token: *token, secret, repeated: committed.repeated })
            }
            _ => Err(unexpected_outcome()),
        }
    }

    /// What is committed for a new token with a secret that was drawn.
    pub(crate) fn issuing(
        &self,
        caller: &Caller,
        new: NewToken,
        scopes: WantedScopes,
        drawn: &Drawn,
    ) -> Result<IssueToken, Error> {
        Ok(IssueToken {
            access: access::access(caller, Action::ChangeTokens)?,
            id: new.key.as_ref().map_or_else(|| self.new_token_id(), |key| key.token),
            signer: new.key.map(|key| Box::new(self.own_key(&new.name, key))),
            owner: new.owner.unwrap_or(caller.owner),
            author: caller.owner_number,
            name: new.name,
            description: new.description,
            scopes,
            networks: new.networks,
            labels: new.labels,
            expires_at: new.expires_at,
            secret: self.kept_of(drawn),
            terms: new.terms,
            permission: new.permission.map(|permission| self.first_permission(permission)),
        })
    }

    pub(crate) fn first_permission(&self, permission: PermissionId) -> FirstPermission {
        FirstPermission { permission, assignment: AssignmentId::new(self.now(), &*self.randomness) }
    }
}
