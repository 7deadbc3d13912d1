//! Who is asking, and which proxies are believed about it.

use super::{ListenSettings, PlainHttp};
use crate::problem::{Problem, ProblemKind};
use http::HeaderMap;
use ipnet::IpNet;
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

/// Who is asking. In the router it is an extension of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// The address of the client: of the connection, or what a proxy that is believed says.
    pub address: IpAddr,
    /// True when the client speaks TLS, to this server or to the proxy.
    pub secure: bool,
    /// True when a proxy stands between.
    pub forwarded: bool,
}

/// Where a connection comes from; worked out once for all its requests.
#[derive(Clone)]
pub(super) struct FarEnd {
    /// The other end of the connection.
    pub(super) peer: Peer,
    /// True when the other end is a proxy.
    pub(super) is_proxy: bool,
    /// False when the connection would carry secrets in plain over a network.
    served: bool,
    proxies: Arc<[IpNet]>,
}

impl FarEnd {
    pub(super) fn new(from: IpAddr, settings: &ListenSettings) -> Self {
        let address = from.to_canonical();
        let is_proxy = contains(&settings.proxies, address);
        let served =
            settings.tls.is_some() || settings.plain_http == PlainHttp::Everybody || is_proxy || address.is_loopback();
        let proxies = if is_proxy { settings.proxies.as_slice().into() } else { [].into() };
        Self { peer: Peer { address, secure: settings.tls.is_some(), forwarded: is_proxy }, is_proxy, served, proxies }
    }

    /// Who sends the request with these header fields.
    pub(super) fn sender(&self, headers: &HeaderMap) -> Result<Peer, Problem> {
        if !self.served {
            let detail = "Plain HTTP is only for this machine and for the proxies named in behind_proxy.";
            return Err(Problem::new(ProblemKind::Forbidden).detail(detail));
        }
        if self.is_proxy { forwarded(self.peer, &self.proxies, headers) } else { Ok(self.peer) }
    }
}

/// What a proxy says about the client: in `X-Forwarded-For`, the rightmost address that is no proxy
/// is the one that a proxy has seen itself; everything left of it may be made up.
///
/// # Errors
/// When a line is no list of addresses.
pub fn forwarded(proxy: Peer, proxies: &[IpNet], headers: &HeaderMap) -> Result<Peer, Problem> {
    let mut address = proxy.address;
    for line in headers.get_all("x-forwarded-for").iter().rev() {
        for entry in line.to_str().map_err(|_| unreadable())?.rsplit(',') {
            address = parse_address(entry.trim()).ok_or_else(unreadable)?;
            if !contains(proxies, address) {
                return Ok(Peer { address, secure: is_secure(proxy, headers), forwarded: true });
            }
        }
    }
    Ok(Peer { address, secure: is_secure(proxy, headers), forwarded: true })
}

fn unreadable() -> Problem {
    let detail = "The proxy sent an X-Forwarded-For that is not a list of addresses.";
    Problem::new(ProblemKind::MalformedRequest).detail(detail)
}

/// True when the whole way was TLS: with several proxies, each must say so.
fn is_secure(proxy: Peer, headers: &HeaderMap) -> bool {
    let lines = headers.get_all("x-forwarded-proto").iter();
    let mut schemes = lines.flat_map(|line| line.to_str().unwrap_or_default().split(',')).peekable();
    if schemes.peek().is_none() {
        return proxy.secure;
    }
    schemes.all(|scheme| scheme.trim().eq_ignore_ascii_case("https"))
}

/// Reads an address as proxies write it: bare, in brackets, or with a port.
fn parse_address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| text.parse().ok().map(|socket: SocketAddr| socket.ip()))?;
    Some(address.to_canonical())
}

fn contains(networks: &[IpNet], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(lines: &[(&'static str, &str)]) -> Option<(String, bool)> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        let proxies = ["10.0.0.0/8".parse().unwrap(), "2001:db8:1::/48".parse().unwrap()];
        let proxy = Peer { address: "10.0.0.1".parse().unwrap(), secure: false, forwarded: true };
        forwarded(proxy, &proxies, &headers).ok().map(|peer| (peer.address.to_string(), peer.secure))
    }

    #[test]
    fn the_rightmost_address_that_is_no_proxy_counts() {
        let for_ = "x-forwarded-for";
        for (lines, address) in [
            (&[(for_, "192.0.2.1")] as &[_], "192.0.2.1"),
            (&[(for_, "203.0.113.9, 192.0.2.1")], "192.0.2.1"),
            (&[(for_, "made-up, 192.0.2.1, 10.0.0.7")], "192.0.2.1"),
            (&[(for_, "203.0.113.9"), (for_, "192.0.2.1,10.1.1.1")], "192.0.2.1"),
            (&[(for_, "10.0.0.9, 10.0.0.7")], "10.0.0.9"),
            (&[(for_, "[2001:db8::5]:4711")], "2001:db8::5"),
            (&[(for_, "192.0.2.1:4711")], "192.0.2.1"),
            (&[(for_, "::ffff:192.0.2.1")], "192.0.2.1"),
            (&[], "10.0.0.1"),
        ] {
            assert_eq!(seen(lines).unwrap().0, address, "{lines:?}");
        }
    }

    #[test]
    fn plain_http_is_for_loopback_and_proxies() {
        let settings = |plain_http| ListenSettings {
            tls: None,
            plain_http,
            proxies: vec!["10.0.0.0/8".parse().unwrap()],
            limits: crate::config::load(&crate::config::Flags::new(), &[], None).unwrap().limits,
            metrics: crate::listen::ConnectionMetrics::default(),
            surfaces: crate::surface::Surfaces::default(),
        };
        let answer = |from: &str, plain_http| {
            let far_end = FarEnd::new(from.parse().unwrap(), &settings(plain_http));
            far_end.sender(&HeaderMap::new()).map_err(|problem| problem.kind())
        };
        for served in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.200.0.1"] {
            assert!(answer(served, PlainHttp::LoopbackAndProxies).is_ok(), "{served}");
        }
        assert_eq!(answer("192.0.2.1", PlainHttp::LoopbackAndProxies), Err(ProblemKind::Forbidden));
        assert!(answer("192.0.2.1", PlainHttp::Everybody).is_ok());
    }

    #[test]
    fn what_is_no_address_is_refused_and_not_skipped() {
        for wrong in ["", "unknown", "192.0.2.1, unknown", "192.0.2.1,", "192.0.2.256", "é"] {
            assert_eq!(seen(&[("x-forwarded-for", wrong)]), None, "{wrong}");
        }
    }

    #[test]
    fn a_way_is_secure_only_when_all_of_it_is() {
        let secure = |value| seen(&[("x-forwarded-proto", value)]).unwrap().1;
        assert!(secure("https") && secure("HTTPS, https"));
        assert!(!secure("http") && !secure("https, http") && !secure("http, https") && !secure(""));
        assert!(!seen(&[]).unwrap().1);
    }
}
