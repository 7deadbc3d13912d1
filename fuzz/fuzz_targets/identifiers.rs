//! Identifiers and roles: one spelling each.
#![no_main]

use domain::{id::TokenId, owner::Role};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(id) = TokenId::parse("id", text) {
        assert_eq!(id.to_string(), text.to_ascii_lowercase());
        assert_eq!(TokenId::from_bytes(id.bytes()), id);
    }
    if let Ok(role) = Role::parse("role", text) {
        assert_eq!(role.as_str(), text);
    }
});
