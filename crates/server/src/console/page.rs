//! Pages: what each of them carries besides its own content, and how it is sent.

use super::{
    addresses::HOME,
    assets::{ASSETS, Assets},
    feedback::Feedback,
    texts::{ENGLISH, Texts},
    theme::Theme,
};
use crate::problem::{Problem, ProblemKind};
use askama::Template;
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use domain::signer::SignedActions;
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY},
};

/// What a page may load and do: its own stylesheet, script and pictures, and nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Where a page stands in the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// API tokens.
    Tokens,
    /// Users.
    Users,
    /// Service accounts.
    ServiceAccounts,
    /// The journal.
    Journal,
    /// Organisations.
    Organisations,
    /// The visitor's own account.
    Profile,
    /// Outside the menu: the way in and out, and errors.
    Entrance,
}

impl Place {
    fn word(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::Users => "users",
            Self::ServiceAccounts => "service-accounts",
            Self::Journal => "journal",
            Self::Organisations => "organisations",
            Self::Profile => "profile",
            Self::Entrance => "entrance",
        }
    }
}

/// Who looks at a page, as its frame shows him.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// His identifier, a UUID.
    pub id: String,
    /// His name.
    pub name: String,
    /// Its initials.
    pub initials: String,
    /// His email address.
    pub email: String,
    /// The name of his organisation.
    pub organisation: String,
    /// True for administrators of an organisation or of everything.
    pub is_administrator: bool,
    /// True for administrators of everything.
    pub is_application_administrator: bool,
}

/// What every page carries.
#[derive(Clone)]
pub struct Page {
    /// Its sentences.
    pub t: &'static Texts,
    /// Its title.
    pub title: String,
    /// Who looks at it; nobody before he has signed in.
    pub viewer: Option<Viewer>,
    /// What was done just before.
    pub notice: Option<String>,
    /// How it looks.
    pub theme: Theme,
    /// The proof that its forms are ours; empty where nobody is signed in.
    pub form_token: String,
    /// Its own path and query.
    pub path: String,
    /// What has to be signed with a passkey in the organisation of whoever looks at it.
    pub signed_actions: SignedActions,
    /// What it loads.
    pub assets: &'static Assets,
    place: Place,
}

impl Page {
    /// A page for nobody in particular.
    pub fn new(title: impl ToString, place: Place, theme: Theme) -> Self {
        Self {
            t: &ENGLISH,
            title: title.to_string(),
            viewer: None,
            notice: None,
            theme,
            form_token: String::new(),
            path: HOME.to_owned(),
            signed_actions: SignedActions::Off,
            assets: &ASSETS,
            place,
        }
    }

    /// True when a form that takes power away has to be signed, or was refused because it was not.
    pub fn signs_ending(&self, feedback: &Feedback) -> bool {
        self.signed_actions != SignedActions::Off || feedback.signs
    }

    /// The same for a form that makes any other change.
    pub fn signs_change(&self, feedback: &Feedback) -> bool {
        self.signed_actions == SignedActions::All || feedback.signs
    }

    /// True when the page stands at this place of the menu, named by its word.
    pub fn is_at(&self, place: &str) -> bool {
        self.place.word() == place
    }
}

/// Sends a page.
pub fn send(template: &impl Template) -> Response {
    send_with(StatusCode::OK, template)
}

/// The same with another status than 200.
pub fn send_with(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => html(status, text).map(Body::from),
        Err(cause) => {
            tracing::error!(%cause, "a page could not be written");
            Problem::new(ProblemKind::Internal).into_response()
        }
    }
}

/// A page of this text, which nobody may store, frame or add to.
pub fn html(status: StatusCode, text: String) -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::from(text));
    *response.status_mut() = status;
    protect(response.headers_mut());
    response
}

fn protect(headers: &mut HeaderMap) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    // Forms name their origin only where the referrer may be told to this site.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
}
