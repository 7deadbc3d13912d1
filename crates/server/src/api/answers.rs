//! What signers send: answers to challenges and registrations, as the native API reads them.

use authority::signature::{Answer, Registration};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    invalid::{Checks, Invalid},
    limits,
    signer::SignerKind,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// The two kinds of signers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SignerKind)]
pub enum KindWord {
    /// A key pair; its public half is known here.
    Key,
    /// A passkey (Web Authentication).
    Passkey,
}

impl From<SignerKind> for KindWord {
    fn from(kind: SignerKind) -> Self {
        match kind {
            SignerKind::Key => Self::Key,
            SignerKind::Passkey => Self::Passkey,
        }
    }
}

/// The answer to a challenge. Bytes are base64url without padding.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Answer)]
pub struct AnswerBody {
    /// What signed.
    kind: KindWord,
    /// The name under which the signer was offered.
    #[schema(min_length = 1, max_length = 1_364)]
    credential: String,
    /// The JSON text around the challenge: for a key `{"type":"key.get","challenge":"…"}`, for a passkey
    /// what the browser made.
    client_data: String,
    /// Over the client data; of a passkey, over the authenticator data and the hash of the client data.
    signature: String,
    /// What the authenticator of a passkey says.
    #[serde(default)]
    authenticator_data: Option<String>,
    /// Whom the passkey was made for, where its authenticator tells.
    #[serde(default)]
    user_handle: Option<String>,
}

/// What proves that somebody holds a new signer. Bytes are base64url without padding.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Registration)]
pub struct RegistrationBody {
    /// What it is.
    kind: KindWord,
    /// The name under which it shall be offered; of a passkey, the base64url of its raw identifier.
    #[schema(min_length = 1, max_length = 1_364)]
    credential: String,
    /// The JSON text around the challenge: for a key `{"type":"key.create","challenge":"…"}`, for a passkey
    /// what the browser made.
    client_data: String,
    /// Of a key, the JSON text `{"publicKey":"<PEM>","signature":"<hex>"}`, whose signature is over
    /// `{"clientDataHash":"<hex of SHA-256 of the client data>","publicKey":"<PEM>"}`; of a passkey, its
    /// attestation object.
    attestation: String,
}

impl AnswerBody {
    /// Reads every field.
    ///
    /// # Errors
    /// Names each field that is not base64url, or does not belong to this kind.
    pub fn check(self) -> Result<Answer, Invalid> {
        let mut checks = Checks::new();
        let credential = checks.take(credential("answer.credential", self.credential));
        let client_data = checks.take(bytes("answer.client_data", &self.client_data));
        let signature = checks.take(bytes("answer.signature", &self.signature));
        let of_passkey = |field: &str, given: Option<String>| match (self.kind, given) {
            (KindWord::Passkey, Some(text)) => bytes(field, &text).map(Some),
            (KindWord::Key, Some(_)) => Err(Invalid::field(field, "must be left out for a key")),
            (_, None) => Ok(None),
        };
        let authenticator_data = of_passkey("answer.authenticator_data", self.authenticator_data);
        let authenticator_data = checks.take(authenticator_data.and_then(|given| match (self.kind, given) {
            (KindWord::Passkey, None) => Err(Invalid::field("answer.authenticator_data", "is required")),
            (_, given) => Ok(given.unwrap_or_default()),
        }));
        let user_handle = checks.take(of_passkey("answer.user_handle", self.user_handle));
        let parts = credential.zip(client_data).zip(signature).zip(authenticator_data).zip(user_handle);
        checks.finish_with(parts.map(|((((credential, client_data), signature), authenticator_data), user_handle)| {
            match self.kind {
                KindWord::Key => Answer::Key { credential, client_data, signature },
                KindWord::Passkey => {
                    Answer::Passkey { credential, client_data, authenticator_data, signature, user_handle }
                }
            }
        }))
    }
}

impl RegistrationBody {
    /// Reads every field.
    ///
    /// # Errors
    /// Names each field that is not base64url.
    pub fn check(self) -> Result<Registration, Invalid> {
        let mut checks = Checks::new();
        let credential = checks.take(credential("registration.credential", self.credential));
        let client_data = checks.take(bytes("registration.client_data", &self.client_data));
        let attestation = checks.take(bytes("registration.attestation", &self.attestation));
        checks.finish_with(credential.zip(client_data).zip(attestation).map(
            |((credential, client_data), attestation)| match self.kind {
                KindWord::Key => Registration::Key { credential, client_data, attestation },
                KindWord::Passkey => Registration::Passkey { credential, client_data, attestation },
            },
        ))
    }
}

/// Checks the text that names a challenge, as far as its length goes.
///
/// # Errors
/// Names the field.
pub fn challenge_identifier(text: String) -> Result<String, Invalid> {
    if !text.trim().is_empty() && text.len() <= limits::SEALED_BYTES {
        return Ok(text);
    }
    let rule = format!("must be what came with the challenge, at most {} bytes", limits::SEALED_BYTES);
    Err(Invalid::field("challenge_identifier", rule))
}

fn credential(field: &str, text: String) -> Result<String, Invalid> {
    if (1..=limits::CREDENTIAL_BYTES).contains(&text.len()) {
        return Ok(text);
    }
    Err(Invalid::field(field, format!("must have 1 to {} bytes", limits::CREDENTIAL_BYTES)))
}

fn bytes(field: &str, text: &str) -> Result<Vec<u8>, Invalid> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Invalid::field(field, "must be base64url without padding"))
}
