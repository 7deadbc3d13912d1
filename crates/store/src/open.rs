//! Opening a store: one process at a time, checked before it serves.

use crate::{
    denials::{self, Appender, Denials, Note, Seen, StoreId, beside, denials_path},
    error::OpenError,
    files::sync_directory_of,
    migration::{self, MigrationError, SQLITE},
    quarantine::Quarantine,
    sqlite::{
        SqliteStore,
        connection::{self, APPLICATION_ID, SQLITE_FLOOR},
        failure::{self, Failure},
        journal,
        transaction::Memory,
        writer::Writer,
    },
    store::Store,
};
use domain::{
    id::Position,
    journal::{Event, Tail},
};
use rusqlite::{Connection, ErrorCode, params};
use std::{
    fs::{self, File, TryLockError},
    io,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
    sync::Arc,
};

/// How many of the journal's last entries are checked against the chain at every start.
const ENTRIES_CHECKED: u64 = 1_000;

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// The most connections that read at the same time.
    pub readers: usize,
    /// The most pages of 4 KiB that the file may grow to; none leaves it to the disk.
    pub max_pages: Option<u32>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { readers: 4, max_pages: None }
    }
}

/// An open store.
pub struct Opened {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Why it must not serve anything as active, when it came back behind what it had been. Until
    /// `Verb::LiftQuarantine` it refuses every other change.
    pub quarantine: Option<Quarantine>,
}

/// Opens the store at this path, after making it when there is none.
///
/// # Errors
/// Says why the store must not or cannot be served.
pub fn open_sqlite(path: &Path, options: &OpenOptions) -> Result<Opened, OpenError> {
    check_library()?;
    let opening = Opening { path };
    let lock = opening.lock()?;
    opening.create_private().map_err(|error| opening.io(error))?;
    let mut connection = connection::writer(path, options.max_pages).map_err(|error| opening.sqlite(error))?;
    opening.check_application(&connection)?;
    if !connection::make_durable(&connection).map_err(|error| opening.sqlite(error))? {
        return Err(opening.failed("the write-ahead log is not available on this file system".into()));
    }
    migration::migrate(&mut connection, SQLITE).map_err(|error| opening.migration(error))?;
    opening.check_schema(&connection)?;
    opening.check_writable(&connection).map_err(|error| opening.sqlite(error))?;
    opening.check_length(&connection)?;
    let tail = opening.check_journal(&connection)?;
    let mut memory = Memory::read(&connection).map_err(|failure| opening.failure(failure))?;
    let (denials, quarantine) = opening.denials(&connection, tail, &memory)?;
    // Numbers of tokens that were lost stay given.
    let given = quarantine.as_ref().and_then(|quarantine| quarantine.token_number);
    memory.sequences.token = memory.sequences.token.max(given.unwrap_or(0));
    let writer = Writer::start(connection, memory, denials, quarantine.is_some()).map_err(|error| opening.io(error))?;
    let store = Arc::new(SqliteStore::new(path, options.readers, writer, lock));
    Ok(Opened { store, quarantine })
}

fn check_library() -> Result<(), OpenError> {
    if rusqlite::version_number() >= SQLITE_FLOOR {
        return Ok(());
    }
    let (major, minor, patch) = (SQLITE_FLOOR / 1_000_000, SQLITE_FLOOR / 1_000 % 1_000, SQLITE_FLOOR % 1_000);
    let needed = format!("{major}.{minor}.{patch}");
    Err(OpenError::SqliteTooOld { found: rusqlite::version().to_owned(), needed })
}

/// Takes the lock of a store, which is held as long as the file is open.
///
/// # Errors
/// When another process has it, or the lock file cannot be made.
pub(crate) fn lock(path: &Path) -> Result<File, OpenError> {
    Opening { path }.lock()
}

/// Turns an error of SQLite into why a store at this path was not opened.
pub(crate) fn sqlite_error(path: &Path, error: rusqlite::Error) -> OpenError {
    Opening { path }.sqlite(error)
}

/// Turns an error of the file system into why a store at this path was not opened.
pub(crate) fn io_error(path: &Path, error: io::Error) -> OpenError {
    Opening { path }.io(error)
}

struct Opening<'p> {
    path: &'p Path,
}

impl Opening<'_> {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn lock(&self) -> Result<File, OpenError> {
        let mut options = fs::OpenOptions::new();
        let file = options.write(true).create(true).truncate(false).mode(0o600).open(beside(self.path, ".lock"));
        let file = file.map_err(|error| self.io(error))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: self.name() }),
            Err(TryLockError::Error(error)) => Err(self.io(error)),
        }
    }

    /// Makes the file before SQLite does, readable by its owner only; its log inherits that.
    fn create_private(&self) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        match options.write(true).create_new(true).mode(0o600).open(self.path) {
            Ok(_) => sync_directory_of(self.path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                fs::set_permissions(self.path, fs::Permissions::from_mode(0o600))
            }
            Err(error) => Err(error),
        }
    }

    fn check_application(&self, connection: &Connection) -> Result<(), OpenError> {
        let id: i32 =
            connection.query_row("PRAGMA application_id", [], |row| row.get(0)).map_err(|error| self.sqlite(error))?;
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .map_err(|error| self.sqlite(error))?;
        match (id, tables) {
            (APPLICATION_ID, _) => Ok(()),
            (0, 0) => {
                connection.pragma_update(None, "application_id", APPLICATION_ID).map_err(|error| self.sqlite(error))
            }
            _ => Err(self.damaged("it is a database of something else")),
        }
    }

    fn check_schema(&self, connection: &Connection) -> Result<(), OpenError> {
        let expected = migration::expected_schema(SQLITE).map_err(|error| self.migration(error))?;
        let found = migration::schema(connection).map_err(|error| self.sqlite(error))?;
        match expected.iter().find(|object| !found.contains(object)) {
            Some((name, _)) => Err(self.damaged(&format!("`{name}` is missing or differs from its migration"))),
            None if found.len() != expected.len() => Err(self.damaged("it holds tables that no migration made")),
            None => Ok(()),
        }
    }

    /// Writes something, so that a disk that is full or fails is noticed now.
    fn check_writable(&self, connection: &Connection) -> rusqlite::Result<()> {
        let starts: [u8; 8] =
            connection.query_row("SELECT value FROM meta WHERE name = 'starts'", [], |row| row.get(0))?;
        let starts = u64::from_be_bytes(starts).wrapping_add(1).to_be_bytes();
        connection.execute("UPDATE meta SET value = ?1 WHERE name = 'starts'", params![starts])?;
        connection::checkpoint(connection, true)?;
        Ok(())
    }

    /// A file that was cut short opens well and fails later; so its length is compared now.
    fn check_length(&self, connection: &Connection) -> Result<(), OpenError> {
        let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, u64>(0));
        let pages = pragma("page_count").map_err(|error| self.sqlite(error))?;
        let size = pragma("page_size").map_err(|error| self.sqlite(error))?;
        let length = fs::metadata(self.path).map_err(|error| self.io(error))?.len();
        if length < pages * size { Err(self.damaged("the file was cut short")) } else { Ok(()) }
    }

    fn check_journal(&self, connection: &Connection) -> Result<Tail, OpenError> {
        let checked = journal::check_end(connection, ENTRIES_CHECKED).map_err(|failure| self.failure(failure))?;
        checked.map_err(|finding| self.damaged(&finding))
    }

    /// Compares the denials file with the journal, and brings it up to date when it is behind.
    fn denials(
        &self,
        connection: &Connection,
        tail: Tail,
        memory: &Memory,
    ) -> Result<(Appender, Option<Quarantine>), OpenError> {
        let path = denials_path(self.path);
        let store: StoreId = connection
            .query_row("SELECT value FROM meta WHERE name = 'store'", [], |row| row.get(0))
            .map_err(|error| self.sqlite(error))?;
        let seen = Seen { position: tail.position, chain: tail.chain, token_number: memory.sequences.token };
        let mut file = Denials::read(&path);
        if let (Ok(None), Position(0)) = (&file, tail.position) {
            denials::create(&path, &store, &seen).map_err(|error| self.io(error))?;
            file = Denials::read(&path);
        }
        let quarantine = Quarantine::judge(connection, &store, tail, &file).map_err(|failure| self.failure(failure))?;
        if let Some(quarantine) = quarantine {
            tracing::error!(ground = %quarantine.ground, "the store is in quarantine");
            return Ok((Appender::held(path, store), Some(quarantine)));
        }
        let (Ok(Some(file)), Some(last)) = (&file, file.as_ref().ok().and_then(|file| file.as_ref()?.seen.last()))
        else {
            return Err(self.failed("the denials file is not readable".into()));
        };
        let ahead = self.ahead(connection, last)?;
        let appender = Appender::start(path, file, Note::ahead(seen, ahead)).map_err(|error| self.io(error))?;
        Ok((appender, None))
    }

    /// What the journal denied after the file was last written.
    fn ahead(&self, connection: &Connection, last: &Seen) -> Result<Vec<denials::Denial>, OpenError> {
        let mut ahead = Vec::new();
        let from = Tail { position: last.position, chain: last.chain };
        let walked = journal::walk(connection, from, |_, kind, body| {
            denials::denied_by(&Event::parse(kind, body)?, &mut ahead);
            Ok(())
        });
        match walked {
            Ok(Ok(_)) => Ok(ahead),
            Ok(Err(finding)) => Err(self.damaged(&finding)),
            Err(failure) => Err(self.failure(failure)),
        }
    }

    fn migration(&self, error: MigrationError) -> OpenError {
        match error {
            MigrationError::Newer { found, known } => OpenError::Newer { path: self.name(), found, known },
            MigrationError::Altered(migration) => OpenError::Altered { path: self.name(), migration },
            MigrationError::Sqlite(error) => self.sqlite(error),
        }
    }

    fn failure(&self, failure: Failure) -> OpenError {
        match failure {
            Failure::Sqlite(error) => self.sqlite(error),
            Failure::Unreadable(cause) => self.damaged(&cause.to_string()),
            Failure::Refused(refusal) => self.failed(format!("{refusal:?}").into()),
        }
    }

    fn sqlite(&self, error: rusqlite::Error) -> OpenError {
        if failure::is_disk_full(&error) {
            return OpenError::DiskFull { path: self.name() };
        }
        match failure::code(&error) {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => self.damaged(&error.to_string()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::InUse { path: self.name() },
            _ => self.failed(error.into()),
        }
    }

    fn io(&self, error: io::Error) -> OpenError {
        if error.kind() == io::ErrorKind::StorageFull {
            OpenError::DiskFull { path: self.name() }
        } else {
            self.failed(error.into())
        }
    }

    fn damaged(&self, finding: &str) -> OpenError {
        OpenError::Damaged { path: self.name(), finding: finding.to_owned() }
    }

    fn failed(&self, cause: crate::error::Cause) -> OpenError {
        OpenError::Failed { path: self.name(), cause }
    }
}
