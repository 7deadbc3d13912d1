//! What each kind of event keeps, as it stands in the journal and under its chain.

use crate::{
    address::Networks,
    id::{
        AssignmentId, DeletionId, OrganisationId, OrganisationNumber, OwnerId, OwnerNumber, PermissionId, SessionId,
        SignerId, TokenId, TokenNumber,
    },
    owner::{OwnerKind, Role},
    scope::Scopes,
    secret::{Digest, KeyId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What verification must know of a token; every event that changes it carries the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// What it may do, as granted.
    pub scopes: Scopes,
    /// The networks it may be used from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub networks: Option<Networks>,
    /// When it stops working.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// When a secret that was rotated out stops working.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretEnd {
    /// The secret.
    pub digest: Digest,
    /// The instant; it has passed for a secret that ended at once.
    pub at: Timestamp,
    /// The key of the digest: under another one the same secret has another digest.
    pub key: KeyId,
    /// Its place among the secrets of its token, which no change of the key moves.
    pub serial: i64,
}

/// A new token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenIssued {
    /// Its identifier.
    pub token: TokenId,
    /// Its number.
    pub number: TokenNumber,
    /// Whom it speaks for.
    pub owner: OwnerNumber,
    /// What verification must know of it.
    #[serde(flatten)]
    pub grant: Grant,
    /// Its secret.
    pub digest: Digest,
    /// Its name.
    pub name: String,
}

/// A token whose name, description, labels, scopes, networks or expiry changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenUpdated {
    /// The token.
    pub token: TokenId,
    /// The words for what changed, such as `scopes`; the name of a contract stands for its facts.
    pub changed: Vec<String>,
    /// What verification must know of it from now on.
    #[serde(flatten)]
    pub grant: Grant,
    /// Every secret it ever had.
    pub digests: Vec<Digest>,
}

/// A token that was disabled or enabled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenSwitched {
    /// The token.
    pub token: TokenId,
    /// Every secret it ever had.
    pub digests: Vec<Digest>,
}

/// A token that got a new secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRotated {
    /// The token.
    pub token: TokenId,
    /// The new secret.
    pub digest: Digest,
    /// An accepted secret of the token, whose facts the new one shares.
    pub model: Digest,
    /// True when the first use of the new secret ends the older ones.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub until_first_use: bool,
    /// The older secrets, each with its end.
    pub ends: Vec<SecretEnd>,
    /// True when a repeated request replaced a secret whose answer was lost.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repeated: bool,
}

/// The first use of a new secret, which ended the older ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationFinished {
    /// The token.
    pub token: TokenId,
    /// The secret that was used.
    pub digest: Digest,
    /// The older secrets, each with its end.
    pub ends: Vec<SecretEnd>,
}

/// Secrets of a token that are ended again, because the store that came back had forgotten it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretsEnded {
    /// The token.
    pub token: TokenId,
    /// Its secrets, each with its end.
    pub ends: Vec<SecretEnd>,
}

/// A deleted token: what its tombstone denies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenDeleted {
    /// The token.
    pub token: TokenId,
    /// Its owner.
    pub owner: OwnerNumber,
    /// Every secret it ever had.
    pub digests: Vec<Digest>,
    /// Why, when a reason was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The deletion in steps that this belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion: Option<DeletionId>,
}

/// Secrets whose digests were made anew under the current server key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretsRehashed {
    /// The key of the new digests.
    pub key: KeyId,
    /// The older and the newer digest of each.
    pub digests: Vec<(Digest, Digest)>,
}

/// A new or changed organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationChanged {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its number.
    pub number: OrganisationNumber,
    /// False when its tokens are without power.
    pub active: bool,
    /// The words for what changed, such as `name`.
    pub changed: Vec<String>,
}

/// A new or changed user or service account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerChanged {
    /// The user or service account.
    pub owner: OwnerId,
    /// Its number.
    pub number: OwnerNumber,
    /// Person or program.
    pub kind: OwnerKind,
    /// Its role.
    pub role: Role,
    /// The scopes granted to it.
    pub scopes: Scopes,
    /// False when its tokens are without power.
    pub active: bool,
    /// The words for what changed, such as `role`; `password` and `invitation` are among them.
    pub changed: Vec<String>,
}

/// A new or changed permission. What it means for its bearers stands in entries of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionChanged {
    /// The permission.
    pub permission: PermissionId,
    /// The scopes in it.
    pub scopes: Scopes,
    /// True when it gives nobody anything.
    pub archived: bool,
    /// The words for what changed, such as `scopes`.
    pub changed: Vec<String>,
}

/// A permission that was given to somebody or taken from somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionAssigned {
    /// The permission.
    pub permission: PermissionId,
    /// The assignment.
    pub assignment: AssignmentId,
    /// The user or service account that has it, or whose token has it.
    pub owner: OwnerNumber,
    /// The token that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenId>,
}

/// A user who signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionOpened {
    /// The session.
    pub session: SessionId,
    /// The user.
    pub owner: OwnerNumber,
}

/// Sessions of a user that ended before their time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionsClosed {
    /// The user.
    pub owner: OwnerNumber,
    /// Which; none means all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
}

/// A key or passkey that was registered, switched or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignerChanged {
    /// The signer.
    pub signer: SignerId,
    /// Whose it is.
    pub owner: OwnerNumber,
    /// The one token that it signs for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenId>,
}

/// A change that somebody signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionSigned {
    /// The signer.
    pub signer: SignerId,
    /// Whose it is.
    pub owner: OwnerNumber,
}

/// A deletion in steps that began or ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletionMarked {
    /// The deletion.
    pub deletion: DeletionId,
    /// How many tokens it covers (at the start) or has deleted (at the end).
    pub tokens: u64,
}

/// How an operator led a store that lost history out of quarantine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineLifted {
    /// The denials that were written back.
    pub denials_replayed: u64,
    /// Tokens issued before this instant were deleted, when the operator chose so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_before: Option<Timestamp>,
    /// The name under which the operator accepted the loss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_by: Option<String>,
}
