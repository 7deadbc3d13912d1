//! Whether a store came back from the past, judged by its denials file.

use crate::{
    denials::{Denial, Denials, Seen, Sequences, StoreId},
    sqlite::{
        failure::Result,
        journal::{self},
    },
};
use domain::{id::Position, journal::Tail};
use rusqlite::{Connection, params};
use std::{fmt, io};

/// The name under `meta` that a restored copy bears until its quarantine is lifted: its denials file may
/// be as old as the copy, so it proves nothing.
pub(crate) const RESTORED: &str = "restored";

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
    /// True when the store is a backup that was put back while nobody could tell whether its denials
    /// file is whole.
    pub restored: bool,
    /// The last numbers that are known to have been given.
    pub given: Option<Sequences>,
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
    /// The store is a backup that was put back, and the denials file does not reach beyond it: what was
    /// deleted after either was made is not known.
    Restored,
}

impl fmt::Display for Ground {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Missing => "the store has a history, but its denials file is missing",
            Self::Unreadable => "the denials file is not readable",
            Self::OtherStore => "the denials file belongs to another store",
            Self::Behind => "the store is older than what had been seen of it",
            Self::Restored => "the store was restored, and its denials file does not reach beyond the backup",
            Self::Diverged => "the store's journal tells another history than the one that had been seen",
        })
    }
}

impl Quarantine {
    /// Compares a store with what was read of the denials file beside it. A store without a history
    /// needs none. The file is read first: it never leads the store, so a store that is served
    /// meanwhile can only be ahead of it.
    pub(crate) fn of(connection: &Connection, tail: Tail, file: &io::Result<Option<Denials>>) -> Result<Option<Self>> {
        if matches!((file, tail.position), (Ok(None), Position(0))) {
            return Ok(None);
        }
        Self::judge(connection, &store_id(connection)?, tail, file)
    }

    /// Compares a store with its denials file.
    pub(crate) fn judge(
        connection: &Connection,
        store: &StoreId,
        tail: Tail,
        file: &io::Result<Option<Denials>>,
    ) -> Result<Option<Self>> {
        let restored = is_restored(connection)?;
        let without = |ground| Ok(Some(Self::without_file(ground, tail, restored)));
        let file = match file {
            Ok(Some(file)) => file,
            Ok(None) => return without(Ground::Missing),
            Err(_) => return without(Ground::Unreadable),
        };
        let Some(last) = file.seen.last() else { return without(Ground::Unreadable) };
        if file.store != *store {
            return without(Ground::OtherStore);
        }
        let ground = if file.damaged {
            Ground::Unreadable
        } else if last.position > tail.position {
            Ground::Behind
        } else if journal::chain_at(connection, last.position)? != Some(last.chain) {
            Ground::Diverged
        } else if restored {
            Ground::Restored
        } else {
            return Ok(None);
        };
        let tokens = file.denials.iter().filter(|denial| matches!(denial, Denial::Token(_))).count() as u64;
        Ok(Some(Self {
            ground,
            tail: tail.position,
            seen: Some(last.position),
            shared: shared(connection, &file.seen)?,
            tokens,
            secrets: file.denials.len() as u64 - tokens,
            restored,
            given: Some(file.seen.iter().fold(last.given, |given, seen| given.max(seen.given))),
        }))
    }

    fn without_file(ground: Ground, tail: Tail, restored: bool) -> Self {
        let tail = tail.position;
        Self { ground, tail, seen: None, shared: None, tokens: 0, secrets: 0, restored, given: None }
    }
}

/// Marks a copy that is about to take a store's place.
pub(crate) fn mark_restored(copy: &Connection) -> rusqlite::Result<()> {
    copy.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, x'')", params![RESTORED]).map(drop)
}

fn is_restored(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) > 0 FROM meta WHERE name = ?1", params![RESTORED], |row| row.get(0))
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
