//! What can be asked about organisations, users and service accounts, and what they sign in and sign with.

use super::{listed::NamedOrganisation, search::Fact};
use domain::{
    id::{OrganisationId, OrganisationNumber, OwnerId, OwnerNumber, SessionId, SignerId, TokenId},
    owner::{Owner, OwnerKind, Role},
    time::Timestamp,
};
use std::net::IpAddr;

/// Which organisations. Parts together select what fits them all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrganisationFilter {
    /// This one.
    pub id: Option<OrganisationId>,
    /// With this number.
    pub number: Option<OrganisationNumber>,
    /// With this text in the name, whatever its case.
    pub name_contains: Option<String>,
    /// Active, or not.
    pub active: Option<bool>,
}

/// Which users and service accounts. Parts together select what fits them all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnerFilter {
    /// This one.
    pub id: Option<OwnerId>,
    /// With this number.
    pub number: Option<OwnerNumber>,
    /// Holding this seat of its organisation.
    pub slot: Option<String>,
    /// Persons, or programs.
    pub kind: Option<OwnerKind>,
    /// Of this organisation.
    pub organisation: Option<OrganisationId>,
    /// Of this role.
    pub role: Option<Role>,
    /// Active, or not.
    pub active: Option<bool>,
    /// With this address.
    pub email: Option<String>,
    /// With this text in the name, whatever its case.
    pub name_contains: Option<String>,
    /// With this text in the name or the address, whatever its case.
    pub text: Option<String>,
    /// Of which contracts know this, or do not.
    pub facts: Vec<FactIs>,
}

/// What a list of organisations is sorted by. Ties go by the number in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OrganisationKey {
    /// When they were created.
    #[default]
    Created,
    /// Their names; upper and lower case of A to Z are the same.
    Name,
}

/// What a list of users and service accounts is sorted by. Ties go by the number in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OwnerKey {
    /// When they were created.
    #[default]
    Created,
    /// Their names; upper and lower case of A to Z are the same.
    Name,
    /// Their roles; the one that may do least comes first in ascending order.
    Role,
    /// The names of their organisations, as [`OwnerKey::Name`].
    Organisation,
}

/// A user or service account with its organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedOwner {
    /// The record.
    pub owner: Owner,
    /// Its organisation.
    pub organisation: NamedOrganisation,
}

/// What a contract knows of somebody, or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactIs {
    /// Where it stands.
    pub fact: Fact,
    /// A text.
    pub text: String,
    /// True when this text has to stand there; false when nothing may, or anything else.
    pub is: bool,
}

/// What is needed to check a password or a link.
#[derive(Clone)]
pub struct SignIn {
    /// The user.
    pub owner: Owner,
    /// False when his organisation is deactivated.
    pub organisation_active: bool,
    /// The hash of his password.
    pub password_hash: Option<String>,
    /// Counts his passwords and links; a link works for one revision only.
    pub credential_revision: u64,
}

/// Which signers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignersOf {
    /// Those that an owner has for himself.
    Owner(OwnerId),
    /// Those of one token.
    Token(TokenId),
    /// This one.
    Signer(SignerId),
}

/// How a user is named for [`SignIn`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserKey {
    /// By the address he signs in with.
    Email(String),
    /// By his identifier.
    Id(OwnerId),
}

/// A session of a signed-in user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its identifier.
    pub id: SessionId,
    /// The user.
    pub owner: OwnerNumber,
    /// When he signed in.
    pub opened_at: Timestamp,
    /// When it was last used, as far as that has been written.
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// True when it ends early unless it is used.
    pub idles: bool,
    /// From which address he signed in.
    pub address: Option<IpAddr>,
    /// With which user agent.
    pub user_agent: Option<String>,
}
