//! `/v1/sessions/challenges` and `/v1/sessions/passkeys`: sign in with a passkey that says whose it is.

use super::{
    answers::{AnswerBody, challenge_identifier},
    challenge_shapes::ChallengeShape,
    sessions::{OpenedShape, SESSIONS, opened},
};
use crate::{
    auth::{AskedFrom, session_of},
    cookie,
    json::Json,
    problem::Problem,
    state::Server,
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use domain::invalid::Checks;
use serde::Deserialize;
use utoipa::ToSchema;

/// The answer of a passkey to a challenge for whoever has one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasskeySignIn)]
pub struct PasskeyBody {
    /// Names the challenge.
    #[schema(min_length = 1, max_length = 8_192)]
    challenge_identifier: String,
    /// The answer. Its user handle is the identifier of the user, in its 16 bytes.
    answer: AnswerBody,
}

/// Ask for a challenge to sign in with a passkey
///
/// Nobody is named: the passkey says whose it is. The challenge is answered once, within a minute.
#[utoipa::path(
    post, path = "/v1/sessions/challenges", tag = SESSIONS, operation_id = "challenge_sign_in", security(()),
    params(("X-Jeton-Request" = String, Header, description = "Any value: other sites cannot send it")),
    responses((status = 201, description = "The challenge", body = ChallengeShape))
)]
pub async fn challenge(
    State(server): State<Server>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<ChallengeShape>), Problem> {
    cookie::expect_same_site(&headers, &server)?;
    let challenge = server.authority.challenge_passkey_sign_in();
    Ok((StatusCode::CREATED, Json(ChallengeShape::new(&challenge, &server))))
}

/// Sign in with a passkey
///
/// The answer sets the session cookie. A session that came with the request ends.
#[utoipa::path(
    post, path = "/v1/sessions/passkeys", tag = SESSIONS, operation_id = "sign_in_with_passkey", security(()),
    params(("X-Jeton-Request" = String, Header, description = "Any value: other sites cannot send it")),
    request_body = PasskeyBody,
    responses((status = 201, description = "Signed in", body = OpenedShape))
)]
pub async fn open(
    State(server): State<Server>,
    headers: HeaderMap,
    AskedFrom(origin): AskedFrom,
    Json(body): Json<PasskeyBody>,
) -> Result<Response, Problem> {
    cookie::expect_same_site(&headers, &server)?;
    let mut checks = Checks::new();
    let identifier = checks.take(challenge_identifier(body.challenge_identifier));
    let answer = checks.take(body.answer.check());
    let (identifier, answer) = checks.finish_with(identifier.zip(answer))?;
    let replaces = session_of(&headers, &server).await;
    let party = server.relying_party();
    let signed_in = server.authority.sign_in_with_passkey(&identifier, &answer, &party, origin, replaces).await;
    server.metrics.sign_in(signed_in.is_ok());
    Ok(opened(&signed_in?, &server))
}
