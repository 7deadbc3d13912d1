//! The thread that appends to the denials file, so that no answer waits for it.

use super::{Denial, Denials, Seen, StoreId, denied_by_all, frame};
use crate::{
    error::Cause,
    files::{beside, sync_directory_of},
};
use domain::{
    id::TokenId,
    journal::{Entry, Tail},
    secret::Digest,
    time::Timestamp,
};
use rusqlite::Connection;
use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// How long denials are gathered before they are flushed together.
const DENIALS_GATHER: Duration = Duration::from_millis(50);
/// How long the mere progress of the journal is gathered.
const PROGRESS_GATHER: Duration = Duration::from_secs(2);
/// How long to wait before a write that failed is tried again.
const RETRY: Duration = Duration::from_secs(5);

/// What one commit added.
pub(crate) struct Note {
    seen: Seen,
    denials: Vec<Denial>,
}

impl Note {
    /// What the entries of a commit deny.
    pub(crate) fn of(tail: Tail, token_number: u64, entries: &[Entry]) -> Self {
        let seen = Seen { position: tail.position, chain: tail.chain, token_number };
        Self { seen, denials: denied_by_all(entries) }
    }

    /// What the store has beyond its file.
    pub(crate) fn ahead(seen: Seen, denials: Vec<Denial>) -> Self {
        Self { seen, denials }
    }

    fn join(&mut self, next: Self) {
        self.seen = next.seen;
        self.denials.extend(next.denials);
    }
}

/// The way to the appending thread; in quarantine there is none, and the file stays as it is.
pub(crate) struct Appender {
    path: PathBuf,
    store: StoreId,
    thread: Option<(Sender<Note>, JoinHandle<()>)>,
}

impl Appender {
    /// A file that stays as it is until it is rewritten.
    pub(crate) fn held(path: PathBuf, store: StoreId) -> Self {
        Self { path, store, thread: None }
    }

    /// Appends to a file that matches the store: first what the store has beyond it.
    pub(crate) fn start(path: PathBuf, file: &Denials, ahead: Note) -> io::Result<Self> {
        let out = OpenOptions::new().append(true).open(&path)?;
        // A frame that was cut short would hide every later one.
        out.set_len(file.whole)?;
        let mut appender = Self::held(path, file.store);
        appender.spawn(out)?;
        let is_ahead = file.seen.last() != Some(&ahead.seen);
        if is_ahead {
            appender.note(ahead);
        }
        Ok(appender)
    }

    /// Passes on what a commit added; the thread writes it within moments.
    pub(crate) fn note(&self, note: Note) {
        if let Some((queue, _)) = &self.thread
            && queue.send(note).is_err()
        {
            tracing::error!("the denials file is not written any more; what it lacks is added at the next start");
        }
    }

    /// Puts a whole new file in place: everything that the old file or the store denies, as of here.
    pub(crate) fn rewrite(&mut self, connection: &Connection, tail: Tail, token_number: u64) -> Result<(), Cause> {
        self.stop();
        // A file that is missing or unreadable adds nothing to what the store knows.
        let older = Denials::read(&self.path).ok().flatten().map(|file| file.denials);
        let mut denials = older.unwrap_or_default();
        denials.extend(stored_denials(connection)?);
        let mut met = HashSet::new();
        denials.retain(|denial| match denial {
            Denial::Token(token) => met.insert((token.bytes(), 0)),
            Denial::Secret(digest, end) => met.insert((digest.bytes(), end.milliseconds())),
        });
        let seen = Seen { position: tail.position, chain: tail.chain, token_number };
        let out = replace(&self.path, &self.store, &seen, &denials)?;
        self.spawn(out)?;
        Ok(())
    }

    fn spawn(&mut self, out: File) -> io::Result<()> {
        let (queue, notes) = mpsc::channel();
        let appending = Appending { out, notes };
        let thread = std::thread::Builder::new().name("store-denials".into()).spawn(move || appending.run())?;
        self.thread = Some((queue, thread));
        Ok(())
    }

    fn stop(&mut self) {
        if let Some((queue, thread)) = self.thread.take() {
            drop(queue);
            if thread.join().is_err() {
                tracing::error!("the thread of the denials file ended by a panic");
            }
        }
    }
}

impl Drop for Appender {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Makes the first file of a store, or one that matches a store whose own was lost.
pub(crate) fn create(path: &Path, store: &StoreId, seen: &Seen) -> io::Result<()> {
    replace(path, store, seen, &[]).map(drop)
}

/// Writes a whole file under another name and puts it in place, so that there always is one.
fn replace(path: &Path, store: &StoreId, seen: &Seen, denials: &[Denial]) -> io::Result<File> {
    let unfinished = beside(path, ".new");
    let mut options = OpenOptions::new();
    let mut out = options.write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    out.write_all(&frame::header(store))?;
    // A frame holds what fits a 32-bit length with room to spare.
    for part in denials.chunks(1 << 20) {
        out.write_all(&frame::frame(seen, part))?;
    }
    if denials.is_empty() {
        out.write_all(&frame::frame(seen, &[]))?;
    }
    out.sync_all()?;
    fs::rename(&unfinished, path)?;
    sync_directory_of(path)?;
    OpenOptions::new().append(true).open(path)
}

/// What the store itself denies: its tombstones, and the secrets of live tokens that have an end.
fn stored_denials(connection: &Connection) -> rusqlite::Result<Vec<Denial>> {
    let mut tombstones = connection.prepare("SELECT id FROM tombstone ORDER BY number")?;
    let tokens = tombstones.query_map([], |row| Ok(Denial::Token(TokenId::from_bytes(row.get(0)?))))?;
    let mut denials = tokens.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut ended = connection.prepare(
        "SELECT s.digest, s.ends_at FROM secret AS s JOIN token AS t ON t.number = s.token WHERE s.ends_at IS NOT NULL",
    )?;
    let secrets = ended.query_map([], |row| {
        Ok(Denial::Secret(Digest::from_bytes(row.get(0)?), Timestamp::from_milliseconds(row.get(1)?)))
    })?;
    for secret in secrets {
        denials.push(secret?);
    }
    Ok(denials)
}

/// What the thread works with.
struct Appending {
    out: File,
    notes: Receiver<Note>,
}

impl Appending {
    fn run(mut self) {
        while let Ok(note) = self.notes.recv() {
            let mut gathered = self.gather(note);
            while let Err(error) = self.append(&gathered) {
                tracing::error!(%error, "the denials file was not written; trying again");
                match self.notes.recv_timeout(RETRY) {
                    Ok(next) => gathered.join(next),
                    Err(RecvTimeoutError::Timeout) => {}
                    // What is missing is taken from the journal at the next start.
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        }
    }

    /// Joins what follows closely, so that many commits share one flush.
    fn gather(&self, mut note: Note) -> Note {
        let begun = Instant::now();
        loop {
            let gather = if note.denials.is_empty() { PROGRESS_GATHER } else { DENIALS_GATHER };
            let left = gather.saturating_sub(begun.elapsed());
            let Ok(next) = self.notes.recv_timeout(left) else { return note };
            note.join(next);
        }
    }

    fn append(&mut self, note: &Note) -> io::Result<()> {
        let whole = self.out.metadata()?.len();
        let written = self.out.write_all(&frame::frame(&note.seen, &note.denials)).and_then(|()| self.out.sync_data());
        if written.is_err() {
            self.out.set_len(whole)?;
        }
        written
    }
}
