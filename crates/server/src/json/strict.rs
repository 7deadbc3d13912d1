//! Bytes into values, refusing everything that two parsers could read differently.

use super::rule::Place;
use crate::problem::{Problem, ProblemKind};
use domain::invalid::Checks;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// How deep arrays and objects may be nested.
const DEPTH: usize = 32;
/// The largest whole number up to which a double holds every one.
const EXACT: f64 = 9_007_199_254_740_991.0;

/// Reads a body into a value.
///
/// # Errors
/// A problem of kind `malformed-json`; it names each key that stands twice and each number that is
/// too large, or else the place where the body stops being JSON.
pub(crate) fn value(body: &[u8]) -> Result<Value, Problem> {
    let malformed = |detail: String| Problem::new(ProblemKind::MalformedJson).detail(detail);
    let text = std::str::from_utf8(body)
        .map_err(|error| malformed(format!("The body is not UTF-8 after {} bytes.", error.valid_up_to())))?;
    if text.trim_ascii().is_empty() {
        return Err(malformed("The body is empty.".to_owned()));
    }
    let mut checks = Checks::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Strict { place: &Place::Root, depth: 0, checks: &mut checks }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| malformed(format!("The body is no strict JSON: {error}.")))?;
    checks.finish().map_err(|invalid| Problem::from(invalid).of_kind(ProblemKind::MalformedJson))?;
    Ok(value)
}

struct Strict<'a> {
    place: &'a Place<'a>,
    depth: usize,
    checks: &'a mut Checks,
}

impl Strict<'_> {
    fn within<'a>(&'a mut self, place: &'a Place<'a>) -> Strict<'a> {
        Strict { place, depth: self.depth + 1, checks: self.checks }
    }

    fn refuse_deep<E: Error>(&self) -> Result<(), E> {
        if self.depth >= DEPTH {
            return Err(E::custom(format_args!("values are nested more than {DEPTH} deep")));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
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

    /// Whole numbers beyond 64 bits arrive here too, with digits already lost.
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).filter(|_| value.abs() <= EXACT);
        if number.is_none() {
            self.checks.refuse(self.place.to_string(), "is a number that is too large");
        }
        Ok(number.map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        self.refuse_deep()?;
        let mut values = Vec::new();
        let outer = self.place;
        while let Some(value) = {
            let place = Place::Element(outer, values.len());
            access.next_element_seed(self.within(&place))?
        } {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        self.refuse_deep()?;
        let mut values = Map::new();
        let outer = self.place;
        while let Some(key) = access.next_key::<String>()? {
            let place = Place::Member(outer, &key);
            let value = access.next_value_seed(self.within(&place))?;
            if values.contains_key(&key) {
                self.checks.refuse(place.to_string(), "must not stand twice");
            } else {
                values.insert(key, value);
            }
        }
        Ok(Value::Object(values))
    }
}
