//! What is kept of one secret: one line of the processor's cache.

use super::grants::GrantKey;
use domain::{
    id::{OwnerNumber, Position, TokenId},
    secret::Digest,
    time::Timestamp,
};
use std::num::NonZeroU64;

/// The flags share a word with the journal position, which takes the other 56 bits. Their lowest bit
/// is always set, so that an empty line can be told from an entry without a byte more.
const FLAG_BITS: u32 = 8;
/// Stands for "never"; no date of a request comes near it.
const NEVER: i64 = i64::MAX;

/// One bit of an [`Entry`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Flag(u64);

/// The token is disabled.
pub(super) const DISABLED: Flag = Flag(0b10);
/// The token was deleted.
pub(super) const DELETED: Flag = Flag(0b100);
/// More about the secret stands in the rotations of its shard.
pub(super) const ROTATING: Flag = Flag(0b1000);

/// A secret, as a verdict needs it.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Entry {
    pub(super) digest: Digest,
    pub(super) token: TokenId,
    pub(super) owner: OwnerNumber,
    pub(super) grant: GrantKey,
    position_and_flags: NonZeroU64,
    expires_at: i64,
}

impl Entry {
    pub(super) fn new(
        digest: Digest,
        token: TokenId,
        owner: OwnerNumber,
        grant: GrantKey,
        position: Position,
        expires_at: Option<Timestamp>,
    ) -> Self {
        let position_and_flags = NonZeroU64::MIN | position.0 << FLAG_BITS;
        let mut entry = Self { digest, token, owner, grant, position_and_flags, expires_at: NEVER };
        entry.set_expiry(expires_at);
        entry
    }

    pub(super) fn has(&self, Flag(bit): Flag) -> bool {
        self.position_and_flags.get() & bit != 0
    }

    pub(super) fn set(&mut self, Flag(bit): Flag, on: bool) {
        let others = NonZeroU64::MIN | self.position_and_flags.get() & !bit;
        self.position_and_flags = if on { others | bit } else { others };
    }

    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        (self.expires_at != NEVER).then(|| Timestamp::from_milliseconds(self.expires_at))
    }

    pub(super) fn set_expiry(&mut self, expires_at: Option<Timestamp>) {
        self.expires_at = expires_at.map_or(NEVER, Timestamp::milliseconds);
    }

    pub(super) fn position(&self) -> Position {
        Position(self.position_and_flags.get() >> FLAG_BITS)
    }

    pub(super) fn move_to(&mut self, position: Position) {
        let flags = self.position_and_flags.get() & ((1 << FLAG_BITS) - 1);
        self.position_and_flags = NonZeroU64::MIN | position.0 << FLAG_BITS | flags;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_takes_one_line_also_where_there_may_be_none() {
        assert_eq!(size_of::<Entry>(), 64);
        assert_eq!(size_of::<Option<Entry>>(), 64);
    }
}
