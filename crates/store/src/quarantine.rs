//! Whether a store came back from the past, judged by its denials file.

use crate::{
    denials::{Denial, Denials, Seen, StoreId, denials_path},
    sqlite::{
        failure::Result,
        journal::{self},
    },
};
use domain::{id::Position, journal::Tail};
use rusqlite::Connection;
use std::{fmt, io, path::Path};

/// Why a store must not serve anything as active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantine {
    /// What was found.
    pub ground: Ground,
    /// Where the store's journal ends.
    pub tail: Position,
    /// Where the journal had ended when the denials file was last written, when that is known.
    pub seen: Option<Position>,
    /// The last position up to which the store and the file tell the same history, when that is
    /// known; whatever came after it is lost.
    pub shared: Option<Position>,
    /// How many deleted tokens the file names.
    pub tokens: u64,
    /// How many ended secrets the file names.
    pub secrets: u64,
    /// The last token number that is known to have been given.
    pub token_number: Option<u64>,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// The store has a history, but no denials file stands beside it.
    Missing,
    /// The denials file cannot be read.
    Unreadable,
    /// The denials file belongs to another store.
    OtherStore,
    /// The store's journal ends before what had been seen of it.
    Behind,
    /// The store's journal is long enough, but it tells another history.
    Diverged,
}

impl fmt::Display for Ground {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Missing => "the store has a history, but its denials file is missing",
            Self::Unreadable => "the denials file is not readable",
            Self::OtherStore => "the denials file belongs to another store",
            Self::Behind => "the store is older than what had been seen of it",
            Self::Diverged => "the store's journal tells another history than the one that had been seen",
        })
    }
}

impl Quarantine {
    /// Compares a store with the denials file beside it. A store without a history needs none.
    pub(crate) fn of(connection: &Connection, store: &Path, tail: Tail) -> Result<Option<Self>> {
        let file = Denials::read(&denials_path(store));
        if matches!((&file, tail.position), (Ok(None), Position(0))) {
            return Ok(None);
        }
        Self::judge(connection, &store_id(connection)?, tail, &file)
    }

    /// Compares a store with its denials file.
    pub(crate) fn judge(
        connection: &Connection,
        store: &StoreId,
        tail: Tail,
        file: &io::Result<Option<Denials>>,
    ) -> Result<Option<Self>> {
        let file = match file {
            Ok(Some(file)) => file,
            Ok(None) => return Ok(Some(Self::without_file(Ground::Missing, tail))),
            Err(_) => return Ok(Some(Self::without_file(Ground::Unreadable, tail))),
        };
        let Some(last) = file.seen.last() else {
            return Ok(Some(Self::without_file(Ground::Unreadable, tail)));
        };
        let ground = if file.store != *store {
            Ground::OtherStore
        } else if last.position > tail.position {
            Ground::Behind
        } else if journal::chain_at(connection, last.position)? != Some(last.chain) {
            Ground::Diverged
        } else {
            return Ok(None);
        };
        let shared = if ground == Ground::OtherStore { None } else { shared(connection, &file.seen)? };
        let tokens = file.denials.iter().filter(|denial| matches!(denial, Denial::Token(_))).count() as u64;
        Ok(Some(Self {
            ground,
            tail: tail.position,
            seen: Some(last.position),
            shared,
            tokens,
            secrets: file.denials.len() as u64 - tokens,
            token_number: Some(last.token_number),
        }))
    }

    fn without_file(ground: Ground, tail: Tail) -> Self {
        Self { ground, tail: tail.position, seen: None, shared: None, tokens: 0, secrets: 0, token_number: None }
    }
}

/// The identifier of a store.
pub(crate) fn store_id(connection: &Connection) -> Result<StoreId> {
    Ok(connection.query_row("SELECT value FROM meta WHERE name = 'store'", [], |row| row.get(0))?)
}

/// The last place at which the store's journal has the chain value that had been seen there.
fn shared(connection: &Connection, seen: &[Seen]) -> Result<Option<Position>> {
    for place in seen.iter().rev() {
        if journal::chain_at(connection, place.position)? == Some(place.chain) {
            return Ok(Some(place.position));
        }
    }
    Ok(Some(Position(0)))
}
