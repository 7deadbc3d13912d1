//! Who is asking: whoever shows a token of any birth, or a login of this door. Nothing that exists is told to
//! anybody else.

use super::{bearer, operations::Operation, refused::Refused};
use crate::{auth, problem::Problem, state::Server};
use axum::extract::FromRequestParts;
use domain::{
    caller::{Caller, Credential},
    owner::{OwnerKind, Role},
    scope::Scopes,
};
use http::request::Parts;

/// A caller who showed a bearer.
pub struct Bearer(pub Caller);

impl FromRequestParts<Server> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        let text = auth::bearer(&parts.headers)?;
        if let Some(caller) = bearer::signed_in(&server.authority, text, &auth::origin(parts)).await? {
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

/// [`allowed`] for whoever brings somebody into the organisation or lets him in: he hands out what every member has,
/// although his own credential may have less.
///
/// # Errors
/// As [`allowed`].
pub async fn allowed_to_bring(server: &Server, caller: Caller, operation: Operation) -> Result<Caller, Refused> {
    let caller = allowed(server, caller, operation).await?;
    Ok(Caller { hands_out: Role::Member.ceiling(&Scopes::default()), ..caller })
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

/// Makes sure that no user's access token is shown.
///
/// # Errors
/// 403 for a personal access token.
pub async fn expect_no_pat(server: &Server, caller: &Caller) -> Result<(), Refused> {
    let Credential::Token(_) = caller.credential else { return Ok(()) };
    match server.authority.own_record(caller).await?.kind {
        OwnerKind::ServiceAccount => Ok(()),
        OwnerKind::User => Err(Refused::forbidden("A personal access token may not make this call.")),
    }
}

/// Makes sure that a service account is asking.
///
/// # Errors
/// 403 for a user.
pub async fn expect_service_account(server: &Server, caller: &Caller) -> Result<(), Refused> {
    match server.authority.own_record(caller).await?.kind {
        OwnerKind::ServiceAccount => Ok(()),
        OwnerKind::User => Err(Refused::forbidden("Only a service account may make this call.")),
    }
}

/// Makes sure that a user is asking, by whatever credential of his.
///
/// # Errors
/// 403 for a service account.
pub async fn expect_user(server: &Server, caller: &Caller) -> Result<(), Refused> {
    match server.authority.own_record(caller).await?.kind {
        OwnerKind::User => Ok(()),
        OwnerKind::ServiceAccount => Err(Refused::forbidden("A service account may not make this call.")),
    }
}
