//! Once: a form that was sent twice makes one thing. Its hidden key names the making.

use super::{fields::Fields, visitor::Visitor};
use authority::authority::IdempotencyKey;
use domain::{hexadecimal, limits};
use sha2::{Digest, Sha256};

/// The field that carries the key.
const KEY: &str = "key";
/// Fields that differ although the same is asked for.
const FREE: [&str; 2] = [KEY, "form_token"];

/// What makes a form that was sent twice count once.
pub struct Once;

impl Once {
    /// The key of a form: the one that it was sent with, or a new one.
    pub fn key(visitor: &Visitor, fields: &Fields) -> String {
        fields.given(KEY).map_or_else(|| hexadecimal::encode(&visitor.server.authority.nonce()), str::to_owned)
    }

    /// The key bound to everything that the form asks for; none when it came without one, or with one that
    /// no page of ours holds.
    pub fn bound(path: &str, fields: &Fields) -> Option<IdempotencyKey> {
        let is_ours =
            |key: &&str| key.len() <= limits::IDEMPOTENCY_KEY_BYTES && key.bytes().all(|byte| byte.is_ascii_hexdigit());
        let key = fields.given(KEY).filter(is_ours)?;
        let mut hash = Sha256::new();
        for text in std::iter::once(path)
            .chain(fields.pairs().filter(|(name, _)| !FREE.contains(name)).flat_map(|(name, value)| [name, value]))
        {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        let mut request = [0; 16];
        request.copy_from_slice(&hash.finalize()[..16]);
        Some(IdempotencyKey { key: format!("console {key}"), request })
    }
}
