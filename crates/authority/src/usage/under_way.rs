//! Uses that were taken out of memory and are being written: until they are, readers find them here.

use domain::id::TokenId;
use hashbrown::HashMap;
use parking_lot::Mutex;
use std::{
    collections::hash_map::RandomState,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use store::change::TokenUse;

type Batch = Mutex<HashMap<TokenId, TokenUse, RandomState>>;

/// The batches under way, the oldest first. Recording a use never meets them.
#[derive(Default)]
pub(super) struct UnderWay {
    batches: Mutex<Vec<Arc<Batch>>>,
    written: AtomicU64,
}

impl UnderWay {
    /// Begins a batch, which is under way until it is dropped.
    pub(super) fn begin(&self) -> Taken<'_> {
        let batch = Arc::<Batch>::default();
        self.batches.lock().push(Arc::clone(&batch));
        Taken { under_way: self, batch }
    }

    /// The uses of one token.
    pub(super) fn of(&self, token: TokenId) -> Vec<TokenUse> {
        self.batches.lock().iter().filter_map(|batch| batch.lock().get(&token).cloned()).collect()
    }

    /// How many batches have ended.
    pub(super) fn written(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }
}

/// A batch. It ends when this is dropped: written, or lost because it could not be.
pub(crate) struct Taken<'a> {
    under_way: &'a UnderWay,
    batch: Arc<Batch>,
}

impl Taken<'_> {
    pub(super) fn add(&self, uses: TokenUse) {
        self.batch.lock().insert(uses.token, uses);
    }

    /// What is to be written: neighbours in the store are neighbours here.
    pub(crate) fn uses(&self) -> Vec<TokenUse> {
        let mut uses: Vec<_> = self.batch.lock().values().cloned().collect();
        uses.sort_unstable_by_key(|uses| uses.token);
        uses
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut batches = self.under_way.batches.lock();
        // Whoever misses the batch finds that one has ended, and reads again.
        self.under_way.written.fetch_add(1, Ordering::Release);
        batches.retain(|batch| !Arc::ptr_eq(batch, &self.batch));
    }
}
