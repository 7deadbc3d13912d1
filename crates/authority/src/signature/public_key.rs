//! Public keys that verify signatures: how they are read from their PEM form, and what each accepts.

use super::Unverified;
use base64::{Engine, engine::general_purpose::STANDARD};
use der::{
    Decode, Encode, Reader, SliceReader,
    asn1::{AnyRef, BitStringRef, ObjectIdentifier, UintRef},
    pem::{self, LineEnding},
};
use domain::{
    invalid::Invalid,
    limits::{PUBLIC_KEY_BYTES, SIGNATURE_BYTES},
};
use p256::ecdsa::signature::Verifier;
use ring::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use spki::{AlgorithmIdentifier, SubjectPublicKeyInfo, SubjectPublicKeyInfoRef};

const ED25519_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const ELLIPTIC_CURVE_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const SECP256K1_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.10");
const RSA_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// The lengths of an RSA modulus that are accepted, in bits. Shorter ones are not safe any more (NIST SP
/// 800-131A, revision 2), and longer ones cost the server more than they give.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2_048..=8_192;
/// The longest public exponent of RSA that is accepted, in bytes.
const RSA_EXPONENT_BYTES: usize = 4;

/// The points of Ed25519 that a key must not be, without the bit of their sign: they have a small order,
/// and with one of them there are signatures that fit any message. The last two are other spellings of
/// the second and the first.
const SMALL_ORDER: [[u8; 32]; 7] = [
    [0; 32],
    ends(1, 0, 0),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    ends(0xec, 0xff, 0x7f),
    ends(0xee, 0xff, 0x7f),
    ends(0xed, 0xff, 0x7f),
];

/// A public key with the one algorithm that its signatures are verified by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// Ed25519 (RFC 8032): signatures are 64 bytes over the message itself.
    Ed25519([u8; 32]),
    /// ECDSA over P-256 with SHA-256: signatures are DER.
    P256(p256::ecdsa::VerifyingKey),
    /// ECDSA over secp256k1 with SHA-256: signatures are DER.
    Secp256k1(k256::ecdsa::VerifyingKey),
    /// RSA, PKCS#1 v1.5 with SHA-256, as the DER of its modulus and exponent (RFC 8017, A.1.1).
    Rsa(Vec<u8>),
}

impl PublicKey {
    /// Reads a PEM text: SPKI, or the older form of RSA keys alone. The two characters `\n` count as the
    /// end of a line, because that is how keys come out of environment variables.
    ///
    /// # Errors
    /// When it is anything else than one public key that signatures can be verified with here. A private
    /// key is refused by that name. The refusal never holds what was sent.
    pub fn from_pem(field: &str, text: &str) -> Result<Self, Invalid> {
        let invalid = |rule: &str| Invalid::field(field, rule);
        if text.len() > PUBLIC_KEY_BYTES {
            return Err(invalid(&format!("must have at most {PUBLIC_KEY_BYTES} bytes")));
        }
        if text.contains("PRIVATE KEY") {
            return Err(invalid(
                "must be the public key; a private key was sent, which nobody but its owner should see",
            ));
        }
        let text = text.replace("\\r", "").replace("\\n", "\n");
        let (label, der) = unwrap(text.trim())
            .ok_or_else(|| invalid("must be a public key in PEM form, which begins with -----BEGIN PUBLIC KEY-----"))?;
        match label {
            Label::PublicKey => Self::from_spki(&der),
            Label::RsaPublicKey => Self::from_rsa(&der),
        }
        .map_err(invalid)
    }

    fn from_spki(der: &[u8]) -> Result<Self, &'static str> {
        const UNREADABLE: &str = "must hold a public key in DER, as SubjectPublicKeyInfo (RFC 5280)";
        const UNKNOWN: &str = "must be a key for Ed25519, P-256, secp256k1 or RSA";
        let read = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| UNREADABLE)?;
        let key = read.subject_public_key.as_bytes().ok_or(UNREADABLE)?;
        match (read.algorithm.oid, read.algorithm.parameters) {
            (ED25519_OID, None) => Self::from_ed25519(key),
            (RSA_OID, Some(parameters)) if parameters == AnyRef::NULL => Self::from_rsa(key),
            (ELLIPTIC_CURVE_OID, Some(curve)) => match curve.decode_as::<ObjectIdentifier>() {
                Ok(P256_OID) => {
                    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key);
                    key.map(Self::P256).map_err(|_| "must be a point of the curve P-256")
                }
                Ok(SECP256K1_OID) => {
                    let key = k256::ecdsa::VerifyingKey::from_sec1_bytes(key);
                    key.map(Self::Secp256k1).map_err(|_| "must be a point of the curve secp256k1")
                }
                Ok(_) | Err(_) => Err(UNKNOWN),
            },
            _ => Err(UNKNOWN),
        }
    }

    fn from_ed25519(key: &[u8]) -> Result<Self, &'static str> {
        let key: [u8; 32] = key.try_into().map_err(|_| "must be a key for Ed25519 of 32 bytes")?;
        let mut unsigned = key;
        unsigned[31] &= 0x7f;
        if SMALL_ORDER.contains(&unsigned) {
            return Err("must not be a point of small order, whose signatures prove nothing");
        }
        Ok(Self::Ed25519(key))
    }

    fn from_rsa(der: &[u8]) -> Result<Self, &'static str> {
        let unreadable = |_: der::Error| "must hold an RSA public key in DER (RFC 8017)";
        let mut reader = SliceReader::new(der).map_err(unreadable)?;
        let read = reader.sequence(|reader| Ok::<_, der::Error>((UintRef::decode(reader)?, UintRef::decode(reader)?)));
        let (modulus, exponent) = read.map_err(unreadable)?;
        reader.finish().map_err(unreadable)?;
        let (modulus, exponent) = (modulus.as_bytes(), exponent.as_bytes());
        let odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
        let bits = 8 * modulus.len() - modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
        if !RSA_BITS.contains(&bits) || !odd(modulus) {
            return Err("must be an RSA key of 2048 to 8192 bits");
        }
        if !odd(exponent) || exponent == [1] || exponent.len() > RSA_EXPONENT_BYTES {
            return Err("must have an odd public exponent from 3 on, such as 65537");
        }
        Ok(Self::Rsa(der.to_vec()))
    }

    /// The key as PEM, in the one spelling that it has here: SPKI, in lines of 64 characters.
    ///
    /// # Errors
    /// Never for a key that was read; they are the library's.
    pub fn to_pem(&self) -> Result<String, Unverified> {
        let (key, algorithm) = match self {
            Self::Ed25519(key) => (key.to_vec(), AlgorithmIdentifier { oid: ED25519_OID, parameters: None }),
            Self::P256(key) => (key.to_sec1_point(false).as_bytes().to_vec(), on_curve(&P256_OID)),
            Self::Secp256k1(key) => (key.to_sec1_point(false).as_bytes().to_vec(), on_curve(&SECP256K1_OID)),
            Self::Rsa(key) => (key.clone(), AlgorithmIdentifier { oid: RSA_OID, parameters: Some(AnyRef::NULL) }),
        };
        let written = BitStringRef::from_bytes(&key)
            .and_then(|subject_public_key| SubjectPublicKeyInfo { algorithm, subject_public_key }.to_der());
        let pem = written.ok().and_then(|der| pem::encode_string("PUBLIC KEY", LineEnding::LF, &der).ok());
        pem.ok_or(Unverified::PublicKey)
    }

    /// Checks a signature over a message, with the algorithm of this key and no other.
    ///
    /// Each signature has one encoding: DER is strict, an RSA signature has the length of the modulus and
    /// is smaller than it, and the second half of an Ed25519 signature is smaller than the group's order.
    /// Only the other root of an ECDSA signature (n − s for s) is taken too: OpenSSL, and so every client
    /// in Node and Python, draws either. That is harmless here, because no signature is ever a name for
    /// anything: what must not be used twice is the challenge.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Unverified> {
        if signature.len() > SIGNATURE_BYTES {
            return Err(Unverified::TooLong);
        }
        let verified = match self {
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok(),
            Self::P256(key) => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            // The library takes the smaller root alone.
            Self::Secp256k1(key) => k256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify(message, &signature.normalize_s()).is_ok()),
            Self::Rsa(key) => {
                UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).verify(message, signature).is_ok()
            }
        };
        if verified { Ok(()) } else { Err(Unverified::Signature) }
    }
}

fn on_curve(curve: &ObjectIdentifier) -> AlgorithmIdentifier<AnyRef<'_>> {
    AlgorithmIdentifier { oid: ELLIPTIC_CURVE_OID, parameters: Some(AnyRef::from(curve)) }
}

/// What a PEM text says that it holds.
#[derive(Clone, Copy)]
enum Label {
    PublicKey,
    RsaPublicKey,
}

/// The label and the bytes of a PEM text with one public key. Lines may have any length, as they have
/// when a text came through an environment variable or a form.
fn unwrap(text: &str) -> Option<(Label, Vec<u8>)> {
    let within = |label: &str| {
        let text = text.strip_prefix("-----BEGIN ")?.strip_prefix(label)?.strip_prefix("-----")?;
        text.strip_suffix("-----")?.strip_suffix(label)?.strip_suffix("-----END ")
    };
    let (label, body) = match within("PUBLIC KEY") {
        Some(body) => (Label::PublicKey, body),
        None => (Label::RsaPublicKey, within("RSA PUBLIC KEY")?),
    };
    let body: String = body.chars().filter(|character| !matches!(character, '\r' | '\n')).collect();
    Some((label, STANDARD.decode(body).ok()?))
}

/// A number of 32 bytes, the lowest first, whose bytes in the middle are all the same.
const fn ends(first: u8, middle: u8, last: u8) -> [u8; 32] {
    let mut bytes = [middle; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}
