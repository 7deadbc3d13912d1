//! Looking a store over from end to end without changing it, also while it is served.

use crate::{
    backup::integrity,
    denials::{Denials, denials_path},
    error::OpenError,
    files::beside,
    open::{self, Refused},
    quarantine::Quarantine,
    sqlite::{
        connection,
        failure::{Failure, Result},
        journal,
    },
};
use domain::{
    id::Position,
    journal::{CHAIN_START, Tail},
};
use rusqlite::Connection;
use std::{fs, path::Path};

/// How many journal entries are checked between two reports of progress.
const ENTRIES: u64 = 10_000;

/// What there is to say about a store.
#[derive(Debug)]
pub struct Inspection {
    /// The last migration that was applied.
    pub migration: i64,
    /// Where the journal ends.
    pub tail: Tail,
    /// What is wrong with the file or the journal; nothing when all is well.
    pub findings: Vec<String>,
    /// What lost history shows, when there is any.
    pub quarantine: Option<Quarantine>,
    /// How much is kept.
    pub counts: Counts,
    /// The size of the file, in bytes.
    pub file_bytes: u64,
    /// The size of the write-ahead log, in bytes; it is short unless a reader holds it.
    pub log_bytes: u64,
    /// The size of the denials file, in bytes, when there is one.
    pub denials_bytes: Option<u64>,
    /// True when a process serves the store at the moment.
    pub in_use: bool,
}

/// How much a store keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Organisations.
    pub organisations: u64,
    /// Users and service accounts.
    pub owners: u64,
    /// Live tokens.
    pub tokens: u64,
    /// Deleted tokens.
    pub tombstones: u64,
    /// Secrets of both, also those whose time is over.
    pub secrets: u64,
    /// Sessions.
    pub sessions: u64,
}

/// How far an inspection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InspectProgress {
    /// The file is being checked.
    Integrity,
    /// The journal is being checked.
    Journal {
        /// So many entries are done.
        done: u64,
        /// Of so many.
        total: u64,
    },
}

/// Looks a store over: the file, every journal entry, the denials. It blocks.
///
/// # Errors
/// When it cannot be opened at all; what can be said otherwise is among the findings.
pub fn inspect(store: &Path, progress: &mut dyn FnMut(InspectProgress)) -> std::result::Result<Inspection, OpenError> {
    let refused = Refused::new(store);
    let in_use = match open::lock(store) {
        Ok(_) => false,
        Err(OpenError::InUse { .. }) => true,
        Err(error) => return Err(error),
    };
    let connection = connection::reader(store).map_err(|error| refused.sqlite(error))?;
    // Before the snapshot, which a store that is served may leave behind at once.
    let denials = denials(store);
    connection.execute_batch("BEGIN").map_err(|error| refused.sqlite(error))?;
    let migration = open::check_shape(&connection, &refused)?;
    let failed = |failure| refused.failure(failure);
    let tail = journal::tail(&connection).map_err(failed)?;
    progress(InspectProgress::Integrity);
    let mut findings = integrity(&connection).map_err(|error| refused.sqlite(error))?;
    findings.extend(check_journal(&connection, tail, progress).map_err(failed)?);
    let length = |path: &Path| fs::metadata(path).map(|metadata| metadata.len()).ok();
    Ok(Inspection {
        migration,
        tail,
        findings,
        quarantine: Quarantine::of(&connection, tail, &denials).map_err(failed)?,
        counts: counts(&connection).map_err(failed)?,
        file_bytes: length(store).unwrap_or(0),
        log_bytes: length(&beside(store, "-wal")).unwrap_or(0),
        denials_bytes: length(&denials_path(store)),
        in_use,
    })
}

/// Checks every entry against the chain; answers with what is wrong.
fn check_journal(
    connection: &Connection,
    end: Tail,
    progress: &mut dyn FnMut(InspectProgress),
) -> Result<Option<String>> {
    let start = Tail { position: Position(0), chain: CHAIN_START };
    let walked = journal::walk(connection, start, |position, _, _| {
        if position.0.is_multiple_of(ENTRIES) {
            progress(InspectProgress::Journal { done: position.0, total: end.position.0 });
        }
        Ok(())
    });
    match walked {
        Ok(Ok(_)) => Ok(None),
        Ok(Err(finding)) => Ok(Some(finding)),
        Err(Failure::Unreadable(cause)) => Ok(Some(format!("the journal is not readable: {cause}"))),
        Err(failure) => Err(failure),
    }
}

fn counts(connection: &Connection) -> Result<Counts> {
    let count = |table: &str| -> rusqlite::Result<u64> {
        connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
    };
    Ok(Counts {
        organisations: count("organisation")?,
        owners: count("owner")?,
        tokens: count("token")?,
        tombstones: count("tombstone")?,
        secrets: count("secret")?,
        sessions: count("session")?,
    })
}

/// The version of the linked SQLite library.
///
/// # Errors
/// When it is older than the durability rules allow.
pub fn sqlite_version() -> std::result::Result<&'static str, OpenError> {
    open::library().map(|()| rusqlite::version())
}

/// What a denials file says, as far as it can be read; none when there is none.
///
/// # Errors
/// When it cannot be read.
pub fn denials(store: &Path) -> std::io::Result<Option<Denials>> {
    Denials::read(&denials_path(store))
}
