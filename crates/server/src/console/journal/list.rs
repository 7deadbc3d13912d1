//! `/console/settings/journal`: the page.

use super::filter::{self, FIELDS, JournalKey};
use crate::console::{
    addresses::{self, JOURNAL},
    feedback::Feedback,
    fields::Fields,
    lists::{listing::Listing, paging::MOST_COUNTED, sorting::Heading, view::ListView},
    organisations::choice::{self, Choice},
    page::{Page, Place, send, send_with},
    record::{self, Record},
    refused::Refused,
    texts::{ENGLISH, Journal, Phrase},
    visitor::Visitor,
};
use askama::Template;
use axum::response::Response;
use domain::invalid::Checks;

#[derive(Template)]
#[template(path = "console/journal/list.html")]
struct JournalPage {
    page: Page,
    t: &'static Journal,
    list: Listing<JournalKey>,
    organisations: Vec<Choice>,
    /// True for who sees more than one organisation.
    everywhere: bool,
    for_administrator: bool,
    records: Vec<Record>,
}

/// The page, as its address says.
pub async fn show(visitor: Visitor, fields: Fields) -> Result<Response, Refused> {
    let mut checks = Checks::new();
    let mut view = ListView::read(JOURNAL, &FIELDS, filter::given(&fields), &fields, &mut checks);
    match filter::check(&visitor, &view, checks).await {
        Ok(wanted) => {
            let authority = &visitor.server.authority;
            let part =
                |offset, rows| authority.journal_part(&visitor.caller, wanted.clone(), offset, rows, MOST_COUNTED);
            let found = view.paging.find(part).await?;
            let records = record::tell(&visitor, &found.items).await?;
            let list = Listing::new(view, &FIELDS, (found.total, found.more), records.len());
            Ok(send(&JournalPage::new(&visitor, list, records).await?))
        }
        Err(refused) => refuse(&visitor, view, refused).await,
    }
}

/// The page that says what is wrong with its address, and shows no entry.
///
/// # Errors
/// The refusal itself where a page of its own has to say it.
pub async fn refuse(visitor: &Visitor, view: ListView<JournalKey>, refused: Refused) -> Result<Response, Refused> {
    let list = Listing::refused(view, &FIELDS, Feedback::of(refused)?);
    Ok(send_with(list.feedback.status(), &JournalPage::new(visitor, list, Vec::new()).await?))
}

impl JournalPage {
    async fn new(visitor: &Visitor, mut list: Listing<JournalKey>, records: Vec<Record>) -> Result<Self, Refused> {
        let (t, everywhere) = (&ENGLISH.journal, visitor.is_application_administrator());
        let titles = [(&t.time, Some(JournalKey::Time)), (&t.actor, None), (&t.event, None), (&t.from, None)];
        let titles = titles.into_iter().chain(everywhere.then_some((&t.organisation, None)));
        list.headings = titles.map(|(title, key)| Heading::new(title, &list.view, key)).collect();
        list.orders = filter::offered(&list.view);
        list.without_input.extend((!everywhere).then_some("organisation"));
        list.without_input.extend((!visitor.is_administrator()).then_some("actor"));
        Ok(Self {
            page: visitor.page(&t.title, Place::Journal),
            t,
            organisations: choice::offered(visitor, &list.value("organisation")).await?,
            everywhere,
            for_administrator: visitor.is_administrator(),
            list,
            records,
        })
    }

    fn lead(&self) -> &'static Phrase {
        match (self.everywhere, self.for_administrator) {
            (true, _) => &self.t.lead_everything,
            (false, true) => &self.t.lead_organisation,
            (false, false) => &self.t.lead_own,
        }
    }

    /// The kinds to choose from.
    fn kinds() -> impl Iterator<Item = (&'static str, &'static Phrase)> {
        filter::kinds()
    }

    /// The address of the same entries as a file.
    fn export(&self, format: &str) -> String {
        let filter = self.list.view.pairs_without("page").into_iter().filter(|(name, _)| *name != "rows");
        addresses::with(&format!("{JOURNAL}/export"), filter.chain([("format", format.to_owned())]))
    }
}
