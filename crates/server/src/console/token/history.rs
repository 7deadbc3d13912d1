//! The tab *History*: what the journal tells of one token.

use super::{
    gone::or_gone,
    head::{Head, Tab},
    subject::Subject,
};
use crate::{
    console::{
        fields::Fields,
        page::{Page, Place, send},
        record::{self, Record},
        refused::Refused,
        visitor::Visitor,
    },
    path::Path,
};
use askama::Template;
use authority::Error;
use axum::response::Response;
use domain::id::Position;
use store::query::JournalFilter;

/// How many entries stand on a page.
const ROWS: usize = 20;

#[derive(Template)]
#[template(path = "console/token/history.html")]
struct History {
    page: Page,
    head: Head,
    records: Vec<Record>,
    total: u64,
    /// The number of the page, from 1, and how many there are.
    number: u64,
    pages: u64,
}

/// Shows a page of it.
pub async fn show(visitor: Visitor, Path(id): Path<String>, fields: Fields) -> Response {
    let made = history(&visitor, &id, &fields).await;
    or_gone(&visitor, made).await
}

async fn history(visitor: &Visitor, id: &str, fields: &Fields) -> Result<Response, Refused> {
    let subject = Subject::find(visitor, id).await?;
    let asked = fields.text("page").parse().unwrap_or(1_u64).max(1);
    let filter = JournalFilter { token: Some(subject.id()), ..JournalFilter::default() };
    let part = |number: u64| (number - 1).saturating_mul(ROWS as u64);
    let authority = &visitor.server.authority;
    let mut found = authority.journal_part(&visitor.caller, filter.clone(), part(asked), ROWS).await?;
    let pages = found.total.div_ceil(ROWS as u64).max(1);
    let number = asked.min(pages);
    if number != asked {
        found = authority.journal_part(&visitor.caller, filter, part(number), ROWS).await?;
    }
    Ok(send(&History {
        page: visitor.page(subject.name(), Place::Tokens),
        head: Head::new(visitor, &subject).at(Tab::History),
        records: record::tell(visitor, &found.items).await?,
        total: found.total,
        number,
        pages,
    }))
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
