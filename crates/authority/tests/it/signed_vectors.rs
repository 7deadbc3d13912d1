//! Keys, client data and signatures as Node's OpenSSL makes them, with all that must be refused.
//!
//! Their private halves were thrown away when they were made. Bytes are in hexadecimal.

use domain::hexadecimal;
use serde_json::Value;
use std::sync::LazyLock;

static VECTORS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../vectors/signatures.json")).unwrap());

/// The kinds of keys.
pub(crate) const KINDS: [&str; 4] = ["ed25519", "p256", "secp256k1", "rsa"];

/// A text at a place such as `/keys/rsa/pem`.
pub(crate) fn text(place: &str) -> &'static str {
    VECTORS.pointer(place).and_then(Value::as_str).unwrap_or_else(|| panic!("no text at {place}"))
}

/// All texts below a place, with their names.
pub(crate) fn texts(place: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let below = VECTORS.pointer(place).and_then(Value::as_object).unwrap_or_else(|| panic!("nothing at {place}"));
    below.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
}

/// Bytes at a place.
pub(crate) fn bytes(place: &str) -> Vec<u8> {
    read(text(place))
}

/// Bytes in hexadecimal.
pub(crate) fn read(text: &str) -> Vec<u8> {
    let mut bytes = vec![0; text.len() / 2];
    assert!(hexadecimal::decode(text, &mut bytes), "{text}");
    bytes
}

/// The challenge that was signed.
pub(crate) fn challenge() -> &'static str {
    text("/challenge")
}
