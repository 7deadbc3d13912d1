//! The journal: every accepted change in one order, each entry chained to the one before it.
//!
//! The verification index and the audit are its two readers. An entry names people by number only,
//! so that a user can be made anonymous without touching the chain.

use crate::{
    address::Networks,
    caller::Actor,
    id::{
        DeletionId, OrganisationId, OrganisationNumber, OwnerId, OwnerNumber, Position, SessionId, TokenId, TokenNumber,
    },
    owner::{OwnerKind, Role},
    scope::Scopes,
    secret::{Digest, KeyId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The chain value of an entry: SHA-256 over the one before it and the entry's own content.
pub type Chain = [u8; 32];

/// What stands before the first entry.
pub const CHAIN_START: Chain = [0; 32];

/// One accepted change.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its place, dense and in commit order.
    pub position: Position,
    /// When it was made, by the server's clock.
    pub at: Timestamp,
    /// Who made it.
    pub actor: Actor,
    /// The organisation it concerns; none for the installation as a whole.
    pub organisation: Option<OrganisationNumber>,
    /// What happened.
    pub event: Event,
    /// The chain value up to and with this entry.
    pub chain: Chain,
}

/// The chain value of an entry, from the one before it and the stored columns.
pub fn chain(
    previous: &Chain,
    position: Position,
    at: Timestamp,
    actor: &str,
    organisation: Option<OrganisationNumber>,
    kind: &str,
    body: &str,
) -> Chain {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(position.0.to_be_bytes());
    hash.update(at.milliseconds().to_be_bytes());
    hash.update(organisation.map_or(0, |number| u64::from(number.0)).to_be_bytes());
    for text in [actor, kind, body] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().into()
}

/// Where the journal ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail {
    /// The position of the last entry.
    pub position: Position,
    /// Its chain value.
    pub chain: Chain,
}

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
    /// The words for what changed, such as `scopes`.
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

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident($body:ty) = $kind:literal,)*) => {
        /// What happened.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Event {
            $($(#[$doc])* $variant($body),)*
        }

        impl Event {
            /// Every kind there is, as filters name them.
            pub const KINDS: &[&str] = &[$($kind),*];

            /// The word for what happened, such as `token.deleted`.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $kind,)*
                }
            }

            /// The content as JSON text, as it is stored and chained.
            ///
            /// # Errors
            /// Never for these types; the signature is serde's.
            pub fn body(&self) -> serde_json::Result<String> {
                match self {
                    $(Self::$variant(body) => serde_json::to_string(body),)*
                }
            }

            /// Reads an event back from its kind and content.
            ///
            /// # Errors
            /// When the kind is unknown or the content is not that kind's.
            pub fn parse(kind: &str, body: &str) -> serde_json::Result<Self> {
                match kind {
                    $($kind => serde_json::from_str(body).map(Self::$variant),)*
                    _ => Err(serde::de::Error::custom(format_args!("unknown kind of event {kind}"))),
                }
            }
        }
    };
}

events! {
    /// A token was issued.
    TokenIssued(TokenIssued) = "token.issued",
    /// A token was changed.
    TokenUpdated(TokenUpdated) = "token.updated",
    /// A token was disabled.
    TokenDisabled(TokenSwitched) = "token.disabled",
    /// A token was enabled again.
    TokenEnabled(TokenSwitched) = "token.enabled",
    /// A token got a new secret.
    TokenRotated(TokenRotated) = "token.rotated",
    /// A rotation ended by the first use of the new secret.
    RotationFinished(RotationFinished) = "token.rotation_finished",
    /// Secrets were ended again when a store that lost history was put back to work.
    SecretsEnded(SecretsEnded) = "token.secrets_ended",
    /// A token was deleted.
    TokenDeleted(TokenDeleted) = "token.deleted",
    /// Secrets were digested anew after a change of the server key.
    SecretsRehashed(SecretsRehashed) = "secrets.rehashed",
    /// An organisation was created.
    OrganisationCreated(OrganisationChanged) = "organisation.created",
    /// An organisation was changed, deactivated or reactivated.
    OrganisationUpdated(OrganisationChanged) = "organisation.updated",
    /// A user or service account was created.
    OwnerCreated(OwnerChanged) = "owner.created",
    /// A user or service account was changed, deactivated or reactivated.
    OwnerUpdated(OwnerChanged) = "owner.updated",
    /// A user signed in.
    SessionOpened(SessionOpened) = "session.opened",
    /// Sessions were ended.
    SessionsClosed(SessionsClosed) = "session.closed",
    /// A deletion in steps began.
    DeletionStarted(DeletionMarked) = "deletion.started",
    /// A deletion in steps ended.
    DeletionFinished(DeletionMarked) = "deletion.finished",
    /// A store that lost history was put back to work.
    QuarantineLifted(QuarantineLifted) = "quarantine.lifted",
}

impl Actor {
    /// The text form that is stored and chained: `owner`, `owner:token`, `possession` or `system`.
    pub fn to_text(self) -> String {
        match self {
            Self::Owner { owner, token: Some(token) } => format!("{owner}:{token}"),
            Self::Owner { owner, token: None } => owner.to_string(),
            Self::Possession => "possession".to_owned(),
            Self::System => "system".to_owned(),
        }
    }

    /// Reads the text form; anything else counts as the system, which the chain would show.
    pub fn from_text(text: &str) -> Self {
        let (owner, token) = text.split_once(':').map_or((text, None), |(owner, token)| (owner, Some(token)));
        let token = token.and_then(|token| TokenId::parse("actor", token).ok());
        match owner.parse() {
            Ok(owner) => Self::Owner { owner: OwnerNumber(owner), token },
            Err(_) if text == "possession" => Self::Possession,
            Err(_) => Self::System,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_reads_back_as_it_was_written() {
        let event = Event::TokenDeleted(TokenDeleted {
            token: TokenId::from_bytes([7; 16]),
            owner: OwnerNumber(3),
            digests: vec![Digest::from_bytes([9; 16])],
            reason: Some("leaked \"here\"".to_owned()),
            deletion: None,
        });
        assert_eq!(Event::parse(event.kind(), &event.body().unwrap()).unwrap(), event);
        assert!(Event::parse("token.undeleted", "{}").is_err());
    }

    #[test]
    fn every_part_of_an_entry_is_chained() {
        let at = Timestamp::from_milliseconds(5);
        let organisation = Some(OrganisationNumber(1));
        let base = chain(&CHAIN_START, Position(1), at, "1", organisation, "token.deleted", "{}");
        let others = [
            chain(&[1; 32], Position(1), at, "1", organisation, "token.deleted", "{}"),
            chain(&CHAIN_START, Position(2), at, "1", organisation, "token.deleted", "{}"),
            chain(&CHAIN_START, Position(1), Timestamp::from_milliseconds(6), "1", organisation, "token.deleted", "{}"),
            chain(&CHAIN_START, Position(1), at, "2", organisation, "token.deleted", "{}"),
            chain(&CHAIN_START, Position(1), at, "1", None, "token.deleted", "{}"),
            chain(&CHAIN_START, Position(1), at, "1", organisation, "token.delete", "d{}"),
            chain(&CHAIN_START, Position(1), at, "1", organisation, "token.deleted", "{ }"),
        ];
        assert!(others.iter().all(|other| *other != base));
    }

    #[test]
    fn actors_read_back_as_they_were_written() {
        let token = Some(TokenId::from_bytes([7; 16]));
        for actor in [
            Actor::Owner { owner: OwnerNumber(4), token },
            Actor::Owner { owner: OwnerNumber(4), token: None },
            Actor::Possession,
            Actor::System,
        ] {
            assert_eq!(Actor::from_text(&actor.to_text()), actor);
        }
    }
}
