//! `/healthz` and `/readyz`: whether the process runs, and whether it can do its work.

use crate::{
    problem::{Problem, ProblemKind},
    state::Server,
};
use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

const HEALTH: &str = "Health";

/// A sign of life.
#[derive(Serialize, ToSchema)]
#[schema(as = Health)]
pub struct HealthShape {
    /// Always `ok`.
    status: &'static str,
}

/// Say that the process runs
#[utoipa::path(
    get, path = "/healthz", tag = HEALTH, operation_id = "health", security(()),
    responses((status = 200, description = "It runs", body = HealthShape))
)]
pub async fn health() -> Json<HealthShape> {
    Json(HealthShape { status: "ok" })
}

/// Say that the server can do its work
///
/// The index is loaded and open, and the store answers.
#[utoipa::path(
    get, path = "/readyz", tag = HEALTH, operation_id = "readiness", security(()),
    responses((status = 200, description = "It can", body = HealthShape))
)]
pub async fn ready(State(server): State<Server>) -> Result<Json<HealthShape>, Problem> {
    let unavailable = |detail: &'static str| Problem::new(ProblemKind::Unavailable).detail(detail);
    if server.authority.is_quarantined() {
        return Err(unavailable("The store lost history and waits for an operator: see jeton doctor."));
    }
    if !server.authority.index().is_open() {
        return Err(unavailable("The index does not answer yet."));
    }
    server.authority.store().tail().await.map_err(|_| unavailable("The store does not answer."))?;
    Ok(Json(HealthShape { status: "ok" }))
}
