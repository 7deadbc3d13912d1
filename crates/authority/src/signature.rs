//! Signatures that prove who asks: what a key or a passkey answered to a challenge, checked over the
//! bytes that arrived.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `public_key` | public keys: how they are read, and how they verify |
//! | `client_data` | the JSON text that a client signs around a challenge |
//! | `key` | answers and registrations of keys |
//! | `passkey` | answers and registrations of passkeys |

pub mod client_data;
pub mod key;
pub mod passkey;
pub mod public_key;

/// What a caller signed to prove who asks. Nothing in it is trusted before it was checked.
#[derive(Clone)]
pub enum Answer {
    /// A key signed the client data itself.
    Key {
        /// The id under which the key was offered.
        credential: String,
        /// The signed JSON text.
        client_data: Vec<u8>,
        /// In the form of the key's algorithm; see `public_key`.
        signature: Vec<u8>,
    },
    /// A passkey signed the authenticator data and the hash of the client data.
    Passkey {
        /// The id under which the passkey was offered: its raw id as base64url.
        credential: String,
        /// The JSON text that the browser made.
        client_data: Vec<u8>,
        /// What the authenticator says of itself and of the ceremony.
        authenticator_data: Vec<u8>,
        /// In the form of the passkey's algorithm.
        signature: Vec<u8>,
        /// The user whom the passkey was made for, where the authenticator tells.
        user_handle: Option<Vec<u8>>,
    },
}

impl Answer {
    /// The name under which the signer was offered.
    pub fn credential(&self) -> &str {
        match self {
            Self::Key { credential, .. } | Self::Passkey { credential, .. } => credential,
        }
    }
}

/// What a caller sent to have a key or a passkey registered. Nothing in it is trusted before it was
/// checked.
#[derive(Clone)]
pub enum Registration {
    /// A key, with a signature of its own over itself.
    Key {
        /// The id that the client chose.
        credential: String,
        /// The JSON text around the challenge.
        client_data: Vec<u8>,
        /// JSON with the public key and the signature.
        attestation: Vec<u8>,
    },
    /// A passkey, as the browser's ceremony gave it.
    Passkey {
        /// Its raw id as base64url.
        credential: String,
        /// The JSON text that the browser made.
        client_data: Vec<u8>,
        /// The attestation object (Web Authentication Level 3, section 6.5.4).
        attestation: Vec<u8>,
    },
}

/// Why an answer or a registration proves nothing. It never holds what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// A part is longer than any honest client makes it.
    #[error("a part of the answer is too long")]
    TooLong,
    /// The client data or the attestation has not the form it must have.
    #[error("the answer cannot be read")]
    Unreadable,
    /// The client data is for another purpose.
    #[error("the client data is of another type")]
    Type,
    /// The client data answers another challenge.
    #[error("another challenge was answered")]
    Challenge,
    /// The credential is not the one that was asked for, or not the one that the attestation is about.
    #[error("it is another credential")]
    Credential,
    /// The public key cannot be used.
    #[error("the public key cannot be used")]
    PublicKey,
    /// The signature is not one of this key over these bytes.
    #[error("the signature does not fit")]
    Signature,
    /// The ceremony was held at another place: another origin or relying party.
    #[error("the ceremony was held at another place")]
    Place,
    /// The authenticator did not see that a user was present.
    #[error("no user was present")]
    Presence,
    /// The authenticator did not verify who the user is.
    #[error("the user was not verified")]
    UserVerification,
    /// The passkey signs with an algorithm that was not asked for.
    #[error("the passkey has another algorithm")]
    Algorithm,
    /// The signature counter did not grow: there may be a copy of the passkey.
    #[error("the signature counter did not grow")]
    Counter,
    /// What the passkey says of its backups contradicts itself or its registration.
    #[error("the passkey contradicts itself about its backups")]
    Backup,
    /// An attestation by a third party, which nobody asked for.
    #[error("the attestation is not one that was asked for")]
    Attestation,
}
