//! Form tokens: the proof that a form came from a page that was shown to the same session (S-28).

use authority::Authority;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::id::SessionId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const PURPOSE: &str = "form tokens";
const NONCE_BYTES: usize = 16;

/// A token for the forms of one page. Each is unlike the others, so that nothing is learned from how well pages
/// can be compressed.
pub fn seal(authority: &Authority, session: SessionId) -> String {
    let nonce = authority.nonce();
    let sealed = mac(authority.signing_key(PURPOSE).as_slice(), session, &nonce);
    // A token without its seal is nobody's.
    let sealed = sealed.map(|mac| mac.finalize().into_bytes().to_vec()).unwrap_or_default();
    URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat())
}

/// True for a token that was made for this session.
pub fn is_of(authority: &Authority, session: SessionId, text: &str) -> bool {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(text) else { return false };
    let Some((nonce, sealed)) = bytes.split_at_checked(NONCE_BYTES) else { return false };
    let mut keys = authority.verifying_keys(PURPOSE);
    keys.any(|key| mac(key.as_slice(), session, nonce).is_some_and(|mac| mac.verify_slice(sealed).is_ok()))
}

/// None only for a key of a length that HMAC does not take, and it takes all.
fn mac(key: &[u8], session: SessionId, nonce: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(&session.bytes());
    mac.update(nonce);
    Some(mac)
}
