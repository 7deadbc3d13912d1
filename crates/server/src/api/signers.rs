//! `/v1/signers`: the keys and passkeys of users and service accounts.

use super::{
    SIGNING,
    answers::{KindWord, RegistrationBody, challenge_identifier},
    challenge_shapes::ChallengeShape,
};
use crate::{
    auth::Shown,
    json::{Json, secret_if_any},
    path::Path,
    problem::Problem,
    query::Query,
    state::Server,
};
use authority::signers::SignerDraft;
use axum::{extract::State, http::StatusCode};
use domain::{
    id::{OwnerId, SignerId},
    invalid::Checks,
    limits,
    name::Name,
    secret::Secret,
    signer::Signer,
};
use serde::{Deserialize, Serialize};
use store::change::SignerSwitch;
use utoipa::{IntoParams, ToSchema};

/// A key or a passkey.
#[derive(Serialize, ToSchema)]
#[schema(as = Signer)]
pub struct SignerShape {
    /// Its identifier, a UUID.
    #[schema(format = "uuid")]
    id: String,
    /// Whose it is, a UUID.
    #[schema(format = "uuid")]
    owner: String,
    /// What it is.
    #[schema(value_type = KindWord)]
    kind: &'static str,
    /// What its holder called it.
    name: String,
    /// The name under which it is offered.
    credential: String,
    /// False when it may not sign.
    active: bool,
    /// When it was registered.
    #[schema(format = "date-time")]
    created_at: String,
}

impl SignerShape {
    fn new(signer: &Signer) -> Self {
        Self {
            id: signer.id.to_string(),
            owner: signer.owner.to_string(),
            kind: signer.kind.as_str(),
            name: signer.name.to_string(),
            credential: signer.credential.clone(),
            active: signer.active,
            created_at: signer.created_at.to_string(),
        }
    }
}

/// Some signers.
#[derive(Serialize, ToSchema)]
#[schema(as = Signers)]
pub struct SignersShape {
    /// The signers, the oldest first.
    items: Vec<SignerShape>,
}

/// Whose signers.
#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct SignersQuery {
    /// Of this user or service account; of the caller when left out.
    #[param(format = "uuid", min_length = 36, max_length = 36)]
    owner: Option<String>,
}

/// A new signer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSigner)]
pub struct NewSignerBody {
    /// Names the challenge.
    #[schema(min_length = 1, max_length = 8_192)]
    challenge_identifier: String,
    /// What to call it, 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// What proves that somebody holds it.
    registration: RegistrationBody,
    /// The caller's password, where no signed action comes with the request.
    #[serde(default, deserialize_with = "secret_if_any")]
    #[schema(value_type = Option<String>, format = "password")]
    current_password: Option<Secret>,
}

/// What shall become of a signer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignerPatch)]
pub struct SignerPatchBody {
    /// False to disable it, true to enable it.
    active: bool,
    /// The caller's password, where no signed action comes with the request.
    #[serde(default, deserialize_with = "secret_if_any")]
    #[schema(value_type = Option<String>, format = "password")]
    current_password: Option<Secret>,
}

/// List signers
#[utoipa::path(
    get, path = "/v1/signers", tag = SIGNING, security(("bearer" = []), ("session" = [])), operation_id = "list_signers", params(SignersQuery),
    responses((status = 200, description = "The signers", body = SignersShape))
)]
pub async fn list(
    State(server): State<Server>,
    Shown(caller): Shown,
    Query(query): Query<SignersQuery>,
) -> Result<Json<SignersShape>, Problem> {
    let owner = query.owner.map(|owner| OwnerId::parse("owner", &owner)).transpose()?;
    let signers = server.authority.signers(&caller, owner).await?;
    Ok(Json(SignersShape { items: signers.iter().map(SignerShape::new).collect() }))
}

/// Ask for a challenge for a new signer of the caller
#[utoipa::path(
    post, path = "/v1/signers/challenges", tag = SIGNING, security(("bearer" = []), ("session" = [])), operation_id = "challenge_signer",
    responses((status = 201, description = "The challenge", body = ChallengeShape))
)]
pub async fn challenge(State(server): State<Server>, Shown(caller): Shown) -> (StatusCode, Json<ChallengeShape>) {
    let challenge = server.authority.challenge_signer(&caller, None, limits::CHALLENGE_LIFETIME);
    (StatusCode::CREATED, Json(ChallengeShape::new(&challenge, &server)))
}

/// Register a signer of the caller
///
/// It takes a signed action or the caller's password: a stolen token alone must not be enough. Only the
/// first signer of an owner without a password, such as a service account, needs neither.
#[utoipa::path(
    post, path = "/v1/signers", tag = SIGNING, security(("bearer" = []), ("session" = [])), operation_id = "add_signer",
    request_body = NewSignerBody,
    responses((status = 201, description = "The new signer", body = SignerShape))
)]
pub async fn add(
    State(server): State<Server>,
    Shown(caller): Shown,
    Json(body): Json<NewSignerBody>,
) -> Result<(StatusCode, Json<SignerShape>), Problem> {
    let mut checks = Checks::new();
    let name = checks.take(Name::parse("name", &body.name));
    let registration = checks.take(body.registration.check());
    let identifier = checks.take(challenge_identifier(body.challenge_identifier));
    let ((name, registration), identifier) = checks.finish_with(name.zip(registration).zip(identifier))?;
    let draft = SignerDraft { name, registration };
    let (password, party) = (body.current_password, server.relying_party());
    let signer = server.authority.add_signer(&caller, &identifier, draft, password, &party).await?;
    Ok((StatusCode::CREATED, Json(SignerShape::new(&signer))))
}

/// Disable or enable a signer
///
/// A disabled one signs nothing more as soon as this is answered. One's own are changed with a signed
/// action or the password.
#[utoipa::path(
    patch, path = "/v1/signers/{id}", tag = SIGNING, security(("bearer" = []), ("session" = [])), operation_id = "update_signer",
    params(("id" = String, Path, format = "uuid")),
    request_body = SignerPatchBody,
    responses((status = 200, description = "The signer", body = SignerShape))
)]
pub async fn update(
    State(server): State<Server>,
    Shown(caller): Shown,
    Path(id): Path<String>,
    Json(body): Json<SignerPatchBody>,
) -> Result<Json<SignerShape>, Problem> {
    let switch = if body.active { SignerSwitch::Enable } else { SignerSwitch::Disable };
    let id = SignerId::parse("id", &id)?;
    let signer = server.authority.switch_signer(&caller, id, switch, body.current_password).await?;
    Ok(Json(SignerShape::new(&signer)))
}

/// Remove a signer
///
/// It signs nothing more as soon as this is answered. One's own are removed with a signed action.
#[utoipa::path(
    delete, path = "/v1/signers/{id}", tag = SIGNING, security(("bearer" = []), ("session" = [])), operation_id = "remove_signer",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 204, description = "The signer is gone"))
)]
pub async fn remove(
    State(server): State<Server>,
    Shown(caller): Shown,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = SignerId::parse("id", &id)?;
    server.authority.switch_signer(&caller, id, SignerSwitch::Remove, None).await?;
    Ok(StatusCode::NO_CONTENT)
}
