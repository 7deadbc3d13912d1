//! A new password: it ends all sessions, this one too.

use super::show_again;
use crate::{
    console::{
        addresses::SIGN_IN,
        notice::{Notice, NoticeKind},
        refused::Refused,
        submitted::Submitted,
        texts::ENGLISH,
    },
    cookie,
};
use axum::response::Response;
use domain::{invalid::Invalid, secret::Secret};
use http::header::SET_COOKIE;

/// Changes the password, and asks to sign in with it.
pub async fn change(Submitted { visitor, fields }: Submitted) -> Result<Response, Refused> {
    let server = &visitor.server;
    let (current, new) = (fields.exact("current_password"), fields.exact("new_password"));
    let changed = if current == new {
        Err(Invalid::field("new_password", ENGLISH.profile.same_password.as_str()).into())
    } else {
        let (current, new) = (Secret::new(current.to_owned()), Secret::new(new.to_owned()));
        server.authority.change_password(&visitor.caller, current, new).await
    };
    if let Err(error) = changed {
        return show_again(&visitor, error).await;
    }
    let mut response = Notice::new(NoticeKind::PasswordSet).then(server, SIGN_IN);
    response.headers_mut().append(SET_COOKIE, cookie::clear(server));
    Ok(response)
}
