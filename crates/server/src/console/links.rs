//! `/console/links`: one-time links, which set a password or make an administrator.

use super::{
    addresses::SIGN_IN,
    feedback::Feedback,
    notice::{Notice, NoticeKind},
    page::{Page, Place, send, send_with},
    refused::Refused,
    submitted::OwnForm,
    texts::{ENGLISH, Phrase},
    theme::Theme,
};
use crate::{
    auth::{AskedFrom, ClientAddress},
    path::Path,
    problem::ProblemKind,
    state::Server,
};
use askama::Template;
use authority::{
    Error,
    error::Conflict,
    link::Purpose,
    redeem::{Administrator, FIRST_ORGANISATION},
};
use axum::{extract::State, response::Response};
use domain::{
    invalid::Checks,
    name::{Email, Name},
    secret::Secret,
};
use http::{HeaderMap, HeaderValue, header::REFERRER_POLICY};
use std::net::IpAddr;

#[derive(Template)]
#[template(path = "console/link.html")]
struct LinkPage {
    page: Page,
    feedback: Feedback,
    link: Secret,
    text: &'static Phrase,
    button: &'static Phrase,
    asks_who: bool,
    asks_organisation: bool,
    email: String,
    name: String,
    organisation: String,
}

/// The page for a link that was used, replaced or is too old.
#[derive(Template)]
#[template(path = "console/void_link.html")]
struct VoidLink {
    page: Page,
    text: &'static Phrase,
}

impl LinkPage {
    fn new(purpose: Purpose, link: &str, headers: &HeaderMap, server: &Server) -> Self {
        let t = &ENGLISH.entrance;
        let (title, text, button) = match purpose {
            Purpose::SetPassword => (&t.set_password_title, &t.set_password_text, &t.set_password),
            Purpose::SetUp => (&t.set_up_title, &t.set_up_text, &t.set_up),
            Purpose::RecoverAdministrator => (&t.recover_title, &t.recover_text, &t.recover),
        };
        Self {
            page: Page::new(title, Place::Entrance, Theme::of(headers, server)),
            feedback: Feedback::none(),
            link: Secret::new(link.to_owned()),
            text,
            button,
            asks_who: purpose != Purpose::SetPassword,
            asks_organisation: purpose == Purpose::SetUp,
            email: String::new(),
            name: String::new(),
            organisation: String::new(),
        }
    }
}

/// What the link is for, and the form for it.
pub async fn show(
    State(server): State<Server>,
    headers: HeaderMap,
    ClientAddress(address): ClientAddress,
    Path(link): Path<String>,
) -> Result<Response, Refused> {
    let purpose = match server.authority.purpose_of_unused_link(&link).await {
        Ok(purpose) => purpose,
        Err(error) => return void(error, &headers, &server),
    };
    expect_host(purpose, address)?;
    Ok(kept_here(send(&LinkPage::new(purpose, &link, &headers, &server))))
}

/// The page for a link that does nothing any more: what to do instead.
///
/// # Errors
/// The error itself where something else is wrong.
fn void(error: Error, headers: &HeaderMap, server: &Server) -> Result<Response, Refused> {
    let t = &ENGLISH.errors;
    let (title, text) = if matches!(error, Error::Conflict(Conflict::LinkVoid)) {
        (&t.title_link_void, &t.link_void)
    } else if matches!(error, Error::Conflict(Conflict::AlreadySetUp)) {
        (&t.title_already_set_up, &t.already_set_up)
    } else {
        return Err(error.into());
    };
    let page = Page::new(title, Place::Entrance, Theme::of(headers, server));
    Ok(kept_here(send_with(ProblemKind::Conflict.status(), &VoidLink { page, text })))
}

/// Redeems the link.
pub async fn redeem(
    State(server): State<Server>,
    headers: HeaderMap,
    AskedFrom(origin): AskedFrom,
    OwnForm(fields): OwnForm,
) -> Result<Response, Refused> {
    let link = fields.exact("link");
    let purpose = match server.authority.purpose_of_link(link) {
        Ok(purpose) => purpose,
        Err(error) => return void(error, &headers, &server),
    };
    expect_host(purpose, origin.address)?;
    let mut form = LinkPage::new(purpose, link, &headers, &server);
    form.email = fields.text("email").to_owned();
    form.name = fields.text("name").to_owned();
    form.organisation = fields.text("organisation").to_owned();
    let redeemed = match form.administrator() {
        Ok(administrator) => {
            let password = Secret::new(fields.exact("password").to_owned());
            match server.authority.redeem(link, password, administrator, &origin).await {
                Ok(()) => Ok(()),
                Err(error) => match void(error, &headers, &server) {
                    Ok(page) => return Ok(page),
                    Err(refused) => Err(refused),
                },
            }
        }
        Err(refused) => Err(refused),
    };
    match redeemed {
        Ok(()) => {
            let kind = if form.asks_who { NoticeKind::SetUp } else { NoticeKind::PasswordSet };
            Ok(Notice::new(kind).then(&server, SIGN_IN))
        }
        Err(refused) => {
            form.feedback = Feedback::of(refused)?;
            Ok(kept_here(send_with(form.feedback.status(), &form)))
        }
    }
}

impl LinkPage {
    /// The administrator that the form describes, where the link makes one.
    fn administrator(&self) -> Result<Option<Administrator>, Refused> {
        if !self.asks_who {
            return Ok(None);
        }
        let mut checks = Checks::new();
        let email = checks.take(Email::parse("email", &self.email));
        let name = checks.take(Name::parse("name", &self.name));
        let organisation = if self.asks_organisation {
            checks.take(Name::parse("organisation", &self.organisation))
        } else {
            // Whoever is recovered stays in his organisation, or joins the first one.
            Some(Name::stored(FIRST_ORGANISATION.to_owned()))
        };
        let parts = email.zip(name).zip(organisation);
        let administrator = parts.map(|((email, name), organisation)| Administrator { email, name, organisation });
        Ok(checks.finish_with(administrator).map(Some)?)
    }
}

/// Keeps the address of the page, which has the link in it, from being named in other requests. The form still says
/// which site it comes from.
fn kept_here(mut page: Response) -> Response {
    page.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
    page
}

/// Links that make administrators work on the host alone: whoever is there could read the store anyway.
fn expect_host(purpose: Purpose, address: Option<IpAddr>) -> Result<(), Refused> {
    let is_host = address.is_some_and(|address| address.to_canonical().is_loopback());
    if purpose == Purpose::SetPassword || is_host {
        return Ok(());
    }
    Err(Refused::Sentence(ProblemKind::Forbidden, ENGLISH.entrance.only_from_host.clone()))
}
