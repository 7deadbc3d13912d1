//! Client data: the JSON text that a client makes around a challenge and signs.

use super::Unverified;
use domain::limits::CLIENT_DATA_BYTES;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// What a key signs client data for. Passkeys have types of their own, which their library checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientDataType {
    /// To answer a challenge.
    Get,
    /// To be registered.
    Create,
}

impl ClientDataType {
    fn text(self) -> &'static str {
        match self {
            Self::Get => "key.get",
            Self::Create => "key.create",
        }
    }
}

/// Checks that client data has this type and answers this challenge. Its other keys differ from client
/// to client and are ignored: a key has no browser that would vouch for an origin.
///
/// # Errors
/// When it is too long, no strict JSON object, of another type or about another challenge.
pub fn check_client_data(bytes: &[u8], kind: ClientDataType, challenge: &str) -> Result<(), Unverified> {
    let read = object(bytes, CLIENT_DATA_BYTES)?;
    let is = |key: &str, expected: &str| read.get(key).and_then(Value::as_str) == Some(expected);
    if !is("type", kind.text()) {
        return Err(Unverified::Type);
    }
    if !is("challenge", challenge) {
        return Err(Unverified::Challenge);
    }
    Ok(())
}

/// Reads an object in which no key stands twice, at any depth: two parsers could read such a text
/// differently, and one of them signed it.
pub(super) fn object(bytes: &[u8], most_bytes: usize) -> Result<Map<String, Value>, Unverified> {
    if bytes.len() > most_bytes {
        return Err(Unverified::TooLong);
    }
    match serde_json::from_slice(bytes) {
        Ok(Unique(Value::Object(members))) => Ok(members),
        Ok(_) | Err(_) => Err(Unverified::Unreadable),
    }
}

/// A value in which no object has a key twice.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Self)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Unique(value)) = access.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some((key, Unique(value))) = access.next_entry::<String, Unique>()? {
            if members.insert(key, value).is_some() {
                return Err(A::Error::custom("a key stands twice"));
            }
        }
        Ok(Value::Object(members))
    }
}
