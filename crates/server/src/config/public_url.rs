//! The address that people and browsers use: scheme, host and port, and nothing behind them.

use std::{fmt, net::IpAddr};

/// The public address of the server: links, cookies and origin checks are made from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    https: bool,
    host: String,
    port: Option<u16>,
}

impl PublicUrl {
    /// The address on this machine.
    pub fn local(https: bool, port: u16) -> Self {
        let usual = if https { 443 } else { 80 };
        Self { https, host: "localhost".to_owned(), port: Some(port).filter(|port| *port != usual) }
    }

    /// Reads `https://HOST[:PORT]`, with or without a slash at its end.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let rule = || "must be https://HOST or https://HOST:PORT, with no path behind it".to_owned();
        let (scheme, rest) = text.split_once("://").ok_or_else(rule)?;
        let https = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(rule()),
        };
        let authority: http::uri::Authority = rest.strip_suffix('/').unwrap_or(rest).parse().map_err(|_| rule())?;
        if authority.as_str().contains('@') || authority.host().is_empty() || authority.as_str().ends_with(':') {
            return Err(rule());
        }
        let usual = if https { 443 } else { 80 };
        let port = authority.port_u16().filter(|port| *port != usual);
        Ok(Self { https, host: authority.host().to_ascii_lowercase(), port })
    }

    /// True for `https`.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// The host without the port, in lower case; IPv6 addresses stand in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// True when the host is this machine itself, where plain HTTP is safe.
    pub fn is_local(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        self.host == "localhost"
            || self.host.ends_with(".localhost")
            || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// The absolute address of a path, which begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{self}{path}")
    }
}

impl fmt::Display for PublicUrl {
    /// Writes the origin, in the form in which browsers send it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(out, "{scheme}://{}", self.host)?;
        self.port.map_or(Ok(()), |port| write!(out, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (given, written) in [
            ("https://Tokens.Example.org", "https://tokens.example.org"),
            ("https://tokens.example.org:443/", "https://tokens.example.org"),
            ("http://localhost:6573", "http://localhost:6573"),
            ("http://[::1]:80", "http://[::1]"),
        ] {
            assert_eq!(PublicUrl::parse(given).unwrap().to_string(), written);
        }
        assert_eq!(PublicUrl::local(true, 8443).to_string(), "https://localhost:8443");
    }

    #[test]
    fn anything_more_than_an_origin_is_refused() {
        for wrong in
            ["", "tokens.example.org", "ftp://a", "https://", "https://a/b", "https://a?b", "https://u@a", "https://a:"]
        {
            assert!(PublicUrl::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn loopback_is_local() {
        for (host, local) in [
            ("localhost", true),
            ("127.0.0.1", true),
            ("[::1]", true),
            ("10.0.0.1", false),
            ("localhost.example.org", false),
        ] {
            assert_eq!(PublicUrl::parse(&format!("http://{host}")).unwrap().is_local(), local, "{host}");
        }
    }
}
