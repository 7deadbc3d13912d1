//! Who is asking: from the header of a request to a caller, by the index and without the database.

use crate::{
    cookie,
    listen::Peer,
    problem::{Problem, ProblemKind},
    signed_action,
    state::Server,
};
use authority::Error;
use axum::extract::FromRequestParts;
use domain::{caller::Caller, id::SessionId, origin::Origin};
use http::{HeaderMap, header, request::Parts};
use std::{convert::Infallible, net::IpAddr};

/// A caller who showed a token.
pub struct Bearer(pub Caller);

/// A caller who showed a session cookie; changes must come from this site (see [`cookie`]).
pub struct Session(pub Caller);

/// A caller who showed a token or, without one, a session cookie as [`Session`] takes it: whoever signs does so
/// with either.
pub struct Shown(pub Caller);

/// The address that the request comes from.
pub struct ClientAddress(pub Option<IpAddr>);

/// Where the request comes from, as the change that it asks for keeps it.
pub struct AskedFrom(pub Origin);

/// The token in the `Authorization` header (RFC 6750, section 2.1), which must stand there once.
///
/// # Errors
/// [`ProblemKind::Unauthenticated`] when there is none.
pub fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Err(ProblemKind::Unauthenticated.into()) };
    if values.next().is_some() {
        return Err(Problem::field("Authorization", "must not be repeated"));
    }
    let credential = value.to_str().ok().and_then(|text| text.split_once(' '));
    match credential {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => Ok(token.trim()),
        _ => Err(Problem::token_refused()),
    }
}

/// The user agent that the headers name.
pub fn user_agent(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok())
}

/// Finds out who shows this secret with a request, and names him in every line that the log has of it.
///
/// # Errors
/// [`Error::Unauthenticated`] when the secret is not active here, whatever the reason.
pub async fn authenticate(server: &Server, parts: &Parts, secret: &str) -> Result<Caller, Error> {
    let caller = server.authority.authenticate(secret, &origin(parts)).await?;
    Ok(named(caller))
}

/// Names the caller in every line that the log has of the request, the one of a refusal among them.
pub fn named(caller: Caller) -> Caller {
    tracing::Span::current().record("caller", tracing::field::display(caller.owner));
    caller
}

/// The session that came with a request to sign in, which the new one takes the place of.
pub async fn session_of(headers: &HeaderMap, server: &Server) -> Option<SessionId> {
    let secret = cookie::session_secret(headers, server)?;
    server.authority.authenticate_session(secret, &Origin::default()).await.ok().map(|(_, session)| session.id)
}

/// Where a request comes from. Of a user agent that is no UTF-8 the readable rest is kept.
pub fn origin(parts: &Parts) -> Origin {
    let user_agent = parts.headers.get(header::USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()));
    Origin::new(address(parts), user_agent.as_deref())
}

fn address(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<Peer>().map(|peer| peer.address)
}

impl FromRequestParts<Server> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        let caller = authenticate(server, parts, bearer(&parts.headers)?).await?;
        Ok(Self(signed_action::with_action(&server.authority, parts, caller).await?))
    }
}

impl FromRequestParts<Server> for Session {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            return Err(Problem::field("Authorization", "must not be sent here: these calls take the session cookie"));
        }
        if !parts.method.is_safe() {
            cookie::expect_same_site(&parts.headers, server)?;
        }
        let secret = cookie::session_secret(&parts.headers, server).ok_or(ProblemKind::Unauthenticated)?;
        let (caller, _) = server.authority.authenticate_session(secret, &origin(parts)).await?;
        Ok(Self(signed_action::with_action(&server.authority, parts, named(caller)).await?))
    }
}

impl FromRequestParts<Server> for Shown {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        if parts.headers.contains_key(header::AUTHORIZATION) || !parts.headers.contains_key(header::COOKIE) {
            return Bearer::from_request_parts(parts, server).await.map(|Bearer(caller)| Self(caller));
        }
        Session::from_request_parts(parts, server).await.map(|Session(caller)| Self(caller))
    }
}

impl FromRequestParts<Server> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self, Infallible> {
        Ok(Self(address(parts)))
    }
}

impl FromRequestParts<Server> for AskedFrom {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self, Infallible> {
        Ok(Self(origin(parts)))
    }
}
