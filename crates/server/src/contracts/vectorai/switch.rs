//! `/auth/enabled`: whether the token endpoints work. It never touches a verdict.

use super::{caller::Admin, settings::Settings};
use crate::{json::Json, problem::Problem, state::Server};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::time::Instant;
use utoipa::ToSchema;

const TAG: &str = "Switch";

/// An answer that is yes or no.
#[derive(Serialize, ToSchema)]
#[schema(as = Result)]
pub struct ResultShape {
    /// Always null: nothing is accounted for.
    usage: Option<String>,
    /// How many seconds it took.
    time: f64,
    /// Always `ok`.
    status: &'static str,
    /// Yes or no.
    result: bool,
}

impl ResultShape {
    /// The answer to a question that was asked then.
    pub fn new(result: bool, began: Instant) -> Self {
        Self { usage: None, time: began.elapsed().as_secs_f64(), status: "ok", result }
    }
}

/// How the switch shall stand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Switch)]
pub struct SwitchBody {
    /// True to let the token endpoints work.
    enabled: bool,
}

/// Say how the switch stands
#[utoipa::path(
    get, path = "/auth/enabled", tag = TAG, operation_id = "is_auth_enabled",
    responses((status = 200, description = "Whether the token endpoints work", body = ResultShape))
)]
pub async fn show(admin: Admin) -> Json<ResultShape> {
    let began = Instant::now();
    Json(ResultShape::new(Settings::of(&admin.organisation).auth_enabled, began))
}

/// Set the switch
///
/// Tokens go on as they are, whichever way it stands.
#[utoipa::path(
    patch, path = "/auth/enabled", tag = TAG, operation_id = "set_auth_enabled", request_body = SwitchBody,
    responses((status = 200, description = "How it stands now", body = ResultShape))
)]
pub async fn set(
    State(server): State<Server>,
    admin: Admin,
    Json(SwitchBody { enabled }): Json<SwitchBody>,
) -> Result<Json<ResultShape>, Problem> {
    let began = Instant::now();
    let settings = Settings { auth_enabled: enabled };
    let kept = server.authority.keep_own_facts(&admin.caller, settings.facts()).await?;
    Ok(Json(ResultShape::new(Settings::of(&kept).auth_enabled, began)))
}
