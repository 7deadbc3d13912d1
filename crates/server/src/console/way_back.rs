//! The way back: the page of the console that somebody goes to after he has signed in or sent a form.

use super::addresses::{self, HOME, SIGN_IN};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header, uri::PathAndQuery};

/// A page of the console. No other text becomes one, so that nobody is led to another site.
pub fn checked(text: &str) -> &str {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#');
    let path = text.split('?').next().unwrap_or_default().to_ascii_lowercase();
    // Browsers climb by dots, in every spelling.
    let climbs = ["..", "%2e", "%2f", "%5c"].iter().any(|step| path.contains(step));
    let is_own = path.starts_with("/console/") && !path.starts_with("/console/sign-") && !climbs;
    if is_plain && is_own && text.parse::<PathAndQuery>().is_ok() { text } else { HOME }
}

/// Sends the browser to a page of this site.
pub fn see(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static(HOME));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// The page to sign in at, and to come back from to this one.
pub fn sign_in(path: &str) -> String {
    match checked(path) {
        HOME => SIGN_IN.to_owned(),
        other => addresses::with(SIGN_IN, [("return", other)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_way_leads_to_another_site() {
        for foreign in [
            "",
            "https://evil.example/",
            "//evil.example/console/",
            "/\\evil.example",
            "/console/\\..\\..\\evil",
            "/console/../v1/tokens",
            "/console/%2e%2E/v1/tokens",
            "/console/.%2e//evil.example",
            "/console/x%2f..%5cy",
            "/console/sign-in",
            "/console/sign-out",
            "/v1/tokens",
            "/console/\n/x",
            "/console/é",
            "javascript:alert(1)",
            "/consolex/",
        ] {
            assert_eq!(checked(foreign), HOME, "{foreign}");
        }
        let own = "/console/settings/api-tokens?state=active&q=a%20b..";
        assert_eq!(checked(own), own);
        assert_eq!(
            sign_in(own),
            "/console/sign-in?return=%2Fconsole%2Fsettings%2Fapi-tokens%3Fstate%3Dactive%26q%3Da%2520b.."
        );
    }
}
