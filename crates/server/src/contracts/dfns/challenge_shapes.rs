//! Challenges as this contract shows them.

use super::sealed::Sealed;
use crate::{config::PublicUrl, state::Server};
use authority::{challenge::Challenge, sign_in_with_signer::Offer, signature::passkey::RelyingParty};
use domain::signer::SignerKind;
use serde::Serialize;
use utoipa::ToSchema;

/// What a browser shows to its user.
const NAME: &str = "Jeton";

/// A challenge, with the credentials that may answer it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsChallenge)]
pub struct ChallengeShape {
    /// What has to stand in the client data.
    challenge: String,
    /// Names the challenge; it comes back with the answer.
    challenge_identifier: String,
    /// The credentials that may answer.
    allow_credentials: AllowedShape,
    /// The kinds of credentials that may answer.
    supported_credential_kinds: Vec<CredentialKindShape>,
    /// Whether a passkey has to know its user.
    user_verification: &'static str,
    /// Whether anybody has to vouch for a passkey.
    attestation: &'static str,
    /// Always empty: nobody answers elsewhere.
    external_authentication_url: &'static str,
    /// Where passkeys belong to.
    rp: RelyingPartyShape,
}

/// The credentials that may answer, by kind.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsAllowedCredentials)]
struct AllowedShape {
    /// Keys.
    key: Vec<CredentialShape>,
    /// Passkeys.
    webauthn: Vec<CredentialShape>,
    /// Always empty: encrypted keys are not kept.
    password_protected_key: Vec<CredentialShape>,
}

/// A credential that may answer.
#[derive(Serialize, ToSchema)]
#[schema(as = DfnsAllowedCredential)]
struct CredentialShape {
    /// Always `public-key`.
    r#type: &'static str,
    /// The name under which it is offered.
    id: String,
}

/// A kind of credential.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsCredentialKind)]
struct CredentialKindShape {
    /// The kind.
    kind: &'static str,
    /// Always `first`.
    factor: &'static str,
    /// Always false.
    requires_second_factor: bool,
}

/// Where passkeys belong to.
#[derive(Serialize, ToSchema)]
#[schema(as = DfnsRelyingParty)]
pub struct RelyingPartyShape {
    /// The domain.
    pub id: String,
    /// What a browser shows to its user.
    pub name: String,
}

impl ChallengeShape {
    /// A challenge about a request.
    pub fn of_action(server: &Server, challenge: &Challenge, query: bool) -> Self {
        let offered: Vec<_> = challenge.signers.iter().map(Offer::from).collect();
        Self::new(server, challenge, Sealed::new(challenge.identifier.as_str()).about_query(query), &offered)
    }

    /// A challenge for whoever wants to log in.
    pub fn of_login(server: &Server, challenge: &Challenge, offered: &[Offer]) -> Self {
        Self::new(server, challenge, Sealed::new(challenge.identifier.as_str()), offered)
    }

    fn new(server: &Server, challenge: &Challenge, sealed: Sealed, offered: &[Offer]) -> Self {
        let of_kind = |kind| {
            let offered = offered.iter().filter(move |offer| offer.kind == kind);
            offered.map(|offer| CredentialShape { r#type: "public-key", id: offer.credential.clone() }).collect()
        };
        let RelyingParty { id, name, origin: _ } = relying_party(&server.public_url);
        let kind = |kind| CredentialKindShape { kind, factor: "first", requires_second_factor: false };
        Self {
            challenge: challenge.text.clone(),
            challenge_identifier: sealed.write(&server.authority).expose().to_owned(),
            allow_credentials: AllowedShape {
                key: of_kind(SignerKind::Key),
                webauthn: of_kind(SignerKind::Passkey),
                password_protected_key: Vec::new(),
            },
            supported_credential_kinds: ["Key", "Fido2"].map(kind).into(),
            user_verification: "required",
            attestation: "none",
            external_authentication_url: "",
            rp: RelyingPartyShape { id, name },
        }
    }
}

/// The place at which browsers hold ceremonies with passkeys.
pub fn relying_party(url: &PublicUrl) -> RelyingParty {
    RelyingParty { id: url.host().to_owned(), name: NAME.to_owned(), origin: url.to_string() }
}
