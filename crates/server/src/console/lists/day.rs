//! Days as people type them into filters: each begins at midnight in UTC. An exact instant will do as well.

use crate::console::texts::ENGLISH;
use domain::{invalid::Invalid, time::Timestamp};
use std::time::Duration;

/// The length of a day.
const DAY: Duration = Duration::from_hours(24);

/// The beginning of a day, or the instant that was given.
///
/// # Errors
/// Names the field.
pub fn beginning(field: &str, text: &str) -> Result<Timestamp, Invalid> {
    read(field, text, Duration::ZERO)
}

/// The end of a day, which counts as a whole; or the instant that was given.
///
/// # Errors
/// Names the field.
pub fn end(field: &str, text: &str) -> Result<Timestamp, Invalid> {
    read(field, text, DAY)
}

/// What kind of input shows a day: one that is none has to stay visible as it was typed.
pub fn input_type(text: &str) -> &'static str {
    if text.is_empty() || day(text).is_some() { "date" } else { "text" }
}

fn read(field: &str, text: &str, more: Duration) -> Result<Timestamp, Invalid> {
    let exact = || Timestamp::parse(field, text).ok();
    let instant = day(text).map(|day| day.after(more)).or_else(exact);
    instant.ok_or_else(|| Invalid::field(field, ENGLISH.common.rule_day.as_str()))
}

fn day(text: &str) -> Option<Timestamp> {
    if text.len() != "2026-11-23".len() {
        return None;
    }
    Timestamp::parse("day", &format!("{text}T00:00:00Z")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_instants_are_read_and_nothing_else() {
        let day = beginning("from", "2026-11-23").unwrap();
        assert_eq!(end("to", "2026-11-22").unwrap(), day);
        assert_eq!(end("to", "2026-11-23T00:00:00Z").unwrap(), day);
        for wrong in ["yesterday", "2026-13-01", "2026-02-30", "23.11.2026", "2026-1-1"] {
            assert!(beginning("from", wrong).is_err() && input_type(wrong) == "text", "{wrong}");
        }
        assert_eq!((input_type(""), input_type("2026-11-23")), ("date", "date"));
    }
}
