//! `/auth/login…` and `/auth/logout`: getting in with a credential, and out.

use super::{
    action::CHALLENGE_LIFETIME,
    bearer::{self, BearerKind, Bearing},
    body,
    caller::{Bearer, expect_login},
    challenge_shapes::{ChallengeShape, relying_party},
    factor::AnswerBody,
    identifier,
    pat_input::given,
    pats::username,
    refused::Refused,
};
use crate::{
    auth::AskedFrom,
    json::{self, Json},
    state::Server,
};
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use domain::{
    caller::{Caller, Credential},
    id::OrganisationId,
    invalid::{Checks, Invalid},
    name::Email,
    owner::Owner,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;

/// The tag of operations on logins.
const TAG: &str = "Login";
/// How long a login lasts.
pub(super) const LIFETIME: Duration = Duration::from_hours(6);

/// Who wants to log in.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DfnsLogin)]
pub struct LoginBody {
    /// The organisation.
    #[schema(pattern = "^or-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    org_id: String,
    /// The address of the user.
    username: String,
    /// Not used: no codes are sent here.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    login_code: Option<String>,
}

/// A login.
#[derive(Serialize, ToSchema)]
#[schema(as = DfnsLoginToken)]
pub struct LoginShape {
    /// The bearer.
    pub(super) token: String,
}

/// How far a logout goes.
#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(as = DfnsLogout)]
pub struct LogoutBody {
    /// True to end every login and session of the user.
    #[serde(deserialize_with = "given")]
    #[schema(nullable = false)]
    all_sessions: Option<bool>,
}

/// What was done.
#[derive(Serialize, ToSchema)]
#[schema(as = DfnsMessage)]
pub struct MessageShape {
    /// In words.
    pub(super) message: &'static str,
}

/// Ask for a challenge to log in with
///
/// Whoever is unknown is offered a key that does not exist, always the same one.
#[utoipa::path(
    post, path = "/auth/login/init", tag = TAG, operation_id = "challenge_dfns_login", security(()),
    request_body = LoginBody,
    responses((status = 200, description = "The challenge", body = ChallengeShape))
)]
pub async fn challenge(
    State(server): State<Server>,
    Json(body): Json<LoginBody>,
) -> Result<Json<ChallengeShape>, Refused> {
    let (organisation, email) = body.check()?;
    let login = server.authority.challenge_sign_in(organisation, &email, CHALLENGE_LIFETIME).await?;
    Ok(Json(ChallengeShape::of_login(&server, &login.challenge, &login.offered)))
}

/// Log in
///
/// A challenge may be answered once, rightly or not.
#[utoipa::path(
    post, path = "/auth/login", tag = TAG, operation_id = "log_in_to_dfns", security(()), request_body = AnswerBody,
    responses(
        (status = 200, description = "The login", body = LoginShape),
        (status = 401, description = "The credential is not the user's, or did not sign the challenge.", body = super::document::DfnsError),
        (status = 429, description = "Too many requests.", body = super::document::DfnsError)
    )
)]
pub async fn log_in(
    State(server): State<Server>,
    AskedFrom(origin): AskedFrom,
    Json(body): Json<AnswerBody>,
) -> Result<Json<LoginShape>, Refused> {
    let (sealed, answer) = body.check(&server.authority)?;
    let party = relying_party(&server.public_url);
    let issuer = server.public_url.to_string();
    let opened =
        server.authority.sign_in_with_signer(sealed.text(), &answer, &party, origin, LIFETIME, |_, known, ends| {
            server.authority.bearer(&claims(&issuer, &known.owner), Some(ends))
        });
    let opened = opened.await.map_err(Refused::answer)?;
    Ok(Json(LoginShape { token: opened.secret.expose().to_owned() }))
}

/// Log out
#[utoipa::path(
    put, path = "/auth/logout", tag = TAG, operation_id = "log_out_of_dfns", request_body = Option<LogoutBody>,
    responses((status = 200, description = "The login has ended", body = MessageShape))
)]
pub async fn log_out(
    State(server): State<Server>,
    LoggedIn { caller, body }: LoggedIn<LogoutBody>,
) -> Result<Json<MessageShape>, Refused> {
    let this = match caller.credential {
        Credential::Session(session) => Some(session),
        Credential::Token(_) => None,
    };
    server.authority.sign_out(&caller, this.filter(|_| !body.all_sessions.unwrap_or(false))).await?;
    Ok(Json(MessageShape { message: "success" }))
}

/// A request of somebody who has logged in, whose body may be left out. It is not signed.
pub struct LoggedIn<T> {
    /// Who asks.
    pub caller: Caller,
    /// What he asks for.
    pub body: T,
}

impl<T: serde::de::DeserializeOwned> FromRequest<Server> for LoggedIn<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Refused> {
        let (mut parts, body) = request.into_parts();
        let Bearer(caller) = Bearer::from_request_parts(&mut parts, server).await?;
        expect_login(&caller)?;
        let headers = parts.headers.clone();
        let body = json::read(Request::from_parts(parts, body), server).await?;
        Ok(Self { caller, body: body::parse(&headers, &body)? })
    }
}

/// What the bearer of a user's login says.
pub fn claims(issuer: &str, user: &Owner) -> String {
    bearer::claims(&Bearing {
        issuer,
        organisation: user.organisation_id,
        user: user.id,
        username: username(user),
        kind: BearerKind::Token,
        token: None,
    })
}

impl LoginBody {
    fn check(self) -> Result<(OrganisationId, Email), Invalid> {
        let mut checks = Checks::new();
        let organisation = identifier::parse_organisation(&self.org_id)
            .ok_or_else(|| Invalid::field("orgId", "must be the identifier of an organisation"));
        let organisation = checks.take(organisation);
        let email = checks.take(Email::parse("username", &self.username));
        if self.login_code.is_some() {
            checks.refuse("loginCode", "must be left out: no codes are sent here");
        }
        checks.finish_with(organisation.zip(email))
    }
}
