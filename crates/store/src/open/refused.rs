//! Why a store was not opened, in the words of [`OpenError`].

use crate::{
    error::{Cause, OpenError},
    keys::KeyMismatch,
    migration::MigrationError,
    sqlite::failure::{self, Failure},
};
use rusqlite::ErrorCode;
use std::{io, path::Path};

/// Turns errors from within into refusals of one store.
pub(crate) struct Refused {
    path: String,
}

impl Refused {
    /// Refusals of the store at this path.
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.display().to_string() }
    }

    /// Another process serves it.
    pub(crate) fn in_use(&self) -> OpenError {
        OpenError::InUse { path: self.path.clone() }
    }

    /// It is damaged, or no store.
    pub(crate) fn damaged(&self, finding: &str) -> OpenError {
        OpenError::Damaged { path: self.path.clone(), finding: finding.to_owned() }
    }

    /// The server keys are not its own.
    pub(crate) fn wrong_key(&self, mismatch: KeyMismatch) -> OpenError {
        OpenError::WrongKey { path: self.path.clone(), mismatch }
    }

    /// It is not there, but its denials file is.
    pub(crate) fn lost(&self, denials: &Path) -> OpenError {
        OpenError::Lost { path: self.path.clone(), denials: denials.display().to_string() }
    }

    /// It lies where its locks and flushes cannot be relied on.
    pub(crate) fn on_network(&self, kind: &str) -> OpenError {
        OpenError::OnNetwork { path: self.path.clone(), kind: kind.to_owned() }
    }

    /// Anything else.
    pub(crate) fn failed(&self, cause: Cause) -> OpenError {
        OpenError::Failed { path: self.path.clone(), cause }
    }

    /// An error of a migration.
    pub(crate) fn migration(&self, error: MigrationError) -> OpenError {
        let path = self.path.clone();
        match error {
            MigrationError::Newer { found, known } => OpenError::Newer { path, found, known },
            MigrationError::Altered(migration) => OpenError::Altered { path, migration },
            MigrationError::Sqlite(error) => self.sqlite(error),
        }
    }

    /// A failure inside the engine.
    pub(crate) fn failure(&self, failure: Failure) -> OpenError {
        match failure {
            Failure::Sqlite(error) => self.sqlite(error),
            Failure::Unreadable(cause) => self.damaged(&cause.to_string()),
            Failure::Refused(refusal) => self.failed(format!("{refusal:?}").into()),
        }
    }

    /// An error of SQLite.
    pub(crate) fn sqlite(&self, error: rusqlite::Error) -> OpenError {
        if failure::is_full_at_open(&error) {
            return OpenError::DiskFull { path: self.path.clone() };
        }
        match failure::code(&error) {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => self.damaged(&error.to_string()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => self.in_use(),
            _ => self.failed(error.into()),
        }
    }

    /// An error of the file system.
    pub(crate) fn io(&self, error: io::Error) -> OpenError {
        if error.kind() == io::ErrorKind::StorageFull {
            OpenError::DiskFull { path: self.path.clone() }
        } else {
            self.failed(error.into())
        }
    }
}
