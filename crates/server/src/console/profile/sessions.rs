//! The end of one session of the visitor's: of a device that he lost, say.

use crate::{
    console::{
        addresses::{PROFILE, SIGN_IN},
        notice::{Notice, NoticeKind},
        refused::Refused,
        submitted::Submitted,
    },
    cookie,
    path::Path,
};
use authority::Error;
use axum::response::Response;
use domain::id::SessionId;
use http::header::SET_COOKIE;

/// Ends a session. One that has ended already is as ended as he wants it.
pub async fn end(Path(id): Path<String>, Submitted { visitor, .. }: Submitted) -> Result<Response, Refused> {
    let server = &visitor.server;
    let id = SessionId::parse("id", &id).map_err(|_| Error::NotFound)?;
    match server.authority.sign_out(&visitor.caller, Some(id)).await {
        Ok(()) | Err(Error::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    if id == visitor.session {
        let mut response = Notice::new(NoticeKind::SignedOut).then(server, SIGN_IN);
        response.headers_mut().append(SET_COOKIE, cookie::clear(server));
        return Ok(response);
    }
    Ok(Notice::new(NoticeKind::SessionEnded).then(server, PROFILE))
}
