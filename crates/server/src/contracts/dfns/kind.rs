//! The kinds of users, which only this contract tells apart.

use super::CONTRACT;
use domain::{
    facts::{ContractFacts, Facts},
    owner::{Owner, OwnerKind},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a user is to his organisation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DfnsUserKind)]
pub enum UserKind {
    /// One of its own people, or a service account.
    #[default]
    CustomerEmployee,
    /// One of its customers.
    EndUser,
}

/// What is kept beside a user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerFacts {
    /// What he is; whoever was made elsewhere is one of the organisation's own.
    #[serde(default)]
    pub kind: UserKind,
}

impl UserKind {
    /// The kind that is kept beside an owner.
    pub fn of(facts: &Facts) -> Self {
        facts.of::<OwnerFacts>(CONTRACT).unwrap_or_default().kind
    }

    /// What is kept of it.
    pub fn facts(self) -> ContractFacts {
        // A word always has a JSON form.
        let facts = serde_json::to_value(OwnerFacts { kind: self }).unwrap_or_default();
        ContractFacts { contract: CONTRACT, facts }
    }

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CustomerEmployee => "CustomerEmployee",
            Self::EndUser => "EndUser",
        }
    }
}

/// What somebody is called in a sentence about him.
pub fn title(owner: &Owner) -> &'static str {
    match owner.kind {
        OwnerKind::User => UserKind::of(&owner.facts).as_str(),
        OwnerKind::ServiceAccount => "ServiceAccount",
    }
}
