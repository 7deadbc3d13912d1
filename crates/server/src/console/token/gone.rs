//! The page of a token that was deleted: what is known of its end.

use crate::console::{
    moment::Moment,
    page::{Page, Place, send_with},
    refused::Refused,
    texts::ENGLISH,
    visitor::Visitor,
};
use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::{name::Name, token::Token};
use http::StatusCode;
use store::query::search::{Comparison, Condition, Field, FoundToken, Operand, Search, Value};

#[derive(Template)]
#[template(path = "console/token/gone.html")]
struct GonePage {
    page: Page,
    token_id: String,
    name: String,
    at: Option<Moment>,
    by: String,
    reason: Option<String>,
}

/// What a handler answers; where the token was deleted, the page that says so.
pub async fn or_gone(visitor: &Visitor, made: Result<Response, Refused>) -> Response {
    match made {
        Ok(response) => response,
        Err(Refused::Gone(token)) => show(visitor, &token).await,
        Err(refused) => refused.into_response(),
    }
}

async fn show(visitor: &Visitor, token: &Token) -> Response {
    let deleted = token.deleted.as_ref();
    send_with(
        StatusCode::GONE,
        &GonePage {
            page: visitor.page(&ENGLISH.token.gone_title, Place::Tokens),
            token_id: token.id.to_string(),
            name: token.name.to_string(),
            at: deleted.map(|deleted| Moment::new(deleted.at)),
            by: deleter(visitor, token).await,
            reason: deleted.and_then(|deleted| deleted.reason.clone()),
        },
    )
}

/// Who deleted it, in words.
async fn deleter(visitor: &Visitor, token: &Token) -> String {
    let t = &ENGLISH.token;
    match token.deleted.as_ref().map(|deleted| deleted.by) {
        None => return t.nobody_known.to_string(),
        Some(None) => return t.deleted_by_holder.to_string(),
        Some(Some(by)) if by == visitor.caller.owner => return t.yourself.to_string(),
        Some(Some(_)) => {}
    }
    let found = find(visitor, token).await;
    let person = found.and_then(|found| found.deleter);
    person.and_then(|person| person.name).as_ref().map_or_else(|| ENGLISH.common.outsider.to_string(), Name::to_string)
}

/// The tombstone with the names of those that it tells of; the page goes without them where they cannot be read.
async fn find(visitor: &Visitor, token: &Token) -> Option<FoundToken> {
    let number = Value::Number(i64::try_from(token.number.0).unwrap_or(i64::MAX));
    let condition = Condition::Compare(Field::Number, Comparison::Equal, Operand::Value(number));
    let search = Search { condition, order: Vec::new(), offset: 0, limit: 1, deleted: true };
    let found = visitor.server.authority.search(&visitor.caller, search).await.ok()?;
    found.items.into_iter().next()
}
