//! A pool of connections that read, each query in one short transaction on a thread of its own; a
//! reader never waits for the writer.

use super::{
    connection,
    failure::{Failure, Result},
};
use crate::error::ReadError;
use rusqlite::Connection;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;

/// The longest that one query may take: a reader that never ends stops the log from being reused.
const DEADLINE: Duration = Duration::from_mins(1);
/// How many of SQLite's steps pass between two looks at the clock.
const STEPS: i32 = 100_000;

/// The pool.
pub(crate) struct Readers {
    path: PathBuf,
    room: Arc<Semaphore>,
    idle: Arc<Mutex<Option<Vec<Connection>>>>,
}

impl Readers {
    /// A pool of at most this many connections, which are opened when they are needed.
    pub(crate) fn new(path: &Path, most: usize) -> Self {
        let room = Arc::new(Semaphore::new(most.max(1)));
        Self { path: path.to_owned(), room, idle: Arc::new(Mutex::new(Some(Vec::new()))) }
    }

    /// Keeps no connection any more, so that the file can be moved or replaced.
    pub(crate) fn close(&self) {
        drop(self.idle.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Runs a query on a snapshot.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, ReadError> {
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(|closed| ReadError(closed.into()))?;
        let (path, idle) = (self.path.clone(), Arc::clone(&self.idle));
        let answered = tokio::task::spawn_blocking(move || {
            let pooled = idle.lock().unwrap_or_else(PoisonError::into_inner).as_mut().and_then(Vec::pop);
            let mut connection = pooled.map_or_else(|| connection::reader(&path), Ok)?;
            let answer = snapshot(&mut connection, query)?;
            if let Some(idle) = &mut *idle.lock().unwrap_or_else(PoisonError::into_inner) {
                idle.push(connection);
            }
            drop(room);
            Ok::<T, Failure>(answer)
        });
        Ok(answered.await.map_err(|error| ReadError(error.into()))??)
    }
}

/// Runs a query in a transaction that sees one state of the store, and in bounded time.
fn snapshot<T>(connection: &mut Connection, query: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    let end = Instant::now() + DEADLINE;
    connection.progress_handler(STEPS, Some(move || Instant::now() > end))?;
    connection.prepare_cached("BEGIN")?.execute([])?;
    let answer = query(connection);
    connection.prepare_cached("COMMIT")?.execute([])?;
    answer
}
