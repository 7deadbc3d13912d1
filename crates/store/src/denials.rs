//! The denials file: what was deleted or ended, kept beside the store, so that a store which comes
//! back from the past is noticed and what it forgot is denied again.
//!
//! The file is a header, then frames, each with a length and a CRC-32 of both. A frame says up to which
//! journal position it reaches, with the chain value there and the numbers that were given, and what was
//! denied since the frame before it. It is written after the commit and outside the path of the answer: the database is
//! durable already, and whatever the file lacks at a start is taken from the journal.

mod appender;
mod frame;

pub(crate) use appender::{Appender, Note, append, create};

use crate::files::beside;
use domain::{
    id::{Position, TokenId},
    journal::{Chain, Entry, Event, SecretEnd},
};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// The identifier of a store, made with it; a restored copy has the same.
pub type StoreId = [u8; 16];

/// The last numbers that were given, by what they number; none is ever given again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sequences {
    /// Of organisations.
    pub organisation: u32,
    /// Of users and service accounts.
    pub owner: u32,
    /// Of tokens.
    pub token: u64,
}

impl Sequences {
    /// The later of two, number by number.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            organisation: self.organisation.max(other.organisation),
            owner: self.owner.max(other.owner),
            token: self.token.max(other.token),
        }
    }
}

/// How far the journal had come when a frame was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The last position.
    pub position: Position,
    /// The chain value there.
    pub chain: Chain,
    /// The last numbers that had been given.
    pub given: Sequences,
}

/// One denial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// A token was deleted.
    Token(TokenId),
    /// A secret of a token was rotated out, and ends.
    Secret(TokenId, SecretEnd),
}

/// What a denials file holds.
#[derive(Debug, Clone)]
pub struct Denials {
    /// The store that it belongs to.
    pub store: StoreId,
    /// Where the journal stood, frame by frame, the latest last.
    pub seen: Vec<Seen>,
    /// What was denied, in order.
    pub denials: Vec<Denial>,
    /// True when something before the last frame is not readable, so that denials are missing.
    pub damaged: bool,
    /// How many bytes of the file are whole; a frame that was cut short lies beyond them.
    pub(crate) whole: u64,
}

impl Denials {
    /// Reads a file; none when there is none.
    ///
    /// # Errors
    /// When it cannot be read or its header is not that of a denials file.
    pub fn read(path: &Path) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        match File::open(path) {
            Ok(mut file) => file.read_to_end(&mut bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Self::decode(&bytes).map(Some)
    }

    /// Reads the bytes of a file: every frame that is whole. A last one that was cut short is left out;
    /// one that is missing before a whole one is damage.
    ///
    /// # Errors
    /// When they do not begin with the header of a denials file.
    pub fn decode(bytes: &[u8]) -> io::Result<Self> {
        frame::decode(bytes)
    }

    /// The tokens that were deleted.
    pub fn tokens(&self) -> Vec<TokenId> {
        let token = |denial: &Denial| match denial {
            Denial::Token(token) => Some(*token),
            Denial::Secret(..) => None,
        };
        self.denials.iter().filter_map(token).collect()
    }

    /// The secrets that were ended or are to end, with the token of each.
    pub fn secrets(&self) -> Vec<(TokenId, SecretEnd)> {
        let secret = |denial: &Denial| match denial {
            Denial::Secret(token, end) => Some((*token, *end)),
            Denial::Token(_) => None,
        };
        self.denials.iter().filter_map(secret).collect()
    }

    /// True when the file knows of anything that happened in its store.
    pub fn has_history(&self) -> bool {
        self.damaged || self.seen.last().is_none_or(|last| last.position > Position(0))
    }
}

/// Where the denials of a store are kept: beside it, with `.denials` appended to its name.
pub fn denials_path(store: &Path) -> PathBuf {
    beside(store, ".denials")
}

/// What journal entries deny.
pub(crate) fn denied_by(event: &Event, denials: &mut Vec<Denial>) {
    match event {
        Event::TokenDeleted(deleted) => denials.push(Denial::Token(deleted.token)),
        Event::TokenRotated(rotated) => {
            denials.extend(rotated.ends.iter().map(|end| Denial::Secret(rotated.token, *end)));
        }
        Event::RotationFinished(finished) => {
            denials.extend(finished.ends.iter().map(|end| Denial::Secret(finished.token, *end)));
        }
        Event::SecretsEnded(ended) => {
            denials.extend(ended.ends.iter().map(|end| Denial::Secret(ended.token, *end)));
        }
        // Digests made with a new key stand for the same secrets: the older ones must die no more than
        // the newer ones, and a rotation that ended under the older key is in the journal as such.
        Event::SecretsRehashed(_)
        | Event::TokenIssued(_)
        | Event::TokenUpdated(_)
        | Event::TokenDisabled(_)
        | Event::TokenEnabled(_)
        | Event::OrganisationCreated(_)
        | Event::OrganisationUpdated(_)
        | Event::OwnerCreated(_)
        | Event::OwnerUpdated(_)
        | Event::PermissionCreated(_)
        | Event::PermissionUpdated(_)
        | Event::PermissionAssigned(_)
        | Event::PermissionRevoked(_)
        | Event::SessionOpened(_)
        | Event::SessionsClosed(_)
        | Event::SignerAdded(_)
        | Event::SignerEnabled(_)
        | Event::SignerDisabled(_)
        | Event::SignerRemoved(_)
        | Event::ActionSigned(_)
        | Event::DeletionStarted(_)
        | Event::DeletionFinished(_)
        | Event::QuarantineLifted(_) => {}
    }
}

fn denied_by_all(entries: &[Entry]) -> Vec<Denial> {
    let mut denials = Vec::new();
    for entry in entries {
        denied_by(&entry.event, &mut denials);
    }
    denials
}
