//! Issue: a new token, and the only moment at which its secret is shown.

use crate::{
    access::{self, Action},
    authority::{Authority, IdempotencyKey},
    error::{Error, unexpected_outcome},
};
use domain::{
    address::Networks,
    caller::Caller,
    id::{OwnerId, TokenId},
    name::{Labels, Name},
    scope::Scopes,
    secret::Secret,
    time::Timestamp,
    token::{Terms, Token},
};
use store::change::{IssueToken, Outcome, Verb, WantedScopes};

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
        let access = access::access(caller, Action::ChangeTokens)?;
        let drawn = self.draw(new.terms.form.as_ref());
        let verb = Verb::IssueToken(IssueToken {
            access,
            id: TokenId::new(self.now(), &*self.randomness),
            owner: new.owner.unwrap_or(caller.owner),
            author: caller.owner_number,
            name: new.name,
            description: new.description,
            scopes,
            networks: new.networks,
            labels: new.labels,
            expires_at: new.expires_at,
            secret: self.kept_of(&drawn),
            terms: new.terms,
        });
        let committed = self.commit_once(caller, verb, key).await?;
        match committed.outcome {
            Outcome::Token(token) => {
                let secret = drawn.secret(token.number);
                Ok(Issued { token: *token, secret, repeated: committed.repeated })
            }
            _ => Err(unexpected_outcome()),
        }
    }
}
