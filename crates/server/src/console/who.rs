//! Who: a user or service account that a page names, as far as the visitor may know it.

use super::{
    addresses,
    initials::initials,
    texts::{ENGLISH, Phrase},
};
use domain::{id::OwnerId, name::Name, owner::OwnerKind};
use store::query::search::Person;

/// A user or service account.
pub struct Who {
    /// The name, or that the visitor may not know it.
    pub name: String,
    /// The initials of the name.
    pub initials: String,
    /// True when the visitor may know the name.
    pub is_known: bool,
    /// A person or a program.
    pub is_person: bool,
    /// The page about it, for whoever may open it.
    pub page: Option<String>,
}

impl Who {
    /// The one that the store named so. Administrators can open the pages of people.
    pub fn new(person: &Person, id: OwnerId, for_administrator: bool) -> Self {
        let known = person.name.as_ref().map(Name::to_string);
        Self {
            is_person: person.kind == OwnerKind::User,
            is_known: known.is_some(),
            page: (for_administrator && known.is_some()).then(|| addresses::owner(person.kind, id)),
            initials: known.as_deref().map_or_else(|| "–".to_owned(), initials),
            name: known.unwrap_or_else(|| ENGLISH.common.outsider.to_string()),
        }
    }

    /// What kind of owner it is.
    pub fn kind(&self) -> &'static Phrase {
        if self.is_person { &ENGLISH.token.user } else { &ENGLISH.token.service_account }
    }
}
