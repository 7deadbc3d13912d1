//! `/auth/registration…`: the first credential of a user, for whoever has his code or comes through a service.

use super::{
    action::CHALLENGE_LIFETIME,
    caller::{allowed_to_bring, expect_service_account},
    challenge_shapes::relying_party,
    credential_input::{CeremonyShape, CredentialBody, CredentialKind, RegisteringShape, refused},
    identifier,
    kind::{OwnerFacts, UserKind},
    operations::Operation,
    pat_input::given,
    pats::username,
    people,
    refused::Refused,
    sealed::Sealed,
    signed::Signed,
    users,
};
use crate::{
    auth::{self, AskedFrom},
    json::{self, Json},
    problem::{Problem, ProblemKind},
    state::Server,
};
use authority::{
    Error,
    error::{Conflict, Unproven},
    signers::FirstChallenge,
};
use axum::extract::{FromRequest, Request, State};
use domain::{
    invalid::Checks,
    name::{Email, Name},
    owner::OwnerKind,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The tag of operations on registrations.
const TAG: &str = "Registration";
const FIRST: &str = "firstFactorCredential";

/// Who wants to register.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DfnsRegistrationStart)]
pub struct StartBody {
    /// The organisation.
    #[schema(pattern = "^or-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    org_id: String,
    /// The address of the user.
    username: String,
    /// The code that whoever created him was given.
    #[schema(format = "password")]
    registration_code: String,
}

/// A customer whom a service brings.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DfnsDelegatedRegistration)]
pub struct DelegatedBody {
    /// His address, which is his name too.
    #[schema(format = "email")]
    email: String,
    /// Always `EndUser`.
    kind: DelegatedKind,
    /// The client's own name for him, which nobody else of the organisation has.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    external_id: Option<String>,
}

/// What somebody is to the organisation whom a service brings.
#[derive(Deserialize, Clone, Copy, ToSchema)]
#[schema(as = DfnsDelegatedKind)]
enum DelegatedKind {
    /// One of its customers.
    EndUser,
}

/// The first credential of a user.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DfnsRegistration)]
pub struct RegistrationBody {
    /// The credential.
    #[serde(rename = "firstFactorCredential")]
    first_factor: CredentialBody,
    /// Not used here: no credential needs a second one.
    #[serde(default, rename = "secondFactorCredential", deserialize_with = "given")]
    #[schema(nullable = false, value_type = Option<Object>)]
    second_factor: Option<serde_json::Value>,
    /// Not used here: recovery keys are not kept.
    #[serde(default, rename = "recoveryCredential", deserialize_with = "given")]
    #[schema(nullable = false, value_type = Option<Object>)]
    recovery: Option<serde_json::Value>,
}

/// A challenge for whoever registers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsRegistrationChallenge)]
pub struct ChallengeShape {
    /// Who registers.
    user: RegisteringShape,
    /// The bearer of the request that registers him, and of no other.
    temporary_authentication_token: String,
    /// What has to stand in the client data.
    challenge: String,
    /// The kinds of credentials that there are.
    supported_credential_kinds: KindsShape,
    /// What a browser needs to make a passkey.
    #[serde(flatten)]
    ceremony: CeremonyShape,
    /// Always empty: there are no one-time codes.
    otp_url: &'static str,
}

/// The kinds of credentials that there are.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsSupportedKinds)]
struct KindsShape {
    /// For the first one.
    first_factor: Vec<CredentialKind>,
    /// Always empty: no credential needs a second one.
    second_factor: Vec<CredentialKind>,
}

/// A user who has registered.
#[derive(Serialize, ToSchema)]
#[schema(as = DfnsRegistered)]
pub struct RegisteredShape {
    /// His credential.
    credential: RegisteredCredentialShape,
    /// The user.
    user: RegisteredUserShape,
}

/// A credential that was registered.
#[derive(Serialize, ToSchema)]
#[schema(as = DfnsRegisteredCredential)]
struct RegisteredCredentialShape {
    /// Its identifier.
    uuid: String,
    /// What it is.
    kind: CredentialKind,
    /// What its holder calls it.
    name: String,
}

/// A user who has registered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsRegisteredUser)]
struct RegisteredUserShape {
    /// His identifier.
    id: String,
    /// His address.
    username: String,
    /// His organisation.
    org_id: String,
}

/// Ask for a challenge to register with
///
/// Whoever created the user was given the code. Whatever is wrong, the answer is the same.
#[utoipa::path(
    post, path = "/auth/registration/init", tag = TAG, operation_id = "challenge_dfns_registration", security(()),
    request_body = StartBody,
    responses(
        (status = 200, description = "The challenge", body = ChallengeShape),
        (status = 401, description = "There is no such user, or the code is not his or was used.", body = super::document::DfnsError)
    )
)]
pub async fn challenge(
    State(server): State<Server>,
    Json(body): Json<StartBody>,
) -> Result<Json<ChallengeShape>, Refused> {
    let started = server.authority.challenge_first_signers(&body.registration_code, CHALLENGE_LIFETIME).await;
    let first = started.map_err(or_unauthenticated)?;
    let email = Email::parse("username", &body.username).ok();
    let is_his = first.user.email == email && identifier::organisation(first.user.organisation_id) == body.org_id;
    if email.is_none() || !is_his {
        return Err(ProblemKind::Unauthenticated.into());
    }
    Ok(Json(shown(&server, &first)))
}

/// Bring a customer
///
/// Creates him and asks for the challenge with which he registers. Only a service account may.
#[utoipa::path(
    post, path = "/auth/registration/delegated", tag = TAG, operation_id = "challenge_dfns_delegated_registration",
    request_body = DelegatedBody,
    security(("authenticationToken" = [], "userActionSignature" = [])),
    responses(
        (status = 200, description = "The challenge", body = ChallengeShape),
        (status = 409, description = "Somebody else has this address or this externalId", body = super::document::DfnsError)
    )
)]
pub async fn delegate(
    State(server): State<Server>,
    Signed { caller, body }: Signed<DelegatedBody>,
) -> Result<Json<ChallengeShape>, Refused> {
    expect_service_account(&server, &caller).await?;
    let caller = allowed_to_bring(&server, caller, Operation::RegisterDelegated).await?;
    let mut checks = Checks::new();
    let DelegatedKind::EndUser = body.kind;
    let email = checks.take(Email::parse("email", &body.email));
    let name = checks.take(Name::parse("email", &body.email));
    let external_id = body.external_id.and_then(|id| checks.take(Name::parse("externalId", &id)));
    let (email, name) = checks.finish_with(email.zip(name))?;
    people::expect_unused(&server, &caller, OwnerKind::User, external_id.as_ref(), None).await?;
    let external_id = external_id.map(|name| name.to_string());
    let facts = OwnerFacts { kind: UserKind::EndUser, external_id, state: None };
    let invitation = server.authority.create_invited(&caller, users::draft(name, email, &facts), None).await?.record;
    let link = invitation.secret.expose();
    let first = server.authority.challenge_first_signers(link, CHALLENGE_LIFETIME).await?;
    Ok(Json(shown(&server, &first)))
}

/// Register
///
/// The bearer is the temporary token of the challenge; it works until the user has a credential.
#[utoipa::path(
    post, path = "/auth/registration", tag = TAG, operation_id = "register_at_dfns", request_body = RegistrationBody,
    responses(
        (status = 200, description = "The user, who can log in now", body = RegisteredShape),
        (status = 409, description = "Another credential is offered under this name", body = super::document::DfnsError)
    )
)]
pub async fn register(
    State(server): State<Server>,
    AskedFrom(origin): AskedFrom,
    Temporary { sealed, body }: Temporary,
) -> Result<Json<RegisteredShape>, Refused> {
    let RegistrationBody { first_factor, second_factor, recovery } = body;
    let kind = first_factor.credential_kind;
    let mut checks = Checks::new();
    if second_factor.is_some() {
        checks.refuse("secondFactorCredential", "must be left out: no credential needs a second one here");
    }
    if recovery.is_some() {
        checks.refuse("recoveryCredential", "must be left out: recovery keys are not kept here");
    }
    let draft = checks.take(first_factor.check(FIRST));
    let draft = checks.finish_with(draft)?;
    let name = draft.name.to_string();
    let party = relying_party(&server.public_url);
    let registered = server.authority.register_first_signers(sealed.text(), vec![draft], &party, &origin).await;
    let registered = registered.map_err(|error| match error {
        void @ (Error::Unproven(Unproven::Challenge) | Error::Conflict(Conflict::LinkVoid)) => or_unauthenticated(void),
        other => refused(other, &format!("{FIRST}.credentialInfo.")),
    })?;
    let user = &registered.user;
    let uuid = registered.signers.first().map(|signer| identifier::credential(*signer)).unwrap_or_default();
    Ok(Json(RegisteredShape {
        credential: RegisteredCredentialShape { uuid, kind, name },
        user: RegisteredUserShape {
            id: identifier::user(user.id),
            username: username(user).to_owned(),
            org_id: identifier::organisation(user.organisation_id),
        },
    }))
}

/// A request of somebody who registers: the challenge that his temporary token names, and the body.
pub struct Temporary {
    sealed: Sealed,
    body: RegistrationBody,
}

impl FromRequest<Server> for Temporary {
    type Rejection = Refused;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Refused> {
        let sealed = Sealed::read(&server.authority, auth::bearer(request.headers())?);
        let sealed = sealed.ok_or_else(Problem::token_refused)?;
        let Json(body) = json::Json::from_request(request, server).await?;
        Ok(Self { sealed, body })
    }
}

/// Nobody learns which part of what he showed was wrong.
fn or_unauthenticated(error: Error) -> Refused {
    match error {
        Error::Conflict(Conflict::LinkVoid) | Error::Unproven(Unproven::Challenge) => {
            ProblemKind::Unauthenticated.into()
        }
        other => other.into(),
    }
}

fn shown(server: &Server, first: &FirstChallenge) -> ChallengeShape {
    let temporary = Sealed::new(first.challenge.identifier.as_str());
    let temporary = temporary.of_organisation(first.user.organisation_id).write(&server.authority);
    ChallengeShape {
        user: (&first.user).into(),
        temporary_authentication_token: temporary.expose().to_owned(),
        challenge: first.challenge.text.clone(),
        supported_credential_kinds: KindsShape {
            first_factor: vec![CredentialKind::Key, CredentialKind::Fido2],
            second_factor: Vec::new(),
        },
        ceremony: CeremonyShape::new(server, []),
        otp_url: "",
    }
}
