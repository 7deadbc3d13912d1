//! The signed action that comes with a request to the native API: which request it must be for is found
//! here, from what arrived and is going to be executed at the public address, never from what the client
//! says of it (S-33).

use crate::{json, problem::Problem, state::Server};
use authority::{Authority, Error, sign_action::Asked};
use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::caller::Caller;
use http::request::Parts;
use sha2::{Digest, Sha256};

/// The field that carries the action token.
pub const ACTION: &str = "x-jeton-action";
/// What the actions of the native API are sealed for.
const SURFACE: &str = "native";

/// An action token that came with a request, and the request that it came with.
#[derive(Clone)]
struct Shown {
    text: String,
    asked: Asked,
}

/// A request to the native API as a signature binds it: scheme, host, path and query, and the exact bytes.
pub fn asked(server: &Server, method: &str, path_and_query: &str, body_sha256: [u8; 32]) -> Asked {
    Asked {
        surface: SURFACE.to_owned(),
        method: method.to_owned(),
        target: server.public_url.join(path_and_query),
        payload: body_sha256,
    }
}

/// Reads the whole body of a change that comes with an action token, so that it is known what was sent before
/// anything is done with it. The route's own limits of size and time hold; and a text that was not sealed here
/// makes nobody read anything.
pub async fn keep_shown(State(server): State<Server>, request: Request, next: Next) -> Response {
    if request.method().is_safe() || !request.headers().contains_key(ACTION) {
        return next.run(request).await;
    }
    match shown(&server, request).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn shown(server: &Server, request: Request) -> Result<Request, Problem> {
    let mut values = request.headers().get_all(ACTION).iter();
    let text = match (values.next().map(|value| value.to_str()), values.next()) {
        (Some(Ok(text)), None) => text.to_owned(),
        (Some(Err(_)), None) => return Err(Problem::field("X-Jeton-Action", "must be an action token")),
        (_, _) => return Err(Problem::field("X-Jeton-Action", "must not be repeated")),
    };
    let (mut parts, body) = request.into_parts();
    if !server.authority.is_action(&text) {
        // Whoever asks is refused for it after he was asked who he is.
        parts.extensions.insert(Shown { text, asked: asked(server, "", "", [0; 32]) });
        return Ok(Request::from_parts(parts, body));
    }
    let mut whole = Request::new(body);
    *whole.extensions_mut() = parts.extensions.clone();
    let body = json::read(whole, server).await?;
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let asked = asked(server, parts.method.as_str(), target, Sha256::digest(&body).into());
    parts.extensions.insert(Shown { text, asked });
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// The caller with the signed action that his request came with.
///
/// # Errors
/// [`Error::Unproven`] when the action is not for this request of this caller.
pub async fn with_action(authority: &Authority, parts: &Parts, caller: Caller) -> Result<Caller, Error> {
    let Some(Shown { text, asked }) = parts.extensions.get::<Shown>() else { return Ok(caller) };
    let action = authority.show_action(&caller, text, asked.clone()).await?;
    Ok(Caller { action: Some(action), ..caller })
}
