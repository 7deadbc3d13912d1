//! `/auth/credentials`: the keys and passkeys with which a user signs, list, register, switch and delete.

use super::{
    action::CHALLENGE_LIFETIME,
    body::Nothing,
    caller::{Bearer, expect_login, expect_user},
    challenge_shapes::relying_party,
    credential_input::{CeremonyShape, CredentialBody, CredentialInfoBody, CredentialKind, RegisteringShape, refused},
    identifier,
    login::{LoggedIn, MessageShape},
    refused::Refused,
    sealed::Sealed,
    signed::Signed,
};
use crate::{json::Json, path::Path, state::Server};
use authority::{Error, error::Unproven};
use axum::extract::State;
use domain::{
    caller::Caller,
    id::SignerId,
    signer::{Signer, SignerKind},
};
use serde::{Deserialize, Serialize};
use store::change::SignerSwitch;
use utoipa::ToSchema;

/// The tag of operations on credentials.
const TAG: &str = "Credentials";

/// What is to be registered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DfnsCredentialStart)]
pub struct StartBody {
    /// The kind of credential.
    kind: CredentialKind,
}

/// A new credential with the challenge that it answers.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DfnsCredentialRegistration)]
pub struct RegistrationBody {
    /// The challenge that is answered.
    challenge_identifier: String,
    /// What the credential is.
    credential_kind: CredentialKind,
    /// What proves that whoever registers it holds it.
    credential_info: CredentialInfoBody,
    /// What its holder calls it.
    #[schema(min_length = 1, max_length = 200)]
    credential_name: String,
}

/// Which credential.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DfnsCredentialName)]
pub struct CredentialNameBody {
    /// Its identifier.
    #[schema(pattern = "^cr-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    credential_uuid: String,
}

/// A challenge for a new credential.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsCredentialChallenge)]
pub struct ChallengeShape {
    /// The kind of credential.
    kind: CredentialKind,
    /// Who registers it.
    user: RegisteringShape,
    /// Names the challenge; it comes back with the answer.
    challenge_identifier: String,
    /// What has to stand in the client data.
    challenge: String,
    /// What a browser needs to make a passkey.
    #[serde(flatten)]
    ceremony: CeremonyShape,
    /// Always empty: the bearer of the answer is the caller's own.
    temporary_authentication_token: &'static str,
}

/// A credential.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsCredential)]
pub struct CredentialShape {
    /// What it is.
    kind: CredentialKind,
    /// The name under which it is offered.
    credential_id: String,
    /// Its identifier.
    #[schema(pattern = "^cr-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    credential_uuid: String,
    /// When it was registered.
    #[schema(format = "date-time")]
    date_created: String,
    /// False when it may not sign.
    is_active: bool,
    /// What its holder calls it.
    name: String,
    /// The public key of a key, as PEM; empty for a passkey.
    public_key: String,
    /// The domain that a passkey belongs to.
    relying_party_id: String,
    /// Where a passkey was made.
    origin: String,
}

/// Credentials.
#[derive(Serialize, ToSchema)]
#[schema(as = DfnsCredentials)]
pub struct CredentialsShape {
    /// All of them.
    items: Vec<CredentialShape>,
}

impl CredentialShape {
    fn new(server: &Server, signer: Signer) -> Self {
        let party = relying_party(&server.public_url);
        let (public_key, relying_party_id, origin) = match signer.kind {
            SignerKind::Key => (signer.material, String::new(), String::new()),
            SignerKind::Passkey => (String::new(), party.id, party.origin),
        };
        Self {
            kind: signer.kind.into(),
            credential_id: signer.credential,
            credential_uuid: identifier::credential(signer.id),
            date_created: signer.created_at.to_string(),
            is_active: signer.active,
            name: signer.name.to_string(),
            public_key,
            relying_party_id,
            origin,
        }
    }
}

/// List one's own credentials
///
/// Those with which the user signs who is asking. The keys of his tokens are not among them.
#[utoipa::path(
    get, path = "/auth/credentials", tag = TAG, operation_id = "list_dfns_credentials",
    responses((status = 200, description = "The credentials", body = CredentialsShape))
)]
pub async fn list(State(server): State<Server>, Bearer(caller): Bearer) -> Result<Json<CredentialsShape>, Refused> {
    expect_user(&server, &caller).await?;
    let signers = server.authority.signers(&caller, None).await?;
    Ok(Json(CredentialsShape { items: signers.into_iter().map(|one| CredentialShape::new(&server, one)).collect() }))
}

/// Ask for a challenge for a new credential
///
/// Only whoever has logged in may.
#[utoipa::path(
    post, path = "/auth/credentials/init", tag = TAG, operation_id = "challenge_dfns_credential",
    request_body = StartBody,
    responses((status = 200, description = "The challenge", body = ChallengeShape))
)]
pub async fn challenge(
    State(server): State<Server>,
    LoggedIn { caller, body: StartBody { kind } }: LoggedIn<StartBody>,
) -> Result<Json<ChallengeShape>, Refused> {
    let user = server.authority.own_record(&caller).await?;
    let passkeys = server.authority.signers(&caller, None).await?.into_iter();
    let passkeys = passkeys.filter(|signer| signer.kind == SignerKind::Passkey).map(|signer| signer.credential);
    let challenge = server.authority.challenge_signer(&caller, None, CHALLENGE_LIFETIME);
    let sealed = Sealed::new(challenge.identifier.as_str()).write(&server.authority);
    Ok(Json(ChallengeShape {
        kind,
        user: (&user).into(),
        challenge_identifier: sealed.expose().to_owned(),
        challenge: challenge.text,
        ceremony: CeremonyShape::new(&server, passkeys),
        temporary_authentication_token: "",
    }))
}

/// Register a credential
///
/// Only whoever has logged in may, and signs for it with a credential that he has.
#[utoipa::path(
    post, path = "/auth/credentials", tag = TAG, operation_id = "create_dfns_credential",
    request_body = RegistrationBody,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses(
        (status = 200, description = "The new credential", body = CredentialShape),
        (status = 409, description = "Another credential is offered under this name, or there are too many", body = super::document::DfnsError)
    )
)]
pub async fn create(
    State(server): State<Server>,
    Signed { caller, body }: Signed<RegistrationBody>,
) -> Result<Json<CredentialShape>, Refused> {
    expect_login(&caller)?;
    let sealed = Sealed::read(&server.authority, &body.challenge_identifier);
    let RegistrationBody { challenge_identifier: _, credential_kind, credential_info, credential_name } = body;
    let credential = CredentialBody::new(credential_kind, credential_info, credential_name);
    let draft = credential.check("")?;
    let sealed = sealed.ok_or(Error::Unproven(Unproven::Challenge))?;
    let party = relying_party(&server.public_url);
    let added = server.authority.add_signer(&caller, sealed.text(), draft, None, &party).await;
    let added = added.map_err(|error| refused(error, "credentialInfo."))?;
    Ok(Json(CredentialShape::new(&server, added)))
}

/// Let a credential sign again
///
/// Without effect when it may.
#[utoipa::path(
    put, path = "/auth/credentials/activate", tag = TAG, operation_id = "activate_dfns_credential",
    request_body = CredentialNameBody,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses((status = 200, description = "It may sign", body = MessageShape))
)]
pub async fn activate(
    State(server): State<Server>,
    Signed { caller, body }: Signed<CredentialNameBody>,
) -> Result<Json<MessageShape>, Refused> {
    switch(&server, &caller, &body.credential_uuid, SignerSwitch::Enable).await
}

/// Let a credential sign nothing for a while
///
/// When this is answered, nothing is accepted that it signs or has signed. Without effect when it may not.
#[utoipa::path(
    put, path = "/auth/credentials/deactivate", tag = TAG, operation_id = "deactivate_dfns_credential",
    request_body = CredentialNameBody,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses((status = 200, description = "It may not sign", body = MessageShape))
)]
pub async fn deactivate(
    State(server): State<Server>,
    Signed { caller, body }: Signed<CredentialNameBody>,
) -> Result<Json<MessageShape>, Refused> {
    switch(&server, &caller, &body.credential_uuid, SignerSwitch::Disable).await
}

/// Delete a credential
///
/// When this is answered, nothing is accepted that it signs or has signed.
#[utoipa::path(
    delete, path = "/auth/credentials/{credentialUuid}", tag = TAG, operation_id = "delete_dfns_credential",
    params(("credentialUuid" = String, Path, description = "The identifier of the credential")),
    request_body = Option<Nothing>,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses((status = 200, description = "It is gone", body = MessageShape))
)]
pub async fn delete(
    State(server): State<Server>,
    Path(id): Path<String>,
    Signed { caller, body: Nothing {} }: Signed<Nothing>,
) -> Result<Json<MessageShape>, Refused> {
    switch(&server, &caller, &id, SignerSwitch::Remove).await
}

async fn switch(
    server: &Server,
    caller: &Caller,
    id: &str,
    switch: SignerSwitch,
) -> Result<Json<MessageShape>, Refused> {
    expect_login(caller)?;
    let id: SignerId = identifier::parse_credential(id).ok_or_else(Refused::not_found)?;
    let own = server.authority.signers(caller, None).await?;
    if !own.iter().any(|signer| signer.id == id) {
        return Err(Refused::not_found());
    }
    server.authority.switch_signer(caller, id, switch, None).await?;
    Ok(Json(MessageShape { message: "success" }))
}
