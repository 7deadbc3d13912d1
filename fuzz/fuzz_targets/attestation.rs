//! Registrations of keys and passkeys: nothing panics, and what is taken is a key that can be read again.
#![no_main]

use authority::signature::{
    key::check_key_attestation,
    passkey::{PasskeyAssertion, RelyingParty, check_passkey_assertion, check_passkey_attestation},
    public_key::PublicKey,
};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

const CHALLENGE: &str = "Y2hhbGxlbmdl";
const CREATE_KEY: &[u8] = br#"{"type":"key.create","challenge":"Y2hhbGxlbmdl"}"#;
const CREATE_PASSKEY: &[u8] =
    br#"{"type":"webauthn.create","challenge":"Y2hhbGxlbmdl","origin":"http://localhost","crossOrigin":false}"#;
const GET_PASSKEY: &[u8] =
    br#"{"type":"webauthn.get","challenge":"Y2hhbGxlbmdl","origin":"http://localhost","crossOrigin":false}"#;
/// The id of the credential that the seeds are about.
const CREDENTIAL: &str = "BwcHBwcHBwcHBwcHBwcHBw";

static PLACE: LazyLock<RelyingParty> = LazyLock::new(|| RelyingParty {
    id: "localhost".to_owned(),
    name: "Jeton".to_owned(),
    origin: "http://localhost".to_owned(),
});

fuzz_target!(|bytes: &[u8]| {
    if let Ok(pem) = check_key_attestation(CHALLENGE, CREATE_KEY, bytes) {
        assert!(PublicKey::from_pem("publicKey", &pem).is_ok());
    }
    if let Ok(passkey) = check_passkey_attestation(&PLACE, CHALLENGE, CREDENTIAL, CREATE_PASSKEY, bytes) {
        assert_eq!(passkey.credential, CREDENTIAL);
        let assertion = PasskeyAssertion {
            credential: CREDENTIAL,
            client_data: GET_PASSKEY,
            authenticator_data: bytes,
            signature: bytes,
            user_handle: None,
        };
        // Nobody finds a signature by chance.
        assert!(check_passkey_assertion(&PLACE, &passkey.material, 0, CHALLENGE, &assertion).is_err());
    }
});
