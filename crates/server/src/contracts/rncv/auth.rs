//! From the header `Authorization: Token …` to an administrator. The words of a refusal are those of the
//! framework's token authentication, which its clients show to people.

use crate::{
    auth::{authenticate, origin},
    problem::{Problem, ProblemKind},
    state::Server,
};
use authority::{
    Error,
    verify::{Question, Refused, Verdict},
};
use axum::extract::FromRequestParts;
use domain::{
    caller::{Caller, Reach},
    origin::Origin,
    owner::Role,
};
use http::{HeaderMap, header, request::Parts};

/// An administrator who showed a token, of the application or of his organisation.
pub struct Administrator(pub Caller);

impl FromRequestParts<Server> for Administrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        let secret = token(&parts.headers)?.to_owned();
        let caller = match authenticate(server, parts, &secret).await {
            Err(Error::Unauthenticated) => return Err(refused(server, parts, &secret).await),
            caller => caller?,
        };
        match caller.role {
            Role::ApplicationAdministrator | Role::OrganisationAdministrator => Ok(Self(caller)),
            Role::Member => Err(ProblemKind::Forbidden.into()),
        }
    }
}

/// The token in the header.
fn token(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Err(ProblemKind::Unauthenticated.into()) };
    if values.next().is_some() {
        return Err(header_refused("It must not be repeated."));
    }
    let mut words = value.as_bytes().split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    if !words.next().is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"token")) {
        // Another scheme is none of this door's, so nothing was shown.
        return Err(ProblemKind::Unauthenticated.into());
    }
    match (words.next(), words.next()) {
        (None, _) => Err(header_refused("No credentials provided.")),
        (Some(_), Some(_)) => Err(header_refused("Token string should not contain spaces.")),
        (Some(token), None) => std::str::from_utf8(token)
            .map_err(|_| header_refused("Token string should not contain invalid characters.")),
    }
}

fn header_refused(why: &str) -> Problem {
    Problem::token_refused().detail(format!("Invalid token header. {why}"))
}

/// Whoever holds the secret of a user who was deactivated learns that much, as the framework tells it.
async fn refused(server: &Server, parts: &mut Parts, secret: &str) -> Problem {
    let Origin { address, user_agent } = origin(parts);
    let question = Question { secret, scope: None, address, user_agent: user_agent.as_deref() };
    let is_inactive = |verdict: Verdict<'_>| matches!(verdict, Verdict::Refused(Refused::OwnerInactive));
    match server.authority.verify(Reach::Everything, &question, is_inactive).await {
        Ok(true) => Problem::token_refused().detail("User inactive or deleted."),
        Ok(false) => Problem::token_refused(),
        Err(error) => error.into(),
    }
}
