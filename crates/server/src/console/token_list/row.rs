//! A row of the list: a token with everything that its columns and its menu show.

use crate::console::{
    addresses,
    initials::initials,
    moment::Moment,
    standing::Standing,
    texts::{Phrase, TokenList},
    who::Who,
};
use domain::{secret, time::Timestamp};
use store::query::ListedToken;

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
            owner: Who::new(&owner, token.owner, for_administrator),
            author: Who::new(&author, token.author, for_administrator),
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
