//! An authenticator and a browser in one, which can lie about every field of a ceremony.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use sha2::{Digest, Sha256};

pub(crate) const PRESENT: u8 = 0x01;
pub(crate) const VERIFIED: u8 = 0x04;
pub(crate) const BACKUP_ELIGIBLE: u8 = 0x08;
pub(crate) const BACKED_UP: u8 = 0x10;
const WITH_KEY: u8 = 0x40;

/// What a ceremony says. A test changes one field of an honest one.
#[derive(Clone)]
pub(crate) struct Ceremony {
    pub(crate) kind: &'static str,
    pub(crate) challenge: String,
    pub(crate) origin: &'static str,
    pub(crate) cross_origin: bool,
    pub(crate) relying_party: &'static str,
    pub(crate) flags: u8,
    pub(crate) counter: u32,
}

impl Ceremony {
    /// An honest one, for the relying party of the tests.
    pub(crate) fn new(kind: &'static str, challenge: &str, counter: u32) -> Self {
        let (origin, relying_party) = ("http://localhost:8080", "localhost");
        let (challenge, flags) = (challenge.to_owned(), PRESENT | VERIFIED);
        Self { kind, challenge, origin, cross_origin: false, relying_party, flags, counter }
    }

    pub(crate) fn client_data(&self) -> Vec<u8> {
        let Self { kind, challenge, origin, cross_origin, .. } = self;
        format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}","crossOrigin":{cross_origin}}}"#)
            .into_bytes()
    }

    fn authenticator_data(&self, flags: u8) -> Vec<u8> {
        [&Sha256::digest(self.relying_party)[..], &[flags], &self.counter.to_be_bytes()].concat()
    }
}

/// What an authenticator answered.
pub(crate) struct Answered {
    pub(crate) client_data: Vec<u8>,
    pub(crate) authenticator_data: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

/// An authenticator with one passkey.
pub(crate) struct Authenticator {
    key: SigningKey,
    raw_id: [u8; 16],
}

impl Authenticator {
    pub(crate) fn new(seed: u8) -> Self {
        Self { key: SigningKey::from_slice(&[seed; 32]).unwrap(), raw_id: [seed; 16] }
    }

    pub(crate) fn credential(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.raw_id)
    }

    /// The public key, as COSE writes it (RFC 9053, section 7.1.1).
    pub(crate) fn public_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        [&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20][..], x, &[0x22, 0x58, 0x20], y].concat()
    }

    /// An attestation object of the format `none`, about any public key.
    pub(crate) fn attestation(&self, ceremony: &Ceremony, public_key: &[u8]) -> Vec<u8> {
        attestation_object("none", &[0xa0], &self.data_with_key(ceremony, public_key))
    }

    /// One of the format `packed`, signed by the passkey itself.
    pub(crate) fn self_attestation(&self, ceremony: &Ceremony) -> Vec<u8> {
        let data = self.data_with_key(ceremony, &self.public_key());
        let signature = self.sign(&data, &ceremony.client_data());
        let length = u8::try_from(signature.len()).unwrap();
        let statement = [b"\xa2\x63alg\x26\x63sig\x58", &[length][..], &signature].concat();
        attestation_object("packed", &statement, &data)
    }

    pub(crate) fn answer(&self, ceremony: &Ceremony) -> Answered {
        let (client_data, authenticator_data) = (ceremony.client_data(), ceremony.authenticator_data(ceremony.flags));
        let signature = self.sign(&authenticator_data, &client_data);
        Answered { client_data, authenticator_data, signature }
    }

    fn data_with_key(&self, ceremony: &Ceremony, public_key: &[u8]) -> Vec<u8> {
        let data = ceremony.authenticator_data(ceremony.flags | WITH_KEY);
        [&data[..], &[0; 16], &[0, 16], &self.raw_id, public_key].concat()
    }

    fn sign(&self, authenticator_data: &[u8], client_data: &[u8]) -> Vec<u8> {
        let signature: Signature = self.key.sign(&[authenticator_data, &Sha256::digest(client_data)].concat());
        signature.to_der().as_bytes().to_vec()
    }
}

/// The object as CBOR writes it (Web Authentication Level 3, section 6.5.4).
pub(crate) fn attestation_object(format: &str, statement: &[u8], data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    let format_length = 0x60 | u8::try_from(format.len()).unwrap();
    let format = [b"\xa3\x63fmt", &[format_length][..], format.as_bytes()].concat();
    [&format[..], b"\x67attStmt", statement, b"\x68authData\x59", &length, data].concat()
}
