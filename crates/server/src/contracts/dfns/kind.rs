//! The kinds of users, which only this contract tells apart.

use super::CONTRACT;
use domain::{
    facts::{ContractFacts, Facts},
    owner::{Owner, OwnerKind},
};
use serde::{Deserialize, Serialize};
use store::query::search::Fact;
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

/// What is kept beside a user or service account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OwnerFacts {
    /// What he is; whoever was made elsewhere is one of the organisation's own.
    pub kind: UserKind,
    /// The name that a client gave him, which nobody else of the organisation has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// What has become of him.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<OwnerState>,
}

/// What has become of a user or service account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OwnerState {
    /// It was deleted at this door: nothing of it is left to act with, and no list shows it.
    Deleted,
}

impl OwnerFacts {
    /// Where his kind stands.
    pub const KIND: Fact = Fact { contract: CONTRACT, member: "kind" };
    /// Where the name that a client gave him stands.
    pub const EXTERNAL_ID: Fact = Fact { contract: CONTRACT, member: "externalId" };
    /// Where it stands what has become of him.
    pub const STATE: Fact = Fact { contract: CONTRACT, member: "state" };
    /// The word for somebody deleted.
    pub const DELETED: &str = "Deleted";

    /// What is kept beside an owner.
    pub fn of(facts: &Facts) -> Self {
        facts.of(CONTRACT).unwrap_or_default()
    }

    /// What is kept of it.
    pub fn kept(&self) -> ContractFacts {
        // Words and texts always have a JSON form.
        ContractFacts { contract: CONTRACT, facts: serde_json::to_value(self).unwrap_or_default() }
    }
}

impl UserKind {
    /// The kind that is kept beside an owner.
    pub fn of(facts: &Facts) -> Self {
        OwnerFacts::of(facts).kind
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
