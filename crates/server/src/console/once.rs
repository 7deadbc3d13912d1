//! Once: a form that was sent twice makes one thing. A random key in a hidden field names the making.

use super::{fields::Fields, visitor::Visitor};
use authority::authority::IdempotencyKey;
use domain::hexadecimal;
use sha2::{Digest, Sha256};
use std::fmt;

/// The field that carries the key.
const KEY: &str = "key";
/// How many letters it has.
const LETTERS: usize = 32;
/// Fields that differ although the same is asked for.
const FREE: [&str; 2] = [KEY, "form_token"];

/// The key of a form. It is written as the value of its field.
pub struct Once(String);

impl Once {
    /// The key that came with a form; a new one where none of ours did.
    pub fn of(visitor: &Visitor, fields: &Fields) -> Self {
        let given = fields.text(KEY);
        let is_ours = given.len() == LETTERS && given.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_ours {
            return Self(given.to_owned());
        }
        Self(hexadecimal::encode(&visitor.server.authority.nonce()))
    }

    /// The key bound to where the form was sent and to everything that it asks for: with other wishes it is refused.
    pub fn key(&self, path: &str, fields: &Fields) -> IdempotencyKey {
        let mut hash = Sha256::new();
        let wishes = fields.pairs().filter(|(name, _)| !FREE.contains(name)).flat_map(|(name, value)| [name, value]);
        for text in std::iter::once(path).chain(wishes) {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        let mut request = [0; 16];
        request.copy_from_slice(&hash.finalize()[..16]);
        IdempotencyKey { key: format!("console {}", self.0), request }
    }
}

impl fmt::Display for Once {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}
