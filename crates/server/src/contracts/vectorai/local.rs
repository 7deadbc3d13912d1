//! Calls that only the host itself may make.
//!
//! Loopback alone proves too little: a proxy on the host asks for others, and so does a browser on the
//! host when a page of another site has made its own name mean 127.0.0.1. So whatever a proxy or a
//! browser adds is refused, and so is every name of this server that is not the host's own.

use crate::{
    listen::Peer,
    problem::{Problem, ProblemKind},
};
use axum::extract::FromRequestParts;
use http::{HeaderMap, HeaderName, Uri, header, request::Parts};
use std::net::IpAddr;

/// Fields by which a proxy says that it asks for somebody else.
const FORWARDING: [&str; 8] = [
    "cf-connecting-ip",
    "client-ip",
    "forwarded",
    "forwarded-for",
    "true-client-ip",
    "via",
    "x-client-ip",
    "x-real-ip",
];
/// How such fields begin.
const FORWARDING_PREFIXES: [&str; 4] = ["l5d-", "x-envoy-", "x-forwarded", "x-original-forwarded"];
/// Fields that browsers send by themselves, and nobody else.
const BROWSER: [&str; 2] = ["origin", "sec-fetch-site"];

/// A request from a program on this host: over loopback, through no proxy and no browser.
pub struct Local;

impl<S: Send + Sync> FromRequestParts<S> for Local {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<Peer>();
        let direct = peer.is_some_and(|peer| peer.address.is_loopback() && !peer.forwarded);
        if direct && names_this_host(&parts.uri, &parts.headers) && !parts.headers.keys().any(is_foreign) {
            return Ok(Self);
        }
        Err(Problem::new(ProblemKind::Forbidden).detail("This call is only allowed from localhost"))
    }
}

fn is_foreign(name: &HeaderName) -> bool {
    let name = name.as_str();
    FORWARDING.contains(&name)
        || BROWSER.contains(&name)
        || FORWARDING_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// True when the request calls this server by a name that no other site can have.
fn names_this_host(uri: &Uri, headers: &HeaderMap) -> bool {
    let authority = uri
        .authority()
        .cloned()
        .or_else(|| headers.get(header::HOST).and_then(|host| host.to_str().ok()).and_then(|host| host.parse().ok()));
    authority.is_some_and(|authority: http::uri::Authority| {
        let host = authority.host().trim_matches(['[', ']']);
        host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    async fn is_local(fields: &[(&str, &str)], peer: Peer) -> bool {
        let mut request = Request::builder().uri("/auth/admin").extension(peer);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        Local::from_request_parts(&mut parts, &()).await.is_ok()
    }

    #[tokio::test]
    async fn only_a_program_on_the_host_is_local() {
        let here = Peer { address: "127.0.0.1".parse().unwrap(), secure: false, forwarded: false };
        for host in ["127.0.0.1:6573", "localhost:6573", "LOCALHOST", "[::1]:6573", "127.1.2.3"] {
            assert!(is_local(&[("host", host)], here).await, "{host}");
        }
        for host in
            ["attacker.example", "attacker.example:6573", "localhost.attacker.example", "192.0.2.1", "[2001:db8::1]"]
        {
            assert!(!is_local(&[("host", host)], here).await, "{host}");
        }
        assert!(!is_local(&[], here).await, "without a name");
        for name in [
            "x-forwarded-for",
            "x-forwarded-ssl",
            "forwarded",
            "via",
            "x-real-ip",
            "l5d-client-id",
            "origin",
            "sec-fetch-site",
        ] {
            assert!(!is_local(&[("host", "localhost"), (name, "127.0.0.1")], here).await, "{name}");
        }
        assert!(!is_local(&[("host", "localhost")], Peer { forwarded: true, ..here }).await, "through a proxy");
        let far = Peer { address: "192.0.2.1".parse().unwrap(), ..here };
        assert!(!is_local(&[("host", "localhost")], far).await);
    }
}
