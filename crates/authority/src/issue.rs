//! Issue: a new token, and the only moment at which its secret is shown.

use crate::{
    access::{self, Action},
    authority::{Authority, IdempotencyKey},
    error::{Error, unexpected_outcome},
};
use domain::{
    address::Networks,
    caller::Caller,
    format::{self, Kind},
    id::{OwnerId, TokenId},
    name::{Labels, Name},
    scope::Scopes,
    secret::{Secret, hint},
    time::Timestamp,
    token::Token,
};
use store::change::{IssueToken, NewSecret, Outcome, Verb, WantedScopes};

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
    /// [`Error::Denied`] when the caller may not, or asks for more than it or the owner has.
    pub async fn issue(&self, caller: &Caller, new: NewToken, key: Option<IdempotencyKey>) -> Result<Issued, Error> {
        let access = access::access(caller, Action::ChangeTokens)?;
        let (secret, kept) = self.new_secret();
        let verb = Verb::IssueToken(IssueToken {
            access,
            id: TokenId::new(self.now(), &*self.randomness),
            owner: new.owner.unwrap_or(caller.owner),
            author: caller.owner_number,
            name: new.name,
            description: new.description,
            scopes: new.scopes.map_or(WantedScopes::AsMuchAsAllowed, WantedScopes::Exactly),
            networks: new.networks,
            labels: new.labels,
            expires_at: new.expires_at,
            secret: kept,
        });
        let committed = self.commit_once(caller, verb, key).await?;
        match committed.outcome {
            Outcome::Token(token) => Ok(Issued { token: *token, secret, repeated: committed.repeated }),
            _ => Err(unexpected_outcome()),
        }
    }

    /// A new secret of this kind that belongs to nothing yet.
    pub fn generate(&self, kind: Kind) -> Secret {
        format::generate(kind, &*self.randomness)
    }

    /// A new native secret, and what is kept of it.
    pub(crate) fn new_secret(&self) -> (Secret, NewSecret) {
        let secret = self.generate(Kind::Token);
        let kept = self.kept(&secret);
        (secret, kept)
    }

    /// What is kept of a secret.
    pub(crate) fn kept(&self, secret: &Secret) -> NewSecret {
        NewSecret {
            digest: self.keyring.digest(secret.expose()),
            key: self.keyring.current_id(),
            hint: hint(secret.expose()),
        }
    }
}
