//! What is kept of one secret: one line of the processor's cache.

use super::grants::GrantKey;
use domain::{
    id::{OwnerNumber, Position, TokenId},
    secret::Digest,
    time::Timestamp,
};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// The flags share a word with the journal position, which takes the other 56 bits.
const FLAG_BITS: u32 = 8;
/// Stands for "never"; no date of a request comes near it.
const NEVER: i64 = i64::MAX;

/// One bit of an [`Entry`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Flag(u64);

/// Set in every entry, so that a line of zeros is none.
const TAKEN: Flag = Flag(0b1);
/// The token is disabled.
pub(super) const DISABLED: Flag = Flag(0b10);
/// The token was deleted.
pub(super) const DELETED: Flag = Flag(0b100);
/// More about the secret stands in the rotations of its shard.
pub(super) const ROTATING: Flag = Flag(0b1000);

/// A secret, as a verdict needs it, or an empty line. It is plain bytes, so that a table may lie in
/// memory that the system hands out in large pages.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C, align(64))]
pub(super) struct Entry {
    digest: [u8; 16],
    token: [u8; 16],
    owner: u32,
    grant: u32,
    position_and_flags: u64,
    expires_at: i64,
    unused: u64,
}

impl Entry {
    /// A line without an entry.
    pub(super) const EMPTY: Self =
        Self { digest: [0; 16], token: [0; 16], owner: 0, grant: 0, position_and_flags: 0, expires_at: 0, unused: 0 };

    pub(super) fn new(
        digest: Digest,
        token: TokenId,
        owner: OwnerNumber,
        grant: GrantKey,
        position: Position,
        expires_at: Option<Timestamp>,
    ) -> Self {
        let mut entry = Self {
            digest: digest.bytes(),
            token: token.bytes(),
            owner: owner.0,
            grant: grant.0,
            position_and_flags: position.0 << FLAG_BITS | TAKEN.0,
            ..Self::EMPTY
        };
        entry.set_expiry(expires_at);
        entry
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.has(TAKEN)
    }

    pub(super) fn digest(&self) -> Digest {
        Digest::from_bytes(self.digest)
    }

    pub(super) fn token(&self) -> TokenId {
        TokenId::from_bytes(self.token)
    }

    pub(super) fn owner(&self) -> OwnerNumber {
        OwnerNumber(self.owner)
    }

    pub(super) fn grant(&self) -> GrantKey {
        GrantKey(self.grant)
    }

    pub(super) fn set_grant(&mut self, grant: GrantKey) {
        self.grant = grant.0;
    }

    pub(super) fn has(&self, Flag(bit): Flag) -> bool {
        self.position_and_flags & bit != 0
    }

    pub(super) fn set(&mut self, Flag(bit): Flag, on: bool) {
        self.position_and_flags = if on { self.position_and_flags | bit } else { self.position_and_flags & !bit };
    }

    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        (self.expires_at != NEVER).then(|| Timestamp::from_milliseconds(self.expires_at))
    }

    pub(super) fn set_expiry(&mut self, expires_at: Option<Timestamp>) {
        self.expires_at = expires_at.map_or(NEVER, Timestamp::milliseconds);
    }

    pub(super) fn position(&self) -> Position {
        Position(self.position_and_flags >> FLAG_BITS)
    }

    pub(super) fn move_to(&mut self, position: Position) {
        let flags = self.position_and_flags & ((1 << FLAG_BITS) - 1);
        self.position_and_flags = position.0 << FLAG_BITS | flags;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_takes_one_line() {
        assert_eq!((size_of::<Entry>(), align_of::<Entry>()), (64, 64));
    }
}
