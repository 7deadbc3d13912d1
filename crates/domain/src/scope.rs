//! Scopes: what a token may do. Every permission system that Jeton serves becomes a set of these.

use crate::{invalid::Invalid, limits};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The scopes that Jeton itself asks for. Every other scope belongs to the services behind it.
pub mod native {
    /// See tokens.
    pub const TOKENS_READ: &str = "tokens:read";
    /// Issue, change and delete tokens.
    pub const TOKENS_WRITE: &str = "tokens:write";
    /// See tokens of one's own owner, whatever the role reaches.
    pub const OWN_TOKENS_READ: &str = "own-tokens:read";
    /// Change and delete tokens of one's own owner, whatever the role reaches.
    pub const OWN_TOKENS_WRITE: &str = "own-tokens:write";
    /// Ask for the verdict on somebody's token.
    pub const TOKENS_VERIFY: &str = "tokens:verify";
    /// See users and service accounts.
    pub const OWNERS_READ: &str = "owners:read";
    /// Create and change users and service accounts.
    pub const OWNERS_WRITE: &str = "owners:write";
    /// See organisations.
    pub const ORGANISATIONS_READ: &str = "organisations:read";
    /// Create and change organisations.
    pub const ORGANISATIONS_WRITE: &str = "organisations:write";
    /// Read the journal.
    pub const JOURNAL_READ: &str = "journal:read";

    /// The scope that includes this one beside what reaches further.
    pub(super) fn including(scope: &str) -> Option<&'static str> {
        match scope {
            OWN_TOKENS_READ => Some(TOKENS_READ),
            OWN_TOKENS_WRITE => Some(TOKENS_WRITE),
            _ => None,
        }
    }
}

/// One permission: words joined by `:`, such as `billing:invoices:read`. A last word `*` covers
/// everything beneath it, and `*` alone covers every scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(Box<str>);

impl Scope {
    /// Takes a scope from outside.
    ///
    /// # Errors
    /// Names `field` when the text is not words of `a-z A-Z 0-9 . _ -` joined by `:`.
    pub fn parse(field: &str, text: &str) -> Result<Self, Invalid> {
        let word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        };
        let stem = text.strip_suffix('*').unwrap_or(text);
        let good = match (stem, text.ends_with('*')) {
            ("", wildcard) => wildcard,
            (stem, true) => stem.strip_suffix(':').is_some_and(|stem| stem.split(':').all(word)),
            (stem, false) => stem.split(':').all(word),
        };
        if good && text.len() <= limits::SCOPE_BYTES {
            Ok(Self(text.into()))
        } else {
            let rule = "must be words of letters, digits, '.', '_' and '-' joined by ':', at most 100 bytes; the last word may be '*'";
            Err(Invalid::field(field, rule))
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True when whoever holds this scope may do what `wanted` names.
    #[inline]
    pub fn covers(&self, wanted: &str) -> bool {
        self.names(wanted) || native::including(wanted).is_some_and(|wider| self.names(wider))
    }

    #[inline]
    fn names(&self, wanted: &str) -> bool {
        match self.0.as_bytes() {
            [stem @ .., b'*'] => wanted.len() > stem.len() && wanted.as_bytes().starts_with(stem),
            exact => exact == wanted.as_bytes(),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// A set of scopes in alphabetical order, each once. They are few: reading all of them is faster
/// than any clever search.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Scopes(Box<[Scope]>);

impl Scopes {
    /// Takes scopes from outside; a scope named twice counts once.
    ///
    /// # Errors
    /// Names `field` when there are too many or one is malformed.
    pub fn parse<'a>(field: &str, texts: impl IntoIterator<Item = &'a str>) -> Result<Self, Invalid> {
        Self::parse_up_to(limits::SCOPES, field, texts)
    }

    /// The same with another bound on how many there may be.
    ///
    /// # Errors
    /// As [`Scopes::parse`].
    pub fn parse_up_to<'a>(
        most: usize,
        field: &str,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, Invalid> {
        let scopes = texts.into_iter().map(|text| Scope::parse(field, text)).collect::<Result<Self, _>>()?;
        if scopes.len() > most {
            return Err(Invalid::field(field, format!("must not hold more than {most} scopes")));
        }
        Ok(scopes)
    }

    /// The scopes of this set, by their texts, that another one does not hold.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        self.0.iter().filter(|scope| other.0.binary_search(scope).is_err()).cloned().collect()
    }

    /// Reads the form of [`Scopes`]' `Display`: scopes separated by single blanks. Malformed words,
    /// which a store never holds, grant nothing.
    pub fn stored(text: &str) -> Self {
        text.split(' ').filter_map(|word| Scope::parse("scopes", word).ok()).collect()
    }

    /// The set that covers every scope.
    pub fn everything() -> Self {
        Self([Scope("*".into())].into())
    }

    /// True when one scope of the set covers `wanted`.
    #[inline]
    pub fn cover(&self, wanted: &str) -> bool {
        self.0.iter().any(|scope| scope.covers(wanted))
    }

    /// The first scope of `wanted` that this set does not cover.
    pub fn first_uncovered<'a>(&self, wanted: &'a Self) -> Option<&'a Scope> {
        wanted.0.iter().find(|scope| !self.cover(scope.as_str()))
    }

    /// What both sets allow: each one's scopes that the other covers, without building a set.
    pub fn shared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a Scope> {
        let mine = self.0.iter().filter(|scope| other.cover(scope.as_str()));
        let theirs = other.0.iter().filter(|scope| self.cover(scope.as_str()) && !self.0.contains(*scope));
        mine.chain(theirs)
    }

    /// The set of what both allow.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.shared(other).cloned().collect()
    }

    /// The set of what either allows.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.0.iter().chain(&other.0).cloned().collect()
    }

    /// The scopes in order.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when the set grants nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let mut scopes: Vec<Scope> = scopes.into_iter().collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes.into())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, scope) in self.0.iter().enumerate() {
            let separator = if place == 0 { "" } else { " " };
            write!(out, "{separator}{scope}")?;
        }
        Ok(())
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Scope::as_str))
    }
}

/// Reads what was stored, however many scopes it holds: what caller and owner both may can be more than
/// one request may name. What comes from outside is taken by [`Scopes::parse`].
impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let scopes = texts.iter().map(|text| Scope::parse("scopes", text));
        scopes.collect::<Result<_, _>>().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Scopes {
        Scopes::parse("scopes", text.split(' ')).unwrap()
    }

    #[test]
    fn malformed_scopes_are_refused() {
        for wrong in ["", ":", "a:", ":a", "a::b", "a b", "a*", "*a", "a:*:b", "**", "é", "a\"b"] {
            assert!(Scope::parse("scope", wrong).is_err(), "{wrong}");
        }
        for right in ["*", "a", "a:*", "tokens:read", "module:MOD-1756", "Wallets.Read_1"] {
            assert!(Scope::parse("scope", right).is_ok(), "{right}");
        }
    }

    #[test]
    fn a_wildcard_covers_what_lies_beneath_it_only() {
        let all = scopes("billing:*");
        assert!(all.cover("billing:read") && all.cover("billing:*") && all.cover("billing:a:b"));
        assert!(!all.cover("billing") && !all.cover("billings:read") && !all.cover("*") && !all.cover("billing:"));
        assert!(Scopes::everything().cover("*") && Scopes::everything().cover("a"));
        assert!(!scopes("a:b").cover("a:*"));
    }

    #[test]
    fn an_intersection_allows_exactly_what_both_allow() {
        let pairs = [("*", "a b:c"), ("b:*", "a b:c"), ("a x", "a:* x"), ("b:* c", "b:c:* c:d")];
        for (left, right) in pairs {
            let (left, right) = (scopes(left), scopes(right));
            let both = left.intersection(&right);
            assert_eq!(both, right.intersection(&left));
            for wanted in ["a", "a:b", "b:c", "b:c:d", "c", "c:d", "x", "y"] {
                assert_eq!(both.cover(wanted), left.cover(wanted) && right.cover(wanted), "{wanted}");
            }
        }
    }

    #[test]
    fn a_set_that_was_stored_reads_back_even_when_no_request_could_name_it() {
        let names: Vec<_> = (0..=limits::SCOPES * 2).map(|number| format!("module:{number}")).collect();
        let both: Scopes = names.iter().map(|name| Scope::parse("scope", name).unwrap()).collect();
        assert!(Scopes::parse("scopes", names.iter().map(String::as_str)).is_err());
        assert_eq!(serde_json::from_str::<Scopes>(&serde_json::to_string(&both).unwrap()).unwrap(), both);
        assert!(serde_json::from_str::<Scopes>(r#"["a b"]"#).is_err());
    }

    #[test]
    fn text_round_trips() {
        assert_eq!(scopes("b a:* a").to_string(), "a a:* b");
        assert_eq!(Scopes::stored("a a:* b"), scopes("a a:* b"));
        assert_eq!(Scopes::stored(""), Scopes::default());
    }
}
