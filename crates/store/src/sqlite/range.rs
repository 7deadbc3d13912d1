//! Which rows of a query make a part of a list: they are looked for from the nearer end of it.

/// The rows, as `LIMIT` and `OFFSET` say them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    /// How many are left out.
    pub(super) offset: u64,
    /// At most this many follow.
    pub(super) limit: u64,
    /// True when the query has to go in the direction opposite to the list's.
    pub(super) backwards: bool,
}

impl Range {
    /// From the list's beginning, where its end is not known.
    pub(super) fn forwards(offset: u64, limit: usize) -> Self {
        Self { offset, limit: limit as u64, backwards: false }
    }

    /// From whichever end is nearer in a list of so many rows.
    pub(super) fn nearer(offset: u64, limit: usize, total: u64) -> Self {
        if offset <= total / 2 {
            return Self::forwards(offset, limit);
        }
        let behind = total.saturating_sub(offset);
        let limit = behind.min(limit as u64);
        Self { offset: behind - limit, limit, backwards: true }
    }

    /// What was found, in the direction of the list.
    pub(super) fn in_order<T>(self, mut found: Vec<T>) -> Vec<T> {
        if self.backwards {
            found.reverse();
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_rows_are_left_out_than_half_of_the_list_has() {
        let size = |count: u64| usize::try_from(count).unwrap();
        let all: Vec<u64> = (0..11).collect();
        for offset in 0..=12 {
            for limit in 1..=13 {
                let range = Range::nearer(offset, limit, 11);
                assert!(range.offset <= 5, "{range:?}");
                let from: Vec<_> = if range.backwards { all.iter().rev().collect() } else { all.iter().collect() };
                let found = from.into_iter().skip(size(range.offset)).take(size(range.limit)).collect();
                let expected: Vec<_> = all.iter().skip(size(offset)).take(limit).collect();
                assert_eq!(range.in_order(found), expected, "{offset} {limit}");
            }
        }
    }
}
