//! Who is asking: the admin by his JWT, or whoever shows a token, in `api-key` or in `Authorization`.
//!
//! Of several reasons to refuse, the first of these is told: the request is malformed in its query (400), the
//! credential is not active (401), the switch is off or the right is missing (403), a field breaks a rule
//! (400), what was named is not there (404).

use super::{
    permission::{ADMIN_SCOPE, ALL_SCOPES},
    settings::{self, Settings},
    sign_in,
};
use crate::{
    auth,
    problem::{Problem, ProblemKind},
    state::Server,
};
use axum::extract::FromRequestParts;
use domain::{
    caller::{Caller, Credential},
    owner::{Organisation, Role},
    scope::Scopes,
};
use http::{HeaderMap, request::Parts};

/// The field that is looked at first.
const KEY_FIELD: &str = "api-key";

/// The admin, signed in.
pub struct Admin {
    /// Who he is.
    pub caller: Caller,
    /// The organisation.
    pub organisation: Organisation,
}

/// Whoever may administer the tokens, while that is switched on.
pub struct Keeper {
    /// Who it is.
    pub caller: Caller,
    /// The organisation.
    pub organisation: Organisation,
}

impl FromRequestParts<Server> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        let (caller, organisation) = shown(parts, server).await?;
        match caller.credential {
            Credential::Session(_) => Ok(Self { caller, organisation }),
            Credential::Token(_) => Err(forbidden("This call needs the sign-in of the admin user")),
        }
    }
}

impl FromRequestParts<Server> for Keeper {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        let (caller, organisation) = shown(parts, server).await?;
        if !Settings::of(&organisation).auth_enabled {
            return Err(forbidden(super::dialect::Dialect::of(parts.uri.path()).switched_off()));
        }
        let reaches = match caller.role {
            Role::ApplicationAdministrator => true,
            Role::OrganisationAdministrator => caller.organisation == organisation.id,
            Role::Member => false,
        };
        if !(reaches && caller.scopes.cover(ADMIN_SCOPE)) {
            return Err(forbidden("This call needs a token with the admin permission"));
        }
        let hands_out = Scopes::stored(ALL_SCOPES);
        Ok(Self { caller: Caller { hands_out, ..caller }, organisation })
    }
}

async fn shown(parts: &mut Parts, server: &Server) -> Result<(Caller, Organisation), Problem> {
    let origin = auth::origin(parts);
    let credential = credential(&parts.headers)?;
    let organisation = settings::organisation(server).await?;
    let caller = match sign_in::caller(&server.authority, credential, &origin).await? {
        Some(admin) if admin.organisation == organisation.id => admin,
        // He signed in when the contract was bound to another organisation.
        Some(_) => return Err(Problem::token_refused()),
        None => server.authority.authenticate(credential, &origin).await?,
    };
    Ok((auth::named(caller), organisation))
}

/// What is shown: the key field when it is there, and the bearer otherwise.
fn credential(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut keys = headers.get_all(KEY_FIELD).iter();
    match (keys.next().map(|key| key.to_str().map(str::trim)), keys.next()) {
        (Some(Ok(key)), None) if !key.is_empty() => Ok(key),
        (None | Some(Ok("")), None) => auth::bearer(headers).map_err(|_| ProblemKind::Unauthenticated.into()),
        (_, _) => Err(ProblemKind::Unauthenticated.into()),
    }
}

/// A call that whoever is asking may not make.
pub(super) fn forbidden(message: &'static str) -> Problem {
    Problem::new(ProblemKind::Forbidden).detail(message)
}
