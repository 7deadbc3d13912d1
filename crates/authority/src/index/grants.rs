//! Scopes and networks of tokens, kept once in a shard for all tokens that share them.

use domain::{address::Networks, scope::Scopes};
use hashbrown::HashMap;
use std::{collections::hash_map::RandomState, sync::Arc};

/// Scopes and networks as the store hands them over.
pub(super) type SharedGrant = Arc<(Scopes, Option<Networks>)>;

/// Where a grant is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GrantKey(pub(super) u32);

struct Kept {
    grant: SharedGrant,
    tokens: u32,
}

/// The grants of one shard. One that no token uses any more makes room for another.
#[derive(Default)]
pub(super) struct Grants {
    kept: Vec<Kept>,
    free: Vec<u32>,
    keys: HashMap<SharedGrant, u32, RandomState>,
}

impl Grants {
    /// Finds or keeps a grant, and counts one more token that uses it.
    pub(super) fn add(&mut self, grant: &SharedGrant) -> GrantKey {
        let key = self.same_allocation(grant).or_else(|| self.keys.get(grant).copied());
        let key = key.unwrap_or_else(|| self.keep(grant));
        self.kept[key as usize].tokens += 1;
        GrantKey(key)
    }

    /// Counts one token less.
    pub(super) fn drop(&mut self, GrantKey(key): GrantKey) {
        let kept = &mut self.kept[key as usize];
        kept.tokens -= 1;
        if kept.tokens == 0 {
            self.keys.remove(&kept.grant);
            kept.grant = SharedGrant::default();
            self.free.push(key);
        }
    }

    pub(super) fn get(&self, GrantKey(key): GrantKey) -> (&Scopes, Option<&Networks>) {
        let (scopes, networks) = &*self.kept[key as usize].grant;
        (scopes, networks.as_ref())
    }

    pub(super) fn shared(&self, GrantKey(key): GrantKey) -> SharedGrant {
        Arc::clone(&self.kept[key as usize].grant)
    }

    pub(super) fn bytes(&self) -> usize {
        self.kept.capacity() * size_of::<Kept>() + self.keys.capacity() * 16
    }

    /// A load hands over the same few allocations again and again: comparing pointers spares it
    /// the hashing of the scopes.
    fn same_allocation(&self, grant: &SharedGrant) -> Option<u32> {
        let place = self.kept.iter().take(16).position(|kept| kept.tokens > 0 && Arc::ptr_eq(&kept.grant, grant))?;
        u32::try_from(place).ok()
    }

    fn keep(&mut self, grant: &SharedGrant) -> u32 {
        let kept = Kept { grant: Arc::clone(grant), tokens: 0 };
        let key = if let Some(key) = self.free.pop() {
            self.kept[key as usize] = kept;
            key
        } else {
            self.kept.push(kept);
            u32::try_from(self.kept.len() - 1).unwrap_or(u32::MAX)
        };
        self.keys.insert(Arc::clone(grant), key);
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_grants_are_kept_once_and_forgotten_with_their_last_token() {
        let mut grants = Grants::default();
        let grant = |scope: &str| SharedGrant::new((Scopes::stored(scope), None));
        let (one, two) = (grants.add(&grant("a")), grants.add(&grant("a")));
        assert_eq!(one, two);
        let other = grants.add(&grant("b"));
        assert_ne!(one, other);
        grants.drop(one);
        assert_eq!(grants.get(two).0, &Scopes::stored("a"));
        grants.drop(two);
        assert_eq!(grants.add(&grant("c")), one);
        assert_eq!(grants.get(other).0, &Scopes::stored("b"));
    }
}
