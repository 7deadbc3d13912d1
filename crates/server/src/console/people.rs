//! Users and service accounts in the console: the same pages, for persons and for programs.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `list` `filter` `row` | the lists, and one of their rows |
//! | `head` `details` `history` | the page about one: what stands above it, and its tabs |
//! | `add` `link` | inviting and adding, and the one-time link that is handed over |
//! | `edit` `switch` | name, address, role and scopes; deactivating and activating |
//! | `roles` | the roles that somebody may give |

pub mod add;
pub mod details;
pub mod edit;
pub mod filter;
pub mod head;
pub mod history;
pub mod link;
pub mod list;
pub mod roles;
pub mod row;
pub mod switch;

use super::{
    addresses::{self, SERVICE_ACCOUNTS},
    page::Place,
    refused::Refused,
    texts::{ENGLISH, Phrase},
    visitor::Visitor,
};
use crate::{problem::ProblemKind, state::Server};
use axum::extract::FromRequestParts;
use domain::{
    id::OwnerId,
    owner::{Owner, OwnerKind},
};
use http::request::Parts;
use std::convert::Infallible;

/// Which of the two lists a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// Persons.
    Users,
    /// Programs.
    ServiceAccounts,
}

impl Room {
    /// The kind of owner that it shows.
    pub fn kind(self) -> OwnerKind {
        match self {
            Self::Users => OwnerKind::User,
            Self::ServiceAccounts => OwnerKind::ServiceAccount,
        }
    }

    /// The path of its list.
    pub fn path(self) -> &'static str {
        addresses::owners(self.kind())
    }

    /// Its place in the menu.
    pub fn place(self) -> Place {
        match self {
            Self::Users => Place::Users,
            Self::ServiceAccounts => Place::ServiceAccounts,
        }
    }

    /// True for persons.
    pub fn is_users(&self) -> bool {
        *self == Self::Users
    }

    /// What is said of persons, or what is said of programs.
    pub fn of<'a>(&self, user: &'a Phrase, service_account: &'a Phrase) -> &'a Phrase {
        if self.is_users() { user } else { service_account }
    }
}

/// The room is found by the path, so that both lists share their pages.
impl FromRequestParts<Server> for Room {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self, Infallible> {
        let is_program = parts.uri.path().starts_with(SERVICE_ACCOUNTS);
        Ok(if is_program { Self::ServiceAccounts } else { Self::Users })
    }
}

/// The one that a path names, for an administrator.
///
/// # Errors
/// Not found for members, for what is no identifier, for the other kind, and outside the visitor's reach.
pub async fn find(visitor: &Visitor, room: Room, id: &str) -> Result<Owner, Refused> {
    visitor.expect_administrator()?;
    let id = OwnerId::parse("id", id).map_err(|_| authority::Error::NotFound)?;
    Ok(visitor.server.authority.owner(&visitor.caller, room.kind(), id).await?)
}

/// The same, where the visitor may change it: nobody changes whoever has a higher role.
///
/// # Errors
/// As [`find`], and a sentence about the role.
pub async fn find_to_change(visitor: &Visitor, room: Room, id: &str) -> Result<Owner, Refused> {
    let owner = find(visitor, room, id).await?;
    if owner.role > visitor.caller.role {
        return Err(Refused::Sentence(ProblemKind::Forbidden, ENGLISH.people.above.with("name", &owner.name)));
    }
    Ok(owner)
}
