//! `/console/settings/journal/export`: the entries that the filters find as a file, written a page at a time while
//! it is read.

use super::{
    csv,
    filter::{self, FIELDS},
    list,
};
use crate::{
    console::{
        addresses::JOURNAL,
        fields::Fields,
        lists::view::ListView,
        record::{self, Record},
        refused::Refused,
        texts::ENGLISH,
        visitor::Visitor,
    },
    cookie,
    journal_entry::EntryShape,
    pieces::{self, Pen},
    problem::{Problem, ProblemKind},
};
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use domain::{
    id::OwnerId,
    invalid::{Checks, Invalid},
    limits,
};
use http::{
    HeaderMap, HeaderValue,
    header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
};
use parking_lot::Mutex;
use serde_json::Value;
use std::collections::BTreeSet;
use store::query::{JournalFilter, JournalRow, PageRequest};
use tokio::sync::{Semaphore, SemaphorePermit};
use tracing::Instrument;

/// The parameter that names the kind of file.
const FORMAT: &str = "format";
/// How many exports are written at the same time.
static WRITERS: Semaphore = Semaphore::const_new(4);
/// Whose exports are written.
static PERSONS: Mutex<BTreeSet<OwnerId>> = Mutex::new(BTreeSet::new());
/// The first line of a table.
const COLUMNS: [&str; 14] = [
    "position",
    "at",
    "event",
    "kind",
    "actor_kind",
    "actor",
    "actor_name",
    "actor_token",
    "address",
    "user_agent",
    "organisation",
    "organisation_name",
    "data",
    "chain",
];

/// What kind of file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// A table.
    Csv,
    /// One entry a line, in the shape of the native API.
    JsonLines,
}

impl Format {
    fn parse(word: &str) -> Result<Self, Invalid> {
        match word {
            "csv" => Ok(Self::Csv),
            "jsonl" => Ok(Self::JsonLines),
            _ => Err(Self::unknown()),
        }
    }

    fn unknown() -> Invalid {
        Invalid::field(FORMAT, ENGLISH.journal.wrong_format.as_str())
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::JsonLines => "application/jsonl",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }
}

/// The file.
pub async fn send(visitor: Visitor, headers: HeaderMap, fields: Fields) -> Result<Response, Refused> {
    let mut checks = Checks::new();
    let format = checks.take(Format::parse(fields.text(FORMAT)));
    let known = [&FIELDS[..], &[FORMAT]].concat();
    let view = ListView::read(JOURNAL, &known, filter::given(&fields), &fields, &mut checks);
    let wanted = match filter::check(&visitor, &view, checks).await {
        Ok(wanted) => wanted,
        Err(refused) => return list::refuse(&visitor, view, refused).await,
    };
    let Some(format) = format else { return Err(Refused::from(Format::unknown())) };
    let person = Exporting::begin(visitor.caller.owner);
    let (Some(person), Ok(permit)) = (person, WRITERS.try_acquire()) else {
        let detail = ENGLISH.journal.too_many_exports.to_string();
        return Err(Problem::new(ProblemKind::TooManyRequests).detail(detail).into());
    };
    let day = visitor.server.authority.now().to_string();
    let name = format!("jeton-journal-{}.{}", &day[..day.find('T').unwrap_or(day.len())], format.ending());
    let (pen, pieces) = pieces::channel();
    let writer = Writer { visitor, headers, format, pen, _permit: permit, _person: person };
    tokio::spawn(writer.write(wanted).instrument(tracing::Span::current()));
    let mut response = Body::new(pieces).into_response();
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(disposition) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        fields.insert(CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

struct Writer {
    visitor: Visitor,
    /// What the visitor showed, to look at it again with each page.
    headers: HeaderMap,
    format: Format,
    pen: Pen,
    /// Counts the writer among those of [`WRITERS`] as long as it lives.
    _permit: SemaphorePermit<'static>,
    /// Keeps the visitor from another export as long as it lives.
    _person: Exporting,
}

/// Somebody whose export is written.
struct Exporting(OwnerId);

impl Exporting {
    /// Begins an export, unless one of his is written already: nobody takes the places of all.
    fn begin(person: OwnerId) -> Option<Self> {
        // What is made only to be thrown away would wait in its own `drop` for this lock.
        PERSONS.lock().insert(person).then(|| Self(person))
    }
}

impl Drop for Exporting {
    fn drop(&mut self) {
        PERSONS.lock().remove(&self.0);
    }
}

impl Writer {
    /// Writes page after page, in the order that the address says, until the end or until something stops it.
    async fn write(mut self, filter: JournalFilter) {
        if self.format == Format::Csv && !self.pen.write(csv::line(&COLUMNS)).await {
            return;
        }
        let mut page = PageRequest { after: None, limit: limits::PAGE };
        loop {
            let (piece, next) = match self.page(&filter, page).await {
                Ok(read) => read,
                Err(refused) => {
                    tracing::warn!(?refused, "an export of the journal was cut short");
                    return;
                }
            };
            if !piece.is_empty() && !self.pen.write(piece).await {
                return;
            }
            match next {
                Some(next) => page = next,
                None => return self.pen.finish(),
            }
        }
    }

    /// One page as text, and where the next one begins. An export that takes long ends with the session, and
    /// shows no more than the visitor may see by then.
    async fn page(
        &mut self,
        filter: &JournalFilter,
        page: PageRequest,
    ) -> Result<(String, Option<PageRequest>), Refused> {
        let authority = &self.visitor.server.authority;
        let secret = cookie::session_secret(&self.headers, &self.visitor.server);
        let secret = secret.ok_or(authority::Error::Unauthenticated)?;
        self.visitor.caller = authority.authenticate_session(secret, &self.visitor.caller.origin).await?.0;
        let limit = page.limit;
        let found = authority.journal(&self.visitor.caller, filter.clone(), page).await?;
        let mut text = String::new();
        match self.format {
            Format::Csv => {
                let records = record::tell(&self.visitor, &found.items).await?;
                for (row, record) in found.items.iter().zip(&records) {
                    text.push_str(&line(row, record));
                }
            }
            Format::JsonLines => {
                for row in &found.items {
                    text.push_str(&serde_json::to_string(&EntryShape::new(row)).unwrap_or_default());
                    text.push('\n');
                }
            }
        }
        Ok((text, found.next.map(|after| PageRequest { after: Some(after), limit })))
    }
}

/// An entry as a line of the table.
fn line(row: &JournalRow, record: &Record) -> String {
    let shape = serde_json::to_value(EntryShape::new(row)).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let organisation = record.organisation.as_ref().map_or("", |organisation| organisation.name.as_str());
    let cells = [
        record.position.to_string(),
        text(&shape["at"]),
        record.text(),
        record.kind.to_owned(),
        text(&shape["actor"]["kind"]),
        text(&shape["actor"]["owner"]),
        record.who.name.clone(),
        text(&shape["actor"]["token"]),
        text(&shape["address"]),
        text(&shape["user_agent"]),
        text(&shape["organisation"]),
        organisation.to_owned(),
        shape["data"].to_string(),
        text(&shape["chain"]),
    ];
    csv::line(&cells.each_ref().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_export_at_a_time_is_written_for_a_person() {
        let (one, other) = (OwnerId::from_bytes([1; 16]), OwnerId::from_bytes([2; 16]));
        let written = Exporting::begin(one);
        assert!(written.is_some() && Exporting::begin(one).is_none());
        assert!(Exporting::begin(other).is_some());
        drop(written);
        assert!(Exporting::begin(one).is_some());
    }
}
