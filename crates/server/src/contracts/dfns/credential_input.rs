//! New credentials as clients send them, and what they are told beforehand.

use super::{
    challenge_shapes::{RelyingPartyShape, relying_party},
    factor::decode,
    identifier,
    pat_input::given,
    pats::username,
    refused::Refused,
};
use crate::{
    problem::{Problem, ProblemKind},
    state::Server,
};
use authority::{Error, error::Unproven, signature::Registration, signers::SignerDraft};
use domain::{
    invalid::{Checks, Invalid},
    limits,
    name::Name,
    owner::Owner,
    signer::SignerKind,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The algorithms that passkeys are asked for: ECDSA with SHA-256 on P-256, and RSA (RFC 9053, RFC 8812).
const ALGORITHMS: [i32; 2] = [-7, -257];

/// A kind of credential.
#[derive(Debug, Deserialize, Serialize, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(as = DfnsNewCredentialKind)]
pub enum CredentialKind {
    /// A key.
    Key,
    /// A passkey.
    Fido2,
}

impl From<SignerKind> for CredentialKind {
    fn from(kind: SignerKind) -> Self {
        match kind {
            SignerKind::Key => Self::Key,
            SignerKind::Passkey => Self::Fido2,
        }
    }
}

/// A new credential.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DfnsNewCredential)]
pub struct CredentialBody {
    /// What it is.
    pub credential_kind: CredentialKind,
    /// What proves that whoever registers it holds it.
    credential_info: CredentialInfoBody,
    /// What its holder calls it.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    credential_name: Option<String>,
}

/// What proves that somebody holds a credential.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DfnsCredentialInfo)]
pub struct CredentialInfoBody {
    /// The name under which it is to be offered; a passkey's own.
    #[schema(min_length = 1)]
    cred_id: String,
    /// The JSON text around the challenge, as base64url.
    client_data: String,
    /// What the key or the authenticator says of itself, as base64url.
    attestation_data: String,
    /// Not used: the key says by which algorithm it signs.
    #[serde(default)]
    #[schema(nullable = false)]
    #[allow(dead_code, reason = "some clients send it, and nothing depends on it")]
    algorithm: Option<String>,
}

impl CredentialBody {
    /// One that came with a challenge.
    pub fn new(credential_kind: CredentialKind, credential_info: CredentialInfoBody, name: String) -> Self {
        Self { credential_kind, credential_info, credential_name: Some(name) }
    }

    /// The name of the credential, and what the authority checks. `field` is where it stands in the request.
    ///
    /// # Errors
    /// Names every field that breaks a rule.
    pub fn check(self, field: &str) -> Result<SignerDraft, Invalid> {
        let mut checks = Checks::new();
        let inside = |member: &str| if field.is_empty() { member.to_owned() } else { format!("{field}.{member}") };
        let info = |member: &str| inside(&format!("credentialInfo.{member}"));
        let name = self.credential_name.as_deref().unwrap_or("Credential");
        let name = checks.take(Name::parse(&inside("credentialName"), name));
        let CredentialInfoBody { cred_id, client_data, attestation_data, algorithm: _ } = self.credential_info;
        if cred_id.is_empty() || cred_id.len() > limits::CREDENTIAL_BYTES {
            checks.refuse(info("credId"), format!("must be 1 to {} bytes long", limits::CREDENTIAL_BYTES));
        }
        let client_data = checks.take(decode(&info("clientData"), &client_data));
        let attestation = checks.take(decode(&info("attestationData"), &attestation_data));
        let parts = name.zip(client_data.zip(attestation));
        checks.finish_with(parts.map(|(name, (client_data, attestation))| {
            let registration = match self.credential_kind {
                CredentialKind::Key => Registration::Key { credential: cred_id, client_data, attestation },
                CredentialKind::Fido2 => Registration::Passkey {
                    // Clients may pad what the core keeps without padding.
                    credential: cred_id.trim_end_matches('=').to_owned(),
                    client_data,
                    attestation,
                },
            };
            SignerDraft { name, registration }
        }))
    }
}

/// What is said of a credential that was not registered. `field` is where it stands in the request.
pub fn refused(error: Error, field: &str) -> Refused {
    match error {
        Error::Unproven(Unproven::Signature) => {
            let rule = "must prove that whoever sends it holds the credential, over this challenge";
            let refused = Problem::field(format!("{field}attestationData"), rule);
            refused.of_kind(ProblemKind::Unauthenticated).detail("Not Authorized.").into()
        }
        other => other.into(),
    }
}

/// Whoever registers a credential.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsRegistering)]
pub struct RegisteringShape {
    /// His identifier.
    id: String,
    /// His name.
    display_name: String,
    /// His address, or his name where he has none.
    name: String,
}

impl From<&Owner> for RegisteringShape {
    fn from(owner: &Owner) -> Self {
        Self { id: identifier::user(owner.id), display_name: owner.name.to_string(), name: username(owner).to_owned() }
    }
}

/// What a browser needs to make a passkey.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsCeremony)]
pub struct CeremonyShape {
    /// Where passkeys belong to.
    rp: RelyingPartyShape,
    /// Which authenticators will do.
    authenticator_selection: SelectionShape,
    /// Whether anybody has to vouch for a passkey.
    attestation: &'static str,
    /// The algorithms that a passkey may sign with.
    pub_key_cred_params: Vec<AlgorithmShape>,
    /// Credentials that must not be registered again.
    exclude_credentials: Vec<ExcludedShape>,
}

/// Which authenticators will do.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsAuthenticatorSelection)]
struct SelectionShape {
    /// Whether a passkey is to be found without its name.
    resident_key: &'static str,
    /// The same for old browsers.
    require_resident_key: bool,
    /// Whether a passkey has to know its user.
    user_verification: &'static str,
}

/// An algorithm that a passkey may sign with.
#[derive(Serialize, ToSchema)]
#[schema(as = DfnsAlgorithm)]
struct AlgorithmShape {
    /// Always `public-key`.
    r#type: &'static str,
    /// Its number among those of COSE.
    alg: i32,
}

/// A credential that must not be registered again.
#[derive(Serialize, ToSchema)]
#[schema(as = DfnsExcludedCredential)]
struct ExcludedShape {
    /// Always `public-key`.
    r#type: &'static str,
    /// The name under which it is offered.
    id: String,
}

impl CeremonyShape {
    /// A ceremony of somebody who has these passkeys already.
    pub fn new(server: &Server, excluded: impl IntoIterator<Item = String>) -> Self {
        let party = relying_party(&server.public_url);
        Self {
            rp: RelyingPartyShape { id: party.id, name: party.name },
            authenticator_selection: SelectionShape {
                resident_key: "preferred",
                require_resident_key: false,
                user_verification: "required",
            },
            attestation: "none",
            pub_key_cred_params: ALGORITHMS.map(|alg| AlgorithmShape { r#type: "public-key", alg }).into(),
            exclude_credentials: excluded.into_iter().map(|id| ExcludedShape { r#type: "public-key", id }).collect(),
        }
    }
}
