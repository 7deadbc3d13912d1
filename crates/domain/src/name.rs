//! Names, descriptions, reasons, labels and email addresses: text that people read.

use crate::{invalid::Invalid, limits};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// True for characters that could forge a log line or turn text around: controls and bidi overrides.
pub fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn text(field: &str, value: &str, characters: usize, lines: bool) -> Result<String, Invalid> {
    let value = value.trim();
    if value.chars().count() > characters {
        return Err(Invalid::field(field, format!("must not be longer than {characters} characters")));
    }
    let refused = |character| is_hostile(character) && !(lines && character == '\n');
    if value.chars().any(refused) {
        return Err(Invalid::field(field, "must not contain control or text-direction characters"));
    }
    Ok(value.to_owned())
}

/// The name of a token, organisation, user or service account; never empty, at most 200 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name(String);

impl Name {
    /// Takes a name from outside; blanks around it are dropped.
    ///
    /// # Errors
    /// Names `field` when the name is empty, too long or holds control characters.
    pub fn parse(field: &str, value: &str) -> Result<Self, Invalid> {
        match text(field, value, limits::NAME_CHARACTERS, false)? {
            name if name.is_empty() => Err(Invalid::field(field, "must not be empty")),
            name => Ok(Self(name)),
        }
    }

    /// Takes a name that was checked when it was stored.
    pub fn stored(value: String) -> Self {
        Self(value)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// Checks a description: at most 2,000 characters, lines allowed, possibly empty.
///
/// # Errors
/// Names `field` when it is too long or holds control characters.
pub fn description(field: &str, value: &str) -> Result<String, Invalid> {
    text(field, value, limits::DESCRIPTION_CHARACTERS, true)
}

/// Checks the reason given for a change: at most 500 characters on one line.
///
/// # Errors
/// Names `field` when it is empty, too long or holds control characters.
pub fn reason(field: &str, value: &str) -> Result<String, Invalid> {
    match text(field, value, limits::REASON_CHARACTERS, false)? {
        reason if reason.is_empty() => Err(Invalid::field(field, "must not be empty")),
        reason => Ok(reason),
    }
}

/// An email address in lower case; it names a user when he signs in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Takes an address from outside: one `@` with text on both sides and no blanks.
    ///
    /// # Errors
    /// Names `field` when the text cannot be an address.
    pub fn parse(field: &str, value: &str) -> Result<Self, Invalid> {
        let value = text(field, value, limits::EMAIL_BYTES, false)?.to_lowercase();
        let parts = value.split_once('@');
        let good = parts.is_some_and(|(local, host)| {
            !local.is_empty() && !host.is_empty() && !host.contains('@') && !value.contains(char::is_whitespace)
        });
        if good && value.len() <= limits::EMAIL_BYTES {
            Ok(Self(value))
        } else {
            Err(Invalid::field(field, "must be an email address of at most 254 bytes"))
        }
    }

    /// Takes an address that was checked when it was stored.
    pub fn stored(value: String) -> Self {
        Self(value)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Labels of a token: short keys with short values, in the order of their keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Labels(BTreeMap<String, String>);

impl Labels {
    /// Takes labels from outside.
    ///
    /// # Errors
    /// Names `field` (and the key) when there are too many or one breaks a rule.
    pub fn parse(field: &str, labels: BTreeMap<String, String>) -> Result<Self, Invalid> {
        if labels.len() > limits::LABELS {
            return Err(Invalid::field(field, format!("must not hold more than {} labels", limits::LABELS)));
        }
        for (key, value) in &labels {
            label_part(field, key, limits::LABEL_KEY_BYTES, false)?;
            label_part(&format!("{field}.{key}"), value, limits::LABEL_VALUE_BYTES, true)?;
        }
        Ok(Self(labels))
    }

    /// The labels by key.
    pub fn as_map(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// Each as `key=value`, or as `key` where the value is empty.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let line = |(key, value): (&String, &String)| {
            if value.is_empty() { key.clone() } else { format!("{key}={value}") }
        };
        self.0.iter().map(line)
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Labels to look for: each is a key that must be there, with its value when one is named.
pub type LabelFilter = (String, Option<String>);

/// Reads `key` or `key=value` as a filter.
///
/// # Errors
/// Names `field` when either part could not stand in a label.
pub fn label_filter(field: &str, value: &str) -> Result<LabelFilter, Invalid> {
    let (key, value) = value.split_once('=').map_or((value, None), |(key, value)| (key, Some(value)));
    label_part(field, key, limits::LABEL_KEY_BYTES, false)?;
    if let Some(value) = value {
        label_part(field, value, limits::LABEL_VALUE_BYTES, true)?;
    }
    Ok((key.to_owned(), value.map(str::to_owned)))
}

fn label_part(field: &str, part: &str, bytes: usize, may_be_empty: bool) -> Result<(), Invalid> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@+".contains(&byte);
    if part.len() <= bytes && part.bytes().all(allowed) && (may_be_empty || !part.is_empty()) {
        Ok(())
    } else {
        let rule = format!("must be letters, digits and -_./:@+ only, at most {bytes} bytes");
        Err(Invalid::field(field, rule))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!(Name::parse("name", "  déploiement ").unwrap().as_str(), "déploiement");
        assert!(Name::parse("name", " \t ").is_err());
        assert!(Name::parse("name", &"é".repeat(200)).is_ok());
        assert!(Name::parse("name", &"é".repeat(201)).is_err());
    }

    #[test]
    fn text_that_could_forge_a_log_line_is_refused() {
        for hostile in ["a\r\nb", "a\u{1b}[31mb", "a\u{202e}b", "a\0b"] {
            assert!(Name::parse("name", hostile).is_err());
            assert!(reason("reason", hostile).is_err());
        }
        assert_eq!(description("description", "a\nb").unwrap(), "a\nb");
    }

    #[test]
    fn email_addresses_share_one_spelling() {
        assert_eq!(Email::parse("email", " Ada@Example.ORG ").unwrap().as_str(), "ada@example.org");
        for wrong in ["", "ada", "@example.org", "ada@", "a@b@c", "a b@c"] {
            assert!(Email::parse("email", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn labels_name_the_key_that_is_wrong() {
        let labels = BTreeMap::from([("env".to_owned(), "a\"b".to_owned())]);
        assert_eq!(Labels::parse("labels", labels).unwrap_err().fields()[0].field, "labels.env");
        assert_eq!(label_filter("label", "env=prod").unwrap(), ("env".into(), Some("prod".into())));
        assert!(label_filter("label", "=prod").is_err());
    }
}
