//! Times as people write and read them: `30d`, `2030-01-31`, "in 29 days".

use authority::clock::{Clock, SystemClock};
use domain::time::Timestamp;
use jiff::{SpanRelativeTo, civil::Date, tz::TimeZone};
use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Reads a length of time such as `90s`, `1h 30m` or `30d`; a day has 24 hours.
///
/// # Errors
/// Says what such a text looks like.
pub fn duration(text: &str) -> Result<Duration, String> {
    let rule = || "must be a length of time such as 90s, 2h, 30d or 4w".to_owned();
    let span: jiff::Span = text.parse().map_err(|_| rule())?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| rule())?;
    Duration::try_from(length).map_err(|_| rule())
}

/// Reads an instant: RFC 3339, a date (its beginning in UTC), or a length of time before now.
///
/// # Errors
/// Says what such a text looks like.
pub fn past(text: &str) -> Result<Timestamp, String> {
    instant(text, "ago", |length| SystemClock.now().before(length))
}

/// Reads an instant: RFC 3339, a date (its beginning in UTC), or a length of time from now.
///
/// # Errors
/// Says what such a text looks like.
pub fn future(text: &str) -> Result<Timestamp, String> {
    instant(text, "from now", |length| SystemClock.now().after(length))
}

fn instant(text: &str, side: &str, shift: impl Fn(Duration) -> Timestamp) -> Result<Timestamp, String> {
    if let Ok(length) = duration(text) {
        return Ok(shift(length));
    }
    let date = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok();
    if let Some(midnight) = date().filter(|_| text.len() == 10) {
        return Ok(Timestamp::from_milliseconds(midnight.timestamp().as_millisecond()));
    }
    let rule =
        format!("must be a time such as 2030-01-31T12:00:00Z, a date such as 2030-01-31, or 30d for 30 days {side}");
    Timestamp::parse("time", text).map_err(|_| rule)
}

/// An instant for a table: how far away it is, in short, such as `in 30d` or `5m ago`.
pub fn short(at: Timestamp) -> String {
    let now = SystemClock.now();
    let brief = |time: Duration| {
        let (count, word) = in_one_unit(time);
        format!("{count}{}", &word[..1])
    };
    match relative(at, now).as_str() {
        "just now" => "just now".to_owned(),
        _ if at > now => format!("in {}", brief(at.since(now))),
        _ => format!("{} ago", brief(now.since(at))),
    }
}

/// An instant for a record: exact, and how far away it is.
pub fn long(at: Timestamp) -> String {
    let exact = at.to_string();
    let exact = exact.split_once('.').map_or(exact.as_str(), |(seconds, _)| seconds).replace('T', " ");
    format!("{exact} UTC ({})", relative(at, SystemClock.now()))
}

fn relative(at: Timestamp, now: Timestamp) -> String {
    const A_MINUTE: Duration = Duration::from_secs(MINUTE);
    match (at > now, at.since(now), now.since(at)) {
        (true, to_come, _) => format!("in {}", length(to_come)),
        (false, _, passed) if passed < A_MINUTE => "just now".to_owned(),
        (false, _, passed) => format!("{} ago", length(passed)),
    }
}

/// A length of time, rounded to the largest unit that fits; 29 days and almost 24 hours are 30 days.
pub fn length(length: Duration) -> String {
    let (count, word) = in_one_unit(length);
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

fn in_one_unit(length: Duration) -> (u64, &'static str) {
    let seconds = length.as_secs();
    let fits = |unit: u64| seconds + unit / 100 >= unit;
    let units = [(DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")];
    let (unit, word) = units.into_iter().find(|(unit, _)| fits(*unit)).unwrap_or((1, "second"));
    ((seconds + unit / 2) / unit, word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_in_whole_units() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1h 30m"), Ok(Duration::from_mins(90)));
        assert_eq!(duration("4w"), Ok(Duration::from_secs(28 * DAY)));
        for wrong in ["", "5", "1mo", "1y", "-3d", "3d ago", "tomorrow"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn instants_are_read_in_three_forms() {
        let midnight = Timestamp::parse("at", "2030-01-31T00:00:00Z").unwrap();
        assert_eq!(past("2030-01-31"), Ok(midnight));
        assert_eq!(future("2030-01-31T01:00:00+01:00"), Ok(midnight));
        assert!(past("1h").unwrap() < SystemClock.now() && future("1h").unwrap() > SystemClock.now());
        assert!(past("2030-02-30").is_err());
    }

    #[test]
    fn distances_are_told_in_one_unit() {
        let now = Timestamp::from_milliseconds(1_000_000_000);
        assert_eq!(relative(now.after(Duration::from_secs(80)), now), "in 1 minute");
        assert_eq!(relative(now.after(Duration::from_secs(30 * DAY - 1)), now), "in 30 days");
        assert_eq!(relative(now.after(Duration::from_secs(HOUR - 1)), now), "in 1 hour");
        assert_eq!(relative(now.before(Duration::from_secs(2 * DAY)), now), "2 days ago");
        assert_eq!(relative(now, now), "just now");
    }
}
