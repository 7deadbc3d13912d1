//! Requests that can be read in two ways are refused before anything else looks at them.
//!
//! Lengths and transfer codings are the HTTP library's: it refuses lengths that differ and codings
//! that it does not know, and closes the connection behind a request that carries both, so that
//! nothing behind such a request is ever answered.

use crate::problem::{Problem, ProblemKind};
use http::{
    HeaderMap, Method, Request, Uri, Version,
    header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName},
};

/// The fields that must not stand twice, because two readers could choose different ones.
const SINGLE: [HeaderName; 5] = [
    AUTHORIZATION,
    CONTENT_TYPE,
    HOST,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("if-match"),
];

/// Checks method, address and header of a request.
///
/// # Errors
/// The problem to answer with.
pub fn check_head<B>(request: &Request<B>) -> Result<(), Problem> {
    if [Method::CONNECT, Method::TRACE].contains(request.method()) {
        return Err(Problem::new(ProblemKind::MethodNotAllowed).naming_methods());
    }
    check_single(request.headers())?;
    check_host(request.version(), request.uri(), request.headers())?;
    check_path(request.uri().path())
}

fn malformed(detail: &'static str) -> Problem {
    Problem::new(ProblemKind::MalformedRequest).detail(detail)
}

fn check_single(headers: &HeaderMap) -> Result<(), Problem> {
    // Most requests repeat no field at all, which these two lengths tell without a look-up.
    if headers.len() == headers.keys_len() {
        return Ok(());
    }
    let repeated = SINGLE.iter().any(|name| headers.get_all(name).iter().nth(1).is_some());
    if repeated { Err(malformed("A header field that may stand once stands twice.")) } else { Ok(()) }
}

fn check_host(version: Version, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
    let host = headers.get(HOST).map(http::HeaderValue::as_bytes);
    let authority = uri.authority().map(|authority| authority.as_str().as_bytes());
    match (host, authority) {
        (None, None) if version == Version::HTTP_11 => Err(malformed("The Host field is missing.")),
        (Some(host), _) if !host.iter().copied().all(is_host_byte) => Err(malformed("The Host field is no host.")),
        (_, Some(authority)) if !authority.iter().copied().all(is_host_byte) => {
            Err(malformed("The address has more than a host and a port."))
        }
        (Some(host), Some(authority)) if !host.eq_ignore_ascii_case(authority) => {
            Err(malformed("The Host field differs from the address."))
        }
        _ => Ok(()),
    }
}

/// Letters, digits and punctuation of names, IPv4 and IPv6 addresses and ports; no user part.
fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte)
}

/// Checks that a path has one reading: plain segments, and no byte that another reader would decode
/// into a separator, a dot or another escape.
///
/// # Errors
/// The problem to answer with.
pub fn check_path(path: &str) -> Result<(), Problem> {
    let bytes = path.as_bytes();
    if bytes.first() != Some(&b'/') {
        return Err(malformed("The path does not begin with a slash."));
    }
    if path.contains("//") {
        return Err(malformed("The path has an empty segment."));
    }
    for segment in bytes[1..].split(|byte| *byte == b'/') {
        if [b".".as_slice(), b".."].contains(&segment) {
            return Err(malformed("The path has a dot segment."));
        }
        check_segment(segment)?;
    }
    Ok(())
}

fn check_segment(segment: &[u8]) -> Result<(), Problem> {
    let mut rest = segment;
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'%', [high, low, tail @ ..]) => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let decoded = digit(*high).zip(digit(*low)).map(|(high, low)| high * 16 + low);
                match decoded {
                    None => return Err(malformed("The path has a percent sign without two hexadecimal digits.")),
                    // Controls, and the escapes of `%`, `.`, `/` and `\`.
                    Some(0x00..=0x1f | 0x7f | 0x25 | 0x2e | 0x2f | 0x5c) => {
                        return Err(malformed(
                            "The path has an escaped slash, dot, percent sign or control character.",
                        ));
                    }
                    Some(_) => tail,
                }
            }
            (b'%', _) => return Err(malformed("The path has a percent sign without two hexadecimal digits.")),
            (b'\\' | 0x00..=0x20 | 0x7f.., _) => {
                return Err(malformed("The path has a character that must be escaped."));
            }
            _ => tail,
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_pass() {
        for path in ["/", "/v1/tokens", "/v1/tokens/", "/a.b/..c/d..", "/v1/x%20y/%C3%A9", "/a;b=c/@~!$&'()*+,="] {
            assert!(check_path(path).is_ok(), "{path}");
        }
    }

    #[test]
    fn paths_with_two_readings_are_refused() {
        for path in [
            "",
            "*",
            "v1",
            "//",
            "//v1",
            "/v1//tokens",
            "/v1/tokens//",
            "/.",
            "/..",
            "/v1/../admin",
            "/v1/./tokens",
            "/v1/%2e%2e/admin",
            "/v1/%2E",
            "/v1%2ftokens",
            "/v1%5ctokens",
            "/v1\\tokens",
            "/v1/%252e",
            "/v1/%00",
            "/v1/%0d%0a",
            "/v1/%",
            "/v1/%2",
            "/v1/%zz",
            "/v1/é",
            "/v1/a b",
            "/v1/%7f",
        ] {
            assert!(check_path(path).is_err(), "{path}");
        }
    }

    fn request(version: Version, uri: &str, fields: &[(&'static str, &str)]) -> Result<(), Problem> {
        let mut request = Request::builder().version(version).uri(uri);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        check_head(&request.body(()).unwrap())
    }

    #[test]
    fn a_host_has_one_reading() {
        assert!(request(Version::HTTP_11, "/", &[("host", "localhost:6573")]).is_ok());
        assert!(request(Version::HTTP_11, "/", &[("host", "[::1]:6573")]).is_ok());
        assert!(request(Version::HTTP_10, "/", &[]).is_ok());
        assert!(request(Version::HTTP_2, "https://a.example/", &[]).is_ok());
        assert!(request(Version::HTTP_11, "http://A.example/", &[("host", "a.example")]).is_ok());

        assert!(request(Version::HTTP_11, "/", &[]).is_err());
        assert!(request(Version::HTTP_11, "/", &[("host", "a"), ("host", "a")]).is_err());
        assert!(request(Version::HTTP_11, "/", &[("host", "a, b")]).is_err());
        assert!(request(Version::HTTP_11, "/", &[("host", "user@a")]).is_err());
        assert!(request(Version::HTTP_11, "http://user@a/", &[("host", "a")]).is_err());
        assert!(request(Version::HTTP_11, "http://b.example/", &[("host", "a.example")]).is_err());
        assert!(request(Version::HTTP_2, "https://b.example/", &[("host", "a.example")]).is_err());
    }

    #[test]
    fn fields_that_may_stand_once_stand_once() {
        for name in ["authorization", "content-type", "idempotency-key", "if-match"] {
            assert!(request(Version::HTTP_11, "/", &[("host", "a"), (name, "x")]).is_ok(), "{name}");
            assert!(request(Version::HTTP_11, "/", &[("host", "a"), (name, "x"), (name, "x")]).is_err(), "{name}");
        }
        assert!(request(Version::HTTP_11, "/", &[("host", "a"), ("accept", "x"), ("accept", "y")]).is_ok());
    }
}
