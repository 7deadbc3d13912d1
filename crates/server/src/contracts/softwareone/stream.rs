//! Every token in one answer: the identifiers first, the records a few at a time, so that neither memory nor
//! the store is filled with them.

use super::{
    identifier,
    list::{LIMIT, projected},
    rights::Bearer,
    rql::Query,
    shape,
    token_shapes::IN_LISTS,
    tokens::shown,
};
use crate::{
    pieces::{self, Pen},
    problem::{Problem, ProblemKind},
    state::Server,
};
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use domain::id::TokenNumber;
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{ACCEPT, CONTENT_TYPE},
};
use serde_json::{Value, json};
use std::collections::HashMap;
use store::query::search::{Condition, Field, Search, Value as Constant};
use tokio::sync::{Semaphore, SemaphorePermit};
use tracing::Instrument;

/// Asks for a streamed answer, and confirms one.
const STREAMING: HeaderName = HeaderName::from_static("mpt-streaming");
/// How many records a streamed answer has.
const ITEM_COUNT: HeaderName = HeaderName::from_static("mpt-item-count");
/// The most records of a streamed answer.
const MOST: usize = 100_000;
/// How many streamed answers are written at the same time: each keeps the numbers of all its tokens.
static WRITERS: Semaphore = Semaphore::const_new(16);

/// How a streamed answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One record a line.
    Lines,
    /// One list.
    Whole,
}

impl Form {
    fn media_type(self) -> &'static str {
        match self {
            Self::Lines => "application/jsonl",
            Self::Whole => "application/json",
        }
    }
}

/// What a request asks for in its header.
pub enum Wish {
    /// No streamed answer.
    Usual,
    /// One of this form.
    Streamed(Form),
    /// One of a form that there is not.
    Unknown,
}

/// What a request asks for in its header.
pub fn wish(headers: &HeaderMap) -> Wish {
    let streamed = headers.get(STREAMING).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
    if !streamed {
        return Wish::Usual;
    }
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("*/*");
    let mut types = accept.split(',').map(|range| range.split(';').next().unwrap_or_default().trim());
    let form = types.find_map(|range| match range.to_ascii_lowercase().as_str() {
        "application/jsonl" | "application/*" | "*/*" => Some(Form::Lines),
        "application/json" => Some(Form::Whole),
        _ => None,
    });
    form.map_or(Wish::Unknown, Wish::Streamed)
}

/// The answer to a request for a form that there is not.
pub fn not_acceptable() -> Response {
    shape::refusal(StatusCode::NOT_ACCEPTABLE, "Streamed are application/jsonl and application/json only.")
}

/// Every token that the search finds; `query` says how many of them at most, and what is shown of each.
pub async fn answer(
    server: Server,
    bearer: Bearer,
    mut search: Search,
    query: Query,
    form: Form,
) -> Result<Response, Problem> {
    let Ok(permit) = WRITERS.try_acquire() else {
        let detail = "As many streamed answers as this server writes at once are being written.";
        return Err(Problem::new(ProblemKind::Unavailable).detail(detail));
    };
    let wanted = query.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    search.limit = wanted.min(MOST + 1);
    let numbers = server.authority.search_numbers(&bearer.caller, search).await?;
    if numbers.len() > MOST {
        let detail = format!("A streamed answer has at most {MOST} records: ask for fewer.");
        return Ok(shape::refusal(StatusCode::PAYLOAD_TOO_LARGE, &detail));
    }
    let count = numbers.len();
    let (pen, pieces) = pieces::channel();
    let writer = Writer { server, query, form, pen, _permit: permit };
    tokio::spawn(writer.write(bearer, numbers).instrument(tracing::Span::current()));
    let mut response = Body::new(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(form.media_type()));
    headers.insert(STREAMING, HeaderValue::from_static("true"));
    headers.insert(ITEM_COUNT, HeaderValue::from(count));
    Ok(response)
}

struct Writer {
    server: Server,
    query: Query,
    form: Form,
    pen: Pen,
    /// Counts the writer among those of [`WRITERS`] as long as it lives.
    _permit: SemaphorePermit<'static>,
}

impl Writer {
    /// Writes the records until the end, or until something stops it.
    async fn write(self, mut bearer: Bearer, numbers: Vec<TokenNumber>) {
        let count = numbers.len();
        if self.form == Form::Whole {
            let pagination = json!({"offset": self.query.offset, "limit": count, "total": count});
            let meta = json!({"pagination": pagination, "omitted": IN_LISTS.left_out(&self.query.select)});
            if !self.pen.write(format!("{{\"$meta\":{meta},\"data\":[")).await {
                return;
            }
        }
        for (place, chunk) in numbers.chunks(LIMIT).enumerate() {
            // Who asked is looked at anew for each part: an answer that takes long ends with the power of
            // its caller, and shows no more than he may see by then.
            let part = async {
                let bearer = bearer.renewed(&self.server).await?;
                Ok::<_, Problem>((self.records(&bearer, chunk).await?, bearer))
            };
            let piece = match part.await {
                Ok((records, renewed)) => {
                    bearer = renewed;
                    self.piece(place == 0, &records)
                }
                Err(problem) => {
                    tracing::warn!(kind = ?problem.kind(), "a streamed answer was cut short");
                    return;
                }
            };
            if !self.pen.write(piece).await {
                return;
            }
        }
        if self.form == Form::Lines || self.pen.write("]}".to_owned()).await {
            self.pen.finish();
        }
    }

    fn piece(&self, first: bool, records: &[Value]) -> String {
        let mut piece = String::new();
        for (place, record) in records.iter().enumerate() {
            match self.form {
                Form::Lines => piece.push_str(&format!("{record}\n")),
                Form::Whole if first && place == 0 => piece.push_str(&record.to_string()),
                Form::Whole => piece.push_str(&format!(",{record}")),
            }
        }
        piece
    }

    /// The records of some tokens in their order, as they are now.
    async fn records(&self, bearer: &Bearer, numbers: &[TokenNumber]) -> Result<Vec<Value>, Problem> {
        let values = numbers.iter().filter_map(|number| i64::try_from(number.0).ok()).map(Constant::Number).collect();
        let conditions = bearer.sees_only().into_iter().chain([Condition::OneOf(Field::Number, values)]).collect();
        let search = Search {
            condition: Condition::All(conditions),
            order: Vec::new(),
            offset: 0,
            limit: numbers.len(),
            deleted: bearer.sees_deleted(),
        };
        let found = self.server.authority.search(&bearer.caller, search).await?;
        let by_number: HashMap<_, _> = found.items.iter().map(|found| (found.token.number, found)).collect();
        let mut records = Vec::with_capacity(numbers.len());
        for number in numbers {
            records.push(match by_number.get(number) {
                Some(found) => {
                    let record = shown(&self.server, bearer, found, &self.query.select, None).await?;
                    projected(record, &self.query.select, &IN_LISTS)
                }
                // It was deleted since it was counted.
                None => json!({"id": identifier::token(*number), "$meta": {"deleted": true}}),
            });
        }
        Ok(records)
    }
}
