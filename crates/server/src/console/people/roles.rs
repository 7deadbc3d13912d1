//! Roles as pages name and offer them: nobody is offered more than his own.

use crate::console::texts::{ENGLISH, Phrase};
use domain::owner::Role;

/// Every role, the least first.
pub const ALL: [Role; 3] = [Role::Member, Role::OrganisationAdministrator, Role::ApplicationAdministrator];

/// A role that can be chosen.
pub struct Choice {
    /// The word that is sent.
    pub word: &'static str,
    /// What it is called.
    pub text: &'static Phrase,
    /// What it includes.
    pub hint: &'static Phrase,
    /// True when it is the one that is chosen.
    pub chosen: bool,
}

/// What a role is called.
pub fn text(role: Role) -> &'static Phrase {
    let t = &ENGLISH.common;
    match role {
        Role::Member => &t.role_member,
        Role::OrganisationAdministrator => &t.role_organisation_administrator,
        Role::ApplicationAdministrator => &t.role_application_administrator,
    }
}

/// The roles up to this one, for a person or a program.
pub fn choices(most: Role, chosen: &str, room: super::Room) -> Vec<Choice> {
    let t = &ENGLISH.people;
    let hint = |role| match role {
        Role::Member => room.of(&t.role_member_hint, &t.role_account_member_hint),
        Role::OrganisationAdministrator => &t.role_organisation_administrator_hint,
        Role::ApplicationAdministrator => &t.role_application_administrator_hint,
    };
    let offered = ALL.into_iter().filter(|role| *role <= most);
    offered
        .map(|role| Choice { word: role.as_str(), text: text(role), hint: hint(role), chosen: role.as_str() == chosen })
        .collect()
}
