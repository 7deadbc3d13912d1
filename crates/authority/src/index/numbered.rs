//! Values by dense numbers, which never move and never go, so that reading takes no lock.

use std::sync::OnceLock;

/// Chunk `k` holds the numbers from 2^k - 1 to 2^(k+1) - 2, so 33 chunks hold every 32-bit number.
const CHUNKS: usize = 33;

/// The values, beside each other in chunks. Each chunk is made, of default values, when one of its
/// numbers is first written to.
pub(super) struct Numbered<T> {
    chunks: [OnceLock<Box<[T]>>; CHUNKS],
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { chunks: std::array::from_fn(|_| OnceLock::new()) }
    }
}

/// The chunk of a number, and its place there.
#[inline]
fn place(number: u32) -> (usize, usize) {
    let beyond = u64::from(number) + 1;
    let chunk = beyond.ilog2();
    // A place is below 2^32, which fits a pointer of the machines that Jeton runs on.
    let place = usize::try_from(beyond - (1 << chunk)).unwrap_or(usize::MAX);
    (chunk as usize, place)
}

impl<T: Default> Numbered<T> {
    /// The value of a number; none as long as no number of its chunk was written to.
    #[inline]
    pub(super) fn get(&self, number: u32) -> Option<&T> {
        let (chunk, place) = place(number);
        self.chunks[chunk].get()?.get(place)
    }

    /// The value of a number, to be written to.
    pub(super) fn get_or_make(&self, number: u32) -> Option<&T> {
        let (chunk, place) = place(number);
        self.chunks[chunk].get_or_init(|| (0..1_usize << chunk).map(|_| T::default()).collect()).get(place)
    }

    /// Every value of every chunk, written to or not.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().filter_map(OnceLock::get).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_a_place_of_its_own() {
        let numbered = Numbered::<OnceLock<u32>>::default();
        let value = |number| numbered.get(number).and_then(OnceLock::get);
        for number in 0..5_000 {
            assert_eq!(value(number), None);
            numbered.get_or_make(number).unwrap().set(number).unwrap();
        }
        assert!((0..5_000).all(|number| value(number) == Some(&number)));
        assert_eq!(numbered.iter().filter_map(OnceLock::get).count(), 5_000);
        assert_eq!(place(u32::MAX), (32, 0));
    }
}
