//! Tokens signed with Ed25519 (RFC 8037), and the set of public keys that verify them.

use super::{claims, set_up};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header,
    crypto::{JwtSigner, JwtVerifier},
    errors::{ErrorKind, Result},
    signature::{self, Signer, Verifier},
};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// A key that signs tokens.
pub struct SigningKey {
    seed: Zeroizing<[u8; 32]>,
    public: VerifyingKey,
}

impl SigningKey {
    /// The key with this seed (RFC 8032, section 5.1.5).
    ///
    /// # Errors
    /// Never for 32 bytes; the refusal is the library's.
    pub fn from_seed(seed: Zeroizing<[u8; 32]>) -> Result<Self> {
        let pair = KeyPair::new(seed.as_slice())?;
        let public = pair.0.public_key().as_ref().try_into().map_err(|_| ErrorKind::InvalidKeyFormat)?;
        Ok(Self { seed, public: VerifyingKey::new(public) })
    }

    /// The half that anybody may have.
    pub fn public(&self) -> &VerifyingKey {
        &self.public
    }

    /// Signs claims. The header names the key.
    ///
    /// # Errors
    /// Never for claims that have a JSON form; the signature is the library's.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String> {
        set_up();
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.public.id.clone());
        jsonwebtoken::encode(&header, claims, &EncodingKey::from_ed_der(self.seed.as_slice()))
    }
}

/// A public key that verifies tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    id: String,
    bytes: [u8; 32],
}

impl VerifyingKey {
    fn new(bytes: [u8; 32]) -> Self {
        // The members that a key must have, in the order of their names, without spaces: RFC 7638.
        let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, URL_SAFE_NO_PAD.encode(bytes));
        Self { id: URL_SAFE_NO_PAD.encode(Sha256::digest(members)), bytes }
    }

    /// The name of the key: its thumbprint (RFC 7638), which nobody needs to hand out.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The claims of a token that was signed with `EdDSA` and this key; none for any other text. Whether
    /// its time is over is for the caller to find out, who has the clock.
    pub fn verify<T: DeserializeOwned>(&self, token: &str) -> Option<T> {
        claims(token, &DecodingKey::from_ed_der(&self.bytes), Algorithm::EdDSA)
    }
}

/// The set of these keys as it is published (RFC 7517, section 5).
pub fn key_set(keys: impl IntoIterator<Item = VerifyingKey>) -> Value {
    let published = keys.into_iter().map(|key| {
        let x = URL_SAFE_NO_PAD.encode(key.bytes);
        json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": key.id, "use": "sig", "alg": "EdDSA"})
    });
    json!({ "keys": published.collect::<Vec<_>>() })
}

/// What the library signs with.
pub(super) struct KeyPair(Ed25519KeyPair);

impl KeyPair {
    pub(super) fn new(seed: &[u8]) -> Result<Self> {
        Ed25519KeyPair::from_seed_unchecked(seed).map(Self).map_err(|_| ErrorKind::InvalidKeyFormat.into())
    }
}

impl Signer<Vec<u8>> for KeyPair {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, signature::Error> {
        Ok(self.0.sign(message).as_ref().to_vec())
    }
}

impl JwtSigner for KeyPair {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

/// What the library verifies with.
pub(super) struct Public(UnparsedPublicKey<Vec<u8>>);

impl Public {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self(UnparsedPublicKey::new(&ED25519, bytes.to_vec()))
    }
}

impl Verifier<Vec<u8>> for Public {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), signature::Error> {
        self.0.verify(message, signature).map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Public {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jwt;

    fn key(byte: u8) -> SigningKey {
        SigningKey::from_seed(Zeroizing::new([byte; 32])).unwrap()
    }

    /// The key, its thumbprint and its signature in RFC 8037, appendix A.
    #[test]
    fn a_known_key_has_its_name_and_verifies_a_known_token() {
        let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        let key = SigningKey::from_seed(Zeroizing::new(seed.try_into().unwrap())).unwrap();
        assert_eq!(key.public().id(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        let set = key_set([key.public().clone()]);
        assert_eq!(set["keys"][0]["x"], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        let signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        let message = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let public = Public::new(&key.public().bytes);
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        assert!(Verifier::verify(&public, message.as_bytes(), &signature).is_ok());
        assert!(Verifier::verify(&public, &message.as_bytes()[1..], &signature).is_err());
    }

    #[test]
    fn what_this_key_did_not_sign_is_nothing() {
        let (ours, other) = (key(7), key(8));
        let token = ours.sign(&json!({"sub": "or-1"})).unwrap();
        assert_eq!(ours.public().verify::<Value>(&token).unwrap(), json!({"sub": "or-1"}));
        assert_eq!(other.public().verify::<Value>(&token), None);
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let [head, claims, signature] = [0, 1, 2].map(|place| token.split('.').nth(place).unwrap());
        let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(head).unwrap()).unwrap();
        assert_eq!(header, json!({"typ": "JWT", "alg": "EdDSA", "kid": ours.public().id()}));
        // Algorithm confusion: the public key as the secret of an HMAC.
        let confused = jwt::sign(&json!({"sub": "or-1"}), &ours.public().bytes).unwrap();
        for wrong in [
            String::new(),
            format!("{head}.{claims}."),
            format!("{head}.{}.{signature}", part(json!({"sub": "or-2"}))),
            format!("{}.{claims}.", part(json!({"alg": "none", "typ": "JWT"}))),
            format!("{}.{claims}.{signature}", part(json!({"alg": "HS256", "typ": "JWT"}))),
            format!("{}.{claims}.{signature}", part(json!({"alg": "ES256", "typ": "JWT"}))),
            format!("{token}A"),
            confused,
        ] {
            assert_eq!(ours.public().verify::<Value>(&wrong), None, "{wrong}");
        }
        assert_eq!(jwt::verify::<Value>(&token, &ours.public().bytes), None);
    }
}
