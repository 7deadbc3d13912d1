//! Who is asking: whoever shows a token of any birth, or a login of this door. Whatever else is wrong with a
//! request, this is told first.

use super::{bearer, operations::Operation, refused::Refused};
use crate::{auth, problem::Problem, state::Server};
use axum::extract::FromRequestParts;
use domain::{
    caller::{Caller, Credential},
    scope::Scopes,
};
use http::request::Parts;

/// A caller who showed a bearer.
pub struct Bearer(pub Caller);

impl FromRequestParts<Server> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        let text = auth::bearer(&parts.headers)?;
        if let Some(caller) = bearer::signed_in(&server.authority, text).await? {
            return Ok(Self(auth::named(caller)));
        }
        Ok(Self(auth::authenticate(server, parts, text).await?))
    }
}

/// The caller with what this operation includes, for the one request.
///
/// # Errors
/// 403 when his credential does not have it.
pub async fn allowed(server: &Server, caller: Caller, operation: Operation) -> Result<Caller, Refused> {
    if !operation.is_covered(&caller.scopes) {
        let owner = server.authority.own_record(&caller).await?;
        return Err(operation.refusal(&owner).into());
    }
    let implied = Scopes::stored(&operation.implied().join(" "));
    Ok(Caller { implied, ..caller })
}

/// Makes sure that a user is asking who has logged in.
///
/// # Errors
/// 403 for an access token.
pub fn expect_login(caller: &Caller) -> Result<(), Refused> {
    match caller.credential {
        Credential::Session(_) => Ok(()),
        Credential::Token(_) => Err(Refused::forbidden("This call needs a login: an access token may not make it.")),
    }
}
