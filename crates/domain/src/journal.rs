//! The journal: every accepted change in one order, each entry chained to the one before it.
//!
//! The verification index and the audit are its two readers. An entry names people by number or
//! identifier only, so that a user can be made anonymous without touching the chain.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `event` | what can happen |
//! | `content` | what is kept of each |

mod content;
mod event;

pub use content::{
    ActionSigned, DeletionMarked, Grant, OrganisationChanged, OwnerChanged, PermissionAssigned, PermissionChanged,
    QuarantineLifted, RotationFinished, SecretEnd, SecretsEnded, SecretsRehashed, SessionOpened, SessionsClosed,
    SignerChanged, TokenDeleted, TokenIssued, TokenRotated, TokenSwitched, TokenUpdated,
};
pub use event::Event;

use crate::{
    caller::Actor,
    id::{OrganisationNumber, Position},
    time::Timestamp,
};
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
