//! Visitors: who asks for a page, from the session cookie; everybody else is sent to sign in.

use super::{
    addresses::HOME,
    error_page,
    initials::initials,
    notice::Notice,
    page::{Page, Place, Viewer},
    refused::Refused,
    theme::Theme,
    way_back,
};
use crate::{
    auth::{named, origin},
    cookie,
    state::Server,
};
use authority::Error;
use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use domain::{
    caller::Caller,
    id::SessionId,
    owner::{Organisation, Owner, Role},
};
use http::{HeaderMap, Method, request::Parts};

/// Somebody who is signed in, and asks for a page.
pub struct Visitor {
    /// The running server.
    pub server: Server,
    /// Who he is for the verbs.
    pub caller: Caller,
    /// His session.
    pub session: SessionId,
    /// His record.
    pub owner: Owner,
    /// His organisation.
    pub organisation: Organisation,
    /// What was done just before.
    notice: Option<Notice>,
    theme: Theme,
    path: String,
}

impl Visitor {
    /// Finds out who sent a request.
    ///
    /// # Errors
    /// The way to sign in, or the page for what is wrong.
    pub async fn of(parts: &Parts, server: &Server) -> Result<Self, Response> {
        let path = parts.uri.path_and_query().map_or("", |path| path.as_str()).to_owned();
        let Some(secret) = cookie::session_secret(&parts.headers, server) else {
            return Err(stranger(&parts.headers, &parts.method, &path, server));
        };
        let (caller, session) = match server.authority.authenticate_session(secret, &origin(parts)).await {
            Ok(known) => known,
            Err(Error::Unauthenticated) => {
                return Err(way_back::see(&way_back::sign_in(&back_of(&parts.method, &path))));
            }
            Err(error) => return Err(Refused::from(error).into_response()),
        };
        let caller = named(caller);
        let read = async {
            Ok::<_, Error>((
                server.authority.own_record(&caller).await?,
                server.authority.own_organisation(&caller).await?,
            ))
        };
        let (owner, organisation) = read.await.map_err(|error| Refused::from(error).into_response())?;
        Ok(Self {
            server: server.clone(),
            session: session.id,
            notice: Notice::of(&parts.headers, server),
            theme: Theme::of(&parts.headers, server),
            caller,
            owner,
            organisation,
            path,
        })
    }

    /// A page for him, at this place of the menu.
    pub fn page(&self, title: impl ToString, place: Place) -> Page {
        let mut page = Page::new(title, place, self.theme);
        page.form_token = super::form_token::seal(&self.server.authority, self.session);
        page.notice = self.notice.as_ref().map(|notice| notice.sentence(page.t));
        page.path.clone_from(&self.path);
        page.viewer = Some(self.viewer());
        page.signed_actions = self.organisation.signed_actions;
        page
    }

    /// True when he administers his organisation, or everything.
    pub fn is_administrator(&self) -> bool {
        self.caller.role >= Role::OrganisationAdministrator
    }

    /// True when he administers everything.
    pub fn is_application_administrator(&self) -> bool {
        self.caller.role >= Role::ApplicationAdministrator
    }

    /// Refuses whoever does not administer his organisation, as if the page did not exist.
    ///
    /// # Errors
    /// Not found.
    pub fn expect_administrator(&self) -> Result<(), Refused> {
        if self.is_administrator() { Ok(()) } else { Err(Error::NotFound.into()) }
    }

    /// Refuses whoever does not administer everything, as if the page did not exist.
    ///
    /// # Errors
    /// Not found.
    pub fn expect_application_administrator(&self) -> Result<(), Refused> {
        if self.is_application_administrator() { Ok(()) } else { Err(Error::NotFound.into()) }
    }

    fn viewer(&self) -> Viewer {
        Viewer {
            id: self.owner.id.to_string(),
            name: self.owner.name.to_string(),
            initials: initials(self.owner.name.as_str()),
            email: self.owner.email.as_ref().map_or_else(String::new, |email| email.as_str().to_owned()),
            organisation: self.organisation.name.to_string(),
            is_administrator: self.is_administrator(),
            is_application_administrator: self.is_application_administrator(),
        }
    }
}

/// The answer to somebody without a session. A browser that comes from another site keeps the cookie back, so
/// that one is asked to come again from this site; everybody else has none.
fn stranger(headers: &HeaderMap, method: &Method, path: &str, server: &Server) -> Response {
    let comes_from_elsewhere =
        headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site");
    if comes_from_elsewhere && method == Method::GET {
        return error_page::come_again(way_back::checked(path), headers, server);
    }
    way_back::see(&way_back::sign_in(&back_of(method, path)))
}

/// Where somebody goes after he has signed in: a form that was sent is not sent again.
fn back_of(method: &Method, path: &str) -> String {
    if method.is_safe() { path.to_owned() } else { HOME.to_owned() }
}

impl FromRequestParts<Server> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Response> {
        Self::of(parts, server).await
    }
}
