//! Opening a store: one process at a time, checked before it serves.

mod check;
mod lost_history;
mod refused;

pub(crate) use check::{check_shape, check_store, library, lock};
pub(crate) use refused::Refused;

use crate::{
    error::OpenError,
    files::sync_directory_of,
    keys,
    migration::{self, SQLITE},
    quarantine::Quarantine,
    sqlite::{
        SqliteStore,
        connection::{self, APPLICATION_ID},
        transaction::Memory,
        writer::Writer,
    },
    store::Store,
};
use domain::secret::KeyMark;
use rusqlite::Connection;
use std::{
    fs, io,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
    sync::Arc,
};

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// The most connections that read at the same time.
    pub readers: usize,
    /// The most pages of 4 KiB that the file may grow to; none leaves it to the disk.
    pub max_pages: Option<u32>,
    /// The server keys that the store is to be used with; it is refused when they are not its own.
    /// None at all for work that touches no digest.
    pub keys: Vec<KeyMark>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { readers: 4, max_pages: None, keys: Vec::new() }
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

/// Opens the store at this path, after making it when there is none. It blocks.
///
/// # Errors
/// Says why the store must not or cannot be served.
pub fn open_sqlite(path: &Path, options: &OpenOptions) -> Result<Opened, OpenError> {
    let refused = Refused::new(path);
    check::library()?;
    check::file_system(path, &refused)?;
    let lock = check::lock(path)?;
    create_private(path).map_err(|error| refused.io(error))?;
    let sqlite = |error| refused.sqlite(error);
    let mut connection = connection::writer(path, options.max_pages).map_err(sqlite)?;
    mark_as_store(&connection).map_err(sqlite)?;
    check::is_store(&connection, &refused)?;
    if !connection::make_durable(&connection).map_err(sqlite)? {
        return Err(refused.failed("the write-ahead log is not available on this file system".into()));
    }
    migration::migrate(&mut connection, SQLITE).map_err(|error| refused.migration(error))?;
    check::schema(&connection, &refused)?;
    if check::is_writable(&connection).map_err(sqlite)? {
        check::length(&connection, path, &refused)?;
    }
    keys::check(&connection, &options.keys, &refused)?;
    let tail = check::end_of_journal(&connection, &refused)?;
    let mut memory = Memory::read(&connection).map_err(|failure| refused.failure(failure))?;
    let (denials, quarantine) = lost_history::compare(&connection, path, tail, &memory, &refused)?;
    // Numbers of tokens that were lost stay given.
    let given = quarantine.as_ref().and_then(|quarantine| quarantine.token_number);
    memory.sequences.token = memory.sequences.token.max(given.unwrap_or(0));
    let writer = Writer::start(connection, memory, denials, quarantine.is_some(), lock);
    let writer = writer.map_err(|error| refused.io(error))?;
    let store = Arc::new(SqliteStore::new(path, options.readers, writer));
    Ok(Opened { store, quarantine })
}

/// Makes the file before SQLite does, readable by its owner only; its log inherits that.
fn create_private(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    match options.write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => sync_directory_of(path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))
        }
        Err(error) => Err(error),
    }
}

/// Marks an empty file as a store; whatever holds something already is left as it is.
fn mark_as_store(connection: &Connection) -> rusqlite::Result<()> {
    let empty: bool = connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))?;
    if empty { connection.pragma_update(None, "application_id", APPLICATION_ID) } else { Ok(()) }
}
