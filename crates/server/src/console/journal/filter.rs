//! What the journal is asked for: the parameters of its address.

use crate::{
    console::{
        addresses::{self, JOURNAL},
        fields::Fields,
        people::filter::{SIZES, USUAL},
        record::sentence,
        refused::Refused,
        texts::{ENGLISH, Journal, Phrase},
        visitor::Visitor,
    },
    cursor,
};
use domain::{
    id::{OrganisationId, OwnerId, TokenId},
    invalid::{Checks, Invalid},
    journal::Event,
    time::Timestamp,
};
use std::time::Duration;
use store::query::{Cursor, JournalFilter, OwnerFilter, PageRequest};

/// The order of the page, as its cursors name it.
const ORDER: &str = "journal of the console";
/// The parameters that narrow the journal down.
pub const NARROWING: [&str; 6] = ["actor", "token_id", "kind", "from", "to", "organisation"];
/// The length of a day.
const DAY: Duration = Duration::from_hours(24);

/// What is asked for, as it was sent.
pub struct Filter {
    fields: Fields,
    everywhere: bool,
    /// How many rows a page has.
    pub rows: usize,
}

/// A kind of entry that can be chosen.
pub struct Kind {
    /// Its word.
    pub word: &'static str,
    /// What it is called.
    pub text: &'static Phrase,
    /// True when it is the one that is chosen.
    pub chosen: bool,
}

impl Filter {
    /// Reads the parameters. Only who administers everything chooses among organisations.
    pub fn read(fields: Fields, everywhere: bool) -> Self {
        let rows = fields.text("rows").parse().ok().filter(|rows| SIZES.contains(rows)).unwrap_or(USUAL);
        Self { fields, everywhere, rows }
    }

    /// A value as it was sent.
    pub fn value(&self, name: &str) -> &str {
        self.fields.text(name)
    }

    /// True when nothing narrows the journal down.
    pub fn is_empty(&self) -> bool {
        NARROWING.iter().all(|name| self.fields.given(name).is_none())
    }

    /// True on any page but the first.
    pub fn goes_on(&self) -> bool {
        self.fields.given("after").is_some()
    }

    /// What kind of input shows a day: one that is none has to stay visible as it was typed.
    pub fn day_type(&self, name: &str) -> &'static str {
        let text = self.value(name);
        if text.is_empty() || day(text).is_some() { "date" } else { "text" }
    }

    /// What the store is asked for.
    ///
    /// # Errors
    /// Names every parameter that broke a rule.
    pub async fn check(&self, visitor: &Visitor) -> Result<(JournalFilter, PageRequest), Refused> {
        let (t, mut checks) = (&ENGLISH.journal, Checks::new());
        let given = |name| self.fields.given(name);
        let actor = match given("actor") {
            Some(text) => checks.take(owner(visitor, text).await?),
            None => None,
        };
        if given("rows").is_some_and(|rows| rows != self.rows.to_string()) {
            checks.refuse("rows", ENGLISH.people.wrong_rows.to_string());
        }
        let from = given("from").and_then(|text| checks.take(instant("from", text, Duration::ZERO)));
        // The last day counts as a whole.
        let to = given("to").and_then(|text| checks.take(instant("to", text, DAY)));
        if from.zip(to).is_some_and(|(from, to)| to <= from) {
            checks.refuse("to", t.backwards.to_string());
        }
        let organisation = given("organisation").filter(|_| self.everywhere);
        let filter = JournalFilter {
            organisation: organisation.and_then(|id| checks.take(OrganisationId::parse("organisation", id))),
            actor,
            token: given("token_id").and_then(|id| checks.take(TokenId::parse("token_id", id))),
            kind: given("kind").and_then(|kind| checks.take(kind_of(t, kind))),
            before: to,
            after: from,
            ..JournalFilter::default()
        };
        let after = given("after").and_then(|after| checks.take(cursor::parse(after, ORDER)));
        checks.finish()?;
        Ok((filter, PageRequest { after, limit: self.rows }))
    }

    /// The kinds to choose from.
    pub fn kinds(&self) -> Vec<Kind> {
        let (t, chosen) = (&ENGLISH.journal, self.value("kind"));
        let kind = |word: &&'static str| Some(Kind { word, text: sentence::kind(t, word)?, chosen: *word == chosen });
        Event::KINDS.iter().filter_map(kind).collect()
    }

    /// The address of the first page.
    pub fn first(&self) -> String {
        self.address(JOURNAL, None)
    }

    /// The address of the page that begins here.
    pub fn page_after(&self, place: Cursor) -> String {
        self.address(JOURNAL, Some(("after", &cursor::text(place, ORDER))))
    }

    /// The address of the same entries as a file.
    pub fn export(&self, format: &str) -> String {
        self.address(&format!("{JOURNAL}/export"), Some(("format", format)))
    }

    fn address(&self, path: &str, more: Option<(&str, &str)>) -> String {
        let named = NARROWING.iter().chain(&["rows"]).filter_map(|name| Some((*name, self.fields.given(name)?)));
        addresses::with(path, named.chain(more))
    }
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

/// A day, in UTC, with `more` added; or an exact instant.
fn instant(field: &str, text: &str, more: Duration) -> Result<Timestamp, Invalid> {
    let exact = || Timestamp::parse(field, text).ok();
    let instant = day(text).map(|day| day.after(more)).or_else(exact);
    instant.ok_or_else(|| Invalid::field(field, ENGLISH.journal.day.to_string()))
}

/// The beginning of a day.
fn day(text: &str) -> Option<Timestamp> {
    let is_day = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_day { Timestamp::parse("day", &format!("{text}T00:00:00Z")).ok() } else { None }
}
