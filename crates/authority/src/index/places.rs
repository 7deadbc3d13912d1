//! Where each digest's entry stands: an open-addressed array of 32-bit words, so that a look-up
//! touches one line of memory here and one at the entry.
//!
//! A word holds the entry's place in its low 22 bits and ten bits of the hash in the others, which
//! tell nearly every other entry apart without looking at it.

const EMPTY: u32 = u32::MAX;
const PLACE_BITS: u32 = 22;
const PLACE_MASK: u32 = (1 << PLACE_BITS) - 1;
const SMALLEST: usize = 16;

/// The most entries of one shard: 268 million in all 64 shards together.
pub(super) const MOST: usize = PLACE_MASK as usize - 1;

/// The array. Its length is a power of two, and at most three quarters of it are used.
pub(super) struct Places {
    words: Box<[u32]>,
    used: usize,
}

impl Default for Places {
    fn default() -> Self {
        Self { words: vec![EMPTY; SMALLEST].into(), used: 0 }
    }
}

impl Places {
    /// Finds the place for which `is_it` holds among those whose hash looks like this one.
    pub(super) fn find(&self, hash: u64, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        self.find_slot(hash, is_it).map(|slot| self.words[slot] & PLACE_MASK)
    }

    /// Adds a place. `hash_of` tells the hashes of those that are already there.
    pub(super) fn insert(&mut self, hash: u64, place: u32, hash_of: impl Fn(u32) -> u64) {
        if (self.used + 1) * 4 > self.words.len() * 3 {
            self.grow(hash_of);
        }
        self.used += 1;
        self.put(hash, place);
    }

    /// Forgets a place, and closes the gap so that no look-up stops early.
    pub(super) fn remove(&mut self, hash: u64, place: u32, hash_of: impl Fn(u32) -> u64) {
        let Some(mut gap) = self.find_slot(hash, |found| found == place) else { return };
        self.used -= 1;
        let mut slot = gap;
        loop {
            slot = self.next(slot);
            let word = self.words[slot];
            if word == EMPTY {
                break;
            }
            let home = self.home(hash_of(word & PLACE_MASK));
            // The word may fill the gap when its home lies at or before it, going round.
            let distance = |from: usize| slot.wrapping_sub(from) & (self.words.len() - 1);
            if distance(home) >= distance(gap) {
                self.words[gap] = word;
                gap = slot;
            }
        }
        self.words[gap] = EMPTY;
    }

    /// Replaces one place by another of the same hash, because the entry has moved.
    pub(super) fn replace(&mut self, hash: u64, older: u32, newer: u32) {
        if let Some(slot) = self.find_slot(hash, |found| found == older) {
            self.words[slot] = word(hash, newer);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.words)
    }

    fn find_slot(&self, hash: u64, is_it: impl Fn(u32) -> bool) -> Option<usize> {
        let mut slot = self.home(hash);
        let wanted = word(hash, 0);
        loop {
            let found = self.words[slot];
            if found == EMPTY {
                return None;
            }
            if found & !PLACE_MASK == wanted && is_it(found & PLACE_MASK) {
                return Some(slot);
            }
            slot = self.next(slot);
        }
    }

    fn put(&mut self, hash: u64, place: u32) {
        let mut slot = self.home(hash);
        while self.words[slot] != EMPTY {
            slot = self.next(slot);
        }
        self.words[slot] = word(hash, place);
    }

    fn grow(&mut self, hash_of: impl Fn(u32) -> u64) {
        let larger = vec![EMPTY; self.words.len() * 2].into();
        let smaller = std::mem::replace(&mut self.words, larger);
        for place in smaller.iter().filter(|word| **word != EMPTY).map(|word| word & PLACE_MASK) {
            self.put(hash_of(place), place);
        }
    }

    fn home(&self, hash: u64) -> usize {
        // The low bits choose the slot; cutting the hash to the width of a pointer keeps them.
        #[allow(clippy::cast_possible_truncation)]
        let low = hash as usize;
        low & (self.words.len() - 1)
    }

    fn next(&self, slot: usize) -> usize {
        (slot + 1) & (self.words.len() - 1)
    }
}

/// The word for a place: the top ten bits of the hash, then the place.
fn word(hash: u64, place: u32) -> u32 {
    #[allow(clippy::cast_possible_truncation)]
    let top = (hash >> 32) as u32;
    top & !PLACE_MASK | place
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hashes that meet in few homes, so that runs are long and wrap around the end.
    fn hash_of(place: u32) -> u64 {
        u64::from(place % 7) | u64::from(place).wrapping_mul(0x9e37_79b9_7f4a_7c15) << 40
    }

    #[test]
    fn what_was_put_is_found_until_it_is_removed() {
        let mut places = Places::default();
        let mut there = Vec::new();
        for round in 0..2_000_u32 {
            places.insert(hash_of(round), round, hash_of);
            there.push(round);
            if round % 3 == 0 {
                let gone = there.swap_remove((round as usize * 31) % there.len());
                places.remove(hash_of(gone), gone, hash_of);
                assert_eq!(places.find(hash_of(gone), |place| place == gone), None);
            }
        }
        for place in &there {
            assert_eq!(places.find(hash_of(*place), |found| found == *place), Some(*place));
        }
        assert_eq!(places.used, there.len());
    }
}
