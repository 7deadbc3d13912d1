//! Values by dense numbers, which are added and never removed, so that reading takes no lock.

use std::sync::OnceLock;

/// Chunk `k` holds the numbers from 2^k - 1 to 2^(k+1) - 2, so 33 chunks hold every 32-bit number.
const CHUNKS: usize = 33;

/// The values. Each chunk is made when its first number is added.
pub(super) struct Numbered<T> {
    chunks: [OnceLock<Box<[OnceLock<T>]>>; CHUNKS],
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { chunks: std::array::from_fn(|_| OnceLock::new()) }
    }
}

/// The chunk of a number, and its place there.
fn place(number: u32) -> (usize, usize) {
    let beyond = u64::from(number) + 1;
    let chunk = beyond.ilog2();
    // A place is below 2^32, which fits a pointer of the machines that Jeton runs on.
    let place = usize::try_from(beyond - (1 << chunk)).unwrap_or(usize::MAX);
    (chunk as usize, place)
}

impl<T> Numbered<T> {
    pub(super) fn get(&self, number: u32) -> Option<&T> {
        let (chunk, place) = place(number);
        self.chunks[chunk].get()?.get(place)?.get()
    }

    /// The value of a number, which is added when it is not there.
    pub(super) fn get_or_add(&self, number: u32, value: impl FnOnce() -> T) -> Option<&T> {
        let (chunk, place) = place(number);
        let made = self.chunks[chunk].get_or_init(|| (0..1_usize << chunk).map(|_| OnceLock::new()).collect());
        made.get(place).map(|value_of| value_of.get_or_init(value))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().filter_map(OnceLock::get).flatten().filter_map(OnceLock::get)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_a_place_of_its_own() {
        let numbered = Numbered::default();
        for number in 0..5_000 {
            assert_eq!(numbered.get(number), None);
            numbered.get_or_add(number, || number);
        }
        assert!((0..5_000).all(|number| numbered.get(number) == Some(&number)));
        assert_eq!(numbered.iter().count(), 5_000);
        assert_eq!(place(u32::MAX), (32, 0));
    }
}
