//! Answers to challenges as clients send them.

use super::{pat_input::given, refused::Refused, sealed::Sealed};
use authority::{Authority, Error, error::Unproven, signature::Answer};
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use domain::invalid::{Checks, Invalid};
use serde::Deserialize;
use utoipa::ToSchema;

/// Base64url, of which some clients send the padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
const ASSERTION: &str = "firstFactor.credentialAssertion";

/// The answer to a challenge.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DfnsAnswer)]
pub struct AnswerBody {
    /// The challenge that is answered.
    challenge_identifier: String,
    /// What was signed with which credential.
    first_factor: FactorBody,
    /// Not used here: no credential needs a second one.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, value_type = Option<Object>)]
    second_factor: Option<serde_json::Value>,
}

/// What was signed with which credential.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DfnsFactor)]
struct FactorBody {
    /// What the credential is.
    kind: FactorKind,
    /// What was signed.
    credential_assertion: AssertionBody,
}

/// What a credential is.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(as = DfnsFactorKind)]
enum FactorKind {
    /// A key.
    Key,
    /// A key whose private half the client keeps encrypted.
    PasswordProtectedKey,
    /// A passkey.
    Fido2,
}

/// What was signed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DfnsAssertion)]
struct AssertionBody {
    /// The name under which the credential was offered.
    cred_id: String,
    /// The JSON text around the challenge, as base64url.
    client_data: String,
    /// The signature, as base64url: over the client data, or, of a passkey, over the two parts that it signs.
    signature: String,
    /// Not used: the key says by which algorithm it signs.
    #[serde(default)]
    #[schema(nullable = false)]
    #[allow(dead_code, reason = "some clients send it, and nothing depends on it")]
    algorithm: Option<String>,
    /// What the authenticator of a passkey says of itself, as base64url.
    #[serde(default)]
    authenticator_data: Option<String>,
    /// The user whom a passkey was made for, as base64url.
    #[serde(default)]
    user_handle: Option<String>,
}

impl AnswerBody {
    /// The challenge, and the answer to it.
    ///
    /// # Errors
    /// 400 names every field that breaks a rule, and a challenge that was not made here.
    pub fn check(self, authority: &Authority) -> Result<(Sealed, Answer), Refused> {
        let answer = self.first_factor.check();
        let second = match self.second_factor {
            Some(_) => Err(Invalid::field("secondFactor", "must be left out: no credential needs a second one here")),
            None => Ok(()),
        };
        let mut checks = Checks::new();
        checks.take(second);
        let answer = checks.take(answer);
        let answer = checks.finish_with(answer)?;
        let sealed = Sealed::read(authority, &self.challenge_identifier);
        Ok((sealed.ok_or(Error::Unproven(Unproven::Challenge))?, answer))
    }
}

impl FactorBody {
    fn check(self) -> Result<Answer, Invalid> {
        let AssertionBody { cred_id, client_data, signature, authenticator_data, user_handle, .. } =
            self.credential_assertion;
        let mut checks = Checks::new();
        let client_data = checks.take(decoded("clientData", &client_data));
        let signature = checks.take(decoded("signature", &signature));
        let both = client_data.zip(signature);
        if self.kind != FactorKind::Fido2 {
            return checks.finish_with(both.map(|(client_data, signature)| Answer::Key {
                credential: cred_id,
                client_data,
                signature,
            }));
        }
        let missing = || Invalid::field(format!("{ASSERTION}.authenticatorData"), "is required");
        let authenticator_data = authenticator_data.ok_or_else(missing);
        let authenticator_data = checks.take(authenticator_data.and_then(|text| decoded("authenticatorData", &text)));
        // Browsers that know none send an empty text.
        let user_handle = user_handle.filter(|text| !text.is_empty());
        let user_handle = user_handle.and_then(|text| checks.take(decoded("userHandle", &text)));
        checks.finish_with(both.zip(authenticator_data).map(|((client_data, signature), authenticator_data)| {
            Answer::Passkey {
                // Clients may pad what the core keeps without padding.
                credential: cred_id.trim_end_matches('=').to_owned(),
                client_data,
                authenticator_data,
                signature,
                user_handle,
            }
        }))
    }
}

fn decoded(member: &str, text: &str) -> Result<Vec<u8>, Invalid> {
    decode(&format!("{ASSERTION}.{member}"), text)
}

/// The bytes of a base64url text, with or without its padding.
///
/// # Errors
/// Names `field`.
pub fn decode(field: &str, text: &str) -> Result<Vec<u8>, Invalid> {
    BASE64.decode(text).map_err(|_| Invalid::field(field, "must be base64url"))
}
