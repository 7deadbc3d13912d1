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
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
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

    /// Runs a query on a snapshot. When nobody waits for the answer any more, it ends early and makes
    /// room for others.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, ReadError> {
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(|closed| ReadError(closed.into()))?;
        let (path, idle) = (self.path.clone(), Arc::clone(&self.idle));
        let waits = Waits::default();
        let left = Arc::clone(&waits.0);
        let answered = tokio::task::spawn_blocking(move || {
            let pooled = idle.lock().unwrap_or_else(PoisonError::into_inner).as_mut().and_then(Vec::pop);
            let mut connection = pooled.map_or_else(|| connection::reader(&path), Ok)?;
            let answer = snapshot(&mut connection, left, query)?;
            if let Some(idle) = &mut *idle.lock().unwrap_or_else(PoisonError::into_inner) {
                idle.push(connection);
            }
            drop(room);
            Ok::<T, Failure>(answer)
        });
        Ok(answered.await.map_err(|error| ReadError(error.into()))??)
    }
}

/// Somebody waits for an answer; the flag turns true when he leaves.
#[derive(Default)]
struct Waits(Arc<AtomicBool>);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs a query in a transaction that sees one state of the store, and in bounded time.
fn snapshot<T>(
    connection: &mut Connection,
    left: Arc<AtomicBool>,
    query: impl FnOnce(&Connection) -> Result<T>,
) -> Result<T> {
    let end = Instant::now() + DEADLINE;
    connection.progress_handler(STEPS, Some(move || left.load(Ordering::Relaxed) || Instant::now() > end))?;
    connection.prepare_cached("BEGIN")?.execute([])?;
    let answer = query(connection);
    connection.prepare_cached("COMMIT")?.execute([])?;
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_query_that_nobody_waits_for_makes_room() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        Connection::open(&path).unwrap().pragma_update(None, "journal_mode", "wal").unwrap();
        let readers = Readers::new(&path, 1);
        let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
        let slow = readers.read(move |connection| Ok(connection.query_row(endless, [], |row| row.get::<_, i64>(0))?));
        assert!(tokio::time::timeout(Duration::from_millis(50), slow).await.is_err());
        let next = readers.read(|connection| Ok(connection.query_row("SELECT 1", [], |row| row.get::<_, i64>(0))?));
        let next = tokio::time::timeout(Duration::from_secs(20), next).await;
        assert_eq!(next.expect("the only reader is still busy").unwrap(), 1);
    }
}
