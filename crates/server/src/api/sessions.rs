//! `/v1/sessions`: sign in with a password, see and end sessions, and get a first token.
//!
//! These calls, and no others of the native API, take the session cookie. Each that changes
//! something needs a header that no form of another site can send (S-28).

use super::{
    preconditions::idempotency_key, token_input::NewTokenBody, token_shapes::IssuedShape, tokens::issued_answer,
};
use crate::{
    auth::{AskedFrom, Session, session_of},
    cookie,
    json::{Json, secret},
    path::Path,
    problem::Problem,
    state::Server,
};
use authority::sign_in::SignedIn;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{caller::Credential, id::SessionId, invalid::Invalid, name::Email, secret::Secret};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) const SESSIONS: &str = "Sessions";

/// Email address and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignIn)]
pub struct SignInBody {
    /// The address.
    #[schema(min_length = 3, max_length = 254)]
    email: String,
    /// The password.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = "password")]
    password: Secret,
}

/// A new session. Its secret is in the cookie alone.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenedSession)]
pub struct OpenedShape {
    /// Its identifier, a UUID.
    #[schema(format = "uuid")]
    id: String,
    /// When it ends at the latest.
    #[schema(format = "date-time")]
    expires_at: String,
}

/// A session of the caller.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionShape {
    /// Its identifier, a UUID.
    #[schema(format = "uuid")]
    id: String,
    /// When it began.
    #[schema(format = "date-time")]
    opened_at: String,
    /// When it was last used.
    #[schema(format = "date-time")]
    last_seen_at: String,
    /// When it ends at the latest.
    #[schema(format = "date-time")]
    expires_at: String,
    /// From which address it was opened.
    address: Option<String>,
    /// With which user agent it was opened.
    user_agent: Option<String>,
    /// True for the session that asks.
    current: bool,
}

/// The sessions of the caller.
#[derive(Serialize, ToSchema)]
#[schema(as = Sessions)]
pub struct SessionsShape {
    /// The sessions, newest first.
    items: Vec<SessionShape>,
}

/// Sign in
///
/// The answer sets the session cookie. A session that came with the request ends.
#[utoipa::path(
    post, path = "/v1/sessions", tag = SESSIONS, operation_id = "sign_in", security(()),
    params(("X-Jeton-Request" = String, Header, description = "Any value: other sites cannot send it")),
    request_body = SignInBody,
    responses((status = 201, description = "Signed in", body = OpenedShape))
)]
pub async fn open(
    State(server): State<Server>,
    headers: HeaderMap,
    AskedFrom(origin): AskedFrom,
    Json(body): Json<SignInBody>,
) -> Result<Response, Problem> {
    cookie::expect_same_site(&headers, &server)?;
    let email = Email::parse("email", &body.email)?;
    let replaces = session_of(&headers, &server).await;
    let signed_in = server.authority.sign_in(&email, body.password, origin, replaces).await;
    server.metrics.sign_in(signed_in.is_ok());
    Ok(opened(&signed_in?, &server))
}

/// The answer that gives a new session to the browser.
pub(super) fn opened(signed_in: &SignedIn, server: &Server) -> Response {
    let body = OpenedShape { id: signed_in.id.to_string(), expires_at: signed_in.expires_at.to_string() };
    let cookie = cookie::set(signed_in, server);
    (StatusCode::CREATED, [(header::SET_COOKIE, cookie)], axum::Json(body)).into_response()
}

/// List the caller's sessions
#[utoipa::path(
    get, path = "/v1/sessions", tag = SESSIONS, operation_id = "list_sessions", security(("session" = [])),
    responses((status = 200, description = "The sessions", body = SessionsShape))
)]
pub async fn list(
    State(server): State<Server>,
    Session(caller): Session,
) -> Result<axum::Json<SessionsShape>, Problem> {
    let sessions = server.authority.sessions(&caller).await?;
    let items = sessions.iter().map(|session| SessionShape {
        id: session.id.to_string(),
        opened_at: session.opened_at.to_string(),
        last_seen_at: session.last_seen_at.to_string(),
        expires_at: session.expires_at.to_string(),
        address: session.address.map(|address| address.to_string()),
        user_agent: session.user_agent.clone(),
        current: caller.credential == Credential::Session(session.id),
    });
    Ok(axum::Json(SessionsShape { items: items.collect() }))
}

/// Sign out everywhere
#[utoipa::path(
    delete, path = "/v1/sessions", tag = SESSIONS, operation_id = "sign_out_everywhere", security(("session" = [])),
    params(("X-Jeton-Request" = String, Header, description = "Any value: other sites cannot send it")),
    responses((status = 204, description = "All sessions of the caller have ended"))
)]
pub async fn close_all(State(server): State<Server>, Session(caller): Session) -> Result<Response, Problem> {
    server.authority.sign_out(&caller, None).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie::clear(&server))]).into_response())
}

/// End a session
///
/// `current` names the session that asks.
#[utoipa::path(
    delete, path = "/v1/sessions/{id}", tag = SESSIONS, operation_id = "end_session", security(("session" = [])),
    params(
        ("id" = String, Path, description = "The session's UUID, or `current`"),
        ("X-Jeton-Request" = String, Header, description = "Any value: other sites cannot send it")
    ),
    responses((status = 204, description = "The session has ended"))
)]
pub async fn close(
    State(server): State<Server>,
    Session(caller): Session,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = match (id.as_str(), caller.credential) {
        ("current", Credential::Session(current)) => current,
        _ => SessionId::parse("id", &id)?,
    };
    server.authority.sign_out(&caller, Some(id)).await?;
    if caller.credential == Credential::Session(id) {
        return Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie::clear(&server))]).into_response());
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Issue a token as the signed-in user
///
/// The way from a password to a first token; everything else of the native API takes tokens only.
#[utoipa::path(
    post, path = "/v1/sessions/current/tokens", tag = SESSIONS, operation_id = "issue_token_in_session", security(("session" = [])),
    params(
        ("X-Jeton-Request" = String, Header, description = "Any value: other sites cannot send it"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repetition find this token", max_length = 255)
    ),
    request_body = NewTokenBody,
    responses((status = 201, description = "The new token with its secret", body = IssuedShape))
)]
pub async fn issue_token(
    State(server): State<Server>,
    Session(caller): Session,
    headers: HeaderMap,
    Json(body): Json<NewTokenBody>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers, &body, "POST /v1/sessions/current/tokens")?;
    let now = server.authority.now();
    let issued = server.authority.issue(&caller, body.check(now)?, key).await?;
    Ok(issued_answer(StatusCode::CREATED, issued, now))
}

/// The current password and a new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordChange)]
pub struct PasswordBody {
    /// The current password.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = "password")]
    current_password: Secret,
    /// The new password, at least 8 characters and not easily guessed.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = "password")]
    new_password: Secret,
}

/// Change the caller's password
///
/// It ends all his sessions, this one too.
#[utoipa::path(
    post, path = "/v1/sessions/current/password", tag = SESSIONS, operation_id = "change_password", security(("session" = [])),
    params(("X-Jeton-Request" = String, Header, description = "Any value: other sites cannot send it")),
    request_body = PasswordBody,
    responses((status = 204, description = "The password is changed and all sessions have ended"))
)]
pub async fn change_password(
    State(server): State<Server>,
    Session(caller): Session,
    Json(body): Json<PasswordBody>,
) -> Result<Response, Problem> {
    if body.current_password.expose() == body.new_password.expose() {
        return Err(Invalid::field("new_password", "must be another one than the current password").into());
    }
    server.authority.change_password(&caller, body.current_password, body.new_password).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie::clear(&server))]).into_response())
}
