//! Comparing a store with its denials file at the start.

use super::Refused;
use crate::{
    denials::{self, Appender, Denial, Denials, Note, Seen, StoreId, denials_path},
    error::OpenError,
    quarantine::{Quarantine, store_id},
    sqlite::{connection, journal, transaction::Memory},
};
use domain::{
    id::Position,
    journal::{Event, Tail},
};
use rusqlite::Connection;
use std::{io, path::Path};

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
    let seen = memory.seen();
    let mut file = Denials::read(&path);
    if tail.position == Position(0) && is_of_no_use(&file, &id) {
        denials::create(&path, &id, &seen).map_err(|error| refused.io(error))?;
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
        let rewritten = appender.rewrite(connection, &seen);
        return rewritten.map(|()| (appender, None)).map_err(|cause| refused.failed(cause));
    }
    let ahead = ahead(connection, &file, refused)?;
    let appender = Appender::start(path, &file, Note::ahead(seen, ahead)).map_err(|error| refused.io(error))?;
    Ok((appender, None))
}

/// True when there is no file, or one of a store that never had a history.
fn is_of_no_use(file: &io::Result<Option<Denials>>, store: &StoreId) -> bool {
    match file {
        Ok(None) => true,
        Ok(Some(file)) => file.store != *store && !file.has_history(),
        Err(_) => false,
    }
}

/// There is no store at this path, and there never was one: a denials file that knows of a history, or
/// that cannot be read, would be left alone for ever by an empty store that takes the place.
pub(super) fn expect_none(store: &Path, refused: &Refused) -> Result<(), OpenError> {
    let path = denials_path(store);
    match Denials::read(&path) {
        Ok(None) => Ok(()),
        Ok(Some(file)) if !file.has_history() => Ok(()),
        Ok(Some(_)) | Err(_) => Err(refused.lost(&path)),
    }
}

/// Brings the denials file of a store up to date that nobody serves, before another takes its place.
/// Answers with the store's end.
///
/// # Errors
/// When the store cannot be read, or has lost history itself: then it says nothing about the file.
pub(crate) fn catch_up(store: &Path) -> Result<Tail, OpenError> {
    let refused = Refused::new(store);
    let sqlite = |error| refused.sqlite(error);
    let connection = connection::reader(store).map_err(sqlite)?;
    connection.execute_batch("BEGIN").map_err(sqlite)?;
    let tail = super::check_store(&connection, &refused)?;
    let path = denials_path(store);
    let file = Denials::read(&path);
    if let Some(quarantine) = Quarantine::of(&connection, tail, &file).map_err(|failure| refused.failure(failure))? {
        return Err(refused.failed(format!("it is in quarantine: {}", quarantine.ground).into()));
    }
    let Ok(Some(file)) = file else { return Ok(tail) };
    let seen = Memory::read(&connection).map_err(|failure| refused.failure(failure))?.seen();
    if file.seen.last() != Some(&seen) {
        let ahead = Note::ahead(seen, ahead(&connection, &file, &refused)?);
        denials::append(&path, &file, &ahead).map_err(|error| refused.io(error))?;
    }
    Ok(tail)
}

/// What the journal denied after the file was last written.
fn ahead(connection: &Connection, file: &Denials, refused: &Refused) -> Result<Vec<Denial>, OpenError> {
    let Some(Seen { position, chain, .. }) = file.seen.last().copied() else {
        return Err(refused.failed("the denials file is empty".into()));
    };
    let mut ahead = Vec::new();
    let walked = journal::walk(connection, Tail { position, chain }, |_, kind, body| {
        denials::denied_by(&Event::parse(kind, body)?, &mut ahead);
        Ok(())
    });
    match walked {
        Ok(Ok(_)) => Ok(ahead),
        Ok(Err(finding)) => Err(refused.damaged(&finding)),
        Err(failure) => Err(refused.failure(failure)),
    }
}
