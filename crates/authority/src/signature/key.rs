//! Keys: their answers to challenges, and how they are registered.

use super::{
    Unverified,
    client_data::{ClientDataType, check_client_data, object},
    public_key::PublicKey,
};
use domain::{hexadecimal, limits};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Checks that the key signed client data which answers this challenge. The algorithm is the key's own:
/// whatever else an answer says of it is not asked.
///
/// # Errors
/// When the client data is not about this challenge, or the signature is not one of this key over it.
pub fn check_key_assertion(pem: &str, challenge: &str, client_data: &[u8], signature: &[u8]) -> Result<(), Unverified> {
    check_client_data(client_data, ClientDataType::Get, challenge)?;
    public_key(pem)?.verify(client_data, signature)
}

/// Checks the registration of a key and gives its public key in the form that is kept.
///
/// The attestation is JSON with `publicKey` and the `signature` in hexadecimal, over the compact JSON
/// of the hash of the client data and of the public key (contract of Dfns, section 5.2). What it says
/// of an `algorithm` is not asked.
///
/// # Errors
/// When the client data is not about this challenge, the key is not one that can be used, or the
/// signature is not one of this key over its own registration.
pub fn check_key_attestation(challenge: &str, client_data: &[u8], attestation: &[u8]) -> Result<String, Unverified> {
    check_client_data(client_data, ClientDataType::Create, challenge)?;
    let read = object(attestation, limits::ATTESTATION_BYTES)?;
    let text = |key: &str| read.get(key).and_then(Value::as_str).ok_or(Unverified::Unreadable);
    let (pem, signature) = (text("publicKey")?, text("signature")?);
    let key = public_key(pem)?;
    let mut bytes = vec![0; signature.len() / 2];
    if !hexadecimal::decode(signature, &mut bytes) {
        return Err(Unverified::Unreadable);
    }
    key.verify(&signed_at_registration(client_data, pem)?, &bytes)?;
    key.to_pem()
}

/// The text that a key signs to be registered, with the public key as it was sent.
fn signed_at_registration(client_data: &[u8], pem: &str) -> Result<Vec<u8>, Unverified> {
    /// Its keys stand in the order in which clients write them.
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Signed<'a> {
        client_data_hash: String,
        public_key: &'a str,
    }
    let client_data_hash = hexadecimal::encode(&Sha256::digest(client_data));
    serde_json::to_vec(&Signed { client_data_hash, public_key: pem }).map_err(|_| Unverified::Unreadable)
}

fn public_key(pem: &str) -> Result<PublicKey, Unverified> {
    PublicKey::from_pem("public_key", pem).map_err(|_| Unverified::PublicKey)
}
