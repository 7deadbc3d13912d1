//! Opening a store: one process at a time, checked before it serves.

mod check;
mod length;
mod lost_history;
mod refused;

pub(crate) use check::{check_shape, check_store, library, lock};
pub(crate) use lost_history::catch_up;
pub(crate) use refused::Refused;

use crate::{
    error::OpenError,
    files::{beside, sync_directory_of},
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
    prepare(path, &refused)?;
    let sqlite = |error| refused.sqlite(error);
    let mut connection = connection::writer(path, options.max_pages).map_err(sqlite)?;
    check::is_store(&connection, &refused)?;
    if !connection::make_durable(&connection).map_err(sqlite)? {
        return Err(refused.failed("the write-ahead log is not available on this file system".into()));
    }
    length::check(&connection, path, &refused)?;
    migration::migrate(&mut connection, SQLITE).map_err(|error| refused.migration(error))?;
    check::schema(&connection, &refused)?;
    check::writable(&connection).map_err(sqlite)?;
    keys::check(&connection, &options.keys, &refused)?;
    let tail = check::end_of_journal(&connection, &refused)?;
    let mut memory = Memory::read(&connection).map_err(|failure| refused.failure(failure))?;
    let (denials, quarantine) = lost_history::compare(&connection, path, tail, &memory, &refused)?;
    // Numbers of what was lost stay given.
    let given = quarantine.as_ref().and_then(|quarantine| quarantine.given);
    memory.sequences = given.map_or(memory.sequences, |given| memory.sequences.max(given));
    let writer = Writer::start(connection, memory, denials, quarantine.is_some(), lock);
    let writer = writer.map_err(|error| refused.io(error))?;
    let store = Arc::new(SqliteStore::new(path, options.readers, writer));
    Ok(Opened { store, quarantine })
}

/// Makes a store where there is none, and sees to it that the one which is there is its owner's only.
fn prepare(path: &Path, refused: &Refused) -> Result<(), OpenError> {
    match fs::metadata(path) {
        // A store is never made empty, so this one has lost its content.
        Ok(found) if found.len() == 0 => Err(refused.damaged("the file is empty")),
        Ok(_) => {
            let private = fs::set_permissions(path, fs::Permissions::from_mode(0o600));
            private.map_err(|error| refused.io(error))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            lost_history::expect_none(path, refused)?;
            create(path, refused)
        }
        Err(error) => Err(refused.io(error)),
    }
}

/// Makes a file that is marked as a store under another name, readable by its owner only, and gives it its
/// name when it is durable.
fn create(path: &Path, refused: &Refused) -> Result<(), OpenError> {
    let unfinished = beside(path, ".new");
    let made = (|| {
        let mut options = fs::OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(0o600).open(&unfinished);
        let file = file.map_err(|error| refused.io(error))?;
        let marked = Connection::open(&unfinished)
            .and_then(|connection| connection.pragma_update(None, "application_id", APPLICATION_ID));
        marked.map_err(|error| refused.sqlite(error))?;
        let named = file.sync_all().and_then(|()| fs::rename(&unfinished, path));
        named.and_then(|()| sync_directory_of(path)).map_err(|error| refused.io(error))
    })();
    if made.is_err() {
        // What is left of it takes room that may be short.
        let _ = fs::remove_file(&unfinished);
    }
    made
}
