//! A user or service account as a row of a list and as the head of its page.

use super::{Room, roles};
use crate::console::{
    addresses,
    initials::initials,
    moment::Moment,
    texts::{ENGLISH, Phrase},
    visitor::Visitor,
};
use domain::owner::{Owner, OwnerKind};
use store::query::ListedOwner;

/// What is shown of one.
pub struct Row {
    /// Its identifier.
    pub id: String,
    /// The page about it.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Its initials.
    pub initials: String,
    /// The address of a user.
    pub email: Option<String>,
    /// Its role.
    pub role: &'static Phrase,
    /// False when it is deactivated.
    pub active: bool,
    /// The word for its state that the badge knows.
    pub badge: &'static str,
    /// What its state is called.
    pub state: &'static Phrase,
    /// When it was created.
    pub created: Moment,
    /// The name of its organisation.
    pub organisation: String,
    /// The page about its organisation.
    pub organisation_page: String,
    /// True when it is the visitor.
    pub is_visitor: bool,
    /// True when the visitor may change it: nobody changes whoever has a higher role.
    pub may_change: bool,
    /// Counts its changes.
    pub revision: u64,
}

impl Row {
    /// One of this room, with what its organisation says of it: while that is inactive, nobody of it is active.
    pub fn listed(visitor: &Visitor, room: Room, listed: &ListedOwner) -> Self {
        let row = Self::new(visitor, room, &listed.owner, listed.organisation.name.to_string());
        if listed.organisation.active || !listed.owner.active {
            return row;
        }
        Self { badge: "warning", state: &ENGLISH.common.organisation_inactive, ..row }
    }

    /// One of this room, in an organisation of this name.
    pub fn new(visitor: &Visitor, room: Room, owner: &Owner, organisation: String) -> Self {
        let t = &ENGLISH.people;
        let (badge, state) = match (owner.active, owner.kind, owner.has_password) {
            (false, _, _) => ("disabled", &t.inactive),
            (true, OwnerKind::User, false) => ("warning", &t.no_password),
            (true, _, _) => ("active", &t.active),
        };
        Self {
            id: owner.id.to_string(),
            href: addresses::owner(room.kind(), owner.id),
            name: owner.name.to_string(),
            initials: initials(owner.name.as_str()),
            email: owner.email.as_ref().map(|email| email.as_str().to_owned()),
            role: roles::text(owner.role),
            active: owner.active,
            badge,
            state,
            created: Moment::new(owner.created_at),
            organisation,
            organisation_page: addresses::organisation(owner.organisation_id),
            is_visitor: owner.id == visitor.owner.id,
            may_change: owner.role <= visitor.caller.role,
            revision: owner.revision,
        }
    }
}
