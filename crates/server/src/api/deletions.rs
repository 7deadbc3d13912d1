//! `/v1/tokens/delete`, `/v1/tokens/revoke-by-secret` and `/v1/deletions`: deletions of more than one
//! token, and of a token by its secret.

use super::{TOKENS, token_filter::TokenFilterBody, token_shapes::TokenShape};
use crate::{
    auth::{AskedFrom, Bearer},
    json::{Json, secret},
    path::Path,
    problem::Problem,
    state::Server,
};
use authority::delete::Deleting;
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    hexadecimal,
    id::DeletionId,
    invalid::{Checks, Invalid},
    name,
    secret::Secret,
};
use serde::{Deserialize, Serialize};
use store::query::{Deletion, Preview, PreviewDigest};
use utoipa::ToSchema;

/// Which tokens to delete, or to preview.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeletionRequest)]
pub struct DeletionBody {
    /// Which tokens.
    #[serde(deserialize_with = "crate::json::object")]
    filter: TokenFilterBody,
    /// True to see what would be deleted, without deleting it.
    #[serde(default)]
    dry_run: bool,
    /// The `preview` of a dry run: the deletion is refused when it would mean other tokens now.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    preview: Option<String>,
    /// Why, up to 500 characters, for the journal.
    #[schema(min_length = 1, max_length = 500)]
    reason: Option<String>,
}

/// What a deletion would delete, or has deleted.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = DeletionAnswer)]
pub enum DeletionAnswer {
    /// The answer to a dry run.
    Preview(PreviewShape),
    /// The answer to a deletion in one commit.
    Done(DeletedCount),
}

/// What a deletion would delete.
#[derive(Serialize, ToSchema)]
#[schema(as = DeletionPreview)]
pub struct PreviewShape {
    /// How many tokens.
    count: u64,
    /// Names exactly this set of tokens.
    preview: String,
    /// Some of them, the newest first.
    sample: Vec<TokenShape>,
    /// Those used most recently, the latest first.
    recently_used: Vec<TokenShape>,
}

/// How many tokens were deleted.
#[derive(Serialize, ToSchema)]
#[schema(as = DeletedCount)]
pub struct DeletedCount {
    /// How many.
    deleted: u64,
}

/// A deletion that runs in steps.
#[derive(Serialize, ToSchema)]
#[schema(as = DeletionStarted)]
pub struct DeletionStarted {
    /// How far it has come.
    deletion: DeletionShape,
}

/// How far a deletion in steps has come.
#[derive(Serialize, ToSchema)]
#[schema(as = Deletion)]
pub struct DeletionShape {
    /// Its identifier, a UUID.
    #[schema(format = "uuid")]
    id: String,
    /// Who asked for it.
    #[schema(format = "uuid")]
    author: Option<String>,
    /// Why, when a reason was given.
    reason: Option<String>,
    /// How many tokens it covered when it began.
    total: u64,
    /// How many it has deleted.
    deleted: u64,
    /// When it began.
    #[schema(format = "date-time")]
    started_at: String,
    /// When it ended; null while it runs.
    #[schema(format = "date-time")]
    finished_at: Option<String>,
}

impl DeletionShape {
    fn new(deletion: &Deletion) -> Self {
        Self {
            id: deletion.id.to_string(),
            author: deletion.author.map(|author| author.to_string()),
            reason: deletion.reason.clone(),
            total: deletion.total,
            deleted: deletion.deleted,
            started_at: deletion.started_at.to_string(),
            finished_at: deletion.finished_at.map(|at| at.to_string()),
        }
    }
}

/// Delete every token that a filter selects
///
/// With `dry_run` it only shows what would be deleted; passing its `preview` back makes sure that
/// what was reviewed is what is deleted. Up to 10,000 tokens are deleted in one commit; more than
/// that run in steps, which survive the caller.
#[utoipa::path(
    post, path = "/v1/tokens/delete", tag = TOKENS, operation_id = "delete_tokens",
    request_body = DeletionBody,
    responses(
        (status = 200, description = "The preview of a dry run, or how many tokens were deleted", body = DeletionAnswer),
        (status = 202, description = "The deletion runs in steps", body = DeletionStarted)
    )
)]
pub async fn delete(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Json(body): Json<DeletionBody>,
) -> Result<Response, Problem> {
    let mut checks = Checks::new();
    let filter = checks.take(body.filter.check_some());
    let expects = body.preview.as_deref().and_then(|preview| checks.take(preview_digest(preview)));
    let reason = body.reason.and_then(|reason| checks.take(name::reason("reason", &reason)));
    let filter = checks.finish_with(filter)?;
    if body.dry_run {
        let preview = server.authority.preview_deletion(&caller, filter).await?;
        return Ok(axum::Json(DeletionAnswer::Preview(preview_shape(&preview, &server))).into_response());
    }
    match server.authority.delete_where(&caller, filter, expects, reason).await? {
        Deleting::Done { tokens } => {
            Ok(axum::Json(DeletionAnswer::Done(DeletedCount { deleted: tokens })).into_response())
        }
        Deleting::Started(deletion) => {
            let location = [(header::LOCATION, format!("/v1/deletions/{}", deletion.id))];
            let started = DeletionStarted { deletion: DeletionShape::new(&deletion) };
            Ok((StatusCode::ACCEPTED, location, axum::Json(started)).into_response())
        }
    }
}

/// Show how far a deletion in steps has come
///
/// Needs the scope `tokens:read`, or `tokens:write`.
#[utoipa::path(
    get, path = "/v1/deletions/{id}", tag = TOKENS, operation_id = "show_deletion",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "The deletion", body = DeletionShape))
)]
pub async fn show(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
) -> Result<axum::Json<DeletionShape>, Problem> {
    let deletion = server.authority.deletion(&caller, DeletionId::parse("id", &id)?).await?;
    Ok(axum::Json(DeletionShape::new(&deletion)))
}

/// The secret of the token to delete.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RevocationBySecret)]
pub struct RevocationBody {
    /// The secret.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    token: Secret,
    /// Why, up to 500 characters, for the journal.
    #[schema(min_length = 1, max_length = 500)]
    reason: Option<String>,
}

/// Delete the token that a secret belongs to
///
/// Whoever holds a secret may end it: no other credential is needed. The answer is the same whether
/// or not there was such a token.
#[utoipa::path(
    post, path = "/v1/tokens/revoke-by-secret", tag = TOKENS, operation_id = "revoke_token_by_secret",
    security(()), request_body = RevocationBody,
    responses((status = 204, description = "No token has this secret any more"))
)]
pub async fn revoke_by_secret(
    State(server): State<Server>,
    AskedFrom(origin): AskedFrom,
    Json(body): Json<RevocationBody>,
) -> Result<StatusCode, Problem> {
    let reason = body.reason.map(|reason| name::reason("reason", &reason)).transpose()?;
    server.authority.delete_by_secret(body.token.expose(), reason, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn preview_shape(preview: &Preview, server: &Server) -> PreviewShape {
    let now = server.authority.now();
    let shapes = |tokens: &[domain::token::Token]| tokens.iter().map(|token| TokenShape::new(token, now)).collect();
    PreviewShape {
        count: preview.count,
        preview: hexadecimal::encode(&preview.digest),
        sample: shapes(&preview.sample),
        recently_used: shapes(&preview.recently_used),
    }
}

fn preview_digest(text: &str) -> Result<PreviewDigest, Invalid> {
    let mut digest = [0; 32];
    let rule = "must be the 64 hexadecimal digits of a dry run's answer";
    if hexadecimal::decode(text, &mut digest) { Ok(digest) } else { Err(Invalid::field("preview", rule)) }
}
