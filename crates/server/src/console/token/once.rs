//! What makes a form that is sent twice do its work once: a random key that the page was made with.

use crate::console::{fields::Fields, visitor::Visitor};
use authority::authority::IdempotencyKey;
use domain::hexadecimal;
use sha2::{Digest, Sha256};

/// The field that carries it.
const KEY: &str = "key";
/// How many letters it has.
const LETTERS: usize = 32;

/// The key of a form. It is written as the value of its field.
pub struct Once(String);

impl Once {
    /// The key that came with a form; a new one where none did.
    pub fn of(visitor: &Visitor, fields: &Fields) -> Self {
        let given = fields.text(KEY);
        let is_ours = given.len() == LETTERS && given.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_ours {
            return Self(given.to_owned());
        }
        Self(hexadecimal::encode(&visitor.server.authority.nonce()))
    }

    /// The key for a request that asks for this: with other wishes it is refused.
    pub fn key(&self, asks: &[&str]) -> IdempotencyKey {
        let mut hash = Sha256::new();
        for part in asks {
            hash.update(part.len().to_be_bytes());
            hash.update(part.as_bytes());
        }
        let mut request = [0; 16];
        request.copy_from_slice(&hash.finalize()[..16]);
        IdempotencyKey { key: format!("console {}", self.0), request }
    }
}

impl std::fmt::Display for Once {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}
