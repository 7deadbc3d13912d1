//! The tab *History*: what the journal tells of one token.

use super::{
    gone::or_gone,
    head::{Head, Tab},
    subject::Subject,
};
use crate::{
    console::{
        feedback::Feedback,
        fields::Fields,
        journal::filter::{JournalKey, offered},
        lists::{filter::FilterFields, listing::Listing, paging::MOST_COUNTED, sorting::Heading, view::ListView},
        page::{Page, Place, send_with},
        record::{self, Record},
        refused::Refused,
        texts::ENGLISH,
        visitor::Visitor,
    },
    path::Path,
};
use askama::Template;
use authority::Error;
use axum::response::Response;
use domain::{id::Position, invalid::Checks};
use store::query::JournalFilter;

#[derive(Template)]
#[template(path = "console/token/history.html")]
struct History {
    page: Page,
    head: Head,
    list: Listing<JournalKey>,
    /// False: all entries about a token concern its organisation, which is not said with each.
    everywhere: bool,
    records: Vec<Record>,
}

/// Shows a page of it.
pub async fn show(visitor: Visitor, Path(id): Path<String>, fields: Fields) -> Response {
    let made = history(&visitor, &id, &fields).await;
    or_gone(&visitor, made).await
}

async fn history(visitor: &Visitor, id: &str, fields: &Fields) -> Result<Response, Refused> {
    let subject = Subject::find(visitor, id).await?;
    let (path, mut checks) = (format!("{}/history", subject.path()), Checks::new());
    let mut view = ListView::read(path, &[], FilterFields::default(), fields, &mut checks);
    let (mut list, records) = match checks.finish() {
        Ok(()) => {
            let (authority, ascending) = (&visitor.server.authority, !view.sort.descending);
            let filter = JournalFilter { token: Some(subject.id()), ascending, ..JournalFilter::default() };
            let part =
                |offset, rows| authority.journal_part(&visitor.caller, filter.clone(), offset, rows, MOST_COUNTED);
            let found = view.paging.find(part).await?;
            let records = record::tell(visitor, &found.items).await?;
            (Listing::new(view, &[], (found.total, found.more), records.len()), records)
        }
        Err(invalid) => (Listing::refused(view, &[], Feedback::of(invalid)?), Vec::new()),
    };
    let t = &ENGLISH.journal;
    let titles = [(&t.time, Some(JournalKey::Time)), (&t.actor, None), (&t.event, None), (&t.from, None)];
    list.headings = titles.into_iter().map(|(title, key)| Heading::new(title, &list.view, key)).collect();
    list.orders = offered(&list.view);
    let (page, head) = (visitor.page(subject.name(), Place::Tokens), Head::new(visitor, &subject).at(Tab::History));
    Ok(send_with(list.feedback.status(), &History { page, head, list, everywhere: false, records }))
}

/// Shows one entry with all its particulars.
pub async fn entry(visitor: Visitor, Path((id, position)): Path<(String, String)>) -> Response {
    let made = dialog(&visitor, &id, &position).await;
    or_gone(&visitor, made).await
}

async fn dialog(visitor: &Visitor, id: &str, position: &str) -> Result<Response, Refused> {
    let subject = Subject::find(visitor, id).await?;
    let position = Position(position.parse().map_err(|_| Error::NotFound)?);
    let filter = JournalFilter { token: Some(subject.id()), position: Some(position), ..JournalFilter::default() };
    record::dialog(visitor, Place::Tokens, filter, format!("{}/history", subject.path())).await
}
