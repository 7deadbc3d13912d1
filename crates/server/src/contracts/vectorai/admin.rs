//! `/auth/admin…`: the one user, who is made on the host and signs in with a password.

use super::{
    caller::Admin,
    local::Local,
    password,
    settings::{self, organisation},
    sign_in,
    switch::ResultShape,
    tokens::StatusShape,
};
use crate::{
    auth::AskedFrom,
    json::{Json, secret_if_any},
    problem::{Problem, ProblemKind},
    state::Server,
    surface,
};
use authority::{Error, error::Conflict};
use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::secret::Secret;
use http::{HeaderValue, StatusCode, header::WWW_AUTHENTICATE};
use serde::{Deserialize, Serialize};
use std::time::Instant;
use utoipa::ToSchema;

const TAG: &str = "Admin user";

/// A password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Password)]
pub struct PasswordBody {
    /// The password.
    #[serde(default, deserialize_with = "secret_if_any")]
    #[schema(value_type = String, format = "password", required = true)]
    password: Option<Secret>,
}

/// A new password: on the host alone, or with the old one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordReset)]
pub struct ResetBody {
    /// The new password, without the old one; on the host alone.
    #[serde(default, deserialize_with = "secret_if_any")]
    #[schema(value_type = Option<String>, format = "password")]
    password: Option<Secret>,
    /// The old password.
    #[serde(default, deserialize_with = "secret_if_any")]
    #[schema(value_type = Option<String>, format = "password")]
    old_password: Option<Secret>,
    /// The new password, with the old one.
    #[serde(default, deserialize_with = "secret_if_any")]
    #[schema(value_type = Option<String>, format = "password")]
    new_password: Option<Secret>,
}

/// How a password is set.
enum Reset {
    /// On the host, without the old one.
    Here(Secret),
    /// With the old one.
    With {
        /// The old one.
        old: Secret,
        /// The new one.
        new: Secret,
    },
}

impl ResetBody {
    /// What is asked for, or the first reason why it is refused.
    fn check(self, local: Result<Local, Problem>) -> Result<Reset, Problem> {
        match (self.password, self.old_password, self.new_password) {
            (Some(_), Some(_), _) | (Some(_), _, Some(_)) => {
                let both = "Send either password, or old_password and new_password";
                Err(Problem::new(ProblemKind::InvalidRequest).detail(both))
            }
            (password, None, None) => {
                let password = password::given("password", password)?;
                local?;
                Ok(Reset::Here(password::new("password", Some(password))?))
            }
            (None, old, new) => {
                let old = password::given("old_password", old)?;
                Ok(Reset::With { old, new: password::new("new_password", new)? })
            }
        }
    }
}

/// What came of a sign-in.
#[derive(Serialize, ToSchema)]
#[schema(as = SignIn)]
pub struct SignInShape {
    /// The JWT; null when user name and password do not belong together.
    token: Option<String>,
    /// What came of it.
    message: &'static str,
    /// For how many seconds the JWT works.
    expires_in: u64,
}

/// Say whether there is an admin
#[utoipa::path(
    get, path = "/auth/admin/exists", tag = TAG, operation_id = "admin_exists", security(()),
    responses((status = 200, description = "Whether there is one", body = ResultShape))
)]
pub async fn exists(State(server): State<Server>) -> Result<Json<ResultShape>, Problem> {
    let began = Instant::now();
    let organisation = organisation(&server).await?;
    let admin = settings::known_admin(&server.authority, &organisation).await?;
    Ok(Json(ResultShape::new(admin.is_some(), began)))
}

/// Make the admin
///
/// Only from the host itself, through no proxy.
#[utoipa::path(
    post, path = "/auth/admin", tag = TAG, operation_id = "create_admin", security(()), request_body = PasswordBody,
    responses(
        (status = 200, description = "The admin can sign in", body = StatusShape),
        (status = 403, description = "Forbidden.", body = super::document::VectorAiError),
        (status = 409, description = "There is one.", body = super::document::VectorAiError),
        (status = 429, description = "Too many requests.", body = super::document::VectorAiError)
    )
)]
pub async fn create(
    State(server): State<Server>,
    _: Local,
    AskedFrom(origin): AskedFrom,
    Json(PasswordBody { password }): Json<PasswordBody>,
) -> Result<Json<StatusShape>, Problem> {
    let password = password::new("password", password)?;
    let organisation = organisation(&server).await?;
    let admin = settings::admin(&server.authority, &organisation).await?;
    match server.authority.let_in(&admin, password, &origin).await {
        Ok(()) => Ok(Json(StatusShape::success("User registered successfully"))),
        Err(Error::Conflict(Conflict::AlreadySetUp)) => {
            Err(Problem::new(ProblemKind::Conflict).detail("Username already exists"))
        }
        Err(error) => Err(error.into()),
    }
}

/// Sign the admin in
#[utoipa::path(
    post, path = "/auth/admin/login", tag = TAG, operation_id = "sign_admin_in", security(()),
    request_body = PasswordBody,
    responses(
        (status = 200, description = "Signed in", body = SignInShape),
        (status = 401, description = "User name and password do not belong together", body = SignInShape),
        (status = 429, description = "Too many requests.", body = super::document::VectorAiError)
    )
)]
pub async fn sign_in(
    State(server): State<Server>,
    AskedFrom(origin): AskedFrom,
    Json(PasswordBody { password }): Json<PasswordBody>,
) -> Result<Response, Problem> {
    let password = password::given("password", password)?;
    let organisation = organisation(&server).await?;
    let opened = match settings::known_admin(&server.authority, &organisation).await? {
        Some(admin) => sign_in::open(&server.authority, &admin, password, origin, sign_in::LIFETIME).await,
        // Whether there is an admin is for everybody to know, so this may answer at once.
        None => Err(Error::SignInFailed),
    };
    match opened {
        Ok(opened) => Ok(Json(SignInShape {
            token: Some(opened.secret.expose().to_owned()),
            message: "Login successful",
            expires_in: sign_in::LIFETIME.as_secs(),
        })
        .into_response()),
        Err(Error::SignInFailed) => {
            let shape = SignInShape { token: None, message: "Invalid username or password", expires_in: 0 };
            let mut answer = surface::json(StatusCode::UNAUTHORIZED, "application/json", &shape).map(Body::from);
            answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            Ok(answer)
        }
        Err(error) => Err(error.into()),
    }
}

/// Give the admin another password
///
/// With the old one, or from the host itself, through no proxy. Every sign-in of his ends.
#[utoipa::path(
    post, path = "/auth/admin/reset-password", tag = TAG, operation_id = "reset_admin_password", security(()),
    request_body = ResetBody,
    responses(
        (status = 200, description = "The password is another one", body = StatusShape),
        (status = 401, description = "The old password is another one.", body = super::document::VectorAiError),
        (status = 403, description = "Forbidden.", body = super::document::VectorAiError),
        (status = 404, description = "There is no admin.", body = super::document::VectorAiError),
        (status = 409, description = "He was deactivated, or changed meanwhile.", body = super::document::VectorAiError),
        (status = 429, description = "Too many requests.", body = super::document::VectorAiError)
    )
)]
pub async fn reset_password(
    State(server): State<Server>,
    local: Result<Local, Problem>,
    AskedFrom(origin): AskedFrom,
    Json(body): Json<ResetBody>,
) -> Result<Json<StatusShape>, Problem> {
    let reset = body.check(local)?;
    let organisation = organisation(&server).await?;
    let admin = settings::known_admin(&server.authority, &organisation).await?;
    let admin = admin.ok_or_else(|| Problem::new(ProblemKind::NotFound).detail("User not found"))?;
    let done = match reset {
        Reset::Here(new) => server.authority.reset_seat_password(&admin, new, &origin).await,
        Reset::With { old, new } => server.authority.change_seat_password(&admin, old, new, &origin).await,
    };
    match done {
        Ok(()) => Ok(Json(StatusShape::success("Password reset successfully"))),
        Err(Error::SignInFailed) => {
            Err(Problem::new(ProblemKind::Unauthenticated).detail("Invalid username or password"))
        }
        // An administrator has deactivated him, or somebody else changed his password meanwhile.
        Err(Error::Conflict(Conflict::OwnerInactive | Conflict::LinkVoid)) => {
            Err(Problem::new(ProblemKind::Conflict).detail("The user cannot be changed now"))
        }
        Err(error) => Err(error.into()),
    }
}

/// Delete the admin
///
/// Only by himself, from the host itself, through no proxy. Every sign-in of his ends; the tokens go on.
#[utoipa::path(
    delete, path = "/auth/admin", tag = TAG, operation_id = "delete_admin",
    responses((status = 200, description = "There is no admin any more", body = StatusShape))
)]
pub async fn delete(State(server): State<Server>, admin: Admin, _: Local) -> Result<Json<StatusShape>, Problem> {
    let holder = settings::admin(&server.authority, &admin.organisation).await?;
    server.authority.shut_out(&admin.caller, &holder).await?;
    Ok(Json(StatusShape::success("User deleted successfully")))
}
