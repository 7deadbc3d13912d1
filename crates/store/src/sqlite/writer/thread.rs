//! The thread: it gathers the changes that wait, makes each behind a savepoint of its own, commits all
//! of them at once, and only then tells anybody.

use super::{Answer, Message, Waiting};
use crate::{
    change::{Change, Committed, LiftQuarantine, Outcome, Verb},
    denials::{Appender, Note},
    error::{Cause, CommitError},
    sqlite::{
        apply::{Made, apply},
        checkpoint::Checkpoints,
        failure::{self, Failure, Result},
        figures::Figures,
        quarantine,
        review::Review,
        transaction::{Memory, Transaction},
    },
    store::Follower,
};
use domain::{id::Position, time::Timestamp};
use rusqlite::Connection;
use std::{
    fs::File,
    sync::{
        Arc, OnceLock,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

/// The most changes that share one commit.
const BATCH: usize = 512;
/// How long nothing must happen before the write-ahead log is emptied.
const IDLE: Duration = Duration::from_secs(2);

/// Whether the writer accepts changes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    /// It does.
    Serving,
    /// Only the one that lifts the quarantine.
    Quarantined,
    /// None any more: nobody knows whether the last commit was kept.
    Unknown,
}

/// What the thread works with.
pub(super) struct Writing {
    pub(super) connection: Connection,
    pub(super) memory: Memory,
    pub(super) denials: Appender,
    pub(super) condition: Condition,
    pub(super) waiting: Receiver<Message>,
    pub(super) figures: Arc<Figures>,
    pub(super) follower: Arc<OnceLock<Arc<dyn Follower>>>,
    pub(super) checkpoints: Checkpoints,
    /// A second process finds the store locked. It is the last to go: fields are dropped in order.
    pub(super) _lock: File,
}

impl Writing {
    pub(super) fn run(mut self) {
        loop {
            match self.waiting.recv_timeout(IDLE) {
                Ok(Message::Change(first)) => {
                    if self.serve(first) {
                        break;
                    }
                    self.checkpoint(Checkpoints::after_commit);
                }
                Err(RecvTimeoutError::Timeout) => self.checkpoint(Checkpoints::when_idle),
                Ok(Message::Close) | Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.checkpoint(Checkpoints::at_close);
    }

    /// Makes a change and whatever waits behind it; answers true when the store is being closed.
    fn serve(&mut self, first: Box<Waiting>) -> bool {
        let mut batch = Vec::with_capacity(16);
        let mut next = Some(first);
        let mut closing = false;
        while let Some(waiting) = next.take() {
            if let Verb::LiftQuarantine(_) = waiting.change.verb {
                self.serve_batch(std::mem::take(&mut batch));
                self.serve_lift(*waiting);
            } else {
                batch.push(*waiting);
            }
            if batch.len() < BATCH {
                match self.waiting.try_recv() {
                    Ok(Message::Change(waiting)) => next = Some(waiting),
                    Ok(Message::Close) => closing = true,
                    Err(_) => {}
                }
            }
        }
        self.serve_batch(batch);
        closing
    }

    fn serve_batch(&mut self, batch: Vec<Waiting>) {
        let made = match self.condition {
            _ if batch.is_empty() => return,
            Condition::Serving => self.commit(&batch),
            Condition::Quarantined => Err(CommitError::Unavailable("the store is in quarantine".into())),
            Condition::Unknown => Err(stopped()),
        };
        match made {
            Ok(answers) => {
                for (waiting, answer) in batch.into_iter().zip(answers) {
                    reply(waiting, answer);
                }
            }
            Err(error) => {
                for waiting in batch {
                    reply(waiting, Err(again(&error)));
                }
            }
        }
    }

    /// One durable commit for a whole batch; an error means that nothing of it was answered for.
    fn commit(&mut self, batch: &[Waiting]) -> std::result::Result<Vec<Answer>, CommitError> {
        self.begin()?;
        let mut answers = Vec::with_capacity(batch.len());
        for waiting in batch {
            match self.behind_savepoint(&waiting.change, waiting.review.as_ref()) {
                Ok(Ok((Made { outcome, repeated, .. }, position))) => {
                    answers.push(Ok(Committed { outcome, position, repeated }));
                }
                Ok(Err(failure)) => answers.push(Err(outside(failure))),
                Err(failure) => {
                    self.roll_back();
                    return Err(again(&outside(failure)));
                }
            }
        }
        self.finish()?;
        self.figures.changed(answers.iter().filter(|answer| answer.is_ok()).count());
        Ok(answers)
    }

    /// Makes one change, or nothing of it. The outer error means that the transaction as a whole is lost:
    /// some errors make SQLite give it up, and one whose savepoints fail must not be committed.
    fn behind_savepoint(&mut self, change: &Change, review: Option<&Review>) -> Result<Result<(Made, Position)>> {
        let mark = self.memory.mark();
        self.run_cached("SAVEPOINT change")?;
        match apply(&mut self.transaction(change, review), change) {
            Ok(made) => {
                self.run_cached("RELEASE change")?;
                Ok(Ok((made, self.memory.tail.position)))
            }
            Err(failure) if self.connection.is_autocommit() => Err(failure),
            Err(failure) => {
                self.memory.back_to(&mark);
                self.run_cached("ROLLBACK TO change")?;
                self.run_cached("RELEASE change")?;
                Ok(Err(failure))
            }
        }
    }

    fn transaction<'a>(&'a mut self, change: &'a Change, review: Option<&'a Review>) -> Transaction<'a> {
        Transaction {
            connection: &self.connection,
            at: change.at,
            actor: change.actor,
            origin: &change.origin,
            review,
            unsigned: None,
            own_key: false,
            memory: &mut self.memory,
        }
    }

    fn begin(&mut self) -> std::result::Result<(), CommitError> {
        self.run_cached("BEGIN IMMEDIATE").map_err(outside)
    }

    /// Commits. Afterwards nothing may fail any more: the follower learns of it, then the denials.
    fn finish(&mut self) -> std::result::Result<(), CommitError> {
        if let Err(failure) = self.memory.store_sequences(&self.connection) {
            self.roll_back();
            return Err(outside(failure));
        }
        let began = Instant::now();
        match self.run_cached("COMMIT") {
            Ok(()) => {
                self.figures.committed(began.elapsed());
                self.tell();
                Ok(())
            }
            // There was no room for the log's last frame, so recovery cannot find this commit. No other
            // error says that: the frames may have been flushed before it.
            Err(Failure::Sqlite(error)) if failure::is_full(&error) => {
                self.roll_back();
                Err(CommitError::Unavailable(error.into()))
            }
            Err(failure) => {
                self.outcome_unknown();
                Err(CommitError::Unknown(cause(failure)))
            }
        }
    }

    fn tell(&mut self) {
        if self.memory.entries.is_empty() {
            return;
        }
        if let Some(follower) = self.follower.get() {
            follower.committed(&self.memory.entries);
        }
        self.denials.note(Note::of(self.memory.seen(), &self.memory.entries));
        self.memory.entries.clear();
    }

    fn roll_back(&mut self) {
        if !self.connection.is_autocommit()
            && let Err(failure) = self.run_cached("ROLLBACK")
        {
            tracing::error!(?failure, "a transaction was not rolled back");
        }
        // What was read before the transaction is what holds again.
        match Memory::read(&self.connection) {
            Ok(memory) => self.memory = self.memory.restarted(memory),
            Err(failure) => {
                tracing::error!(?failure, "the store is not readable after a rollback");
                self.outcome_unknown();
            }
        }
    }

    fn outcome_unknown(&mut self) {
        tracing::error!("the outcome of a commit is unknown; the store accepts no change until it is opened again");
        self.condition = Condition::Unknown;
        if let Some(follower) = self.follower.get() {
            follower.outcome_unknown();
        }
    }

    fn serve_lift(&mut self, waiting: Waiting) {
        let answer = match (&waiting.change.verb, self.condition) {
            (_, Condition::Unknown) => Err(stopped()),
            (Verb::LiftQuarantine(wanted), Condition::Serving | Condition::Quarantined) => {
                self.lift(&waiting.change, wanted)
            }
            (_, Condition::Serving | Condition::Quarantined) => Ok(self.nothing()),
        };
        reply(waiting, answer);
    }

    /// Lifts the quarantine: old tokens are deleted in steps, before anything is served, then the
    /// denials are replayed and the file is made to match.
    fn lift(&mut self, change: &Change, wanted: &LiftQuarantine) -> Answer {
        if let Some(instant) = wanted.delete_before {
            while !self.delete_step(change, instant)? {}
        }
        self.begin()?;
        let (made, position) = self.behind_savepoint(change, None).flatten().map_err(|failure| {
            self.roll_back();
            outside(failure)
        })?;
        self.finish()?;
        match self.denials.rewrite(&self.connection, &self.memory.seen()) {
            Ok(()) => self.condition = Condition::Serving,
            // The lift itself is durable; the next start finds the older file and asks again.
            Err(error) => return Err(CommitError::Unavailable(error)),
        }
        Ok(Committed { outcome: made.outcome, position, repeated: false })
    }

    fn delete_step(&mut self, change: &Change, instant: Timestamp) -> std::result::Result<bool, CommitError> {
        self.begin()?;
        match quarantine::delete_before(&mut self.transaction(change, None), instant) {
            Ok(ended) => {
                self.finish()?;
                Ok(ended)
            }
            Err(failure) => {
                self.roll_back();
                Err(outside(failure))
            }
        }
    }

    fn nothing(&self) -> Committed {
        Committed { outcome: Outcome::Done, position: self.memory.tail.position, repeated: false }
    }

    fn checkpoint(&mut self, how: fn(&mut Checkpoints, &Connection) -> rusqlite::Result<()>) {
        if self.condition == Condition::Unknown {
            return;
        }
        if let Err(error) = how(&mut self.checkpoints, &self.connection) {
            tracing::error!(%error, "the write-ahead log was not written back");
            // After a failed flush the system may call lost pages clean, so a second try proves nothing.
            if failure::code(&error) == Some(rusqlite::ErrorCode::SystemIoFailure) {
                self.outcome_unknown();
            }
        }
    }

    fn run_cached(&self, sql: &str) -> Result<()> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        // A panic in the middle of a change must not leave verification without its source.
        if std::thread::panicking() {
            self.outcome_unknown();
        }
    }
}

fn reply(waiting: Waiting, answer: Answer) {
    waiting.reply(answer);
}

fn stopped() -> CommitError {
    CommitError::Unavailable("an earlier commit has an unknown outcome; the store must be opened again".into())
}

/// What the caller learns of a failure before the commit: nothing was kept.
fn outside(failure: Failure) -> CommitError {
    match failure {
        Failure::Refused(refusal) => CommitError::Refused(refusal),
        Failure::Sqlite(error) => CommitError::Unavailable(error.into()),
        Failure::Unreadable(cause) => CommitError::Unavailable(cause),
    }
}

fn cause(failure: Failure) -> Cause {
    match failure {
        Failure::Refused(refusal) => format!("{refusal:?}").into(),
        Failure::Sqlite(error) => error.into(),
        Failure::Unreadable(cause) => cause,
    }
}

/// The same error for another caller of the same batch.
fn again(error: &CommitError) -> CommitError {
    match error {
        CommitError::Refused(refusal) => CommitError::Unavailable(format!("{refusal:?}").into()),
        CommitError::Unavailable(cause) => CommitError::Unavailable(cause.to_string().into()),
        CommitError::Unknown(cause) => CommitError::Unknown(cause.to_string().into()),
    }
}
