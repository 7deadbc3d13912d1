//! `/oauth2/introspect` (RFC 7662) and `/oauth2/revoke` (RFC 7009), for those who speak these.

use crate::{
    auth::{AskedFrom, Bearer},
    problem::Problem,
    state::Server,
};
use authority::verify::{Question, Verdict};
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use serde::Serialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

const OAUTH: &str = "OAuth 2.0";

/// The form of both calls (RFC 7662, section 2.1; RFC 7009, section 2.1).
#[derive(ToSchema)]
#[schema(as = OAuthToken)]
#[allow(dead_code)]
pub struct OAuthTokenDocument {
    /// The secret.
    #[schema(min_length = 1)]
    token: String,
    /// Ignored: there is one kind of token.
    token_type_hint: Option<String>,
}

/// The answer of an introspection (RFC 7662, section 2.2).
#[derive(Serialize, ToSchema)]
#[schema(as = Introspection)]
pub struct IntrospectionShape {
    /// True when the token works.
    active: bool,
    /// What it may do, separated by blanks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    scope: Option<String>,
    /// The token's identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    jti: Option<String>,
    /// Whom it speaks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sub: Option<String>,
    /// The organisation of the subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    organisation: Option<String>,
    /// Always `Bearer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    token_type: Option<&'static str>,
    /// When it stops working, in seconds since 1970 began.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    exp: Option<i64>,
}

impl IntrospectionShape {
    fn new(verdict: Verdict<'_>) -> Self {
        match verdict {
            Verdict::Active(active) => Self {
                active: true,
                scope: Some(active.scopes().map(ToString::to_string).collect::<Vec<_>>().join(" ")),
                jti: Some(active.token().to_string()),
                sub: active.owner().map(|owner| owner.id.to_string()),
                organisation: active.owner().map(|owner| owner.organisation.to_string()),
                token_type: Some("Bearer"),
                exp: active.expires_at().map(domain::time::Timestamp::seconds),
            },
            Verdict::Refused(_) => Self {
                active: false,
                scope: None,
                jti: None,
                sub: None,
                organisation: None,
                token_type: None,
                exp: None,
            },
        }
    }
}

/// Introspect a token (RFC 7662)
///
/// Needs the scope `tokens:verify`. A token that is refused, for whatever reason, is only inactive.
#[utoipa::path(
    post, path = "/oauth2/introspect", tag = OAUTH, operation_id = "introspect",
    request_body(content = OAuthTokenDocument, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "What the token is", body = IntrospectionShape))
)]
pub async fn introspect(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    request: Request,
) -> Result<axum::Json<IntrospectionShape>, Problem> {
    let reach = server.authority.verifying(&caller)?;
    let token = token_of(request, &server).await?;
    let question = Question { secret: &token, scope: None, address: None, user_agent: None };
    let shape = server.authority.verify(reach, &question, |verdict| {
        server.metrics.verdict(&verdict);
        IntrospectionShape::new(verdict)
    });
    Ok(axum::Json(shape.await?))
}

/// Revoke a token (RFC 7009)
///
/// Deletes the token. Holding the secret is all it takes, and the answer is the same whether or not
/// there was such a token.
#[utoipa::path(
    post, path = "/oauth2/revoke", tag = OAUTH, operation_id = "revoke", security(()),
    request_body(content = OAuthTokenDocument, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "No token has this secret any more"))
)]
pub async fn revoke(
    State(server): State<Server>,
    AskedFrom(origin): AskedFrom,
    request: Request,
) -> Result<StatusCode, Problem> {
    let token = token_of(request, &server).await?;
    server.authority.delete_by_secret(&token, None, &origin).await?;
    Ok(StatusCode::OK)
}

/// The `token` of a form body. Unknown parameters are ignored, as both documents demand.
async fn token_of(request: Request, server: &Server) -> Result<Zeroizing<String>, Problem> {
    let invalid = |problem: Problem| problem.oauth_error("invalid_request");
    crate::query::expect_form(request.headers()).map_err(invalid)?;
    let body = crate::json::read(request, server).await.map_err(invalid)?;
    let mut tokens = form_urlencoded::parse(&body).filter(|(name, _)| name == "token");
    match (tokens.next(), tokens.next()) {
        (Some((_, token)), None) if !token.is_empty() => Ok(Zeroizing::new(token.into_owned())),
        (Some(_), Some(_)) => Err(invalid(Problem::field("token", "must not be repeated"))),
        (Some(_) | None, _) => Err(invalid(Problem::field("token", "must be given"))),
    }
}
