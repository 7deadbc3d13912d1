//! Where a dialog about a token leads back to: the list as it was filtered, or the tab that it was opened from.

use crate::console::{addresses::TOKENS, fields::Fields, way_back::checked};
use http::{HeaderMap, Uri, header::REFERER};

/// The field that carries it through the forms of a dialog.
pub const RETURN: &str = "return";

/// The page that a dialog was opened from, where it is the list or a page of the token that shows something;
/// the token's page otherwise. Of what the browser names only the path is taken, and only when it is one of these.
pub fn came_from(headers: &HeaderMap, token_page: &str) -> String {
    let named = headers.get(REFERER).and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<Uri>().ok());
    let path = named.as_ref().and_then(Uri::path_and_query).map_or("", |path| path.as_str());
    if is_list(path) || is_shown(path, token_page) { checked(path).to_owned() } else { token_page.to_owned() }
}

/// The same as a form carried it.
pub fn carried(fields: &Fields, token_page: &str) -> String {
    let path = fields.text(RETURN);
    if is_list(path) || is_shown(path, token_page) { checked(path).to_owned() } else { token_page.to_owned() }
}

/// The list that it leads back to, as it was filtered; the whole list when it is another page.
pub fn list(back: &str) -> &str {
    if is_list(back) { checked(back) } else { TOKENS }
}

fn is_list(path: &str) -> bool {
    path.split('?').next() == Some(TOKENS)
}

fn is_shown(path: &str, token_page: &str) -> bool {
    let rest = path.split('?').next().and_then(|path| path.strip_prefix(token_page));
    rest.is_some_and(|rest| ["", "/scopes", "/usage", "/history"].contains(&rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn a_dialog_leads_back_to_the_list_or_to_the_page_of_its_token() {
        let page = "/console/settings/api-tokens/7";
        let from = |referer: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(REFERER, HeaderValue::from_static(referer));
            came_from(&headers, page)
        };
        for (referer, back) in [
            (
                "https://here/console/settings/api-tokens?state=active&page=2",
                "/console/settings/api-tokens?state=active&page=2",
            ),
            ("https://here/console/settings/api-tokens/7/usage", "/console/settings/api-tokens/7/usage"),
            ("https://here/console/settings/api-tokens/7/delete", page),
            ("https://here/console/settings/api-tokens/8", page),
            ("https://evil.example/", page),
            ("nonsense", page),
        ] {
            assert_eq!(from(referer), back, "{referer}");
        }
        assert_eq!(list("/console/settings/api-tokens?q=a"), "/console/settings/api-tokens?q=a");
        assert_eq!(list(page), TOKENS);
        let fields = Fields::read(b"return=https://evil.example/console/settings/api-tokens").unwrap();
        assert_eq!(carried(&fields, page), page);
    }
}
