//! The record of a token: everything about it but its secret.

use crate::{
    address::Networks,
    facts::Facts,
    form::SecretForm,
    id::{OrganisationId, OrganisationNumber, OwnerId, OwnerNumber, TokenId, TokenNumber},
    name::{Labels, Name},
    owner::OwnerKind,
    scope::Scopes,
    time::Timestamp,
};
use std::net::IpAddr;

/// A token as lists and details show it, live or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its identifier.
    pub id: TokenId,
    /// Its number.
    pub number: TokenNumber,
    /// Its name.
    pub name: Name,
    /// Free text, possibly empty.
    pub description: String,
    /// The organisation it belongs to.
    pub organisation: OrganisationId,
    /// The number of that organisation.
    pub organisation_number: OrganisationNumber,
    /// Whom it speaks for.
    pub owner: OwnerId,
    /// The number of its owner.
    pub owner_number: OwnerNumber,
    /// Whether its owner is a person or a program.
    pub owner_kind: OwnerKind,
    /// Who created it.
    pub author: OwnerId,
    /// The number of whoever created it.
    pub author_number: OwnerNumber,
    /// What it may do, as granted; its owner's ceiling may allow less today.
    pub scopes: Scopes,
    /// The networks it may be used from; none means everywhere.
    pub networks: Option<Networks>,
    /// Its labels.
    pub labels: Labels,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it stops working; none means never.
    pub expires_at: Option<Timestamp>,
    /// True when it was disabled.
    pub disabled: bool,
    /// Counts the changes, from 1.
    pub revision: u64,
    /// What is kept of its newest secret's text (see `secret::hint`).
    pub hint: String,
    /// Its latest use, as far as it has been written.
    pub last_use: Option<LastUse>,
    /// How it ended, when it is deleted.
    pub deleted: Option<Deleted>,
    /// On which terms it was issued.
    pub terms: Terms,
}

/// What the outside contract through which a token is issued asks for; the native API asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// A place that only one live token of the owner may hold.
    pub slot: Option<String>,
    /// Where the token's name is its own: no other live token of the organisation with the same word
    /// here has the same name.
    pub unique_in: Option<String>,
    /// How its secrets look; none for the native form.
    pub form: Option<SecretForm>,
    /// What only its contracts know of it.
    pub facts: Facts,
}

impl Token {
    /// The state at `now`: deleted before disabled before expired.
    pub fn state(&self, now: Timestamp) -> State {
        if self.deleted.is_some() {
            State::Deleted
        } else if self.disabled {
            State::Disabled
        } else if self.expires_at.is_some_and(|expiry| has_passed(expiry, now)) {
            State::Expired
        } else {
            State::Active
        }
    }
}

/// True from the very instant of the deadline on: the reject side is inclusive.
#[inline]
pub fn has_passed(deadline: Timestamp, now: Timestamp) -> bool {
    now >= deadline
}

/// The states of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// It works.
    Active,
    /// It was switched off and can be switched on again.
    Disabled,
    /// Its time is over.
    Expired,
    /// It is gone for good.
    Deleted,
}

impl State {
    /// The word for it in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Expired => "expired",
            Self::Deleted => "deleted",
        }
    }
}

/// How a token ended: the facts of its tombstone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// When.
    pub at: Timestamp,
    /// By whom; none when it was the server or whoever held the secret.
    pub by: Option<OwnerId>,
    /// Why, when a reason was given.
    pub reason: Option<String>,
}

/// The latest use of a token, and how many there were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastUse {
    /// When.
    pub at: Timestamp,
    /// From which address, when the verifier named one.
    pub address: Option<IpAddr>,
    /// With which user agent, when the verifier named one.
    pub user_agent: Option<String>,
    /// How many uses were counted in all.
    pub count: u64,
}

impl LastUse {
    /// The latest of both, with the count of both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        let count = self.count + other.count;
        Self { count, ..if self.at >= other.at { self } else { other } }
    }
}

/// From where, and with what, a token was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenCaller {
    /// The address, when the verifier named one.
    pub address: Option<IpAddr>,
    /// The user agent, when the verifier named one.
    pub user_agent: Option<String>,
    /// When it was last used so.
    pub last_used_at: Timestamp,
    /// How often it was used so, as far as that is known.
    pub count: u64,
}

impl TokenCaller {
    /// Adds what is known of a caller to what is known of others.
    pub fn add_to(self, others: &mut Vec<Self>) {
        let same = |other: &&mut Self| other.address == self.address && other.user_agent == self.user_agent;
        match others.iter_mut().find(same) {
            Some(known) => {
                known.last_used_at = known.last_used_at.max(self.last_used_at);
                known.count += self.count;
            }
            None => others.push(self),
        }
    }
}

/// When the older secret of a rotated token ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationEnd {
    /// At once.
    Now,
    /// At an instant, at most seven days away.
    At(Timestamp),
    /// When the new secret is first used, or at the instant, whichever comes first.
    FirstUse(Timestamp),
}
