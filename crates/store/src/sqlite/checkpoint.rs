//! Writing the log back into the file: only on the writer's connection, never in the way of an answer.

use super::connection::checkpoint;
use rusqlite::Connection;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// From this many pages on (16 MiB) the log is written back after a commit.
const PAGES: i64 = 4_096;
/// From this many pages on (64 MiB) a reader is holding the log; that is said once for each doubling.
const PAGES_ALARMING: i64 = 16_384;

/// What is known of the log's length.
pub(crate) struct Checkpoints {
    pages: Arc<AtomicI64>,
    next: i64,
    alarm: i64,
}

impl Checkpoints {
    /// Watches the log of the connection that writes.
    pub(crate) fn watch(connection: &mut Connection) -> Self {
        let pages = Arc::new(AtomicI64::new(0));
        let counted = Arc::clone(&pages);
        let watched = connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, length: i32| {
            counted.store(length.into(), Ordering::Relaxed);
            Ok(())
        }));
        if let Err(error) = watched {
            // Without the count the log is still emptied whenever the writer is idle.
            tracing::warn!(%error, "the length of the write-ahead log is not known");
        }
        Self { pages, next: PAGES, alarm: PAGES_ALARMING }
    }

    /// Writes the log back when it has grown.
    pub(crate) fn after_commit(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.next {
            return Ok(());
        }
        let (pages, whole) = checkpoint(connection, false)?;
        // A reader keeps the log from being reused, so the next try waits for it to grow as much again.
        self.next = if whole { PAGES } else { pages + PAGES };
        if pages >= self.alarm {
            tracing::warn!(pages, "the write-ahead log is long: a reader has not ended for a long time");
            self.alarm = pages * 2;
        } else if whole {
            self.alarm = PAGES_ALARMING;
        }
        Ok(())
    }

    /// Empties the log, unless a reader still needs it.
    pub(crate) fn when_idle(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if self.pages.load(Ordering::Relaxed) > 0 {
            // The writer does not wait for readers: a change may come at any moment.
            connection.busy_timeout(Duration::ZERO)?;
            let emptied = checkpoint(connection, true);
            connection.busy_timeout(super::connection::BUSY_TIMEOUT)?;
            if emptied?.1 {
                self.pages.store(0, Ordering::Relaxed);
                self.next = PAGES;
            }
        }
        Ok(())
    }

    /// Empties the log for good.
    pub(crate) fn at_close(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.pages.fetch_max(1, Ordering::Relaxed);
        self.when_idle(connection)
    }
}
