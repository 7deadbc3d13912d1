//! What the journal is narrowed down to, and in which order it is told.

use crate::console::{
    fields::Fields,
    lists::{
        day,
        filter::FilterFields,
        sorting::{Order, SortWords, orders},
        view::ListView,
    },
    record::sentence,
    refused::Refused,
    texts::{ENGLISH, Journal, Phrase},
    visitor::Visitor,
};
use domain::{
    id::{OwnerId, TokenId},
    invalid::{Checks, Invalid},
    journal::Event,
};
use store::query::{JournalFilter, OwnerFilter, PageRequest};

/// The fields of the filter.
pub const FIELDS: [&str; 6] = ["actor", "token_id", "kind", "from", "to", "organisation"];

/// What the journal can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JournalKey {
    /// Its own order.
    #[default]
    Time,
}

impl SortWords for JournalKey {
    const ALL: &'static [Self] = &[Self::Time];

    fn word(self) -> &'static str {
        match self {
            Self::Time => "time",
        }
    }

    fn descends_at_first(self) -> bool {
        true
    }
}

/// The orders that cards of entries offer.
pub fn offered(view: &ListView<JournalKey>) -> Vec<Order> {
    let t = &ENGLISH.common;
    orders(view, &[(JournalKey::Time, true, &t.newest_first), (JournalKey::Time, false, &t.oldest_first)])
}

/// What the fields select; `checks` holds what was wrong with the address before.
///
/// # Errors
/// Names every field that breaks a rule; or when those that are named cannot be looked up.
pub async fn check(
    visitor: &Visitor,
    view: &ListView<JournalKey>,
    mut checks: Checks,
) -> Result<JournalFilter, Refused> {
    let (t, fields) = (&ENGLISH.journal, &view.filter);
    let actor = match fields.given("actor") {
        Some(text) => checks.take(owner(visitor, text).await?),
        None => None,
    };
    let from = fields.given("from").and_then(|text| checks.take(day::beginning("from", text)));
    let to = fields.given("to").and_then(|text| checks.take(day::end("to", text)));
    if from.zip(to).is_some_and(|(from, to)| to <= from) {
        checks.refuse("to", t.backwards.to_string());
    }
    let filter = JournalFilter {
        organisation: fields.organisation("organisation", &mut checks),
        actor,
        token: fields.given("token_id").and_then(|id| checks.take(TokenId::parse("token_id", id))),
        kind: fields.given("kind").and_then(|kind| checks.take(kind_of(t, kind))),
        before: to,
        after: from,
        ascending: !view.sort.descending,
        ..JournalFilter::default()
    };
    checks.finish()?;
    Ok(filter)
}

/// The kinds to choose from.
pub fn kinds() -> impl Iterator<Item = (&'static str, &'static Phrase)> {
    Event::KINDS.iter().filter_map(|kind| Some((*kind, sentence::kind(&ENGLISH.journal, kind)?)))
}

/// The fields of an address.
pub fn given(fields: &Fields) -> FilterFields {
    FilterFields::of(&FIELDS, fields)
}

/// The user or service account of this identifier, address or name.
async fn owner(visitor: &Visitor, text: &str) -> Result<Result<OwnerId, Invalid>, Refused> {
    if let Ok(id) = OwnerId::parse("actor", text) {
        return Ok(Ok(id));
    }
    let t = &ENGLISH.journal;
    let two = || PageRequest { after: None, limit: 2 };
    let exact = OwnerFilter { email: Some(text.to_owned()), ..OwnerFilter::default() };
    let similar = OwnerFilter { text: Some(text.to_owned()), ..OwnerFilter::default() };
    for filter in [exact, similar] {
        let found = visitor.server.authority.owners(&visitor.caller, filter, two()).await?.items;
        match found.as_slice() {
            [] => {}
            [owner] => return Ok(Ok(owner.id)),
            _ => return Ok(Err(Invalid::field("actor", t.several.to_string()))),
        }
    }
    Ok(Err(Invalid::field("actor", t.nobody.to_string())))
}

fn kind_of(t: &Journal, kind: &str) -> Result<String, Invalid> {
    let is_known = sentence::kind(t, kind).is_some();
    if is_known { Ok(kind.to_owned()) } else { Err(Invalid::field("kind", t.unknown_kind.to_string())) }
}
