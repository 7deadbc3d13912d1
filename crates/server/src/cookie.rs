//! The session cookie and the plain ones beside it, and the proof that a request which carries it comes from this site.

use crate::{
    problem::{Problem, ProblemKind},
    state::Server,
};
use authority::sign_in::SignedIn;
use domain::limits;
use http::{HeaderMap, HeaderValue, header};

/// A header that no form of another site can send, and no script of one without permission.
const OWN_REQUEST: &str = "x-jeton-request";

/// The cookie of the session.
const SESSION: &str = "jeton-session";

/// A cookie's name. The prefix makes browsers insist on `Secure`, the root path and no domain; it
/// cannot be used where the public URL is plain HTTP on this machine.
fn name(name: &str, server: &Server) -> String {
    if server.public_url.is_https() { format!("__Host-{name}") } else { name.to_owned() }
}

fn attributes(server: &Server) -> &'static str {
    if server.public_url.is_https() {
        "; Path=/; HttpOnly; SameSite=Strict; Secure"
    } else {
        "; Path=/; HttpOnly; SameSite=Strict"
    }
}

/// The header that gives a new session to the browser.
pub fn set(signed_in: &SignedIn, server: &Server) -> HeaderValue {
    let (name, attributes, seconds) = (name(SESSION, server), attributes(server), limits::SESSION_LIFETIME.as_secs());
    let text = format!("{name}={}{attributes}; Max-Age={seconds}", signed_in.secret.expose());
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

/// The header that takes the session from the browser.
pub fn clear(server: &Server) -> HeaderValue {
    let text = format!("{}={}; Max-Age=0", name(SESSION, server), attributes(server));
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// The session's secret in the request's cookies; a name that stands there twice is nobody's.
pub fn session_secret<'a>(headers: &'a HeaderMap, server: &Server) -> Option<&'a str> {
    plain(headers, SESSION, server)
}

/// A cookie with which the console remembers something that is no secret. It is as bound to this site as the
/// session is; `seconds` of zero take it away.
pub fn set_plain(name: &str, value: &str, seconds: u64, server: &Server) -> HeaderValue {
    let text = format!("{}={value}{}; Max-Age={seconds}", self::name(name, server), attributes(server));
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// The value of a cookie; a name that stands there twice has none.
pub fn plain<'a>(headers: &'a HeaderMap, name: &str, server: &Server) -> Option<&'a str> {
    let name = self::name(name, server);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut named = pairs.filter(|(found, _)| *found == name).map(|(_, value)| value);
    match (named.next(), named.next()) {
        (Some(value), None) => Some(value),
        _ => None,
    }
}

/// Makes sure that a page of this site sent this form. The browser says so in either of two fields that no
/// page can forge; without both, nobody says so.
///
/// # Errors
/// [`ProblemKind::Forbidden`] when it was another site, or nobody knows.
pub fn expect_own_form(headers: &HeaderMap, server: &Server) -> Result<(), Problem> {
    let mut sites = headers.get_all("sec-fetch-site").iter().peekable();
    let mut origins = headers.get_all(header::ORIGIN).iter().peekable();
    let is_own = match (sites.peek(), origins.peek()) {
        (None, None) => false,
        // A page whose address nobody shall learn sends `null` for its origin, and its site all the same.
        (Some(_), _) => {
            sites.all(|site| site == "same-origin")
                && origins.all(|origin| origin == "null" || server.is_own_origin(origin.as_bytes()))
        }
        (None, Some(_)) => origins.all(|origin| server.is_own_origin(origin.as_bytes())),
    };
    if is_own { Ok(()) } else { Err(ProblemKind::Forbidden.into()) }
}

/// Makes sure that no other site made the browser send this request (S-28).
///
/// # Errors
/// [`ProblemKind::Forbidden`] when the own header is missing or the browser names another origin.
pub fn expect_same_site(headers: &HeaderMap, server: &Server) -> Result<(), Problem> {
    let forbidden = |detail: &'static str| Err(Problem::new(ProblemKind::Forbidden).detail(detail));
    if !headers.contains_key(OWN_REQUEST) {
        return forbidden("Requests with a session need the header X-Jeton-Request, which other sites cannot send.");
    }
    // A field that stands twice is believed in neither place, so all of them must be right.
    if headers.get_all(header::ORIGIN).iter().any(|origin| !server.is_own_origin(origin.as_bytes())) {
        return forbidden("The request comes from another origin than the server's public URL.");
    }
    let mut sites = headers.get_all("sec-fetch-site").iter();
    if sites.any(|site| site != "same-origin" && site != "none") {
        return forbidden("The request comes from another site.");
    }
    Ok(())
}
