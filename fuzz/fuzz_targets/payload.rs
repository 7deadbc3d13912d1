//! Payloads of signed requests: one form for each meaning, which the lenient reader shares; and identifiers have one
//! spelling.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use server::contracts::dfns::{identifier, payload};

/// True when two values mean the same; a whole number may have a fraction of zeros.
fn are_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| are_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| are_same(value, other)))
        }
        _ => one == other,
    }
}

fuzz_target!(|body: &[u8]| {
    if let Ok(text) = payload::canonical(body) {
        assert_eq!(payload::canonical(text.as_bytes()).unwrap(), text);
        assert_eq!(payload::digest(text.as_bytes()).unwrap(), payload::digest(body).unwrap());
        if payload::is_empty(body) {
            assert_eq!(text, "{}");
        } else {
            let read = |text: &[u8]| serde_json::from_slice::<Value>(text).unwrap();
            assert!(are_same(&read(body), &read(text.as_bytes())));
        }
    }
    if let Some(token) = std::str::from_utf8(body).ok().and_then(identifier::parse_token) {
        assert_eq!(identifier::token(token).as_bytes(), body);
    }
});
