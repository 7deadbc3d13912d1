//! The data of the changes to one token.

use domain::{
    address::Networks,
    caller::Access,
    id::{OwnerId, OwnerNumber, TokenId},
    name::{Labels, Name},
    scope::Scopes,
    secret::{Digest, KeyId},
    time::Timestamp,
    token::RotationEnd,
};

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

/// The scopes wanted for a new token.
#[derive(Debug, Clone)]
pub enum WantedScopes {
    /// Exactly these; refused when one lies beyond the caller or the owner.
    Exactly(Scopes),
    /// Whatever both the caller and the owner have.
    AsMuchAsAllowed,
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
    pub secret: NewSecret,
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
