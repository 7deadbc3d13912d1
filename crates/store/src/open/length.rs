//! Whether the file is as long as the store says, or its log holds the rest.
//!
//! Without a log SQLite finds out itself. With one it takes the length from the log, and when it writes
//! the log back it fills what was cut off with zeros, which nobody notices until they are read.

use super::Refused;
use crate::{error::OpenError, files::beside};
use rusqlite::Connection;
use std::{
    collections::HashSet,
    fs::{self, File},
    io,
    os::unix::fs::FileExt,
    path::Path,
};

/// The header of a log, and that of each of its frames, as SQLite's file format has them.
const LOG_HEADER: u64 = 32;
const FRAME_HEADER: u64 = 24;

/// Every page is in the file or in its log.
pub(super) fn check(connection: &Connection, path: &Path, refused: &Refused) -> Result<(), OpenError> {
    let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, u64>(0));
    let pages = pragma("page_count").map_err(|error| refused.sqlite(error))?;
    let size = pragma("page_size").map_err(|error| refused.sqlite(error))?;
    let there = fs::metadata(path).map_err(|error| refused.io(error))?.len() / size.max(1);
    if there >= pages {
        return Ok(());
    }
    let logged = logged(&beside(path, "-wal"), size).map_err(|error| refused.io(error))?;
    if (there + 1..=pages).all(|page| logged.contains(&page)) {
        Ok(())
    } else {
        Err(refused.damaged("the file was cut short"))
    }
}

/// The pages in a log. A frame belongs to it when it bears the same salt as its header.
fn logged(log: &Path, size: u64) -> io::Result<HashSet<u64>> {
    let log = match File::open(log) {
        Ok(log) => log,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(HashSet::new()),
        Err(error) => return Err(error),
    };
    let length = log.metadata()?.len();
    let mut pages = HashSet::new();
    let mut salt = [0; 8];
    if length >= LOG_HEADER {
        log.read_exact_at(&mut salt, 16)?;
    }
    let mut place = LOG_HEADER;
    while place + FRAME_HEADER + size <= length {
        let mut head = [0; 16];
        log.read_exact_at(&mut head, place)?;
        let ([page @ .., _, _, _, _], frame_salt) = head.split_at(8) else { break };
        if frame_salt != salt {
            break;
        }
        pages.insert(page.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)));
        place += FRAME_HEADER + size;
    }
    Ok(pages)
}
