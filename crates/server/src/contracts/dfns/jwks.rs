//! `/.well-known/jwks.json`: the keys that the bearers of this door are signed with. That one fits says who made a
//! bearer, and not that it still works.

use super::refused::Refused;
use crate::{json::Json, state::Server};
use authority::jwt::ed25519::key_set;
use axum::extract::State;
use serde_json::Value;

/// Show the keys that sign bearers
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "Login", operation_id = "show_dfns_keys", security(()),
    responses((status = 200, description = "A set of keys (RFC 7517)", body = Object))
)]
pub async fn show(State(server): State<Server>) -> Result<Json<Value>, Refused> {
    Ok(Json(key_set(server.authority.bearer_keys()?)))
}
