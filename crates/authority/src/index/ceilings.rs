//! The most that owners' tokens may do, kept once for all owners who share it: verdicts then find it
//! in the cache.

use domain::scope::Scopes;
use hashbrown::HashSet;
use std::{collections::hash_map::RandomState, sync::Arc};

/// The ceilings of all owners.
#[derive(Default)]
pub(super) struct Ceilings {
    kept: HashSet<Arc<Scopes>, RandomState>,
    /// How many are kept before those that no owner has any more are forgotten.
    bound: usize,
}

impl Ceilings {
    pub(super) fn share(&mut self, ceiling: Scopes) -> Arc<Scopes> {
        if let Some(kept) = self.kept.get(&ceiling) {
            return Arc::clone(kept);
        }
        if self.kept.len() >= self.bound {
            self.kept.retain(|kept| Arc::strong_count(kept) > 1);
            self.bound = self.kept.len() * 2 + 16;
        }
        let ceiling = Arc::new(ceiling);
        self.kept.insert(Arc::clone(&ceiling));
        ceiling
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ceilings_are_kept_once_and_forgotten_with_their_last_owner() {
        let mut ceilings = Ceilings::default();
        let one = ceilings.share(Scopes::stored("a"));
        assert!(Arc::ptr_eq(&one, &ceilings.share(Scopes::stored("a"))));
        for number in 0..1_000 {
            ceilings.share(Scopes::stored(&format!("b{number}")));
        }
        assert!(ceilings.kept.len() < 40);
        assert!(Arc::ptr_eq(&one, &ceilings.share(Scopes::stored("a"))));
    }
}
