//! JSON Web Tokens: the library, set up with the HMAC that the digests of secrets are made with, and
//! with key pairs whose public halves anybody may verify with.

pub mod ed25519;

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result},
    signature::{self, Signer, Verifier},
};
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;

/// The longest token that is read; those made here are far shorter.
const LONGEST_BYTES: usize = 4_096;

/// What the library signs and verifies with, for the two algorithms that are used here. A token that
/// names another one was not made here.
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| match algorithm {
        Algorithm::HS256 => Ok(Box::new(Hs256::new(key.as_bytes())?)),
        Algorithm::EdDSA => Ok(Box::new(ed25519::KeyPair::new(key.as_bytes())?)),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    },
    verifier_factory: |algorithm, key| match algorithm {
        Algorithm::HS256 => Ok(Box::new(Hs256::new(key.try_get_as_bytes()?)?)),
        Algorithm::EdDSA => Ok(Box::new(ed25519::Public::new(key.try_get_as_bytes()?))),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    },
    // Only for keys that are read from the JSON form, and here that is only written.
    key_utils: KeyUtils::new_unimplemented(),
};

/// Signs claims with HS256 (RFC 7518, section 3.2).
///
/// # Errors
/// Never for claims that have a JSON form; the signature is the library's.
pub fn sign(claims: &impl Serialize, key: &[u8]) -> Result<String> {
    set_up();
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(key))
}

/// The claims of a token that was signed with HS256 and this key; none for any other text. Whether its
/// time is over is for the caller to find out, who has the clock.
pub fn verify<T: DeserializeOwned>(token: &str, key: &[u8]) -> Option<T> {
    claims(token, &DecodingKey::from_secret(key), Algorithm::HS256)
}

/// The claims of a token that this key signed with this algorithm, whatever algorithm the token names.
fn claims<T: DeserializeOwned>(token: &str, key: &DecodingKey, algorithm: Algorithm) -> Option<T> {
    set_up();
    if token.len() > LONGEST_BYTES {
        return None;
    }
    let mut rule = Validation::new(algorithm);
    rule.validate_exp = false;
    rule.validate_aud = false;
    rule.required_spec_claims.clear();
    jsonwebtoken::decode(token, key, &rule).ok().map(|token| token.claims)
}

fn set_up() {
    // Set once in each process; whoever comes later finds the same one.
    let _ = PROVIDER.install_default();
}

struct Hs256(Hmac<Sha256>);

impl Hs256 {
    fn new(key: &[u8]) -> Result<Self> {
        Hmac::new_from_slice(key).map(Self).map_err(|_| ErrorKind::InvalidKeyFormat.into())
    }

    fn over(&self, message: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(message);
        mac
    }
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, signature::Error> {
        Ok(self.over(message).finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), signature::Error> {
        self.over(message).verify_slice(signature).map_err(|_| signature::Error::new())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::{Value, json};

    const KEY: &[u8] = &[7; 32];

    /// The example of RFC 7515, appendix A.1.
    #[test]
    fn a_known_token_is_verified() {
        let key = URL_SAFE_NO_PAD
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .unwrap();
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
            eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
            dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(verify::<Value>(token, &key).unwrap()["iss"], "joe");
        assert_eq!(verify::<Value>(token, KEY), None);
    }

    #[test]
    fn what_was_not_signed_here_is_nothing() {
        let token = sign(&json!({"sub": "admin"}), KEY).unwrap();
        assert_eq!(verify::<Value>(&token, KEY).unwrap(), json!({"sub": "admin"}));
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let [head, claims, signature] = [0, 1, 2].map(|place| token.split('.').nth(place).unwrap());
        let other = part(json!({"sub": "other"}));
        for wrong in [
            String::new(),
            "..".to_owned(),
            format!("{head}.{claims}."),
            format!("{head}.{claims}"),
            format!("{head}.{other}.{signature}"),
            format!("{}.{claims}.", part(json!({"alg": "none", "typ": "JWT"}))),
            format!("{}.{claims}.{signature}", part(json!({"alg": "HS512", "typ": "JWT"}))),
            format!("{}.{claims}.{signature}", part(json!({"alg": "RS256", "typ": "JWT"}))),
            format!("{head}.{claims}.{signature}A"),
            format!("{token}{}", "A".repeat(LONGEST_BYTES)),
        ] {
            assert_eq!(verify::<Value>(&wrong, KEY), None, "{wrong}");
        }
    }
}
