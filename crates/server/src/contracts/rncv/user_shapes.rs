//! The shape of users in RNCV's answers, and the two names that RNCV keeps of each.

use super::{
    NAME,
    roles::{RncvRole, RncvRoles},
};
use domain::{facts::ContractFacts, owner::Owner};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// A user.
#[derive(Serialize, ToSchema)]
#[schema(as = RncvUser)]
pub struct UserShape {
    /// His number.
    id: u32,
    /// His first name.
    name: String,
    /// His last name, possibly empty for a user who was not created here.
    last_name: String,
    /// His email address.
    email: String,
    /// The number of his organisation.
    organisation: u32,
    /// His roles.
    #[schema(value_type = Vec<RncvRole>)]
    roles: Vec<&'static str>,
    /// False when he is marked for deletion: his tokens are without power.
    active: bool,
    /// When he was created.
    #[schema(format = "date-time")]
    created: String,
}

impl UserShape {
    /// Shows a user.
    pub fn new(owner: &Owner) -> Self {
        let Names { name, last_name } = Names::of(owner);
        Self {
            id: owner.number.0,
            name,
            last_name,
            email: owner.email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default(),
            organisation: owner.organisation.0,
            roles: RncvRoles::of(owner).names(),
            active: owner.active,
            created: owner.created_at.to_string(),
        }
    }
}

/// The names of a user. The core knows only the whole of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// The first.
    pub name: String,
    /// The last.
    pub last_name: String,
}

impl Names {
    /// The whole name, as the core keeps it.
    pub fn whole(&self) -> String {
        format!("{} {}", self.name, self.last_name).trim().to_owned()
    }

    /// Where one name ends and the other begins, as this contract keeps it.
    pub fn facts(&self) -> ContractFacts {
        ContractFacts { contract: NAME, facts: json!(self) }
    }

    /// The names of a user. Where he was named anew through another door, the last word is the last name.
    pub fn of(owner: &Owner) -> Self {
        let whole = owner.name.as_str();
        let kept = owner.facts.of::<Self>(NAME).filter(|kept| kept.whole() == whole);
        kept.unwrap_or_else(|| {
            let (name, last_name) = whole.rsplit_once(' ').unwrap_or((whole, ""));
            Self { name: name.to_owned(), last_name: last_name.to_owned() }
        })
    }
}
