//! A row of the list: a token with everything that its columns and its menu show.

use crate::console::{
    addresses,
    initials::initials,
    moment::Moment,
    texts::{Common, ENGLISH, Phrase, TokenList},
};
use domain::{
    id::OwnerId,
    name::Name,
    owner::OwnerKind,
    secret,
    time::Timestamp,
    token::{State, has_passed},
};
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
    /// Its state.
    pub state: State,
    /// Why it is refused whatever its state.
    pub refused_text: Option<&'static Phrase>,
    /// Its labels, as `key` or `key=value`.
    pub labels: Vec<String>,
    /// The beginning and the end of its secret.
    pub secret: String,
    /// Its number.
    pub number: String,
    /// True when it can be disabled.
    pub can_be_disabled: bool,
    /// True when it can be enabled.
    pub can_be_enabled: bool,
    /// True when it can be rotated.
    pub can_be_rotated: bool,
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
        let refused_text = refused_text(&listed, &ENGLISH.common);
        let ListedToken { token, organisation, owner, author, .. } = listed;
        let state = token.state(now);
        let is_over = token.expires_at.is_some_and(|expiry| has_passed(expiry, now));
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
            labels: token.labels.as_map().iter().map(|(key, value)| label(key, value)).collect(),
            secret: secret::shown(&token.hint),
            number: token.number.to_string(),
            // What has expired stays expired: no switch and no new secret makes it work again.
            can_be_disabled: state == State::Active,
            can_be_enabled: state == State::Disabled && !is_over,
            can_be_rotated: state != State::Deleted && !is_over,
            id: token.id.to_string(),
            state,
            refused_text,
        }
    }

    /// True when it was deleted: then nothing can be done with it.
    pub fn is_deleted(&self) -> bool {
        self.state == State::Deleted
    }

    /// How many scopes it has.
    pub fn scope_count(&self, t: &TokenList) -> Phrase {
        t.scope_count.count(self.scopes.len() as u64)
    }

    /// What its state is called.
    pub fn state_text<'a>(&self, t: &'a Common) -> &'a Phrase {
        state_text(self.state, t)
    }
}

/// What a state is called.
pub fn state_text(state: State, t: &Common) -> &Phrase {
    match state {
        State::Active => &t.state_active,
        State::Disabled => &t.state_disabled,
        State::Expired => &t.state_expired,
        State::Deleted => &t.state_deleted,
    }
}

/// Why a token is refused whatever its state: nobody speaks for whoever is deactivated.
pub fn refused_text<'a>(listed: &ListedToken, t: &'a Common) -> Option<&'a Phrase> {
    match (listed.organisation.active, listed.owner_active) {
        (true, true) => None,
        (true, false) => Some(&t.owner_inactive),
        (false, _) => Some(&t.organisation_inactive),
    }
}

fn label(key: &str, value: &str) -> String {
    if value.is_empty() { key.to_owned() } else { format!("{key}={value}") }
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
