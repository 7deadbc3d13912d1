//! One shard of the table from digests to tokens: the entries, and what few of them share or need.

use super::{
    entry::{DELETED, DISABLED, Entry, ROTATING},
    grants::{Grants, SharedGrant},
    table::Table,
};
use domain::{
    address::Networks,
    id::{OwnerNumber, Position, TokenId},
    scope::Scopes,
    secret::Digest,
    time::Timestamp,
};
use hashbrown::HashMap;
use std::collections::hash_map::RandomState;

/// What is kept of a secret while its token is being rotated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rotation {
    /// When this secret ends, when it was rotated out.
    pub(super) ends_at: Option<Timestamp>,
    /// True when its first use ends the older secrets.
    pub(super) ends_others: bool,
}

/// A secret as it comes from a load or an event.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub(super) token: TokenId,
    pub(super) owner: OwnerNumber,
    pub(super) grant: SharedGrant,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) disabled: bool,
    pub(super) deleted: bool,
    pub(super) rotation: Rotation,
}

/// One shard.
#[derive(Default)]
pub(super) struct Tokens {
    table: Table,
    rotations: HashMap<Digest, Rotation, RandomState>,
    grants: Grants,
}

impl Tokens {
    #[inline]
    pub(super) fn get(&self, digest: Digest) -> Option<&Entry> {
        self.table.get(digest)
    }

    #[inline]
    pub(super) fn grant(&self, entry: &Entry) -> (&Scopes, Option<&Networks>) {
        self.grants.get(entry.grant())
    }

    #[inline]
    pub(super) fn rotation(&self, digest: Digest, entry: &Entry) -> Rotation {
        if !entry.has(ROTATING) {
            return Rotation::default();
        }
        self.rotations.get(&digest).copied().unwrap_or_default()
    }

    /// Everything about a secret, for one that shares its token's facts.
    pub(super) fn facts(&self, digest: Digest) -> Option<Facts> {
        let entry = self.get(digest)?;
        Some(Facts {
            token: entry.token(),
            owner: entry.owner(),
            grant: self.grants.shared(entry.grant()),
            expires_at: entry.expires_at(),
            disabled: entry.has(DISABLED),
            deleted: entry.has(DELETED),
            rotation: self.rotation(digest, entry),
        })
    }

    /// Makes room for this many secrets.
    pub(super) fn reserve(&mut self, count: usize) {
        if let Err(error) = self.table.reserve(count) {
            // It is asked for again, in smaller steps, when the secrets come.
            tracing::warn!(%error, "there is no memory at once for all secrets");
        }
    }

    /// Adds a secret, unless one with this digest is known from the same or a later position.
    pub(super) fn insert(&mut self, digest: Digest, facts: Facts, position: Position) {
        if self.get(digest).is_some_and(|entry| entry.position() >= position) {
            return;
        }
        self.remove(digest);
        let grant = self.grants.add(&facts.grant);
        let mut entry = Entry::new(digest, facts.token, facts.owner, grant, position, facts.expires_at);
        entry.set(DISABLED, facts.disabled);
        entry.set(DELETED, facts.deleted);
        if facts.rotation != Rotation::default() {
            entry.set(ROTATING, true);
            self.rotations.insert(digest, facts.rotation);
        }
        if let Err(error) = self.table.insert(entry) {
            // Refusing the newest is the safe end of all memory.
            tracing::error!(%error, "there is no memory for a secret, which is not accepted");
            self.grants.drop(grant);
            self.rotations.remove(&digest);
        }
    }

    /// Changes a secret, unless it has the same or a later position already.
    pub(super) fn change(&mut self, digest: Digest, position: Position, change: impl FnOnce(&mut Changing<'_>)) {
        let Some(entry) = self.table.get_mut(digest) else { return };
        if entry.position() >= position {
            return;
        }
        entry.move_to(position);
        change(&mut Changing { entry, rotations: &mut self.rotations, grants: &mut self.grants });
    }

    /// Forgets a secret whose digest was replaced.
    pub(super) fn remove(&mut self, digest: Digest) {
        if let Some(removed) = self.table.remove(digest) {
            self.grants.drop(removed.grant());
            self.rotations.remove(&digest);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.table.bytes() + self.rotations.capacity() * 48 + self.grants.bytes()
    }
}

/// One secret while it is being changed.
pub(super) struct Changing<'a> {
    entry: &'a mut Entry,
    rotations: &'a mut HashMap<Digest, Rotation, RandomState>,
    grants: &'a mut Grants,
}

impl Changing<'_> {
    pub(super) fn delete(&mut self) {
        self.entry.set(DELETED, true);
    }

    pub(super) fn disable(&mut self, disabled: bool) {
        self.entry.set(DISABLED, disabled);
    }

    pub(super) fn grant(&mut self, grant: &SharedGrant, expires_at: Option<Timestamp>) {
        let older = self.entry.grant();
        self.entry.set_grant(self.grants.add(grant));
        self.grants.drop(older);
        self.entry.set_expiry(expires_at);
    }

    pub(super) fn end_at(&mut self, at: Timestamp) {
        self.entry.set(ROTATING, true);
        self.rotations.entry(self.entry.digest()).or_default().ends_at = Some(at);
    }

    pub(super) fn end_no_others(&mut self) {
        if let Some(rotation) = self.rotations.get_mut(&self.entry.digest()) {
            rotation.ends_others = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            token: TokenId::from_bytes([1; 16]),
            owner: OwnerNumber(1),
            grant: SharedGrant::default(),
            expires_at: None,
            disabled: false,
            deleted: false,
            rotation: Rotation::default(),
        }
    }

    #[test]
    fn a_late_entry_cannot_bring_a_deleted_secret_back() {
        let mut tokens = Tokens::default();
        let digest = Digest::from_bytes([5; 16]);
        tokens.insert(digest, facts(), Position(1));
        tokens.change(digest, Position(9), |changing| changing.delete());
        tokens.insert(digest, facts(), Position(1));
        tokens.insert(digest, facts(), Position(9));
        tokens.change(digest, Position(8), |changing| changing.disable(true));
        let entry = tokens.get(digest).unwrap();
        assert!(entry.has(DELETED) && !entry.has(DISABLED));
    }

    #[test]
    fn removing_one_keeps_the_others() {
        let mut tokens = Tokens::default();
        let digests: Vec<_> = (0..100_u8).map(|byte| Digest::from_bytes([byte; 16])).collect();
        for digest in &digests {
            tokens.insert(*digest, facts(), Position(1));
        }
        for removed in digests.iter().step_by(3) {
            tokens.remove(*removed);
        }
        for (place, digest) in digests.iter().enumerate() {
            assert_eq!(tokens.get(*digest).is_some(), place % 3 != 0, "{place}");
        }
    }
}
