//! What the writer has done, counted without a lock for whoever measures.

use crate::query::WriterFigures;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Counts of one writer.
#[derive(Debug, Default)]
pub(super) struct Figures {
    changes: AtomicU64,
    commits: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Figures {
    /// One durable commit, and how long it took to become durable.
    pub(super) fn committed(&self, took: Duration) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.nanoseconds.fetch_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// So many changes were made by a commit.
    pub(super) fn changed(&self, changes: usize) {
        self.changes.fetch_add(u64::try_from(changes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The counts, with how many changes wait now, and how many denials wait for their file.
    pub(super) fn read(&self, waiting: usize, denials_unwritten: u64) -> WriterFigures {
        WriterFigures {
            waiting,
            changes: self.changes.load(Ordering::Relaxed),
            commits: self.commits.load(Ordering::Relaxed),
            commit_time: Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed)),
            denials_unwritten,
        }
    }
}
