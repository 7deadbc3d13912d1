//! `/console/settings/journal`: the page.

use super::filter::{Filter, Kind, NARROWING};
use crate::console::{
    addresses::JOURNAL,
    feedback::Feedback,
    fields::Fields,
    organisations::choice::{self, Choice},
    page::{Page, Place, send, send_with},
    people::filter::SIZES,
    record::{self, Record},
    refused::Refused,
    texts::{ENGLISH, Journal, Phrase},
    visitor::Visitor,
};
use askama::Template;
use axum::response::Response;

#[derive(Template)]
#[template(path = "console/journal/list.html")]
struct List {
    page: Page,
    t: &'static Journal,
    filter: Filter,
    feedback: Feedback,
    kinds: Vec<Kind>,
    organisations: Vec<Choice>,
    everywhere: bool,
    for_administrator: bool,
    records: Vec<Record>,
    next: Option<String>,
}

/// The page, as its address says.
pub async fn show(visitor: Visitor, fields: Fields) -> Result<Response, Refused> {
    let filter = Filter::read(fields, visitor.is_application_administrator());
    match filter.check(&visitor).await {
        Ok((wanted, page)) => {
            let found = visitor.server.authority.journal(&visitor.caller, wanted, page).await?;
            let records = record::tell(&visitor, &found.items).await?;
            let next = found.next.map(|place| filter.page_after(place));
            Ok(send(&List { records, next, ..List::new(&visitor, filter).await? }))
        }
        Err(refused) => refuse(&visitor, filter, refused).await,
    }
}

/// The page that says what is wrong with its address, and shows no entry.
///
/// # Errors
/// The refusal itself where a page of its own has to say it.
pub async fn refuse(visitor: &Visitor, filter: Filter, refused: Refused) -> Result<Response, Refused> {
    let list = List { feedback: Feedback::of(refused)?, ..List::new(visitor, filter).await? };
    Ok(send_with(list.feedback.status(), &list))
}

impl List {
    async fn new(visitor: &Visitor, filter: Filter) -> Result<Self, Refused> {
        let t = &ENGLISH.journal;
        Ok(Self {
            page: visitor.page(&t.title, Place::Journal),
            t,
            feedback: Feedback::none(),
            kinds: filter.kinds(),
            organisations: choice::offered(visitor, filter.value("organisation")).await?,
            everywhere: visitor.is_application_administrator(),
            for_administrator: visitor.is_administrator(),
            records: Vec::new(),
            next: None,
            filter,
        })
    }

    fn lead(&self) -> &'static Phrase {
        match (self.everywhere, self.for_administrator) {
            (true, _) => &self.t.lead_everything,
            (false, true) => &self.t.lead_organisation,
            (false, false) => &self.t.lead_own,
        }
    }

    fn home() -> &'static str {
        JOURNAL
    }

    fn sizes() -> [usize; 4] {
        SIZES
    }

    fn narrowing() -> [&'static str; 6] {
        NARROWING
    }

    /// What a field of the filter is called.
    fn label(&self, name: &str) -> &'static Phrase {
        match name {
            "actor" => &self.t.filter_actor,
            "token_id" => &self.t.filter_token,
            "kind" => &self.t.filter_kind,
            "from" => &self.t.filter_from,
            "to" => &self.t.filter_to,
            _ => &self.t.filter_organisation,
        }
    }

    fn unshown(&self) -> Vec<String> {
        self.feedback.others(&NARROWING)
    }

    fn is_refused(&self) -> bool {
        self.feedback.status() != http::StatusCode::OK
    }
}
