//! `/console/theme`: light, dark, or as the system has it; remembered in a cookie.

use super::{
    submitted::OwnForm,
    way_back::{checked, see},
};
use crate::{cookie, state::Server};
use axum::{extract::State, response::Response};
use http::{HeaderMap, header};

const COOKIE: &str = "jeton-theme";
/// How long a choice is remembered, in seconds: about a year.
const SECONDS: u64 = 31_536_000;

/// How pages look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// As the system of whoever looks has it.
    #[default]
    System,
}

impl Theme {
    /// The word for it, in the cookie and on the page.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::System => "system",
        }
    }

    fn of_word(word: &str) -> Self {
        [Self::Light, Self::Dark].into_iter().find(|theme| theme.as_str() == word).unwrap_or_default()
    }

    /// The theme that was chosen in this browser.
    pub fn of(headers: &HeaderMap, server: &Server) -> Self {
        cookie::plain(headers, COOKIE, server).map(Self::of_word).unwrap_or_default()
    }
}

/// Remembers a choice.
pub async fn choose(State(server): State<Server>, OwnForm(fields): OwnForm) -> Response {
    let theme = Theme::of_word(fields.text("theme"));
    let mut response = see(checked(fields.text("return")));
    let (value, seconds) = if theme == Theme::System { ("", 0) } else { (theme.as_str(), SECONDS) };
    response.headers_mut().append(header::SET_COOKIE, cookie::set_plain(COOKIE, value, seconds, &server));
    response
}
