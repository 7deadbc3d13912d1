//! The checks that a store passes before it is served.

use super::Refused;
use crate::{
    error::OpenError,
    files::{beside, directory_of},
    migration::{self, SQLITE},
    sqlite::{
        connection::{self, APPLICATION_ID, SQLITE_FLOOR},
        journal,
    },
};
use domain::journal::Tail;
use rusqlite::{Connection, params};
use std::{
    fs::{self, File, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// How many of the journal's last entries are checked against the chain at every start.
const ENTRIES_CHECKED: u64 = 1_000;
/// How long a lock may be held by somebody who only looks whether anybody has it.
const PASSING: Duration = Duration::from_millis(200);
/// File systems whose locks and flushes SQLite's log cannot rely on, as Linux names them.
const NETWORK: [&str; 9] = ["nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "fuse.sshfs", "fuse.glusterfs"];

/// The linked SQLite has the durability that this engine builds on.
pub(crate) fn library() -> Result<(), OpenError> {
    if rusqlite::version_number() >= SQLITE_FLOOR {
        return Ok(());
    }
    let (major, minor, patch) = (SQLITE_FLOOR / 1_000_000, SQLITE_FLOOR / 1_000 % 1_000, SQLITE_FLOOR % 1_000);
    let needed = format!("{major}.{minor}.{patch}");
    Err(OpenError::SqliteTooOld { found: rusqlite::version().to_owned(), needed })
}

/// The store lies on a disk of this machine, as far as Linux can tell.
pub(super) fn file_system(path: &Path, refused: &Refused) -> Result<(), OpenError> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let Ok(directory) = fs::canonicalize(directory_of(path)) else { return Ok(()) };
    match file_system_of(&directory, &mounts) {
        Some(kind) if NETWORK.contains(&kind) => Err(refused.on_network(kind)),
        Some(_) | None => Ok(()),
    }
}

/// The kind of the file system that a directory lies on: that of the longest mount point above it.
fn file_system_of<'m>(directory: &Path, mounts: &'m str) -> Option<&'m str> {
    let mount = |line: &'m str| {
        let (left, right) = line.split_once(" - ")?;
        let point = left.split(' ').nth(4)?.replace("\\040", " ");
        Some((point, right.split(' ').next()?))
    };
    let above = mounts.lines().filter_map(mount).filter(|(point, _)| directory.starts_with(point));
    // Of two mounts at the same place the later one hides the other.
    above.max_by_key(|(point, _)| point.len()).map(|(_, kind)| kind)
}

/// Takes the lock of a store, which is held as long as the file is open.
///
/// # Errors
/// When another process has it, or the lock file cannot be made.
pub(crate) fn lock(path: &Path) -> Result<File, OpenError> {
    let refused = Refused::new(path);
    let mut options = fs::OpenOptions::new();
    let file = options.write(true).create(true).truncate(false).mode(0o600).open(beside(path, ".lock"));
    let file = file.map_err(|error| refused.io(error))?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if begun.elapsed() < PASSING => thread::sleep(PASSING / 20),
            Err(TryLockError::WouldBlock) => return Err(refused.in_use()),
            Err(TryLockError::Error(error)) => return Err(refused.io(error)),
        }
    }
}

/// The file is marked as a Jeton store.
pub(super) fn is_store(connection: &Connection, refused: &Refused) -> Result<(), OpenError> {
    let id: i32 =
        connection.query_row("PRAGMA application_id", [], |row| row.get(0)).map_err(|error| refused.sqlite(error))?;
    if id == APPLICATION_ID { Ok(()) } else { Err(refused.damaged("it is a file of something else")) }
}

/// Every table and index is as the migrations made it.
pub(super) fn schema(connection: &Connection, refused: &Refused) -> Result<(), OpenError> {
    let expected = migration::expected_schema(SQLITE).map_err(|error| refused.migration(error))?;
    let found = migration::schema(connection).map_err(|error| refused.sqlite(error))?;
    match expected.iter().find(|object| !found.contains(object)) {
        Some((name, _)) => Err(refused.damaged(&format!("`{name}` is missing or differs from its migration"))),
        None if found.len() != expected.len() => Err(refused.damaged("it holds tables that no migration made")),
        None => Ok(()),
    }
}

/// Writes something, so that a disk that is full or fails is noticed now, and writes the log back as far
/// as the readers of other processes let it.
pub(super) fn writable(connection: &Connection) -> rusqlite::Result<()> {
    let starts: [u8; 8] = connection.query_row("SELECT value FROM meta WHERE name = 'starts'", [], |row| row.get(0))?;
    let starts = u64::from_be_bytes(starts).wrapping_add(1).to_be_bytes();
    connection.execute("UPDATE meta SET value = ?1 WHERE name = 'starts'", params![starts])?;
    connection::checkpoint(connection, false).map(drop)
}

/// The last entries of the journal continue the chain. Answers with its end.
pub(super) fn end_of_journal(connection: &Connection, refused: &Refused) -> Result<Tail, OpenError> {
    let checked = journal::check_end(connection, ENTRIES_CHECKED).map_err(|failure| refused.failure(failure))?;
    checked.map_err(|finding| refused.damaged(&finding))
}

/// Checks that a database is a store of a shape that this binary knows. Answers with its migration.
///
/// # Errors
/// When it is none, or a newer one.
pub(crate) fn check_shape(connection: &Connection, refused: &Refused) -> Result<i64, OpenError> {
    is_store(connection, refused)?;
    migration::check(connection, SQLITE).map_err(|error| refused.migration(error))
}

/// Checks a store that is not served: its shape, and the end of its journal.
///
/// # Errors
/// As [`check_shape`], and when the journal is damaged.
pub(crate) fn check_store(connection: &Connection, refused: &Refused) -> Result<Tail, OpenError> {
    check_shape(connection, refused)?;
    end_of_journal(connection, refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_mount_point_decides() {
        let mounts = "22 1 254:0 / / rw,relatime - ext4 /dev/root rw\n\
            30 22 0:30 / /srv rw shared:1 - nfs4 server:/srv rw\n\
            31 30 254:1 / /srv/my\\040disk rw - xfs /dev/vdb rw\n";
        assert_eq!(file_system_of(Path::new("/srv/tokens"), mounts), Some("nfs4"));
        assert_eq!(file_system_of(Path::new("/srv/my disk/tokens"), mounts), Some("xfs"));
        assert_eq!(file_system_of(Path::new("/srvx"), mounts), Some("ext4"));
    }
}
