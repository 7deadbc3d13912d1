//! The parts that every verb works with, and how they start.

use crate::{
    clock::Clock, error::Error, feed::Feed, index::Index, password::Passwords, throttle::Throttle, usage::Usage,
};
use domain::{
    caller::Caller,
    id::{DeletionId, Randomness},
    origin::Origin,
    secret::Keyring,
    time::Timestamp,
};
use parking_lot::Mutex;
use std::{collections::HashSet, sync::Arc};
use store::{
    Store,
    change::{Change, Committed, Idempotency, Verb},
    error::CommitError,
};
use tokio::sync::watch;

/// What a deployment may set.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// False to keep no record of uses.
    pub track_usage: bool,
    /// True when the store lost history: nothing is accepted until an operator has dealt with it.
    pub quarantined: bool,
    /// How many passwords may be hashed at the same time; each takes 46 MiB while it is.
    pub hashing_threads: usize,
    /// For how many days the origin of a change is kept; 0 keeps none.
    pub origin_days: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { track_usage: true, quarantined: false, hashing_threads: 2, origin_days: 90 }
    }
}

/// Everything that Jeton does.
pub struct Authority {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) index: Arc<Index>,
    pub(crate) keyring: Keyring,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    pub(crate) usage: Usage,
    pub(crate) passwords: Passwords,
    pub(crate) throttle: Throttle,
    /// Deletions in steps that this process works on, so that none is worked on twice.
    pub(crate) deletions: Mutex<HashSet<DeletionId>>,
    pub(crate) options: Options,
    failed: watch::Receiver<bool>,
}

impl Authority {
    /// Takes a store and follows its journal. Nothing is accepted before [`Authority::load`].
    pub fn new(
        store: Arc<dyn Store>,
        keyring: Keyring,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        options: Options,
    ) -> Arc<Self> {
        let index = Arc::new(Index::new());
        let (failed_sender, failed) = watch::channel(false);
        store.follow(Arc::new(Feed { index: Arc::clone(&index), failed: failed_sender }));
        Arc::new(Self {
            usage: Usage::new(options.track_usage),
            passwords: Passwords::new(options.hashing_threads),
            throttle: Throttle::default(),
            deletions: Mutex::default(),
            store,
            index,
            keyring,
            clock,
            randomness,
            options,
            failed,
        })
    }

    /// Loads the index and lets it answer, unless the store is quarantined.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store cannot be read.
    pub async fn load(&self) -> Result<(), Error> {
        self.index.begin_load();
        let position = self.store.tail().await?.position;
        let index = Arc::clone(&self.index);
        let tail = self.store.load(Arc::new(move |loaded| index.load(loaded, position))).await?;
        self.index.finish_load();
        if !self.options.quarantined {
            self.index.open(tail.position);
        }
        Ok(())
    }

    /// The instant it is now, by the clock that every verb uses.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The verification index, for measurements.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// The store, for health checks.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Gathered uses, for measurements.
    pub fn usage(&self) -> &Usage {
        &self.usage
    }

    /// True while the store waits for an operator, because it lost history.
    pub fn is_quarantined(&self) -> bool {
        self.options.quarantined
    }

    /// Waits until a commit had an unknown outcome. The process must then end: the next start reads
    /// the store again and finds out.
    pub async fn failed(&self) {
        let mut failed = self.failed.clone();
        // The sender lives as long as the store does, so an error means that the store is gone.
        let _ = failed.wait_for(|failed| *failed).await;
    }

    /// Hands a change to the store. Its origin is left behind where none is kept.
    pub(crate) async fn keep(&self, mut change: Change) -> Result<Committed, CommitError> {
        if self.options.origin_days == 0 {
            change.origin = Origin::default();
        }
        self.store.commit(change).await
    }

    pub(crate) async fn commit(&self, caller: &Caller, verb: Verb) -> Result<Committed, Error> {
        Ok(self.keep(Change::by(self.now(), caller, verb)).await?)
    }

    pub(crate) async fn commit_once(
        &self,
        caller: &Caller,
        verb: Verb,
        key: Option<IdempotencyKey>,
    ) -> Result<Committed, Error> {
        let mut change = Change::by(self.now(), caller, verb);
        change.idempotency =
            key.map(|IdempotencyKey { key, request }| Idempotency { owner: caller.owner_number, key, request });
        Ok(self.keep(change).await?)
    }
}

/// An `Idempotency-Key` with a hash of the request that carried it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key as the caller sent it.
    pub key: String,
    /// The first half of SHA-256 over whatever makes the request what it is.
    pub request: [u8; 16],
}
