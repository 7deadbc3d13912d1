//! Instants in whole milliseconds, written and read as RFC 3339 in UTC.

use crate::{invalid::Invalid, limits};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, time::Duration};

/// Milliseconds since 1970-01-01T00:00:00Z. It never passes
/// [`limits::TIME_LATEST_MILLISECONDS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant that many milliseconds after 1970 began, held between the beginning of 1970 and
    /// [`limits::TIME_LATEST_MILLISECONDS`].
    #[inline]
    pub fn from_milliseconds(milliseconds: i64) -> Self {
        Self(milliseconds.clamp(0, limits::TIME_LATEST_MILLISECONDS))
    }

    /// Milliseconds since 1970 began.
    #[inline]
    pub fn milliseconds(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970 began, rounded down.
    pub fn seconds(self) -> i64 {
        self.0 / 1_000
    }

    /// When a day begins, counted from 1970 in UTC.
    pub fn of_day(day: i64) -> Self {
        Self::from_milliseconds(day.saturating_mul(86_400_000))
    }

    /// Whole days since 1970 began, in UTC.
    pub fn day(self) -> i64 {
        self.0 / 86_400_000
    }

    /// The instant that much later, or the latest there is.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        Self::from_milliseconds(self.0.saturating_add(wait))
    }

    /// The instant that much earlier, or the beginning of 1970.
    #[must_use]
    pub fn before(self, wait: Duration) -> Self {
        let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        Self::from_milliseconds(self.0.saturating_sub(wait))
    }

    /// How long after `earlier` this is; zero when it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    /// Reads an RFC 3339 date and time; digits finer than a millisecond are dropped.
    ///
    /// # Errors
    /// Names `field` when the text is no date and time, has no offset, or lies outside 1970 to 9999.
    pub fn parse(field: &str, text: &str) -> Result<Self, Invalid> {
        let rule = "must be an RFC 3339 date and time, such as 2030-01-31T12:00:00Z";
        let instant: jiff::Timestamp = text.parse().map_err(|_| Invalid::field(field, rule))?;
        let milliseconds = instant.as_millisecond();
        if (0..=limits::TIME_LATEST_MILLISECONDS).contains(&milliseconds) {
            Ok(Self(milliseconds))
        } else {
            Err(Invalid::field(field, "must lie between the years 1970 and 9999"))
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No instant lies beyond what jiff knows (see `limits::TIME_LATEST_MILLISECONDS`); if one ever
        // did, its last one is written rather than nothing: an error here would end the process.
        let instant = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::MAX);
        write!(out, "{instant:.3}")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse("time", &text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips_with_milliseconds() {
        let instant = Timestamp::parse("at", "2023-04-14T22:41:28.7159+02:00").unwrap();
        assert_eq!(instant.to_string(), "2023-04-14T20:41:28.715Z");
        assert_eq!(Timestamp::parse("at", &instant.to_string()), Ok(instant));
    }

    #[test]
    fn dates_that_are_none_are_refused() {
        for text in ["", "2030-01-31", "2030-02-30T00:00:00Z", "1969-12-31T23:59:59Z", "2030-01-31T00:00:00"] {
            assert!(Timestamp::parse("at", text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_instant_there_is_has_a_text_that_reads_back() {
        for milliseconds in [i64::MIN, 0, 1, limits::TIME_LATEST_MILLISECONDS, i64::MAX] {
            let instant = Timestamp::from_milliseconds(milliseconds);
            let text = serde_json::to_string(&instant).unwrap();
            assert_eq!(serde_json::from_str::<Timestamp>(&text).unwrap(), instant, "{text}");
        }
        assert_eq!(Timestamp::from_milliseconds(i64::MAX).to_string(), "9999-12-30T22:00:00.000Z");
        assert!(Timestamp::parse("at", "9999-12-30T22:00:00.001Z").is_err());
        assert!(Timestamp::parse("at", "9999-12-31T23:59:59Z").is_err());
    }

    #[test]
    fn arithmetic_stops_at_the_ends() {
        let first = Timestamp::from_milliseconds(0);
        let last = Timestamp::from_milliseconds(i64::MAX);
        assert_eq!(first.before(Duration::from_secs(1)), first);
        assert_eq!(last.after(Duration::MAX), last);
        assert_eq!(first.since(last), Duration::ZERO);
    }
}
