//! Copies of a store: made while it is served, and put back in its place.

mod restore;

pub use restore::{Restored, restore};

use crate::{
    error::{Cause, OpenError},
    files::{beside, directory_of, sync_directory_of},
    open::{self, Refused},
    sqlite::connection,
};
use domain::journal::Tail;
use rusqlite::{Connection, backup::Backup};
use std::{
    fs::{self, File},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// How many pages are copied between two reports of progress.
const PAGES: i32 = 4_096;

/// Why a store was not backed up or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file to be made exists; nothing is ever overwritten.
    #[error("{path} exists; choose another name")]
    Exists {
        /// The file.
        path: String,
    },
    /// There is no such file.
    #[error("{path} does not exist")]
    Missing {
        /// The file.
        path: String,
    },
    /// The store or the backup was refused.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// Anything else.
    #[error("{path} could not be written or read")]
    Failed {
        /// The file.
        path: String,
        /// The inside cause.
        #[source]
        cause: Cause,
    },
}

/// How far a backup or a restore has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupProgress {
    /// Bytes are being copied.
    Copying {
        /// So many are done.
        done: u64,
        /// Of so many.
        total: u64,
    },
    /// The copy is being checked from end to end.
    Checking,
}

/// Copies a store to `target`, also while another process serves it: the copy is one state of the
/// store, checked from end to end, flushed, and only then given its name. It blocks.
///
/// # Errors
/// When there is no such store, `target` exists, or the copy fails; then nothing is left behind.
pub fn backup(store: &Path, target: &Path, progress: &mut dyn FnMut(BackupProgress)) -> Result<Tail, BackupError> {
    if !store.exists() {
        return Err(BackupError::Missing { path: store.display().to_string() });
    }
    if target.exists() {
        return Err(BackupError::Exists { path: target.display().to_string() });
    }
    let unfinished = Unfinished::create(target).map_err(|error| failed(target, error))?;
    let source = connection::reader(store).map_err(|error| Refused::new(store).sqlite(error))?;
    copy(&source, &unfinished.0, progress).map_err(|error| Refused::new(store).sqlite(error))?;
    progress(BackupProgress::Checking);
    let tail = check(&unfinished.0, store)?;
    unfinished.finish(target).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => BackupError::Exists { path: target.display().to_string() },
        _ => failed(target, error),
    })?;
    Ok(tail)
}

fn copy(source: &Connection, target: &Path, progress: &mut dyn FnMut(BackupProgress)) -> rusqlite::Result<()> {
    // One transaction holds one state for the whole copy; without it every commit starts it anew.
    source.execute_batch("BEGIN")?;
    let size: u64 = source.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    let _: i64 = source.query_row("SELECT count(*) FROM meta", [], |row| row.get(0))?;
    let mut copy = Connection::open(target)?;
    {
        let backup = Backup::new(source, &mut copy)?;
        while backup.step(PAGES)? != rusqlite::backup::StepResult::Done {
            let pages = backup.progress();
            let bytes = |pages: i32| u64::try_from(pages).unwrap_or(0) * size;
            let total = bytes(pages.pagecount);
            progress(BackupProgress::Copying { done: total - bytes(pages.remaining), total });
        }
    }
    // A single file, which any tool can move: without the log that a served store has beside it.
    copy.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))
}

/// Checks a copy from end to end. Answers with its journal's end.
fn check(copy: &Path, named: &Path) -> Result<Tail, BackupError> {
    let connection = Connection::open(copy).map_err(|error| Refused::new(named).sqlite(error))?;
    let refused = Refused::new(named);
    let tail = open::check_store(&connection, &refused)?;
    let findings = integrity(&connection).map_err(|error| refused.sqlite(error))?;
    match findings.first() {
        Some(finding) => Err(refused.damaged(finding).into()),
        None => Ok(tail),
    }
}

/// What SQLite's check of the whole file finds; nothing when it is sound.
pub(crate) fn integrity(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let findings = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(findings.into_iter().filter(|finding| finding != "ok").collect())
}

fn failed(path: &Path, error: io::Error) -> BackupError {
    if error.kind() == io::ErrorKind::StorageFull {
        return OpenError::DiskFull { path: directory_of(path).display().to_string() }.into();
    }
    BackupError::Failed { path: path.display().to_string(), cause: error.into() }
}

/// A file under a name of its own until it is whole; it goes away when that never happens.
struct Unfinished(PathBuf);

impl Unfinished {
    /// Begins a file that will be called `target`. Two processes that make the same one do not meet.
    fn create(target: &Path) -> io::Result<Self> {
        let path = beside(target, &format!(".{}.unfinished", std::process::id()));
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        Ok(Self(path))
    }

    /// Flushes the file and gives it its name, unless that is taken by now.
    fn finish(self, target: &Path) -> io::Result<()> {
        File::open(&self.0)?.sync_all()?;
        if target.exists() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        fs::rename(&self.0, target)?;
        sync_directory_of(target)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        for part in ["", "-journal", "-wal", "-shm"] {
            // After a success the file has its name and is not here any more.
            let _ = fs::remove_file(beside(&self.0, part));
        }
    }
}
