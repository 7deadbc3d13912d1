//! `/auth/action…`: a challenge about a request that is going to be made, and the action token for its answer.

use super::{
    caller::Bearer,
    challenge_shapes::{ChallengeShape, relying_party},
    factor::AnswerBody,
    pat_input::given,
    payload,
    refused::Refused,
    sealed::Sealed,
    signed::asked,
};
use crate::{json::Json, problem::Problem, state::Server};
use axum::extract::State;
use domain::invalid::{Checks, Invalid};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;

/// The tag of operations on signatures.
const TAG: &str = "User actions";
/// How long a challenge may be answered.
pub const CHALLENGE_LIFETIME: Duration = Duration::from_mins(5);
/// How long an action token works.
const ACTION_LIFETIME: Duration = Duration::from_mins(1);
/// The longest path that is announced, in bytes: what is sealed has to fit into the field of a header.
const PATH_BYTES: usize = 512;

/// A request that is going to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DfnsAction)]
pub struct ActionBody {
    /// The body, as its JSON text; empty for none.
    #[serde(rename = "userActionPayload")]
    payload: String,
    /// The method.
    #[serde(rename = "userActionHttpMethod")]
    method: ActionMethod,
    /// The path, with the query or without it.
    #[serde(rename = "userActionHttpPath")]
    #[schema(min_length = 1, max_length = 512)]
    path: String,
    /// Not used: there is one server.
    #[serde(rename = "userActionServerKind", default, deserialize_with = "given")]
    #[schema(nullable = false)]
    #[allow(dead_code, reason = "clients send it, and nothing depends on it")]
    server_kind: Option<ServerKind>,
}

/// The method of a request.
#[derive(Deserialize, Clone, Copy, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schema(as = DfnsActionMethod)]
enum ActionMethod {
    /// `POST`.
    Post,
    /// `PUT`.
    Put,
    /// `DELETE`.
    Delete,
    /// `GET`.
    Get,
}

/// The server that a request goes to.
#[derive(Deserialize, ToSchema)]
#[schema(as = DfnsServerKind)]
enum ServerKind {
    /// The one that there is.
    Api,
    /// The one of the product's own people.
    Staff,
}

/// An action token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsActionToken)]
pub struct ActionShape {
    /// Works once, for the announced request of the same bearer.
    user_action: String,
}

impl ActionMethod {
    fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Get => "GET",
        }
    }
}

/// Ask for a challenge
///
/// It is about one request: its method, its path, what its body means, and who is asking. Whoever shows a token
/// that has a key of its own answers with that key; everybody else with one of his credentials.
#[utoipa::path(
    post, path = "/auth/action/init", tag = TAG, operation_id = "challenge_dfns_action", request_body = ActionBody,
    responses((status = 200, description = "The challenge", body = ChallengeShape))
)]
pub async fn challenge(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Json(body): Json<ActionBody>,
) -> Result<Json<ChallengeShape>, Refused> {
    let mut checks = Checks::new();
    let payload = checks.take(announced_payload(&body.payload));
    let target = checks.take(announced_path(&body.path));
    let (payload, target) = checks.finish_with(payload.zip(target))?;
    let query = target.contains('?');
    let asked = asked(body.method.as_str(), target, payload);
    let challenge = server.authority.challenge_action(&caller, asked, CHALLENGE_LIFETIME).await?;
    Ok(Json(ChallengeShape::of_action(&server, &challenge, query)))
}

/// Answer a challenge
///
/// A challenge may be answered once, rightly or not.
#[utoipa::path(
    post, path = "/auth/action", tag = TAG, operation_id = "sign_dfns_action", request_body = AnswerBody,
    responses((status = 200, description = "The action token", body = ActionShape))
)]
pub async fn sign(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Json(body): Json<AnswerBody>,
) -> Result<Json<ActionShape>, Refused> {
    let (sealed, answer) = body.check(&server.authority)?;
    let party = relying_party(&server.public_url);
    let signed = server.authority.sign_action(&caller, sealed.text(), &answer, &party, ACTION_LIFETIME).await;
    let signed = signed.map_err(Refused::answer)?;
    let action = Sealed::new(signed.secret.expose()).about_query(sealed.is_about_query());
    Ok(Json(ActionShape { user_action: action.write(&server.authority).expose().to_owned() }))
}

fn announced_payload(text: &str) -> Result<[u8; 32], Invalid> {
    let rule = "must be empty, or the text of a JSON value in which no key stands twice";
    payload::digest(text.as_bytes()).map_err(|_: Problem| Invalid::field("userActionPayload", rule))
}

fn announced_path(path: &str) -> Result<String, Invalid> {
    let rule = "must be a path, with the query or without it, of at most 512 bytes";
    let (bare, query) = path.split_once('?').unwrap_or((path, ""));
    let good = path.len() <= PATH_BYTES && path.bytes().all(|byte| byte.is_ascii_graphic()) && bare.starts_with('/');
    match (good, query) {
        (false, _) => Err(Invalid::field("userActionHttpPath", rule)),
        (true, "") => Ok(bare.to_owned()),
        (true, query) => Ok(format!("{bare}?{query}")),
    }
}
