//! An organisation as a row of the list and as the head of its page.

use crate::console::{
    addresses,
    initials::initials,
    moment::Moment,
    texts::{ENGLISH, Phrase},
    visitor::Visitor,
};
use domain::{owner::Organisation, signer::SignedActions};

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
    /// False when it is deactivated.
    pub active: bool,
    /// The word for its state that the badge knows.
    pub badge: &'static str,
    /// What its state is called.
    pub state: &'static Phrase,
    /// What has to be signed there.
    pub signed_actions: &'static Phrase,
    /// When it was created.
    pub created: Moment,
    /// True when it is the visitor's.
    pub is_own: bool,
}

impl Row {
    /// This one.
    pub fn new(visitor: &Visitor, organisation: &Organisation) -> Self {
        let t = &ENGLISH.organisations;
        let (badge, state) = if organisation.active { ("active", &t.active) } else { ("disabled", &t.inactive) };
        Self {
            id: organisation.id.to_string(),
            href: addresses::organisation(organisation.id),
            name: organisation.name.to_string(),
            initials: initials(organisation.name.as_str()),
            active: organisation.active,
            badge,
            state,
            signed_actions: signed_actions(organisation.signed_actions).0,
            created: Moment::new(organisation.created_at),
            is_own: organisation.id == visitor.organisation.id,
        }
    }
}

/// What a demand is called, and what it means.
pub fn signed_actions(demand: SignedActions) -> (&'static Phrase, &'static Phrase) {
    let t = &ENGLISH.organisations;
    match demand {
        SignedActions::Off => (&t.signed_off, &t.signed_off_hint),
        SignedActions::Destructive => (&t.signed_destructive, &t.signed_destructive_hint),
        SignedActions::All => (&t.signed_all, &t.signed_all_hint),
    }
}
