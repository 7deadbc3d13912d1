//! Sealed texts: what the server wrote itself and will believe when it comes back, on any node and after a
//! restart. Nothing about them is stored; that one works only once is for a nonce in the store.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{limits, secret::Keyring};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;

/// Stands between the content and its seal.
const SEPARATOR: char = '.';

/// Seals a content for a purpose; another purpose will not open it.
pub(crate) fn seal(keyring: &Keyring, purpose: &str, content: &impl Serialize) -> String {
    // Contents are texts, numbers and bytes, which always have a JSON form; an empty one opens nowhere.
    let content = serde_json::to_vec(content).unwrap_or_default();
    let sealed = mac(keyring.derived(purpose).as_slice(), &content).finalize().into_bytes();
    format!("{}{SEPARATOR}{}", URL_SAFE_NO_PAD.encode(content), URL_SAFE_NO_PAD.encode(sealed))
}

/// The content of a text that was sealed here for this purpose.
pub(crate) fn open<T: DeserializeOwned>(keyring: &Keyring, purpose: &str, text: &str) -> Option<T> {
    let (content, sealed) = text.split_once(SEPARATOR).filter(|_| text.len() <= limits::SEALED_BYTES)?;
    let (content, sealed) = (URL_SAFE_NO_PAD.decode(content).ok()?, URL_SAFE_NO_PAD.decode(sealed).ok()?);
    keyring.all_derived(purpose).find(|key| mac(key.as_slice(), &content).verify_slice(&sealed).is_ok())?;
    serde_json::from_slice(&content).ok()
}

/// HMAC-SHA-256 of a content.
pub(crate) fn mac(key: &[u8], content: &[u8]) -> Hmac<Sha256> {
    // HMAC takes a key of any length, so this never is the error that the signature allows.
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()));
    mac.update(content);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemRandomness;

    #[test]
    fn a_sealed_text_opens_for_its_purpose_and_not_when_changed() {
        let keyring = Keyring::generate(&SystemRandomness);
        let text = seal(&keyring, "one", &("content", 7));
        let read = |keyring: &Keyring, purpose: &str, text: &str| open::<(String, u8)>(keyring, purpose, text);
        assert_eq!(read(&keyring, "one", &text), Some(("content".to_owned(), 7)));
        assert_eq!(read(&keyring.rotated(&SystemRandomness), "one", &text), Some(("content".to_owned(), 7)));
        assert_eq!(read(&keyring, "two", &text), None);
        assert_eq!(read(&Keyring::generate(&SystemRandomness), "one", &text), None);
        for place in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(read(&keyring, "one", std::str::from_utf8(&bytes).unwrap()), None, "{place}");
        }
    }
}
