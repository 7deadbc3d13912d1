//! The data of the changes to one token.

use super::{FirstPermission, NewSigner};
use domain::{
    address::Networks,
    caller::Access,
    facts::ContractFacts,
    id::{OwnerId, OwnerNumber, TokenId, TokenNumber},
    name::{Labels, Name},
    scope::Scopes,
    secret::{Digest, KeyId},
    time::Timestamp,
    token::{RotationEnd, Terms},
};
use std::sync::Arc;

/// A secret to be kept: its digest and what lists show of it.
#[derive(Debug, Clone)]
pub struct NewSecret {
    /// Its keyed digest.
    pub digest: Digest,
    /// The server key of the digest.
    pub key: KeyId,
    /// What is kept of its text (see `domain::secret::hint`).
    pub hint: String,
}

/// Makes what is kept of a new token's secret, once the token has its number: the forms of some
/// contracts hold it.
#[derive(Clone)]
pub struct SecretOfNumber(Arc<dyn Fn(TokenNumber) -> NewSecret + Send + Sync>);

impl SecretOfNumber {
    /// Makes secrets with this function.
    pub fn new(make: impl Fn(TokenNumber) -> NewSecret + Send + Sync + 'static) -> Self {
        Self(Arc::new(make))
    }

    /// What is kept of the secret of the token with this number.
    pub fn of(&self, number: TokenNumber) -> NewSecret {
        (self.0)(number)
    }
}

/// The same secret whatever the number.
impl From<NewSecret> for SecretOfNumber {
    fn from(secret: NewSecret) -> Self {
        Self::new(move |_| secret.clone())
    }
}

/// The scopes wanted for a new token.
#[derive(Debug, Clone)]
pub enum WantedScopes {
    /// Exactly these; refused when one lies beyond the caller or the owner.
    Exactly(Scopes),
    /// Whatever both the caller and the owner have.
    AsMuchAsAllowed,
    /// Whatever the owner may do, today and later; refused when that lies beyond the caller.
    WhateverOwnerMay,
}

/// The data of [`Verb::IssueToken`](super::Verb::IssueToken).
#[derive(Clone)]
pub struct IssueToken {
    /// What the caller may reach and hand out.
    pub access: Access,
    /// The token's identifier.
    pub id: TokenId,
    /// Whom it speaks for.
    pub owner: OwnerId,
    /// Who creates it.
    pub author: OwnerNumber,
    /// Its name.
    pub name: Name,
    /// Its description, possibly empty.
    pub description: String,
    /// Its scopes.
    pub scopes: WantedScopes,
    /// The networks it may be used from.
    pub networks: Option<Networks>,
    /// Its labels.
    pub labels: Labels,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// Its secret.
    pub secret: SecretOfNumber,
    /// On which terms.
    pub terms: Terms,
    /// A key of its own, without whose signature it changes nothing.
    pub signer: Option<Box<NewSigner>>,
    /// The permission that it begins with; its scopes are then those of the permission and the care of
    /// tokens, whatever else is wanted.
    pub permission: Option<FirstPermission>,
}

/// The data of [`Verb::UpdateToken`](super::Verb::UpdateToken); a field left out stays as it is.
#[derive(Clone)]
pub struct UpdateToken {
    /// What the caller may reach and hand out.
    pub access: Access,
    /// The token.
    pub token: TokenId,
    /// The revision it must be at.
    pub expects: Option<u64>,
    /// A new name.
    pub name: Option<Name>,
    /// A new description.
    pub description: Option<String>,
    /// New scopes.
    pub scopes: Option<Scopes>,
    /// A new allow-list, or none from now on.
    pub networks: Option<Option<Networks>>,
    /// New labels, in place of all earlier ones.
    pub labels: Option<Labels>,
    /// A new expiry, or none from now on.
    pub expires_at: Option<Option<Timestamp>>,
    /// New facts of one contract.
    pub facts: Option<ContractFacts>,
    /// Another place that only one live token of the owner may hold.
    pub slot: Option<String>,
}

/// The data of [`Verb::SwitchToken`](super::Verb::SwitchToken).
#[derive(Clone)]
pub struct SwitchToken {
    /// What the caller may reach.
    pub access: Access,
    /// The token.
    pub token: TokenId,
    /// The revision it must be at.
    pub expects: Option<u64>,
    /// True to disable it, false to enable it.
    pub disabled: bool,
}

/// The data of [`Verb::DisableTokens`](super::Verb::DisableTokens).
#[derive(Clone)]
pub struct DisableTokens {
    /// What the caller may reach.
    pub access: Access,
    /// The tokens; those that are not there, within reach, are passed over.
    pub tokens: Vec<TokenId>,
}

/// The data of [`Verb::RotateToken`](super::Verb::RotateToken).
#[derive(Clone)]
pub struct RotateToken {
    /// What the caller may reach and hand out.
    pub access: Access,
    /// The token.
    pub token: TokenId,
    /// The revision it must be at.
    pub expects: Option<u64>,
    /// Its new secret.
    pub secret: NewSecret,
    /// When the older secrets end.
    pub end: RotationEnd,
}
