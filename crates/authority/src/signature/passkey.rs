//! Passkeys: their answers to challenges, and how they are registered, both as the library
//! `webauthn-rs-core` checks them.

use super::{Unverified, client_data::object};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::limits::{
    ATTESTATION_BYTES, AUTHENTICATOR_DATA_BYTES, CLIENT_DATA_BYTES, CREDENTIAL_BYTES, SIGNATURE_BYTES,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::time::Duration;
use url::Url;
use webauthn_rs_core::{
    WebauthnCore,
    error::WebauthnError,
    proto::{
        AttestationFormat, AuthenticationExtensionsClientOutputs, AuthenticationState,
        AuthenticatorAssertionResponseRaw, AuthenticatorAttestationResponseRaw, COSEAlgorithm, COSEKey, COSEKeyType,
        Credential, ECDSACurve, ParsedAttestationData, PublicKeyCredential, RegisterPublicKeyCredential,
        RegistrationExtensionsClientOutputs, RegistrationState, UserVerificationPolicy,
    },
};

/// The algorithms of passkeys that are asked for and taken: what authenticators have in common, and all
/// that the contract of Dfns offers. The library verifies no Ed25519.
const ALGORITHMS: [COSEAlgorithm; 2] = [COSEAlgorithm::ES256, COSEAlgorithm::RS256];
/// A hint for browsers that the library writes into a challenge of its own, which is thrown away.
const TIMEOUT: Duration = Duration::from_mins(5);

/// The place at which ceremonies with passkeys are held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    /// The domain that passkeys belong to.
    pub id: String,
    /// What an authenticator shows to its user.
    pub name: String,
    /// The one origin on which a browser may hold a ceremony.
    pub origin: String,
}

/// A passkey that proved itself at its registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPasskey {
    /// Its raw id, as base64url.
    pub credential: String,
    /// What must be kept to check its answers: JSON of the library, without any secret.
    pub material: String,
    /// Its signature counter; zero when it keeps none.
    pub counter: u32,
}

/// What a passkey answered to a challenge.
#[derive(Clone, Copy)]
pub struct PasskeyAssertion<'a> {
    /// The raw id of the passkey, as base64url.
    pub credential: &'a str,
    /// The JSON text that the browser made.
    pub client_data: &'a [u8],
    /// What the authenticator says of itself and of the ceremony.
    pub authenticator_data: &'a [u8],
    /// Over the authenticator data and the hash of the client data.
    pub signature: &'a [u8],
    /// The user whom the passkey was made for, where the authenticator tells. Whether it is the one who
    /// was expected is for the caller to find out.
    pub user_handle: Option<&'a [u8]>,
}

/// Checks the registration of a passkey. The challenge is base64url, as browsers write it.
///
/// The user must have been verified, as a passkey is a sole factor here. Attestations by makers are
/// refused, because none was asked for; one by the passkey itself proves no more than `none`, but some
/// authenticators cannot leave it out.
///
/// # Errors
/// When any part of the ceremony is not as it was asked for.
pub fn check_passkey_attestation(
    relying_party: &RelyingParty,
    challenge: &str,
    credential: &str,
    client_data: &[u8],
    attestation: &[u8],
) -> Result<NewPasskey, Unverified> {
    check_frame(client_data)?;
    if attestation.len() > ATTESTATION_BYTES {
        return Err(Unverified::TooLong);
    }
    let raw_id = raw_id(credential)?;
    let sent = RegisterPublicKeyCredential {
        id: credential.to_owned(),
        raw_id: raw_id.clone(),
        response: AuthenticatorAttestationResponseRaw {
            attestation_object: attestation.to_vec(),
            client_data_json: client_data.to_vec(),
            transports: None,
        },
        type_: "public-key".to_owned(),
        extensions: RegistrationExtensionsClientOutputs::default(),
    };
    let library = library(relying_party)?;
    let state = registration_state(&library, challenge)?;
    let registered = library.register_credential(&sent, &state, None).map_err(unverified)?;
    if registered.cred_id != raw_id {
        return Err(Unverified::Credential);
    }
    check_curve(&registered.cred)?;
    match (&registered.attestation_format, &registered.attestation.data) {
        (AttestationFormat::None, _) | (AttestationFormat::Packed, ParsedAttestationData::Self_) => {}
        _ => return Err(Unverified::Attestation),
    }
    let material = serde_json::to_string(&registered).map_err(|_| Unverified::Unreadable)?;
    Ok(NewPasskey { credential: credential.to_owned(), material, counter: registered.counter })
}

/// Checks what a passkey answered to a challenge, which is base64url as browsers write it, and gives its
/// new signature counter.
///
/// # Errors
/// When any part of the ceremony is not as it was asked for, or the counter did not grow although the
/// passkey keeps one.
pub fn check_passkey_assertion(
    relying_party: &RelyingParty,
    material: &str,
    counter: u32,
    challenge: &str,
    assertion: &PasskeyAssertion<'_>,
) -> Result<u32, Unverified> {
    check_frame(assertion.client_data)?;
    if assertion.authenticator_data.len() > AUTHENTICATOR_DATA_BYTES || assertion.signature.len() > SIGNATURE_BYTES {
        return Err(Unverified::TooLong);
    }
    let sent = PublicKeyCredential {
        id: assertion.credential.to_owned(),
        raw_id: raw_id(assertion.credential)?,
        response: AuthenticatorAssertionResponseRaw {
            authenticator_data: assertion.authenticator_data.to_vec(),
            client_data_json: assertion.client_data.to_vec(),
            signature: assertion.signature.to_vec(),
            user_handle: assertion.user_handle.map(<[u8]>::to_vec),
        },
        extensions: AuthenticationExtensionsClientOutputs::default(),
        type_: "public-key".to_owned(),
    };
    let mut kept: Credential = serde_json::from_str(material).map_err(|_| Unverified::PublicKey)?;
    kept.counter = counter;
    let library = library(relying_party)?;
    let state = authentication_state(&library, kept, challenge)?;
    library.authenticate_credential(&sent, &state).map(|result| result.counter()).map_err(unverified)
}

/// Checks what the library leaves open: its reader takes the last of two keys of which it knows neither, and
/// it lets a ceremony in a frame of another site pass when it is an answer.
fn check_frame(client_data: &[u8]) -> Result<(), Unverified> {
    let read = object(client_data, CLIENT_DATA_BYTES)?;
    if read.get("crossOrigin").is_some_and(|within| *within != Value::Bool(false)) {
        return Err(Unverified::Place);
    }
    Ok(())
}

/// Checks that a key is on the curve of its algorithm, which the library leaves open as well.
fn check_curve(key: &COSEKey) -> Result<(), Unverified> {
    match &key.key {
        COSEKeyType::EC_EC2(key) if key.curve == ECDSACurve::SECP256R1 => Ok(()),
        COSEKeyType::RSA(_) => Ok(()),
        COSEKeyType::EC_EC2(_) | COSEKeyType::EC_OKP(_) => Err(Unverified::Algorithm),
    }
}

fn library(relying_party: &RelyingParty) -> Result<WebauthnCore, Unverified> {
    let origin = Url::parse(&relying_party.origin).map_err(|_| Unverified::Place)?;
    let (no_subdomains, no_other_ports) = (Some(false), Some(false));
    Ok(WebauthnCore::new_unsafe_experts_only(
        &relying_party.name,
        &relying_party.id,
        vec![origin],
        TIMEOUT,
        no_subdomains,
        no_other_ports,
    ))
}

fn registration_state(library: &WebauthnCore, challenge: &str) -> Result<RegistrationState, Unverified> {
    // Whose passkey it is stands in the sealed challenge, not here.
    let builder = library.new_challenge_register_builder(b"user", "user", "user").map_err(unverified)?;
    let builder =
        builder.user_verification_policy(UserVerificationPolicy::Required).credential_algorithms(ALGORITHMS.to_vec());
    let (_, state) = library.generate_challenge_register(builder).map_err(unverified)?;
    with_challenge(state, challenge)
}

fn authentication_state(
    library: &WebauthnCore,
    kept: Credential,
    challenge: &str,
) -> Result<AuthenticationState, Unverified> {
    let required = Some(UserVerificationPolicy::Required);
    let builder = library.new_challenge_authenticate_builder(vec![kept], required).map_err(unverified)?;
    let (_, state) = library.generate_challenge_authenticate(builder).map_err(unverified)?;
    with_challenge(state, challenge)
}

/// A state of the library with our challenge for the one that it drew itself. The library hands its
/// states out to be kept as JSON, and keeping them is what a sealed challenge makes unnecessary.
fn with_challenge<T: Serialize + DeserializeOwned>(state: T, challenge: &str) -> Result<T, Unverified> {
    if URL_SAFE_NO_PAD.decode(challenge).is_err() {
        return Err(Unverified::Challenge);
    }
    let mut written = serde_json::to_value(state).map_err(|_| Unverified::Unreadable)?;
    match written.get_mut("challenge") {
        Some(place) => *place = challenge.into(),
        None => return Err(Unverified::Unreadable),
    }
    serde_json::from_value(written).map_err(|_| Unverified::Unreadable)
}

fn raw_id(credential: &str) -> Result<Vec<u8>, Unverified> {
    if credential.len() > CREDENTIAL_BYTES {
        return Err(Unverified::TooLong);
    }
    URL_SAFE_NO_PAD.decode(credential).map_err(|_| Unverified::Credential)
}

/// What the library refused, in our words. Its own reasons are many and change with it, so those that
/// are not told apart here are one: the answer cannot be read.
fn unverified(error: WebauthnError) -> Unverified {
    use WebauthnError as Library;
    match error {
        Library::InvalidClientDataType => Unverified::Type,
        Library::MismatchedChallenge => Unverified::Challenge,
        Library::InvalidRPOrigin | Library::InvalidRPIDHash | Library::CredentialCrossOrigin => Unverified::Place,
        Library::UserNotPresent => Unverified::Presence,
        Library::UserNotVerified => Unverified::UserVerification,
        Library::CredentialNotFound => Unverified::Credential,
        Library::CredentialAlteredAlgFromRequest
        | Library::COSEKeyInvalidAlgorithm
        | Library::COSEKeyInvalidType
        | Library::COSEKeyEDUnsupported
        | Library::SshPublicKeyEDUnsupported => Unverified::Algorithm,
        Library::CredentialPossibleCompromise => Unverified::Counter,
        Library::CredentialMayNotBeHardwareBound | Library::CredentialBackupEligibilityInconsistent => {
            Unverified::Backup
        }
        Library::AttestationNotSupported => Unverified::Attestation,
        Library::AuthenticationFailure | Library::SignatureInvalid => Unverified::Signature,
        _ => Unverified::Unreadable,
    }
}
