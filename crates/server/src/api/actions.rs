//! `/v1/actions`: sign a request before it is made.
//!
//! A challenge about exactly one request, its answer by a key or a passkey, and an action token that works
//! once, for a minute, in `X-Jeton-Action` of that request.

use super::{
    SIGNING,
    answers::{AnswerBody, challenge_identifier},
    challenge_shapes::ChallengeShape,
};
use crate::{auth::Shown, json::Json, problem::Problem, signed_action, state::Server};
use axum::{extract::State, http::StatusCode};
use domain::{
    hexadecimal,
    invalid::{Checks, Invalid},
    limits,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// The methods of requests that change something.
const METHODS: [&str; 4] = ["DELETE", "PATCH", "POST", "PUT"];

/// A request that is going to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewActionChallenge)]
pub struct ChallengeBody {
    /// Its method.
    #[schema(pattern = "^(DELETE|PATCH|POST|PUT)$")]
    method: String,
    /// Its path and query, as they will be sent: `/v1/tokens/…`.
    #[schema(min_length = 1, max_length = 2_048, pattern = "^/")]
    path: String,
    /// SHA-256 of the exact bytes of its body, as 64 hexadecimal digits; left out for a request without one.
    #[serde(default)]
    #[schema(pattern = "^[0-9a-f]{64}$")]
    body_sha256: Option<String>,
}

/// The answer to a challenge.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAction)]
pub struct ActionBody {
    /// Names the challenge.
    #[schema(min_length = 1, max_length = 8_192)]
    challenge_identifier: String,
    /// The answer.
    answer: AnswerBody,
}

/// What a right answer gives.
#[derive(Serialize, ToSchema)]
#[schema(as = Action)]
pub struct ActionShape {
    /// The action token, for `X-Jeton-Action`. It works once.
    action: String,
    /// When it stops working.
    #[schema(format = "date-time")]
    expires_at: String,
}

impl ChallengeBody {
    fn check(self) -> Result<(String, String, [u8; 32]), Invalid> {
        let mut checks = Checks::new();
        let method = if METHODS.contains(&self.method.as_str()) {
            Ok(self.method)
        } else {
            Err(Invalid::field("method", format!("must be one of {}", METHODS.join(", "))))
        };
        let path = match self.path.parse::<http::uri::PathAndQuery>() {
            Ok(path)
                if path.as_str() == self.path
                    && self.path.starts_with('/')
                    && self.path.len() <= limits::SIGNED_PATH_BYTES =>
            {
                Ok(path.to_string())
            }
            _ => Err(Invalid::field("path", "must be the path and query of a request, at most 2048 bytes")),
        };
        let digest = self.body_sha256.map_or_else(|| Ok(Sha256::digest(b"").into()), |digits| digest(&digits));
        let (method, path) = (checks.take(method), checks.take(path));
        let digest = checks.take(digest);
        checks.finish_with(method.zip(path).zip(digest).map(|((method, path), digest)| (method, path, digest)))
    }
}

fn digest(digits: &str) -> Result<[u8; 32], Invalid> {
    let mut digest = [0; 32];
    if hexadecimal::decode(digits, &mut digest) {
        Ok(digest)
    } else {
        Err(Invalid::field("body_sha256", "must be 64 hexadecimal digits"))
    }
}

/// Ask for a challenge about a request
///
/// Sign it within a minute. It is answered once, rightly or wrongly.
#[utoipa::path(
    post, path = "/v1/actions/challenges", tag = SIGNING, security(("bearer" = []), ("session" = [])), operation_id = "challenge_action",
    request_body = ChallengeBody,
    responses((status = 201, description = "The challenge", body = ChallengeShape))
)]
pub async fn challenge(
    State(server): State<Server>,
    Shown(caller): Shown,
    Json(body): Json<ChallengeBody>,
) -> Result<(StatusCode, Json<ChallengeShape>), Problem> {
    let (method, path, digest) = body.check()?;
    let asked = signed_action::asked(&server, &method, &path, digest);
    let challenge = server.authority.challenge_action(&caller, asked, limits::CHALLENGE_LIFETIME).await?;
    Ok((StatusCode::CREATED, Json(ChallengeShape::new(&challenge, &server))))
}

/// Answer a challenge about a request
///
/// The action token works once, within a minute, for that request of the same credential.
#[utoipa::path(
    post, path = "/v1/actions", tag = SIGNING, security(("bearer" = []), ("session" = [])), operation_id = "sign_action",
    request_body = ActionBody,
    responses((status = 201, description = "The action token", body = ActionShape))
)]
pub async fn sign(
    State(server): State<Server>,
    Shown(caller): Shown,
    Json(body): Json<ActionBody>,
) -> Result<(StatusCode, Json<ActionShape>), Problem> {
    let mut checks = Checks::new();
    let identifier = checks.take(challenge_identifier(body.challenge_identifier));
    let answer = checks.take(body.answer.check());
    let (identifier, answer) = checks.finish_with(identifier.zip(answer))?;
    let (party, lifetime) = (server.relying_party(), limits::ACTION_LIFETIME);
    let action = server.authority.sign_action(&caller, &identifier, &answer, &party, lifetime).await?;
    let shape = ActionShape { action: action.secret.expose().to_owned(), expires_at: action.expires_at.to_string() };
    Ok((StatusCode::CREATED, Json(shape)))
}
