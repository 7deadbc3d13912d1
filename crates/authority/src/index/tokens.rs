//! One shard of the table from digests to tokens: a line of 64 bytes a secret, and about 8 to find it.

use super::{
    grants::{GrantKey, Grants, SharedGrant},
    places::{MOST, Places},
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

const DISABLED: u64 = 1;
const DELETED: u64 = 2;
const ROTATING: u64 = 4;
/// The flags share a word with the journal position, which takes the other 56 bits.
const FLAG_BITS: u32 = 8;
/// Stands for "never"; no date of a request comes near it.
const NEVER: i64 = i64::MAX;

/// What is kept of one secret: one line of the processor's cache.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Entry {
    digest: [u8; 16],
    pub(super) token: TokenId,
    pub(super) owner: OwnerNumber,
    grant: GrantKey,
    position_and_flags: u64,
    expires_at: i64,
}

impl Entry {
    pub(super) fn is_deleted(&self) -> bool {
        self.position_and_flags & DELETED != 0
    }

    pub(super) fn is_disabled(&self) -> bool {
        self.position_and_flags & DISABLED != 0
    }

    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        (self.expires_at != NEVER).then(|| Timestamp::from_milliseconds(self.expires_at))
    }

    fn position(&self) -> u64 {
        self.position_and_flags >> FLAG_BITS
    }

    fn set(&mut self, flag: u64, on: bool) {
        self.position_and_flags = if on { self.position_and_flags | flag } else { self.position_and_flags & !flag };
    }

    fn move_to(&mut self, position: Position) {
        let flags = self.position_and_flags & ((1 << FLAG_BITS) - 1);
        self.position_and_flags = position.0 << FLAG_BITS | flags;
    }
}

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
    places: Places,
    entries: Vec<Entry>,
    rotations: HashMap<[u8; 16], Rotation, RandomState>,
    grants: Grants,
}

/// Digests are keyed and uniform, so their first bytes are as good a hash as any.
fn hash(digest: &[u8; 16]) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_ne_bytes(first)
}

/// A place as the table keeps it; `MOST` is far below what 32 bits hold.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

impl Tokens {
    pub(super) fn get(&self, digest: Digest) -> Option<&Entry> {
        self.place(digest).map(|place| &self.entries[place])
    }

    fn place(&self, digest: Digest) -> Option<usize> {
        let is_it = |place: u32| Digest::from_bytes(self.entries[place as usize].digest) == digest;
        self.places.find(hash(&digest.bytes()), is_it).map(|place| place as usize)
    }

    pub(super) fn grant(&self, entry: &Entry) -> (&Scopes, Option<&Networks>) {
        self.grants.get(entry.grant)
    }

    pub(super) fn rotation(&self, digest: Digest, entry: &Entry) -> Rotation {
        if entry.position_and_flags & ROTATING == 0 {
            return Rotation::default();
        }
        self.rotations.get(&digest.bytes()).copied().unwrap_or_default()
    }

    /// Everything about a secret, for one that shares its token's facts.
    pub(super) fn facts(&self, digest: Digest) -> Option<Facts> {
        let entry = self.get(digest)?;
        Some(Facts {
            token: entry.token,
            owner: entry.owner,
            grant: self.grants.shared(entry.grant),
            expires_at: entry.expires_at(),
            disabled: entry.is_disabled(),
            deleted: entry.is_deleted(),
            rotation: self.rotation(digest, entry),
        })
    }

    /// Adds a secret, unless one with this digest is known from the same or a later position.
    pub(super) fn insert(&mut self, digest: Digest, facts: Facts, position: Position) {
        if self.get(digest).is_some_and(|entry| entry.position() >= position.0) {
            return;
        }
        self.remove(digest);
        let mut entry = Entry {
            digest: digest.bytes(),
            token: facts.token,
            owner: facts.owner,
            grant: self.grants.add(&facts.grant),
            position_and_flags: position.0 << FLAG_BITS,
            expires_at: facts.expires_at.map_or(NEVER, Timestamp::milliseconds),
        };
        entry.set(DISABLED, facts.disabled);
        entry.set(DELETED, facts.deleted);
        if facts.rotation != Rotation::default() {
            entry.set(ROTATING, true);
            self.rotations.insert(entry.digest, facts.rotation);
        }
        let place = self.entries.len();
        if place == MOST {
            // Some 268 million secrets in all shards: refusing the newest is the safe end.
            tracing::error!("the index is full; newer secrets are not accepted");
            self.grants.drop(entry.grant);
            return;
        }
        if place == self.entries.capacity() {
            self.entries.reserve_exact(place / 16 + 16);
        }
        self.entries.push(entry);
        let entries = &self.entries;
        let hash_of = |place: u32| hash(&entries[place as usize].digest);
        self.places.insert(hash(&entry.digest), number(place), hash_of);
    }

    /// Changes a secret, unless it has the same or a later position already.
    pub(super) fn change(&mut self, digest: Digest, position: Position, change: impl FnOnce(&mut Changing<'_>)) {
        let Some(place) = self.place(digest) else { return };
        let entry = &mut self.entries[place];
        if entry.position() >= position.0 {
            return;
        }
        entry.move_to(position);
        change(&mut Changing { entry, rotations: &mut self.rotations, grants: &mut self.grants });
    }

    /// Forgets a secret whose digest was replaced; its last neighbour takes its place.
    pub(super) fn remove(&mut self, digest: Digest) {
        let Some(place) = self.place(digest) else { return };
        let entries = &self.entries;
        let hash_of = |place: u32| hash(&entries[place as usize].digest);
        let (gone, last) = (number(place), number(self.entries.len() - 1));
        self.places.remove(hash(&digest.bytes()), gone, hash_of);
        let removed = self.entries.swap_remove(place);
        self.grants.drop(removed.grant);
        self.rotations.remove(&digest.bytes());
        if let Some(moved) = self.entries.get(place) {
            self.places.replace(hash(&moved.digest), last, gone);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.places.bytes()
            + self.entries.capacity() * size_of::<Entry>()
            + self.rotations.capacity() * 48
            + self.grants.bytes()
    }
}

/// One secret while it is being changed.
pub(super) struct Changing<'a> {
    entry: &'a mut Entry,
    rotations: &'a mut HashMap<[u8; 16], Rotation, RandomState>,
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
        let older = self.entry.grant;
        self.entry.grant = self.grants.add(grant);
        self.grants.drop(older);
        self.entry.expires_at = expires_at.map_or(NEVER, Timestamp::milliseconds);
    }

    pub(super) fn end_at(&mut self, at: Timestamp) {
        self.entry.set(ROTATING, true);
        self.rotations.entry(self.entry.digest).or_default().ends_at = Some(at);
    }

    pub(super) fn end_no_others(&mut self) {
        if let Some(rotation) = self.rotations.get_mut(&self.entry.digest) {
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
    fn an_entry_takes_one_line() {
        assert_eq!(size_of::<Entry>(), 64);
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
        assert!(entry.is_deleted() && !entry.is_disabled());
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
