//! Connections to the file: one that writes, with the durability rules nailed down, and readers.

use crate::query::search::Pattern;
use domain::id::TokenNumber;
use rusqlite::{Connection, OpenFlags, config::DbConfig, functions::FunctionFlags};
use std::{path::Path, time::Duration};

/// Marks the file as a Jeton store ("JETN").
pub(crate) const APPLICATION_ID: i32 = 0x4a45_544e;
/// The oldest SQLite without the WAL-reset race between a checkpoint and a write.
pub(crate) const SQLITE_FLOOR: i32 = 3_051_003;

/// How long a connection waits for a lock before it gives up.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// 64 MiB of pages for the writer: the inner pages of every index at ten million tokens.
const WRITER_CACHE_KIBIBYTES: i64 = 65_536;
const STATEMENTS: usize = 128;

/// Opens the connection that writes. It alone checkpoints, and it always flushes at commit.
pub(crate) fn writer(path: &Path, max_pages: Option<u32>) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE,
    )?;
    harden(&connection)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIBIBYTES)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is erased is overwritten on the pages that are written anyway.
    connection.query_row("PRAGMA secure_delete = FAST", [], |_| Ok(()))?;
    if let Some(pages) = max_pages {
        connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
    }
    Ok(connection)
}

/// Switches a writer to the write-ahead log with a flush at each commit, and makes sure that both
/// took hold: with anything less, a delete that was answered could vanish with the power.
pub(crate) fn make_durable(connection: &Connection) -> rusqlite::Result<bool> {
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.query_row("PRAGMA wal_autocheckpoint = 0", [], |_| Ok(()))?;
    let synchronous: i64 = connection.query_row("PRAGMA synchronous", [], |row| row.get(0))?;
    Ok(mode == "wal" && synchronous == 2)
}

/// Opens a connection that only reads.
pub(crate) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE,
    )?;
    harden(&connection)?;
    Ok(connection)
}

/// Counts the pages of the write-ahead log after a checkpoint that does not wait for readers.
/// Answers true when nothing of it is left to copy.
pub(crate) fn checkpoint(connection: &Connection, truncate: bool) -> rusqlite::Result<(i64, bool)> {
    let mode = if truncate { "TRUNCATE" } else { "PASSIVE" };
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
        let (busy, pages, copied): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok((pages, busy == 0 && copied >= pages))
    })
}

fn harden(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Otherwise a statement whose plan might depend on a value is prepared anew at each execution.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.query_row("PRAGMA mmap_size = 0", [], |_| Ok(())).or_else(|error| match error {
        rusqlite::Error::QueryReturnedNoRows => Ok(()),
        other => Err(other),
    })?;
    // SQLite's own lower() knows ASCII only.
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("contains_folded", 2, flags, |context| {
        let (text, part) = (context.get_raw(0).as_str()?, context.get_raw(1).as_str()?);
        Ok(text.to_lowercase().contains(part))
    })?;
    // `fits(text, part, open_start, open_end, any_case)`: no text holds wildcards that need an escape.
    connection.create_scalar_function("fits", 5, flags, |context| {
        let Some(text) = context.get_raw(0).as_str_or_null()? else { return Ok(false) };
        let pattern = Pattern {
            text: context.get(1)?,
            open_start: context.get(2)?,
            open_end: context.get(3)?,
            any_case: context.get(4)?,
        };
        Ok(pattern.fits(text))
    })?;
    connection.create_scalar_function("grouped", 1, flags, |context| Ok(TokenNumber(context.get(0)?).grouped()))
}
