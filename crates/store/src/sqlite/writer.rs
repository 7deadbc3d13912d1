//! The way to the one thread that writes: changes wait in a queue of bounded length, each with
//! whoever waits for its answer.

#[cfg(test)]
mod tests;
mod thread;

use super::{checkpoint::Checkpoints, figures::Figures, review::Review, transaction::Memory};
use crate::{
    change::{Change, Committed},
    denials::Appender,
    error::CommitError,
    query::WriterFigures,
    store::Follower,
};
use rusqlite::Connection;
use std::{
    fs::File,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, Sender},
    },
    thread::JoinHandle,
};
use thread::{Condition, Writing};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// How many changes may wait; beyond that, callers wait before they join.
const WAITING: usize = 4_096;

type Answer = std::result::Result<Committed, CommitError>;

/// A change that waits, with whoever waits for it.
struct Waiting {
    change: Change,
    /// What a reader found that the change selects, where it selects by filter.
    review: Option<Review>,
    answer: Option<oneshot::Sender<Answer>>,
    _room: OwnedSemaphorePermit,
}

impl Waiting {
    fn reply(mut self, answer: Answer) {
        if let Some(caller) = self.answer.take() {
            // A caller that went away does not undo its change.
            let _ = caller.send(answer);
        }
    }
}

impl Drop for Waiting {
    /// What goes away unanswered, behind the end of the queue, was never begun; only a panic may have
    /// stopped it in the middle.
    fn drop(&mut self) {
        if let Some(caller) = self.answer.take().filter(|_| !std::thread::panicking()) {
            let _ = caller.send(Err(closed()));
        }
    }
}

fn closed() -> CommitError {
    CommitError::Unavailable("the store is closed".into())
}

enum Message {
    Change(Box<Waiting>),
    Close,
}

/// The way to the writing thread.
pub(crate) struct Writer {
    queue: Sender<Message>,
    room: Arc<Semaphore>,
    figures: Arc<Figures>,
    denials_unwritten: Arc<AtomicU64>,
    follower: Arc<OnceLock<Arc<dyn Follower>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(
        mut connection: Connection,
        memory: Memory,
        denials: Appender,
        quarantined: bool,
        lock: File,
    ) -> std::io::Result<Self> {
        let (queue, waiting) = mpsc::channel();
        let follower = Arc::new(OnceLock::new());
        let figures = Arc::new(Figures::default());
        let denials_unwritten = denials.unwritten();
        let condition = if quarantined { Condition::Quarantined } else { Condition::Serving };
        let thread = Writing {
            checkpoints: Checkpoints::watch(&mut connection),
            connection,
            memory,
            denials,
            condition,
            waiting,
            figures: Arc::clone(&figures),
            follower: Arc::clone(&follower),
            _lock: lock,
        };
        let thread = std::thread::Builder::new().name("store-writer".into()).spawn(move || thread.run())?;
        let room = Arc::new(Semaphore::new(WAITING));
        Ok(Self { queue, room, figures, denials_unwritten, follower, thread: Mutex::new(Some(thread)) })
    }

    /// Sets who follows the journal, unless somebody already does.
    pub(crate) fn follow(&self, follower: Arc<dyn Follower>) {
        if self.follower.set(follower).is_err() {
            tracing::error!("the journal already has a follower; the second one was left out");
        }
    }

    /// What the thread has done, and how many changes wait for it.
    pub(crate) fn figures(&self) -> WriterFigures {
        let denials_unwritten = self.denials_unwritten.load(Ordering::Relaxed);
        self.figures.read(WAITING - self.room.available_permits(), denials_unwritten)
    }

    /// Hands a change to the thread and waits for its outcome.
    pub(crate) async fn commit(&self, change: Change, review: Option<Review>) -> Answer {
        let room = Arc::clone(&self.room).acquire_owned().await;
        let room = room.map_err(|closed| CommitError::Unavailable(closed.into()))?;
        let (answer, answered) = oneshot::channel();
        let waiting = Box::new(Waiting { change, review, answer: Some(answer), _room: room });
        if self.queue.send(Message::Change(waiting)).is_err() {
            return Err(closed());
        }
        // A thread that ended without an answer may have ended in the middle of a commit.
        answered.await.unwrap_or_else(|_| Err(CommitError::Unknown("the writer ended without an answer".into())))
    }

    /// Makes what waits, refuses what comes later, and ends the thread.
    pub(crate) fn close(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // The thread may have ended by itself; then there is nothing to tell it.
            let _ = self.queue.send(Message::Close);
            if thread.join().is_err() {
                tracing::error!("the store's writer ended by a panic");
            }
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}
