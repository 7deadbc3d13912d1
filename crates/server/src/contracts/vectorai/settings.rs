//! The organisation that the contract is bound to, who sits there for it, and what it keeps there.

use crate::{config::Contract, problem::Problem, state::Server};
use authority::{Authority, Error, seats::Seat};
use domain::{
    facts::ContractFacts,
    name::Name,
    owner::{Organisation, Owner, OwnerKind, Role},
};
use serde::{Deserialize, Serialize};

/// The word under which the names of its tokens are their own.
pub(super) const WORD: &str = "vectorai";
/// The seat of the owner of its tokens.
const KEYS: &str = "vectorai-keys";
/// The seat of its one user.
const ADMIN: &str = "vectorai-admin";

/// What the contract keeps beside its organisation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    /// False while its token endpoints refuse to work, as before anybody has switched them on.
    #[serde(default)]
    pub auth_enabled: bool,
}

impl Settings {
    /// Those of an organisation.
    pub(super) fn of(organisation: &Organisation) -> Self {
        organisation.facts.of(Contract::VectorAi.name()).unwrap_or_default()
    }

    /// The same, to be kept beside the organisation.
    pub(super) fn facts(self) -> ContractFacts {
        let facts = serde_json::json!({"auth_enabled": self.auth_enabled});
        ContractFacts { contract: Contract::VectorAi.name(), facts }
    }
}

/// The organisation that the contract is bound to.
///
/// # Errors
/// [`Problem`] of kind `unavailable` when there is none.
pub(super) async fn organisation(server: &Server) -> Result<Organisation, Problem> {
    Ok(server.authority.bound_organisation(server.vectorai_organisation).await?)
}

/// Whom its tokens speak for.
///
/// # Errors
/// [`Error::Unavailable`] when the store does not answer.
pub(super) async fn keys(authority: &Authority, organisation: &Organisation) -> Result<Owner, Error> {
    let name = Name::stored("VectorAI access tokens".to_owned());
    authority.seat(organisation.id, seat(KEYS, OwnerKind::ServiceAccount, name)).await
}

/// Its user, whether he was let in or not.
///
/// # Errors
/// [`Error::Unavailable`] when the store does not answer.
pub(super) async fn admin(authority: &Authority, organisation: &Organisation) -> Result<Owner, Error> {
    let name = Name::stored(super::password::ADMIN.to_owned());
    authority.seat(organisation.id, seat(ADMIN, OwnerKind::User, name)).await
}

/// Its user, if somebody has let him in and nobody has shut him out.
///
/// # Errors
/// [`Error::Unavailable`] when the store does not answer.
pub(super) async fn known_admin(authority: &Authority, organisation: &Organisation) -> Result<Option<Owner>, Error> {
    let admin = authority.seated(organisation.id, ADMIN).await?;
    Ok(admin.filter(|admin| admin.has_password))
}

fn seat(slot: &'static str, kind: OwnerKind, name: Name) -> Seat {
    Seat { slot, kind, name, role: Role::OrganisationAdministrator }
}
