//! `/console/sign-in`: the way in, with a password.

use super::{
    addresses::HOME,
    feedback::Feedback,
    notice::Notice,
    page::{Page, Place, send, send_with},
    refused::Refused,
    submitted::OwnForm,
    texts::ENGLISH,
    theme::Theme,
    way_back::{checked, see},
};
use crate::{
    auth::{AskedFrom, session_of},
    cookie,
    query::Query,
    state::Server,
};
use askama::Template;
use authority::sign_in::SignedIn;
use axum::{extract::State, response::Response};
use domain::{name::Email, origin::Origin, secret::Secret};
use http::{HeaderMap, header::SET_COOKIE};
use serde::Deserialize;

/// Where somebody wants to go once he is signed in.
#[derive(Default, Deserialize)]
pub struct SignInQuery {
    r#return: Option<String>,
}

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignInPage {
    page: Page,
    feedback: Feedback,
    email: String,
    way_back: String,
}

impl SignInPage {
    fn new(headers: &HeaderMap, way_back: &str, server: &Server) -> Self {
        let mut page = Page::new(&ENGLISH.entrance.sign_in_title, Place::Entrance, Theme::of(headers, server));
        page.notice = Notice::of(headers, server).map(|notice| notice.sentence(page.t));
        Self { page, feedback: Feedback::none(), email: String::new(), way_back: checked(way_back).to_owned() }
    }
}

/// The form. Whoever is signed in already goes on.
pub async fn show(State(server): State<Server>, headers: HeaderMap, Query(query): Query<SignInQuery>) -> Response {
    let way_back = query.r#return.unwrap_or_default();
    if session_of(&headers, &server).await.is_some() {
        return see(checked(&way_back));
    }
    send(&SignInPage::new(&headers, &way_back, &server))
}

/// Signs in. A session that came with the request ends, so that nobody can plant one.
pub async fn sign_in(
    State(server): State<Server>,
    headers: HeaderMap,
    AskedFrom(origin): AskedFrom,
    OwnForm(fields): OwnForm,
) -> Result<Response, Refused> {
    let (email, way_back) = (fields.text("email").to_owned(), fields.text("return").to_owned());
    let signed_in = attempt(&server, &headers, &email, Secret::new(fields.exact("password").to_owned()), origin).await;
    server.metrics.sign_in(signed_in.is_ok());
    match signed_in {
        Ok(signed_in) => Ok(enter(&server, &signed_in, &way_back)),
        Err(refused) => {
            let mut feedback = Feedback::of(refused)?;
            // An address that cannot be one is as unknown as any other.
            if feedback.error("email").is_some() {
                feedback = Feedback::of(authority::Error::SignInFailed)?;
            }
            let status = feedback.status();
            Ok(send_with(status, &SignInPage { feedback, email, ..SignInPage::new(&headers, &way_back, &server) }))
        }
    }
}

async fn attempt(
    server: &Server,
    headers: &HeaderMap,
    email: &str,
    password: Secret,
    origin: Origin,
) -> Result<SignedIn, Refused> {
    let email = Email::parse("email", email)?;
    let replaces = session_of(headers, server).await;
    Ok(server.authority.sign_in(&email, password, origin, replaces).await?)
}

/// Gives the session to the browser, and sends it on.
pub fn enter(server: &Server, signed_in: &SignedIn, way_back: &str) -> Response {
    let mut response = see(checked(way_back));
    response.headers_mut().append(SET_COOKIE, cookie::set(signed_in, server));
    response
}

/// `/console` is the page that people come to first.
pub async fn home() -> Response {
    see(HOME)
}
