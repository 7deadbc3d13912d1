//! A row of the list: a token with everything that its columns and its menu show.

use crate::console::{
    addresses,
    initials::initials,
    moment::Moment,
    standing::Standing,
    texts::{ENGLISH, Phrase, TokenList},
};
use domain::{id::OwnerId, name::Name, owner::OwnerKind, secret, time::Timestamp};
use store::query::{ListedToken, search::Person};

/// A row.
pub struct Row {
    /// The identifier, a UUID.
    pub id: String,
    /// The name.
    pub name: String,
    /// Its initials.
    pub initials: String,
    /// Its page.
    pub page: String,
    /// The organisation.
    pub organisation: String,
    /// The page of the organisation.
    pub organisation_page: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Whom it speaks for.
    pub owner: Who,
    /// Who created it.
    pub author: Who,
    /// When it was created.
    pub created: Moment,
    /// When it was last used.
    pub last_used: Option<Moment>,
    /// When it stops working.
    pub expires: Option<Moment>,
    /// How it stands.
    pub standing: Standing,
    /// Its labels, as `key` or `key=value`.
    pub labels: Vec<String>,
    /// The beginning and the end of its secret.
    pub secret: String,
    /// Its number.
    pub number: String,
}

/// A user or service account as a row shows it.
pub struct Who {
    /// The name.
    pub name: String,
    /// Its initials.
    pub initials: String,
    /// Person or program.
    pub is_person: bool,
    /// Its page, for whoever may open it.
    pub page: Option<String>,
}

impl Row {
    /// The row of a token, as it stands at `now`. Administrators can open the pages of people.
    pub fn new(listed: ListedToken, now: Timestamp, for_administrator: bool) -> Self {
        let standing = Standing::of(&listed, now);
        let ListedToken { token, organisation, owner, author, .. } = listed;
        Self {
            page: addresses::token(token.id),
            initials: initials(token.name.as_str()),
            name: token.name.to_string(),
            organisation: organisation.name.to_string(),
            organisation_page: addresses::organisation(token.organisation),
            scopes: token.scopes.iter().map(ToString::to_string).collect(),
            owner: Who::new(owner, token.owner, for_administrator),
            author: Who::new(author, token.author, for_administrator),
            created: token.created_at.into(),
            last_used: token.last_use.as_ref().map(|last| last.at.into()),
            expires: token.expires_at.map(Moment::new),
            labels: token.labels.lines().collect(),
            secret: secret::shown(&token.hint),
            number: token.number.to_string(),
            id: token.id.to_string(),
            standing,
        }
    }

    /// How many scopes it has.
    pub fn scope_count(&self, t: &TokenList) -> Phrase {
        t.scope_count.count(self.scopes.len() as u64)
    }
}

impl Who {
    fn new(person: Person, id: OwnerId, for_administrator: bool) -> Self {
        let known = person.name.as_ref().map(Name::to_string);
        Self {
            is_person: person.kind == OwnerKind::User,
            page: (for_administrator && known.is_some()).then(|| addresses::owner(person.kind, id)),
            initials: known.as_deref().map_or_else(|| "–".to_owned(), initials),
            name: known.unwrap_or_else(|| ENGLISH.common.outsider.to_string()),
        }
    }
}
