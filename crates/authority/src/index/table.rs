//! The entries of one shard by their digests, in one open-addressed array: a look-up goes to the
//! entry's own line of memory and seldom beyond the lines beside it.
//!
//! An entry's home lies in the array as its digest lies among all digests, so that a larger array
//! is filled from front to back. At most three quarters are used, and an array grows by a fifth, so
//! that an entry costs 85 to 102 bytes.

use super::entry::Entry;
use domain::secret::Digest;

const SMALLEST: usize = 16;

/// The array; behind its last line it goes on with the first.
pub(super) struct Table {
    lines: Box<[Option<Entry>]>,
    used: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self { lines: vec![None; SMALLEST].into(), used: 0 }
    }
}

impl Table {
    pub(super) fn get(&self, digest: Digest) -> Option<&Entry> {
        self.lines[self.find(digest)?].as_ref()
    }

    pub(super) fn get_mut(&mut self, digest: Digest) -> Option<&mut Entry> {
        let line = self.find(digest)?;
        self.lines[line].as_mut()
    }

    /// Adds an entry whose digest is not there yet.
    pub(super) fn insert(&mut self, entry: Entry) {
        if (self.used + 1) * 4 > self.lines.len() * 3 {
            self.grow();
        }
        self.used += 1;
        self.put(entry);
    }

    /// Takes an entry out, and closes the gap so that no look-up stops early.
    pub(super) fn remove(&mut self, digest: Digest) -> Option<Entry> {
        let mut gap = self.find(digest)?;
        let removed = self.lines[gap].take();
        self.used -= 1;
        let mut line = self.next(gap);
        while let Some(entry) = &self.lines[line] {
            // The entry may fill the gap when its home lies at or before it, going round.
            if self.distance(self.home(entry.digest), line) >= self.distance(gap, line) {
                self.lines[gap] = self.lines[line].take();
                gap = line;
            }
            line = self.next(line);
        }
        removed
    }

    pub(super) fn len(&self) -> usize {
        self.used
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.lines)
    }

    #[inline]
    fn find(&self, digest: Digest) -> Option<usize> {
        let mut line = self.home(digest);
        // There is always an empty line to stop at.
        while let Some(entry) = &self.lines[line] {
            if entry.digest == digest {
                return Some(line);
            }
            line = self.next(line);
        }
        None
    }

    fn put(&mut self, entry: Entry) {
        let mut line = self.home(entry.digest);
        while self.lines[line].is_some() {
            line = self.next(line);
        }
        self.lines[line] = Some(entry);
    }

    fn grow(&mut self) {
        let larger = vec![None; self.lines.len() + self.lines.len() / 5 + 1].into();
        let smaller = std::mem::replace(&mut self.lines, larger);
        smaller.into_iter().flatten().for_each(|entry| self.put(entry));
    }

    /// Digests are keyed and uniform, so their first bytes say where in the array they belong.
    fn home(&self, digest: Digest) -> usize {
        let bytes = digest.bytes();
        let first =
            u64::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]]);
        // The product of a 64-bit fraction and a length is below the length after the shift.
        let home = (u128::from(first) * self.lines.len() as u128) >> 64;
        usize::try_from(home).unwrap_or_default()
    }

    fn next(&self, line: usize) -> usize {
        if line + 1 == self.lines.len() { 0 } else { line + 1 }
    }

    /// How many lines `to` lies behind `from`, going round.
    fn distance(&self, from: usize, to: usize) -> usize {
        if to >= from { to - from } else { to + self.lines.len() - from }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::grants::{Grants, SharedGrant};
    use domain::id::{OwnerNumber, Position, TokenId};

    /// Digests that meet in few homes, so that runs are long and wrap around the end.
    fn digest(number: u16) -> Digest {
        let mut bytes = [0xff; 16];
        bytes[0] = 0xff - u8::try_from(number % 3).unwrap() * 0x55;
        bytes[14..].copy_from_slice(&number.to_be_bytes());
        Digest::from_bytes(bytes)
    }

    fn entry(number: u16) -> Entry {
        let grant = Grants::default().add(&SharedGrant::default());
        Entry::new(digest(number), TokenId::from_bytes([1; 16]), OwnerNumber(number.into()), grant, Position(1), None)
    }

    #[test]
    fn what_was_put_is_found_until_it_is_removed() {
        let mut table = Table::default();
        let mut there = Vec::new();
        for round in 0..2_000_u16 {
            table.insert(entry(round));
            there.push(round);
            if round % 3 == 0 {
                let gone = there.swap_remove((usize::from(round) * 31) % there.len());
                assert_eq!(table.remove(digest(gone)).unwrap().owner.0, u32::from(gone));
                assert!(table.get(digest(gone)).is_none());
            }
        }
        for number in &there {
            assert_eq!(table.get(digest(*number)).unwrap().owner.0, u32::from(*number));
        }
        assert_eq!(table.len(), there.len());
        for number in there {
            table.remove(digest(number)).unwrap();
        }
        assert!(table.lines.iter().all(Option::is_none));
    }
}
