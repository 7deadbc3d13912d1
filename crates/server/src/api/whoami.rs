//! `/v1/whoami`: what a token is itself.

use super::{
    TOKENS,
    owner_shapes::RoleShape,
    token_shapes::{OwnerKindShape, TokenShape},
};
use crate::{auth::Bearer, problem::Problem, state::Server};
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
    responses((status = 200, description = "The caller", body = WhoamiShape), super::document::Problems)
)]
pub async fn whoami(State(server): State<Server>, Bearer(caller): Bearer) -> Result<Json<WhoamiShape>, Problem> {
    let owner = server.authority.own_record(&caller).await?;
    let token = server.authority.own_token(&caller).await?;
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
