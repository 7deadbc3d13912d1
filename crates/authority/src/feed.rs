//! How the journal reaches the index: the store's writer calls this after each durable commit.

use crate::index::Index;
use domain::journal::Entry;
use std::sync::Arc;
use store::store::Follower;
use tokio::sync::watch;

/// Follows the journal for the index, and tells the process when it can no longer be followed.
pub(crate) struct Feed {
    pub(crate) index: Arc<Index>,
    pub(crate) failed: watch::Sender<bool>,
}

impl Follower for Feed {
    fn committed(&self, entries: &[Entry]) {
        self.index.follow(entries);
    }

    fn outcome_unknown(&self) {
        self.index.close();
        tracing::error!(
            "a commit may or may not have been kept: nothing is accepted until the store has been read again"
        );
        self.failed.send_replace(true);
    }
}
