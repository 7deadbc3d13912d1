//! Moments: an instant as pages show it, in UTC until a script knows the zone of whoever looks.

use domain::time::Timestamp;

/// An instant in the forms that a page needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// As programs read it: RFC 3339 with milliseconds.
    pub exact: String,
    /// The day, as `2026-11-23`.
    pub date: String,
    /// The time of the day, as `01:12`.
    pub time: String,
}

impl Moment {
    /// This instant.
    pub fn new(at: Timestamp) -> Self {
        // A timestamp is always written as `2026-11-23T01:12:00.000Z`, years of more than four digits included.
        let exact = at.to_string();
        let (date, rest) = exact.split_once('T').unwrap_or((&exact, ""));
        let (date, time) = (date.to_owned(), rest.get(..5).unwrap_or(rest).to_owned());
        Self { exact, date, time }
    }
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self::new(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_day_and_a_time() {
        let moment = Moment::new(Timestamp::from_milliseconds(1_795_396_320_123));
        assert_eq!((moment.date.as_str(), moment.time.as_str()), ("2026-11-23", "01:12"));
        assert!(moment.exact.starts_with("2026-11-23T01:12:00"), "{}", moment.exact);
    }
}
