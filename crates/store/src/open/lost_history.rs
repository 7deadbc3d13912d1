//! Comparing a store with its denials file at the start.

use super::Refused;
use crate::{
    denials::{self, Appender, Denial, Denials, Note, Seen, StoreId, denials_path},
    error::OpenError,
    files::beside,
    quarantine::{Quarantine, store_id},
    sqlite::{journal, transaction::Memory},
};
use domain::{
    id::Position,
    journal::{Event, Tail},
};
use rusqlite::Connection;
use std::{fs, io, path::Path};

/// A file of more frames than this is written anew at the start: most of them only say how far the
/// journal had come.
const FRAMES: usize = 10_000;

/// Compares the two, and brings the file up to date when it is only behind. Answers with the way to
/// the file, and with what the store lost.
pub(super) fn compare(
    connection: &Connection,
    store: &Path,
    tail: Tail,
    memory: &Memory,
    refused: &Refused,
) -> Result<(Appender, Option<Quarantine>), OpenError> {
    let path = denials_path(store);
    let id = store_id(connection).map_err(|failure| refused.failure(failure))?;
    let seen = Seen { position: tail.position, chain: tail.chain, token_number: memory.sequences.token };
    let mut file = Denials::read(&path);
    if tail.position == Position(0) && !file.as_ref().is_ok_and(|file| belongs(file.as_ref(), &id)) {
        begin(&path, &id, &seen).map_err(|error| refused.io(error))?;
        file = Denials::read(&path);
    }
    let quarantine = Quarantine::judge(connection, &id, tail, &file).map_err(|failure| refused.failure(failure))?;
    if let Some(quarantine) = quarantine {
        tracing::error!(ground = %quarantine.ground, "the store is in quarantine");
        return Ok((Appender::held(path, id), Some(quarantine)));
    }
    let Ok(Some(file)) = file else { return Err(refused.failed("the denials file is not readable".into())) };
    if file.seen.len() > FRAMES {
        let mut appender = Appender::held(path, id);
        let rewritten = appender.rewrite(connection, tail, seen.token_number);
        return rewritten.map(|()| (appender, None)).map_err(|cause| refused.failed(cause));
    }
    let ahead = match file.seen.last() {
        Some(last) => ahead(connection, last, refused)?,
        None => return Err(refused.failed("the denials file is empty".into())),
    };
    let appender = Appender::start(path, &file, Note::ahead(seen, ahead)).map_err(|error| refused.io(error))?;
    Ok((appender, None))
}

/// True for a file of this store, whatever it says.
fn belongs(file: Option<&Denials>, store: &StoreId) -> bool {
    file.is_some_and(|file| file.store == *store)
}

/// Makes the file of a store without a history. One that another store left at this place is kept
/// under another name: should that store come back, it needs it.
fn begin(path: &Path, store: &StoreId, seen: &Seen) -> io::Result<()> {
    let mut number = 1;
    while path.exists() {
        let aside = beside(path, &format!(".{number}"));
        if !aside.exists() {
            tracing::warn!(path = %aside.display(), "the denials file of another store was moved aside");
            fs::rename(path, aside)?;
            break;
        }
        number += 1;
    }
    denials::create(path, store, seen)
}

/// What the journal denied after the file was last written.
fn ahead(connection: &Connection, last: &Seen, refused: &Refused) -> Result<Vec<Denial>, OpenError> {
    let mut ahead = Vec::new();
    let from = Tail { position: last.position, chain: last.chain };
    let walked = journal::walk(connection, from, |_, kind, body| {
        denials::denied_by(&Event::parse(kind, body)?, &mut ahead);
        Ok(())
    });
    match walked {
        Ok(Ok(_)) => Ok(ahead),
        Ok(Err(finding)) => Err(refused.damaged(&finding)),
        Err(failure) => Err(refused.failure(failure)),
    }
}
