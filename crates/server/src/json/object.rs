//! Types that are read from objects alone: a derived reader would also take an array with the values
//! of the fields in their order, which no document says and no field is named in.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use std::{fmt, marker::PhantomData};

/// A value that was an object.
#[derive(Debug, Clone, Copy)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object(deserializer).map(Self)
    }
}

/// Reads a field that must be an object.
///
/// # Errors
/// What the deserializer says of anything else.
pub fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(Members(PhantomData))
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The word that serde itself has for it.
        out.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Pair<'a> {
        one: &'a str,
        #[serde(default)]
        other: Option<u8>,
    }

    #[test]
    fn an_object_is_read_and_an_array_is_not() {
        let read = |text: &'static str| serde_json::from_str::<Object<Pair<'_>>>(text).map(|Object(pair)| pair);
        assert_eq!(read(r#"{"one":"a"}"#).unwrap(), Pair { one: "a", other: None });
        // Without the check this would be a pair.
        assert!(serde_json::from_str::<Pair<'_>>(r#"["a",1]"#).is_ok());
        for text in [r#"["a",1]"#, r#""a""#, "1", "null"] {
            assert!(read(text).unwrap_err().to_string().contains("expected a map"), "{text}");
        }
        assert!(read(r#"{"one":"a","three":1}"#).unwrap_err().to_string().contains("unknown field `three`"));
    }
}
