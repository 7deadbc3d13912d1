//! Organisations, and the users and service accounts that own tokens.

use crate::{
    facts::Facts,
    id::{OrganisationId, OrganisationNumber, OwnerId, OwnerNumber},
    invalid::Invalid,
    name::{Email, Name},
    scope::{Scopes, native},
    signer::SignedActions,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A tenant. It is never removed, only deactivated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its identifier.
    pub id: OrganisationId,
    /// Its number.
    pub number: OrganisationNumber,
    /// Its name.
    pub name: Name,
    /// False when its tokens, users and service accounts are without power.
    pub active: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// Counts the changes, from 1.
    pub revision: u64,
    /// What only outside contracts know of it.
    pub facts: Facts,
    /// What has to be signed there.
    pub signed_actions: SignedActions,
}

/// Whether an owner is a person or a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnerKind {
    /// A person, who may sign in.
    User,
    /// A program, which only has tokens.
    ServiceAccount,
}

impl OwnerKind {
    /// The word for it in the API and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::ServiceAccount => "service_account",
        }
    }
}

/// How far an owner's power reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reaches his own tokens.
    Member,
    /// Reaches one organisation.
    OrganisationAdministrator,
    /// Reaches everything.
    ApplicationAdministrator,
}

impl Role {
    /// The word for it in the API and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::OrganisationAdministrator => "organisation_administrator",
            Self::ApplicationAdministrator => "application_administrator",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// Names `field` when the word is none of the three.
    pub fn parse(field: &str, word: &str) -> Result<Self, Invalid> {
        [Self::Member, Self::OrganisationAdministrator, Self::ApplicationAdministrator]
            .into_iter()
            .find(|role| role.as_str() == word)
            .ok_or_else(|| {
                Invalid::field(field, "must be member, organisation_administrator or application_administrator")
            })
    }

    /// The most that an owner of this role may do: administrators everything within their reach,
    /// members the care of their own tokens and what they were granted.
    pub fn ceiling(self, granted: &Scopes) -> Scopes {
        match self {
            Self::ApplicationAdministrator | Self::OrganisationAdministrator => Scopes::everything(),
            Self::Member => {
                let own = [
                    native::TOKENS_READ,
                    native::TOKENS_WRITE,
                    native::OWNERS_READ,
                    native::ORGANISATIONS_READ,
                    native::JOURNAL_READ,
                ];
                Scopes::stored(&own.join(" ")).union(granted)
            }
        }
    }
}

/// A user or service account: whom a token speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Its identifier.
    pub id: OwnerId,
    /// Its number.
    pub number: OwnerNumber,
    /// Person or program.
    pub kind: OwnerKind,
    /// The organisation it belongs to.
    pub organisation: OrganisationNumber,
    /// The identifier of that organisation.
    pub organisation_id: OrganisationId,
    /// Its name.
    pub name: Name,
    /// A user's address for signing in; a service account has none.
    pub email: Option<Email>,
    /// How far its power reaches.
    pub role: Role,
    /// The scopes granted to it beyond those of its role.
    pub scopes: Scopes,
    /// False when its tokens and sessions are without power.
    pub active: bool,
    /// True when the user has set a password.
    pub has_password: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// Counts the changes, from 1.
    pub revision: u64,
    /// The seat it holds in its organisation: a place for one owner that an outside contract asks for.
    pub slot: Option<String>,
    /// What only outside contracts know of it.
    pub facts: Facts,
}

impl Owner {
    /// The most that a token of this owner may do.
    pub fn ceiling(&self) -> Scopes {
        self.role.ceiling(&self.scopes)
    }
}
