//! The thread that appends to the denials file, so that no answer waits for it.

use super::{Denial, Denials, Seen, StoreId, denied_by_all, frame};
use crate::{
    error::Cause,
    files::{beside, sync_directory_of},
};
use domain::{
    id::TokenId,
    journal::{Entry, SecretEnd},
    secret::{Digest, KeyId},
    time::Timestamp,
};
use rusqlite::Connection;
use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
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
    pub(crate) fn of(seen: Seen, entries: &[Entry]) -> Self {
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
    unwritten: Arc<AtomicU64>,
    thread: Option<(Sender<Note>, JoinHandle<()>)>,
}

impl Appender {
    /// A file that stays as it is until it is rewritten.
    pub(crate) fn held(path: PathBuf, store: StoreId) -> Self {
        Self { path, store, unwritten: Arc::default(), thread: None }
    }

    /// Appends to a file that matches the store: first what the store has beyond it.
    pub(crate) fn start(path: PathBuf, file: &Denials, ahead: Note) -> io::Result<Self> {
        let out = Out::open(&path, file.whole)?;
        let mut appender = Self::held(path, file.store);
        appender.spawn(out)?;
        let is_ahead = file.seen.last() != Some(&ahead.seen);
        if is_ahead {
            appender.note(ahead);
        }
        Ok(appender)
    }

    /// How many denials are durable in the store but not yet in the file.
    pub(crate) fn unwritten(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.unwritten)
    }

    /// Passes on what a commit added; the thread writes it within moments.
    pub(crate) fn note(&self, note: Note) {
        let Some((queue, _)) = &self.thread else { return };
        self.unwritten.fetch_add(note.denials.len() as u64, Ordering::Relaxed);
        if queue.send(note).is_err() {
            tracing::error!("the denials file is not written any more; what it lacks is added at the next start");
        }
    }

    /// Puts a whole new file in place: everything that the old file or the store denies, as of here.
    pub(crate) fn rewrite(&mut self, connection: &Connection, seen: &Seen) -> Result<(), Cause> {
        self.stop();
        let mut denials = match Denials::read(&self.path) {
            Ok(None) => Vec::new(),
            Ok(Some(file)) if file.store == self.store && !file.damaged => file.denials,
            // What is readable of a damaged file goes on; the file itself is kept for whoever knows more.
            Ok(Some(file)) if file.store == self.store => {
                set_aside(&self.path)?;
                file.denials
            }
            Ok(Some(_)) | Err(_) => {
                set_aside(&self.path)?;
                Vec::new()
            }
        };
        denials.extend(stored_denials(connection)?);
        let mut met = HashSet::new();
        denials.retain(|denial| match denial {
            Denial::Token(token) => met.insert((token.bytes(), 0)),
            Denial::Secret(_, end) => met.insert((end.digest.bytes(), end.at.milliseconds())),
        });
        let out = replace(&self.path, &self.store, seen, &denials)?;
        self.unwritten.store(0, Ordering::Relaxed);
        self.spawn(out)?;
        Ok(())
    }

    fn spawn(&mut self, out: Out) -> io::Result<()> {
        let (queue, notes) = mpsc::channel();
        let appending = Appending { out, notes, unwritten: Arc::clone(&self.unwritten) };
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

/// Appends to a file that no thread writes to: what the store has beyond it.
pub(crate) fn append(path: &Path, file: &Denials, ahead: &Note) -> io::Result<()> {
    Out::open(path, file.whole)?.append(ahead)
}

/// Moves a file to a name that is free, for whoever may need it again.
fn set_aside(path: &Path) -> io::Result<()> {
    let mut number = 1;
    loop {
        let aside = beside(path, &format!(".{number}"));
        if !aside.exists() {
            tracing::warn!(path = %aside.display(), "a denials file that is of no use here was moved aside");
            return fs::rename(path, aside);
        }
        number += 1;
    }
}

/// Writes a whole file under another name and puts it in place, so that there always is one.
fn replace(path: &Path, store: &StoreId, seen: &Seen, denials: &[Denial]) -> io::Result<Out> {
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
    let whole = out.metadata()?.len();
    Out::open(path, whole)
}

/// What the store itself denies: its tombstones, and the secrets of live tokens that have an end.
fn stored_denials(connection: &Connection) -> rusqlite::Result<Vec<Denial>> {
    let mut tombstones = connection.prepare("SELECT id FROM tombstone ORDER BY number")?;
    let tokens = tombstones.query_map([], |row| Ok(Denial::Token(TokenId::from_bytes(row.get(0)?))))?;
    let mut denials = tokens.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut ended = connection.prepare(
        "SELECT t.id, s.digest, s.ends_at, s.key, s.serial FROM secret AS s JOIN token AS t ON t.number = s.token
         WHERE s.ends_at IS NOT NULL",
    )?;
    let secrets = ended.query_map([], |row| {
        let (digest, at) = (Digest::from_bytes(row.get(1)?), Timestamp::from_milliseconds(row.get(2)?));
        let end = SecretEnd { digest, at, key: KeyId(row.get(3)?), serial: row.get(4)? };
        Ok(Denial::Secret(TokenId::from_bytes(row.get(0)?), end))
    })?;
    for secret in secrets {
        denials.push(secret?);
    }
    Ok(denials)
}

/// A file that is appended to, frame by frame.
struct Out {
    file: File,
    /// How many bytes of it are known to be whole.
    whole: u64,
}

impl Out {
    fn open(path: &Path, whole: u64) -> io::Result<Self> {
        Ok(Self { file: OpenOptions::new().append(true).open(path)?, whole })
    }

    /// Appends a frame and flushes it. What an earlier try left behind goes first: a frame behind it
    /// would be hidden.
    fn append(&mut self, note: &Note) -> io::Result<()> {
        if self.file.metadata()?.len() != self.whole {
            self.file.set_len(self.whole)?;
        }
        let frame = frame::frame(&note.seen, &note.denials);
        self.file.write_all(&frame)?;
        self.file.sync_data()?;
        self.whole += frame.len() as u64;
        Ok(())
    }
}

/// What the thread works with.
struct Appending {
    out: Out,
    notes: Receiver<Note>,
    unwritten: Arc<AtomicU64>,
}

impl Appending {
    fn run(mut self) {
        while let Ok(note) = self.notes.recv() {
            let mut gathered = self.gather(note);
            while let Err(error) = self.out.append(&gathered) {
                tracing::error!(%error, "the denials file was not written; trying again");
                match self.notes.recv_timeout(RETRY) {
                    Ok(next) => gathered.join(next),
                    Err(RecvTimeoutError::Timeout) => {}
                    // What is missing is taken from the journal at the next start.
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
            self.unwritten.fetch_sub(gathered.denials.len() as u64, Ordering::Relaxed);
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::denials::Sequences;
    use domain::id::Position;

    #[test]
    fn what_a_failed_write_left_behind_hides_nothing_that_is_written_later() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("denials");
        let seen = |position| {
            let given = Sequences { organisation: 0, owner: 0, token: 0 };
            Seen { position: Position(position), chain: [0; 32], given }
        };
        create(&path, &[1; 16], &seen(0)).unwrap();
        let mut out = Out::open(&path, fs::metadata(&path).unwrap().len()).unwrap();
        // As after a disk that was full in the middle of a frame and could not be cut back.
        out.file.write_all(&frame::frame(&seen(1), &[])[..20]).unwrap();
        let token = TokenId::from_bytes([7; 16]);
        out.append(&Note::ahead(seen(2), vec![Denial::Token(token)])).unwrap();
        out.append(&Note::ahead(seen(3), Vec::new())).unwrap();
        let read = Denials::read(&path).unwrap().unwrap();
        assert_eq!((read.seen, read.damaged), (vec![seen(0), seen(2), seen(3)], false));
        assert_eq!(read.denials, [Denial::Token(token)]);
    }
}
