//! `/console/sign-out`: the end of this session, or of all.

use super::{
    addresses::SIGN_IN,
    notice::{Notice, NoticeKind},
    page::{Page, Place, send},
    refused::Refused,
    submitted::Submitted,
    visitor::Visitor,
};
use crate::cookie;
use askama::Template;
use axum::response::Response;
use http::header::SET_COOKIE;

#[derive(Template)]
#[template(path = "console/sign_out.html")]
struct SignOut {
    page: Page,
}

/// Asks whether he means it.
pub async fn ask(visitor: Visitor) -> Response {
    let page = visitor.page(&super::texts::ENGLISH.entrance.sign_out_title, Place::Profile);
    send(&SignOut { page })
}

/// Ends the session, or all of them. When this is answered, none of them opens anything.
pub async fn sign_out(Submitted { visitor, fields }: Submitted) -> Result<Response, Refused> {
    let server = &visitor.server;
    let session = (!fields.is_checked("everywhere")).then_some(visitor.session);
    server.authority.sign_out(&visitor.caller, session).await?;
    let mut response = Notice::new(NoticeKind::SignedOut).then(server, SIGN_IN);
    response.headers_mut().append(SET_COOKIE, cookie::clear(server));
    Ok(response)
}
