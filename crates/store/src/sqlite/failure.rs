//! What stops a change or a query inside the engine, before the outside learns of it.

use crate::error::{Cause, ReadError, Refusal};
use domain::caller::Beyond;
use rusqlite::{ErrorCode, ffi};

/// Why a change was not made, or a query has no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The change breaks a rule.
    Refused(Refusal),
    /// SQLite could not do it.
    Sqlite(rusqlite::Error),
    /// A stored value is none that this binary writes.
    Unreadable(Cause),
}

/// What the engine's functions answer with.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// The same, but for another refusal where what is named was not found.
    pub(crate) fn instead_of_not_found(self, refusal: Refusal) -> Self {
        match self {
            Self::Refused(Refusal::NotFound) => Self::Refused(refusal),
            other => other,
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Beyond> for Failure {
    fn from(beyond: Beyond) -> Self {
        Self::Refused(Refusal::Beyond(beyond))
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable(error.into())
    }
}

impl From<Failure> for ReadError {
    fn from(failure: Failure) -> Self {
        match failure {
            // No query refuses anything; the text keeps a mistake visible in the log.
            Failure::Refused(refusal) => Self(format!("a query was refused: {refusal:?}").into()),
            Failure::Sqlite(error) => Self(error.into()),
            Failure::Unreadable(cause) => Self(cause),
        }
    }
}

/// SQLite's code for an error, when it is SQLite's own.
pub(crate) fn code(error: &rusqlite::Error) -> Option<ErrorCode> {
    match error {
        rusqlite::Error::SqliteFailure(failure, _) => Some(failure.code),
        _ => None,
    }
}

/// True when the error says that the disk, or the size allowed for the file, has no room for a page. At a
/// commit it comes before the log's last frame is whole.
pub(crate) fn is_full(error: &rusqlite::Error) -> bool {
    code(error) == Some(ErrorCode::DiskFull)
}

/// True when the disk has no room, also not for the index of the log. At a commit that index grows after
/// the frames were flushed, so there the outcome is unknown; while a store is opened nothing is at stake.
pub(crate) fn is_full_at_open(error: &rusqlite::Error) -> bool {
    let extended = match error {
        rusqlite::Error::SqliteFailure(failure, _) => failure.extended_code,
        _ => return false,
    };
    is_full(error) || extended == ffi::SQLITE_IOERR_SHMSIZE
}

/// True when a unique column or primary key already holds the value.
pub(crate) fn is_taken(error: &rusqlite::Error) -> bool {
    let unique = [ffi::SQLITE_CONSTRAINT_UNIQUE, ffi::SQLITE_CONSTRAINT_PRIMARYKEY];
    matches!(error, rusqlite::Error::SqliteFailure(failure, _) if unique.contains(&failure.extended_code))
}

/// Turns a taken unique value into a refusal.
pub(crate) fn taken<T>(result: rusqlite::Result<T>, refusal: Refusal) -> Result<T> {
    result.map_err(|error| if is_taken(&error) { refusal.into() } else { error.into() })
}

/// The same for a row that may be taken in several ways: the refusal of the first column named that the
/// violated constraint holds, such as `token.slot`, or the last refusal.
pub(crate) fn taken_in<T>(result: rusqlite::Result<T>, columns: &[(&str, Refusal)], other: Refusal) -> Result<T> {
    result.map_err(|error| {
        let rusqlite::Error::SqliteFailure(_, Some(message)) = &error else { return error.into() };
        let named = columns.iter().find(|(column, _)| message.split([' ', ',']).any(|word| word == *column));
        let refusal = named.map_or(other, |(_, refusal)| refusal.clone());
        if is_taken(&error) { refusal.into() } else { error.into() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_of_the_log_that_cannot_grow_does_not_say_that_nothing_was_kept() {
        let error = |code| rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        let (full, index) = (error(ffi::SQLITE_FULL), error(ffi::SQLITE_IOERR_SHMSIZE));
        assert_eq!([is_full(&full), is_full(&index), is_full(&error(ffi::SQLITE_IOERR_WRITE))], [true, false, false]);
        assert_eq!([is_full_at_open(&full), is_full_at_open(&index)], [true, true]);
    }
}
