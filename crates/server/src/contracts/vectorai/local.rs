//! Calls that only the host itself may make.

use crate::{
    listen::Peer,
    problem::{Problem, ProblemKind},
};
use axum::extract::FromRequestParts;
use http::request::Parts;

/// The fields by which a proxy says that it asks for somebody else.
const FORWARDING: [&str; 8] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-real-ip",
];

/// A request from a program on this host: over loopback, through no proxy.
pub struct Local;

impl<S: Send + Sync> FromRequestParts<S> for Local {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<Peer>();
        let direct = peer.is_some_and(|peer| peer.address.is_loopback() && !peer.forwarded);
        if direct && !FORWARDING.iter().any(|name| parts.headers.contains_key(*name)) {
            return Ok(Self);
        }
        Err(Problem::new(ProblemKind::Forbidden).detail("This call is only allowed from localhost"))
    }
}
