//! Which server keys a store belongs to: a mark of each in `meta`, so that a wrong key is noticed at the
//! start and not by every token being unknown.

use crate::{
    error::OpenError,
    open::{self, Refused},
    sqlite::{connection, failure::Failure},
};
use domain::{
    secret::{KeyId, KeyMark},
    time::Timestamp,
};
use rusqlite::{Connection, params};
use std::path::Path;

/// The names of the marks in `meta` are this and the number of the key.
const NAME: &str = "key ";

/// Why server keys are not those of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyMismatch {
    /// A key of this number made the store's digests, and it was another one.
    #[error("key {} of the server key is another key than the one of this store", .0.0)]
    Other(KeyId),
    /// The store has digests of a key that is not there.
    #[error("key {} made digests of this store, and the server key does not hold it", .0.0)]
    Missing(KeyId),
}

/// What a store knows about the server keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoreKeys {
    /// The mark of every key that the store was ever opened with, by number.
    pub marks: Vec<KeyMark>,
    /// How many secrets of tokens that are not deleted were last digested under each key, by number;
    /// secrets whose time is over do not count.
    pub live_secrets: Vec<(KeyId, u64)>,
}

impl StoreKeys {
    /// Reads what the store at this path knows, also while it is served. It blocks.
    ///
    /// # Errors
    /// When it cannot be opened or read.
    pub fn read(store: &Path, now: Timestamp) -> Result<Self, OpenError> {
        let refused = Refused::new(store);
        let connection = connection::reader(store).map_err(|error| refused.sqlite(error))?;
        open::check_shape(&connection, &refused)?;
        let marks = marks(&connection).map_err(|failure| refused.failure(failure))?;
        let live_secrets = live_secrets(&connection, now).map_err(|error| refused.sqlite(error))?;
        Ok(Self { marks, live_secrets })
    }

    /// Compares the store's keys with those at hand.
    ///
    /// # Errors
    /// When a key is another one, or one that is needed is missing.
    pub fn compare(&self, at_hand: &[KeyMark]) -> Result<(), KeyMismatch> {
        for mark in &self.marks {
            if at_hand.iter().any(|key| key.id == mark.id && key.fingerprint != mark.fingerprint) {
                return Err(KeyMismatch::Other(mark.id));
            }
        }
        // Older keys may have been retired. The newest that the store has seen may not: then the key
        // file is older than the store, or was made for another.
        match self.marks.iter().map(|mark| mark.id).max() {
            Some(newest) if !at_hand.iter().any(|key| key.id == newest) => Err(KeyMismatch::Missing(newest)),
            Some(_) | None => Ok(()),
        }
    }
}

/// Compares the keys that a store is opened with, and remembers those that are new to it.
pub(crate) fn check(connection: &Connection, at_hand: &[KeyMark], refused: &Refused) -> Result<(), OpenError> {
    if at_hand.is_empty() {
        return Ok(());
    }
    let marks = marks(connection).map_err(|failure| refused.failure(failure))?;
    let known = StoreKeys { marks, live_secrets: Vec::new() };
    known.compare(at_hand).map_err(|mismatch| refused.wrong_key(mismatch))?;
    for key in at_hand.iter().filter(|key| !known.marks.contains(key)) {
        let name = format!("{NAME}{}", key.id.0);
        let kept = "INSERT INTO meta (name, value) VALUES (?1, ?2)";
        connection.execute(kept, params![name, key.fingerprint]).map_err(|error| refused.sqlite(error))?;
    }
    Ok(())
}

fn marks(connection: &Connection) -> Result<Vec<KeyMark>, Failure> {
    let mut statement = connection.prepare("SELECT name, value FROM meta")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let mut marks = Vec::new();
    for row in rows {
        let (name, value) = row?;
        let Some(number) = name.strip_prefix(NAME) else { continue };
        let id = number.parse().map(KeyId).ok();
        let mark = id.zip(value.try_into().ok()).map(|(id, fingerprint)| KeyMark { id, fingerprint });
        marks.push(mark.ok_or_else(|| Failure::Unreadable(format!("the mark `{name}` is none").into()))?);
    }
    marks.sort_unstable_by_key(|mark| mark.id);
    Ok(marks)
}

fn live_secrets(connection: &Connection, now: Timestamp) -> rusqlite::Result<Vec<(KeyId, u64)>> {
    let mut statement = connection.prepare(
        "SELECT secret.key, count(*) FROM token JOIN secret ON secret.token = token.number
        WHERE secret.ends_at IS NULL OR secret.ends_at > ?1
        GROUP BY secret.key ORDER BY secret.key",
    )?;
    let rows = statement.query_map(params![now.milliseconds()], |row| Ok((KeyId(row.get(0)?), row.get(1)?)))?;
    rows.collect()
}
