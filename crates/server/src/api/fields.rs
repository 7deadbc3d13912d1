//! How fields are read that the bodies and queries of several resources share.

use domain::{invalid::Invalid, name::Name, scope::Scopes};
use serde::{Deserialize, Deserializer};

/// Reads a field that may be left out but must not be null.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads a field whose absence and whose null mean different things.
pub fn given_or_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// A text that a name is searched for.
pub(super) fn contained(field: &str, text: String) -> Result<String, Invalid> {
    Name::parse(field, &text).map(|_| text)
}

/// Scopes, under their usual name.
pub(super) fn scopes_of(texts: &[String]) -> Result<Scopes, Invalid> {
    Scopes::parse("scopes", texts.iter().map(String::as_str))
}
