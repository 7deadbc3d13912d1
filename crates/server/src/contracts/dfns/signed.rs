//! Signed requests: every change at this door comes with an action token for exactly this request of exactly this
//! caller.

use super::{
    body,
    caller::Bearer,
    payload,
    refused::{ACTION_FIELD, Refused},
    sealed::Sealed,
};
use crate::{json, problem::Problem, state::Server};
use authority::{Error, error::Unproven, sign_action::Asked};
use axum::extract::{FromRequest, FromRequestParts, Request};
use domain::caller::Caller;
use http::{HeaderMap, Uri};
use serde::de::DeserializeOwned;

/// The surface, as what is sealed names it.
const SURFACE: &str = super::CONTRACT;

/// A request that was signed: who asks, with the action that his change consumes, and the body.
pub struct Signed<T> {
    /// Who asks.
    pub caller: Caller,
    /// What he asks for.
    pub body: T,
}

impl<T: DeserializeOwned> FromRequest<Server> for Signed<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Refused> {
        let (mut parts, body) = request.into_parts();
        let Bearer(caller) = Bearer::from_request_parts(&mut parts, server).await?;
        let (method, uri, headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
        let body = json::read(Request::from_parts(parts, body), server).await?;
        let payload = payload::digest(&body)?;
        let sealed = Sealed::read(&server.authority, action(&headers)?).ok_or(Error::Unproven(Unproven::Action))?;
        let asked = asked(method.as_str(), target(&uri, sealed.is_about_query()), payload);
        let action = server.authority.show_action(&caller, sealed.text(), asked).await?;
        let body = body::parse(&headers, &body)?;
        Ok(Self { caller: Caller { action: Some(action), ..caller }, body })
    }
}

/// A request as far as a signature binds it.
pub fn asked(method: &str, target: String, payload: [u8; 32]) -> Asked {
    Asked { surface: SURFACE.to_owned(), method: method.to_owned(), target, payload }
}

/// Where the request goes: its path, and its query where one was announced.
fn target(uri: &Uri, with_query: bool) -> String {
    match uri.query().filter(|_| with_query) {
        Some(query) => format!("{}?{query}", uri.path()),
        None => uri.path().to_owned(),
    }
}

/// The action token that came with the request.
fn action(headers: &HeaderMap) -> Result<&str, Refused> {
    let mut values = headers.get_all(ACTION_FIELD).iter();
    match (values.next().map(|value| value.to_str()), values.next()) {
        (None, _) => Err(Refused::action("is required")),
        (Some(Ok(text)), None) => Ok(text.trim()),
        (Some(_), _) => Err(Problem::field(ACTION_FIELD, "must be one action token").into()),
    }
}
