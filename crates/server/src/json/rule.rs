//! What a deserializer says, turned into a place and a rule; a refused value is never repeated.

use crate::redact;
use std::fmt;

/// A place in a value, written `tokens[3].labels.env`.
#[derive(Debug)]
pub(super) enum Place<'a> {
    /// The whole body.
    Root,
    /// A member of an object.
    Member(&'a Self, &'a str),
    /// An element of an array.
    Element(&'a Self, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => out.write_str("body"),
            Self::Member(Self::Root, key) => out.write_str(redact::name(key)),
            Self::Member(outer, key) => write!(out, "{outer}.{}", redact::name(key)),
            Self::Element(outer, index) => write!(out, "{outer}[{index}]"),
        }
    }
}

/// What a deserializer says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// A field that the type does not have.
    Unknown(String),
    /// A field that must be there and is not.
    Missing(String),
    /// The value at the place of the error breaks this rule.
    Rule(String),
}

/// The rule of a field that is not known.
pub(crate) const UNKNOWN: &str = "is not known here";
/// The rule of a field that is missing.
pub(crate) const MISSING: &str = "is required";

/// Reads what serde's messages say, which are the same for all deserializers.
pub(crate) fn said(message: &str) -> Said {
    let quoted = |rest: &str, end: &str| rest.split_once(end).map(|(name, _)| name.to_owned());
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let name = quoted(rest, "`, expected").or_else(|| quoted(rest, "`, there are no fields"));
        return Said::Unknown(name.unwrap_or_default());
    }
    if let Some(rest) = message.strip_prefix("missing field `") {
        return Said::Missing(rest.strip_suffix('`').unwrap_or(rest).to_owned());
    }
    Said::Rule(rule(message))
}

fn rule(message: &str) -> String {
    // The refused value stands before the last "expected", so only what is behind it is shown.
    let expected = message.rsplit_once(", expected ").map(|(_, expected)| expected);
    if message.starts_with("unknown variant ") {
        let allowed = expected.unwrap_or_default().replace('`', "");
        return match allowed.strip_prefix("one of ") {
            Some(several) => format!("must be one of {several}"),
            None => format!("must be {allowed}"),
        };
    }
    if message.starts_with("invalid type: ")
        || message.starts_with("invalid value: ")
        || message.starts_with("invalid length ")
    {
        return form(expected.unwrap_or("another value"));
    }
    if message.starts_with("data did not match any variant") {
        return "has none of the allowed forms".to_owned();
    }
    if ["invalid digit", "cannot parse integer", "number too", "invalid float"]
        .iter()
        .any(|start| message.starts_with(start))
    {
        return "must be a number within its bounds".to_owned();
    }
    if message.starts_with("provided string was not `true` or `false`") {
        return "must be true or false".to_owned();
    }
    own(message)
}

/// The form that serde names, in the words of the API.
fn form(expected: &str) -> String {
    let form = match expected {
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => "a whole number, 0 or larger",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a sequence" => "an array",
        "a map" => "an object",
        "string" | "a borrowed string" | "string or map" => "a string",
        other if other.starts_with("struct ") => "an object",
        other if other.starts_with("tuple") || other.starts_with("an array") => "an array",
        other if redact::holds_secret(other) => "another value",
        other => other,
    };
    format!("must be {form}")
}

/// A rule of a type of our own, which says `field must …` without repeating the value.
fn own(message: &str) -> String {
    let rule = match message.split_once(' ') {
        Some((_, rest)) if rest.starts_with("must ") => rest,
        _ => message,
    };
    let hostile = rule.chars().any(char::is_control) || redact::holds_secret(rule);
    if hostile || rule.is_empty() { "is not valid".to_owned() } else { rule.chars().take(200).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_value_is_never_repeated() {
        for message in [
            r#"invalid type: string "hunter2, expected nothing", expected u64"#,
            r#"invalid value: string "hunter2", expected a boolean"#,
            "unknown variant `hunter2`, expected one of `active`, `disabled`",
        ] {
            let Said::Rule(rule) = said(message) else { panic!("{message}") };
            assert!(rule.starts_with("must be ") && !rule.contains("hunter2"), "{rule}");
        }
    }

    #[test]
    fn messages_become_rules() {
        for (message, rule) in [
            ("invalid type: integer `1`, expected a string", "must be a string"),
            ("invalid type: null, expected struct NewToken", "must be an object"),
            ("invalid value: integer `-1`, expected u32", "must be a whole number, 0 or larger"),
            ("unknown variant `x`, expected one of `a`, `b`", "must be one of a, b"),
            ("unknown variant `x`, expected `a` or `b`", "must be a or b"),
            ("time must be an RFC 3339 date", "must be an RFC 3339 date"),
            ("invalid digit found in string", "must be a number within its bounds"),
            ("jtn_0123456789 is bad", "is not valid"),
        ] {
            assert_eq!(said(message), Said::Rule(rule.to_owned()), "{message}");
        }
        assert_eq!(said("unknown field `a`, expected `b`"), Said::Unknown("a".to_owned()));
        assert_eq!(said("unknown field `a`, there are no fields"), Said::Unknown("a".to_owned()));
        assert_eq!(said("missing field `a`"), Said::Missing("a".to_owned()));
    }

    #[test]
    fn places_are_written_as_people_look_for_them() {
        let tokens = Place::Member(&Place::Root, "tokens");
        let third = Place::Element(&tokens, 3);
        assert_eq!(Place::Member(&third, "scope").to_string(), "tokens[3].scope");
        assert_eq!(Place::Root.to_string(), "body");
        assert_eq!(Place::Member(&Place::Root, "jtn_0123456789").to_string(), "(not shown)");
    }
}
