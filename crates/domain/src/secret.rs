//! Secrets, the server keys, and the keyed digests that are all Jeton keeps of a secret.

use crate::{
    format::{self, Kind},
    hexadecimal,
    id::Randomness,
    invalid::Invalid,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Sha256;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A text that must never be shown again: it has no `Debug`, `Display` or `Serialize` on purpose,
/// and its memory is cleared when it goes.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text as a secret.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, for the one answer that shows it and for digests.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// 128 bits of HMAC-SHA-256 over the whole text of a secret, under a server key. Whoever can write
/// one into the database still cannot make a secret for it.
#[derive(Clone, Copy)]
pub struct Digest([u8; 16]);

impl Digest {
    /// The sixteen bytes, as the store keeps them.
    #[inline]
    pub fn bytes(self) -> [u8; 16] {
        self.0
    }

    /// The digest of these sixteen bytes.
    #[inline]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl PartialEq for Digest {
    /// Takes the same time whatever differs, and less in two words than in sixteen bytes.
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        let differing = u128::from_ne_bytes(self.0) ^ u128::from_ne_bytes(other.0);
        #[allow(clippy::cast_possible_truncation)]
        let folded = (differing >> 64) as u64 | differing as u64;
        folded.ct_eq(&0).into()
    }
}

impl Eq for Digest {}

impl std::hash::Hash for Digest {
    fn hash<H: std::hash::Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text.as_bytes()).map_err(serde::de::Error::custom)?;
        let bytes = bytes.try_into().map_err(|_| serde::de::Error::custom("a digest has 16 bytes"))?;
        Ok(Self(bytes))
    }
}

/// The number of a server key; it is stored beside each digest made with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(pub u16);

/// What a server key is known by: its number, and a text that only it makes and that tells nothing
/// about it. The store keeps those of the keys that its digests were made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyMark {
    /// The key's number.
    pub id: KeyId,
    /// The same for the same key, and another for every other.
    pub fingerprint: [u8; 16],
}

/// What fingerprints are derived for.
const FINGERPRINT_PURPOSE: &str = "fingerprint of a key";

/// One server key, ready for use.
#[derive(Clone)]
struct Key {
    id: KeyId,
    bytes: Zeroizing<[u8; 32]>,
    digest: Hmac<Sha256>,
}

impl Key {
    fn new(id: KeyId, bytes: Zeroizing<[u8; 32]>) -> Self {
        // HMAC takes a key of any length, so this never is the error that the signature allows.
        let digest = Hmac::new_from_slice(bytes.as_slice())
            .unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()));
        Self { id, bytes, digest }
    }
}

/// The server keys: the current one, which makes new digests, and older ones that still verify.
///
/// Its text form, the content of `server.key`, has one line a key, the current one first:
/// the key's number, a blank, and 64 hexadecimal digits.
#[derive(Clone)]
pub struct Keyring {
    current: Key,
    older: Vec<Key>,
}

impl Keyring {
    /// A keyring with one new key.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        Self { current: Key::new(KeyId(1), random_key(randomness)), older: Vec::new() }
    }

    /// Adds a new current key; the ones before it go on verifying.
    #[must_use]
    pub fn rotated(&self, randomness: &dyn Randomness) -> Self {
        let id = KeyId(self.keys().map(|key| key.id.0).max().unwrap_or(0).saturating_add(1));
        let older = self.keys().cloned().collect();
        Self { current: Key::new(id, random_key(randomness)), older }
    }

    /// Drops every key but the current one; secrets that were not used since the change die.
    #[must_use]
    pub fn retired(&self) -> Self {
        Self { current: self.current.clone(), older: Vec::new() }
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// When a line is not a number and 64 hexadecimal digits, a number stands twice, or there is no key.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let malformed =
            || Invalid::field("server.key", "must have lines of a key number, a blank and 64 hexadecimal digits");
        let mut keys = Vec::<Key>::new();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let (id, digits) = line.trim().split_once(' ').ok_or_else(malformed)?;
            let id = KeyId(id.parse().map_err(|_| malformed())?);
            if keys.iter().any(|key| key.id == id) {
                return Err(Invalid::field("server.key", format!("must not hold key {} twice", id.0)));
            }
            keys.push(Key::new(id, unhex(digits).ok_or_else(malformed)?));
        }
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or_else(malformed)?;
        Ok(Self { current, older: keys.collect() })
    }

    /// Writes the text form, which is a secret as a whole.
    pub fn to_text(&self) -> Secret {
        let mut text = String::new();
        for key in self.keys() {
            text.push_str(&key.id.0.to_string());
            text.push(' ');
            text.push_str(&Zeroizing::new(hexadecimal::encode(key.bytes.as_slice())));
            text.push('\n');
        }
        Secret::new(text)
    }

    /// The number of the key that makes new digests.
    pub fn current_id(&self) -> KeyId {
        self.current.id
    }

    /// The numbers of all keys that verify, the current one first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> {
        self.keys().map(|key| key.id)
    }

    /// What each key is known by, the current one first.
    pub fn marks(&self) -> impl Iterator<Item = KeyMark> {
        self.keys().map(|key| {
            let derived = derived(key, FINGERPRINT_PURPOSE);
            let mut fingerprint = [0; 16];
            fingerprint.copy_from_slice(&derived[..16]);
            KeyMark { id: key.id, fingerprint }
        })
    }

    /// The digest of a secret under the current key.
    pub fn digest(&self, secret: &str) -> Digest {
        digest(&self.current, secret)
    }

    /// The digests of a secret under each key with its number, the current one first.
    pub fn digests(&self, secret: &str) -> impl Iterator<Item = (KeyId, Digest)> {
        self.keys().map(move |key| (key.id, digest(key, secret)))
    }

    /// A key for another purpose, derived from the current one; `purpose` keeps them apart.
    pub fn derived(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        derived(&self.current, purpose)
    }

    /// The same for every key, the current one first, so that what an older key sealed still opens.
    pub fn all_derived(&self, purpose: &str) -> impl Iterator<Item = Zeroizing<[u8; 32]>> {
        self.keys().map(move |key| derived(key, purpose))
    }

    fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(&self.older)
    }
}

/// True when `text` may be shown as a token at all: not empty, not too long, and no secret of
/// another kind.
#[inline]
pub fn may_be_shown(text: &str) -> bool {
    (1..=crate::limits::SECRET_BYTES).contains(&text.len()) && !text.starts_with(Kind::Session.prefix())
}

/// True when it is worth asking the store about `text`: a native prefix needs its checksum, any
/// other shape is a contract's own and goes by its digest alone.
pub fn may_be_looked_up(text: &str) -> bool {
    may_be_shown(text) && (!text.starts_with(Kind::Token.prefix()) || format::is_whole(Kind::Token, text))
}

/// What the store keeps of a secret's text, so that a leaked beginning finds its token: the first
/// eight characters, `…`, and the last four.
pub fn hint(secret: &str) -> String {
    let start: String = secret.chars().take(8).collect();
    let tail = secret.char_indices().rev().nth(3).map_or(0, |(place, _)| place);
    format!("{start}…{}", &secret[tail..])
}

/// What a list shows of a [`hint`]: the fixed prefix and the last four characters.
pub fn shown(hint: &str) -> String {
    let (start, end) = hint.split_once('…').unwrap_or(("", hint));
    let prefix = start.rfind(['_', ':']).map_or("", |end| &start[..=end]);
    format!("{prefix}…{end}")
}

fn digest(key: &Key, secret: &str) -> Digest {
    let mut mac = key.digest.clone();
    mac.update(secret.as_bytes());
    let full: [u8; 32] = mac.finalize().into_bytes().into();
    let mut half = [0; 16];
    half.copy_from_slice(&full[..16]);
    Digest(half)
}

fn derived(key: &Key, purpose: &str) -> Zeroizing<[u8; 32]> {
    let mut mac = key.digest.clone();
    mac.update(b"jeton derived key\0");
    mac.update(purpose.as_bytes());
    Zeroizing::new(mac.finalize().into_bytes().into())
}

fn random_key(randomness: &dyn Randomness) -> Zeroizing<[u8; 32]> {
    let mut bytes = Zeroizing::new([0; 32]);
    randomness.fill(bytes.as_mut_slice());
    bytes
}

fn unhex(digits: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0; 32]);
    hexadecimal::decode(digits, bytes.as_mut_slice()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);

    impl Randomness for Fixed {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    #[test]
    fn a_digest_depends_on_the_key_and_the_whole_text() {
        let (one, two) = (Keyring::generate(&Fixed(1)), Keyring::generate(&Fixed(2)));
        assert_eq!(one.digest("jtn_a"), one.digest("jtn_a"));
        assert_ne!(one.digest("jtn_a"), one.digest("jtn_b"));
        assert_ne!(one.digest("jtn_a"), two.digest("jtn_a"));
    }

    #[test]
    fn the_digest_is_hmac_sha_256_as_published() {
        // RFC 4231 has no key of 32 bytes; this vector was computed with Python's `hmac`.
        let keyring = Keyring::parse(&format!("1 {}\n", "0b".repeat(32))).unwrap();
        let full = keyring.digest("Hi There").bytes();
        assert_eq!(hexadecimal::encode(&full), "198a607eb44bfbc69903a0f1cf2bbdc5");
    }

    #[test]
    fn an_older_key_goes_on_verifying_until_it_is_retired() {
        let old = Keyring::generate(&Fixed(1));
        let new = old.rotated(&Fixed(2));
        assert_eq!(new.current_id(), KeyId(2));
        assert!(new.digests("jtn_a").any(|(_, digest)| digest == old.digest("jtn_a")));
        assert_eq!(new.retired().ids().collect::<Vec<_>>(), [KeyId(2)]);
        let read = Keyring::parse(new.to_text().expose()).unwrap();
        assert_eq!(read.digests("x").collect::<Vec<_>>(), new.digests("x").collect::<Vec<_>>());
    }

    #[test]
    fn key_files_that_are_none_are_refused() {
        let good = "0".repeat(64);
        for text in
            [String::new(), "1".into(), format!("x {good}"), format!("1 {good}0"), format!("1 {good}\n1 {good}")]
        {
            assert!(Keyring::parse(&text).is_err());
        }
    }

    #[test]
    fn lists_show_the_prefix_and_four_characters() {
        assert_eq!(hint("jtn_0123456789"), "jtn_0123…6789");
        assert_eq!(shown(&hint("jtn_0123456789")), "jtn_…6789");
        assert_eq!(shown(&hint("0123456789abcdef")), "…cdef");
        assert_eq!(shown(&hint("idt:TKN-0001-0001:abcd")), "idt:…abcd");
    }
}
