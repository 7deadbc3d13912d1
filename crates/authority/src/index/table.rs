//! The entries of one shard by their digests, in one open-addressed array: a look-up goes to the
//! entry's own line of memory and seldom beyond the lines beside it.
//!
//! An entry's home lies in the array as its digest lies among all digests, so that a larger array
//! is filled from front to back. At most three quarters are used, and an array grows by a fifth, so
//! that an entry costs 85 to 102 bytes. One whose size is known before is made that large at once.

use super::{entry::Entry, lines::Lines};
use domain::secret::Digest;
use std::io;

const SMALLEST: usize = 16;

/// The array; behind its last line it goes on with the first.
#[derive(Default)]
pub(super) struct Table {
    lines: Lines,
    used: usize,
}

impl Table {
    #[inline]
    pub(super) fn get(&self, digest: Digest) -> Option<&Entry> {
        let lines = self.lines.get();
        find(lines, digest).map(|line| &lines[line])
    }

    pub(super) fn get_mut(&mut self, digest: Digest) -> Option<&mut Entry> {
        let lines = self.lines.get_mut();
        find(lines, digest).map(|line| &mut lines[line])
    }

    /// Adds an entry whose digest is not there yet.
    ///
    /// # Errors
    /// When there is no memory for it; the table is as it was then.
    pub(super) fn insert(&mut self, entry: Entry) -> io::Result<()> {
        let length = self.lines.get().len();
        if (self.used + 1) * 4 > length * 3 {
            self.grow(length + length / 5 + 1)?;
        }
        self.used += 1;
        put(self.lines.get_mut(), entry);
        Ok(())
    }

    /// Makes room for this many entries altogether.
    ///
    /// # Errors
    /// When there is no memory for them; the table is as it was then.
    pub(super) fn reserve(&mut self, count: usize) -> io::Result<()> {
        let length = count + count / 3 + 1;
        if length > self.lines.get().len() { self.grow(length) } else { Ok(()) }
    }

    /// Takes an entry out, and closes the gap so that no look-up stops early.
    pub(super) fn remove(&mut self, digest: Digest) -> Option<Entry> {
        let lines = self.lines.get_mut();
        let mut gap = find(lines, digest)?;
        let removed = std::mem::replace(&mut lines[gap], Entry::EMPTY);
        self.used -= 1;
        // How many lines `to` lies behind `from`, going round.
        let distance = |from: usize, to: usize, length: usize| if to >= from { to - from } else { to + length - from };
        let mut line = next(lines, gap);
        while !lines[line].is_empty() {
            // The entry may fill the gap when its home lies at or before it, going round.
            let home = home(lines, lines[line].digest());
            if distance(home, line, lines.len()) >= distance(gap, line, lines.len()) {
                lines[gap] = std::mem::replace(&mut lines[line], Entry::EMPTY);
                gap = line;
            }
            line = next(lines, line);
        }
        Some(removed)
    }

    pub(super) fn len(&self) -> usize {
        self.used
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.lines.get())
    }

    /// Moves to an array of this length, which is larger.
    fn grow(&mut self, length: usize) -> io::Result<()> {
        let mut larger = Lines::empty(length.max(SMALLEST))?;
        let lines = larger.get_mut();
        self.lines.get().iter().filter(|entry| !entry.is_empty()).for_each(|entry| put(lines, *entry));
        self.lines = larger;
        Ok(())
    }
}

/// The line of a digest. There is always an empty line to stop at, unless there is none at all.
#[inline]
fn find(lines: &[Entry], digest: Digest) -> Option<usize> {
    let mut line = home(lines, digest);
    loop {
        let entry = lines.get(line)?;
        if entry.is_empty() {
            return None;
        }
        if entry.digest() == digest {
            return Some(line);
        }
        line = next(lines, line);
    }
}

fn put(lines: &mut [Entry], entry: Entry) {
    let mut line = home(lines, entry.digest());
    while !lines[line].is_empty() {
        line = next(lines, line);
    }
    lines[line] = entry;
}

/// Digests are keyed and uniform, so their first bytes say where in the array they belong.
#[inline]
fn home(lines: &[Entry], digest: Digest) -> usize {
    let mut first = [0; 8];
    first.copy_from_slice(&digest.bytes()[..8]);
    // The product of a 64-bit fraction and a length is below the length after the shift.
    let home = (u128::from(u64::from_be_bytes(first)) * lines.len() as u128) >> 64;
    usize::try_from(home).unwrap_or_default()
}

#[inline]
fn next(lines: &[Entry], line: usize) -> usize {
    if line + 1 == lines.len() { 0 } else { line + 1 }
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
    fn what_was_reserved_holds_without_growing() {
        let mut table = Table::default();
        table.insert(entry(1_000)).unwrap();
        table.reserve(100).unwrap();
        let bytes = table.bytes();
        (1..100).for_each(|number| table.insert(entry(number)).unwrap());
        table.reserve(50).unwrap();
        assert_eq!((table.len(), table.bytes()), (100, bytes));
        assert!(table.get(digest(1_000)).is_some());
        table.insert(entry(100)).unwrap();
        assert!(table.bytes() > bytes);
    }

    #[test]
    fn what_was_put_is_found_until_it_is_removed() {
        let mut table = Table::default();
        let mut there = Vec::new();
        for round in 0..2_000_u16 {
            table.insert(entry(round)).unwrap();
            there.push(round);
            if round % 3 == 0 {
                let gone = there.swap_remove((usize::from(round) * 31) % there.len());
                assert_eq!(table.remove(digest(gone)).unwrap().owner().0, u32::from(gone));
                assert!(table.get(digest(gone)).is_none());
            }
        }
        for number in &there {
            assert_eq!(table.get(digest(*number)).unwrap().owner().0, u32::from(*number));
        }
        assert_eq!(table.len(), there.len());
        for number in there {
            table.remove(digest(number)).unwrap();
        }
        assert!(table.lines.get().iter().all(Entry::is_empty));
    }
}
