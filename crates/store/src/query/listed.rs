//! Tokens as lists show them: with the names of those that a row tells of.

use super::search::Person;
use domain::{id::OrganisationNumber, name::Name, token::Token};

/// A token with those that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedToken {
    /// The token, live or deleted.
    pub token: Token,
    /// Its organisation.
    pub organisation: NamedOrganisation,
    /// Whom it speaks for.
    pub owner: Person,
    /// False when the owner is deactivated: the token is refused meanwhile.
    pub owner_active: bool,
    /// Who created it.
    pub author: Person,
}

/// An organisation by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedOrganisation {
    /// Its number.
    pub number: OrganisationNumber,
    /// Its name.
    pub name: Name,
    /// False when it is deactivated: its tokens are refused meanwhile.
    pub active: bool,
}
