//! Putting a backup in a store's place, and what that forgets.

use super::{BackupError, BackupProgress, Unfinished, check, failed};
use crate::{
    denials::{Denials, denials_path},
    error::OpenError,
    files::{beside, sync_directory_of},
    open::{self, Refused},
    quarantine::{Ground, Quarantine, mark_restored},
};
use domain::{id::Position, journal::Tail};
use rusqlite::Connection;
use std::{
    error::Error,
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

/// The files of a store, by what stands after its name. The store itself is the first to go: without it
/// nobody takes the rest for a store from the past.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];

/// What a restore did.
#[derive(Debug)]
pub struct Restored {
    /// Where the store that was there before is now.
    pub replaced: Option<PathBuf>,
    /// Why the denials file could not take in what only the replaced store knew; none when it did, or
    /// when there was no store.
    pub unrecorded: Option<String>,
    /// Where the restored journal ends.
    pub tail: Tail,
    /// What the restored store may have lost; none when it is known to have lost nothing.
    pub quarantine: Option<Quarantine>,
}

/// Puts a backup in a store's place. The store that was there is kept, with `.` and `suffix` after
/// its name; the denials file stays, and takes in first what only that store knew, so that what the
/// backup forgot is noticed. It blocks.
///
/// # Errors
/// When the store is served, or the backup is damaged, newer than this binary or none of a store;
/// then the store is as it was.
pub fn restore(
    backup: &Path,
    store: &Path,
    suffix: &str,
    progress: &mut dyn FnMut(BackupProgress),
) -> Result<Restored, BackupError> {
    if !backup.exists() {
        return Err(BackupError::Missing { path: backup.display().to_string() });
    }
    let aside = beside(store, &format!(".{suffix}"));
    if aside.exists() {
        return Err(BackupError::Exists { path: aside.display().to_string() });
    }
    let _lock = open::lock(store)?;
    let unfinished = Unfinished::create(store).map_err(|error| failed(store, error))?;
    copy(backup, &unfinished.0, progress).map_err(|error| failed(backup, error))?;
    progress(BackupProgress::Checking);
    let tail = check(&unfinished.0, backup)?;
    let caught_up = if store.exists() { Some(open::catch_up(store)) } else { None };
    let known = caught_up.as_ref().and_then(|caught_up| caught_up.as_ref().ok()).copied();
    let quarantine = judge(&unfinished.0, store, tail, known)?;
    let existed = store.exists();
    let swapped = move_aside(store, &aside).and_then(|()| unfinished.finish(store));
    if let Err(error) = swapped {
        let back = move_aside(&aside, store);
        return Err(failed(store, back.err().unwrap_or(error)));
    }
    let unrecorded = caught_up.and_then(Result::err).map(|error| told(&error));
    Ok(Restored { replaced: existed.then_some(aside), unrecorded, tail, quarantine })
}

/// Fills a file that is there already, so that it keeps its permissions and not those of the original,
/// which may be open to others.
fn copy(from: &Path, to: &Path, progress: &mut dyn FnMut(BackupProgress)) -> io::Result<()> {
    let (mut from, mut to) = (fs::File::open(from)?, fs::OpenOptions::new().write(true).open(to)?);
    let (total, mut done, mut piece) = (from.metadata()?.len(), 0, vec![0; 1 << 20]);
    loop {
        let length = from.read(&mut piece)?;
        if length == 0 {
            return Ok(());
        }
        to.write_all(&piece[..length])?;
        done += length as u64;
        progress(BackupProgress::Copying { done, total });
    }
}

/// Compares a copy with the denials file of the store whose place it takes, which ends at `known` where
/// that is known. Unless the copy is as new as that, or the file shows what it lost, it is marked.
fn judge(copy: &Path, store: &Path, tail: Tail, known: Option<Tail>) -> Result<Option<Quarantine>, BackupError> {
    let refused = Refused::new(store);
    let sqlite = |error| refused.sqlite(error);
    let connection = Connection::open(copy).map_err(sqlite)?;
    let file = Denials::read(&denials_path(store));
    let judged = || Quarantine::of(&connection, tail, &file).map_err(|failure| refused.failure(failure));
    let quarantine = judged()?;
    let told = match quarantine.as_ref().map(|quarantine| quarantine.ground) {
        None => known == Some(tail),
        Some(Ground::Behind | Ground::Diverged) => known.is_some(),
        Some(Ground::Missing | Ground::Unreadable | Ground::OtherStore | Ground::Restored) => false,
    };
    // A store without a history has nothing that it could have forgotten.
    if told || tail.position == Position(0) {
        return Ok(quarantine);
    }
    mark_restored(&connection).map_err(sqlite)?;
    Ok(judged()?)
}

/// Moves a store aside together with its log, so that it still can be opened. A log without its store,
/// as a restore leaves it that ended half way, goes as well: the next store must not take it for its own.
fn move_aside(store: &Path, aside: &Path) -> io::Result<()> {
    for part in PARTS {
        match fs::rename(beside(store, part), beside(aside, part)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    sync_directory_of(store)
}

/// An error with its causes, in one line.
fn told(error: &OpenError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
