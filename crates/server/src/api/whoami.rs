//! `/v1/whoami`: what a token is itself.

use super::{
    TOKENS,
    owner_shapes::RoleShape,
    token_shapes::{OwnerKindShape, TokenShape},
};
use crate::{auth::Bearer, problem::Problem, state::Server};
use authority::Error;
use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

/// Who shows the credential, and what it may do.
#[derive(Serialize, ToSchema)]
#[schema(as = Whoami)]
pub struct WhoamiShape {
    /// The user or service account.
    #[schema(format = "uuid")]
    owner: String,
    /// Whether that is a person or a program.
    #[schema(value_type = OwnerKindShape)]
    owner_kind: &'static str,
    /// Its name.
    name: String,
    /// Its organisation.
    #[schema(format = "uuid")]
    organisation: String,
    /// Its role.
    #[schema(value_type = RoleShape)]
    role: &'static str,
    /// What the credential may do now.
    scopes: Vec<String>,
    /// The token that was shown.
    token: Option<TokenShape>,
}

/// Show what the caller's own token is
///
/// Any active token may ask this, whatever its scopes.
#[utoipa::path(
    get, path = "/v1/whoami", tag = TOKENS, operation_id = "whoami",
    responses((status = 200, description = "The caller", body = WhoamiShape))
)]
pub async fn whoami(State(server): State<Server>, Bearer(caller): Bearer) -> Result<Json<WhoamiShape>, Problem> {
    let owner = server.authority.own_record(&caller).await.map_err(gone)?;
    let token = server.authority.own_token(&caller).await.map_err(gone)?;
    let now = server.authority.now();
    Ok(Json(WhoamiShape {
        owner: caller.owner.to_string(),
        owner_kind: owner.kind.as_str(),
        name: owner.name.to_string(),
        organisation: caller.organisation.to_string(),
        role: caller.role.as_str(),
        scopes: caller.scopes.iter().map(ToString::to_string).collect(),
        token: token.map(|token| TokenShape::new(&token, now)),
    }))
}

/// A token that was deleted since it was shown is refused like one that was deleted before.
fn gone(error: Error) -> Problem {
    if matches!(error, Error::NotFound) { Problem::token_refused() } else { error.into() }
}
