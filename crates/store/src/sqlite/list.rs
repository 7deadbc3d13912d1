//! Pages of tokens, and of any rows.

use super::{
    conditions::{Conditions, number},
    failure::Result,
    token_filter::Selection,
    token_row,
};
use crate::query::{Cursor, CursorKey, Page, PageRequest, Sort, SortKey};
use domain::token::Token;
use rusqlite::{Connection, Row, types::Value};

/// Stands for *never* where a list is sorted by expiry: later than any instant.
const NEVER: i64 = i64::MAX;
/// Stands for *not yet* where a list is sorted by last use: earlier than any instant.
const NOT_YET: i64 = -1;

/// A page of tokens.
pub(crate) fn tokens(
    connection: &Connection,
    mut selection: Selection,
    sort: Sort,
    page: &PageRequest,
) -> Result<Page<Token>> {
    let sql = tokens_query(&mut selection, sort, page);
    let cursor = |token: &Token| Cursor { key: cursor_key(sort.key, token), number: token.number.0 };
    rows(connection, &sql, &selection.conditions, page.limit, token_row::read, cursor)
}

/// The query of a page of tokens.
pub(super) fn tokens_query(selection: &mut Selection, sort: Sort, page: &PageRequest) -> String {
    let (key, order) = order(sort);
    if let Some(cursor) = &page.after {
        after(&mut selection.conditions, key.as_deref(), sort.descending, cursor);
    }
    format!(
        "SELECT {} WHERE {} ORDER BY {order} LIMIT {}",
        token_row::columns(selection.from),
        selection.conditions.sql(),
        page.limit + 1
    )
}

/// What tokens are sorted by beside their numbers, and what follows `ORDER BY`.
pub(super) fn order(sort: Sort) -> (Option<String>, String) {
    let direction = if sort.descending { "DESC" } else { "ASC" };
    match sort.key {
        SortKey::Created => (None, format!("t.number {direction}")),
        SortKey::Name => keyed("t.name", direction),
        SortKey::Expires => keyed(&format!("coalesce(t.expires_at, {NEVER})"), direction),
        SortKey::LastUsed => keyed(&format!("coalesce(u.last_used_at, {NOT_YET})"), direction),
    }
}

fn keyed(key: &str, direction: &str) -> (Option<String>, String) {
    (Some(key.to_owned()), format!("{key} {direction}, t.number {direction}"))
}

fn after(conditions: &mut Conditions, key: Option<&str>, descending: bool, cursor: &Cursor) {
    let comparison = if descending { "<" } else { ">" };
    match (key, &cursor.key) {
        (Some(key), Some(value)) => {
            let value = match value {
                CursorKey::Milliseconds(milliseconds) => Value::Integer(*milliseconds),
                CursorKey::Text(text) => Value::Text(text.clone()),
            };
            conditions.and_value(&format!("({key}, t.number) {comparison} (?, ?)"), value);
            conditions.value(number(cursor.number));
        }
        // A cursor of another sorting still names a row, and the list goes on after its number.
        (None | Some(_), _) => conditions.and_value(&format!("t.number {comparison} ?"), number(cursor.number)),
    }
}

fn cursor_key(key: SortKey, token: &Token) -> Option<CursorKey> {
    match key {
        SortKey::Created => None,
        SortKey::Name => Some(CursorKey::Text(token.name.as_str().to_owned())),
        SortKey::Expires => {
            Some(CursorKey::Milliseconds(token.expires_at.map_or(NEVER, domain::time::Timestamp::milliseconds)))
        }
        SortKey::LastUsed => {
            Some(CursorKey::Milliseconds(token.last_use.as_ref().map_or(NOT_YET, |last| last.at.milliseconds())))
        }
    }
}

/// Reads one row more than the page holds, to know whether there is a next page.
pub(crate) fn rows<T>(
    connection: &Connection,
    sql: &str,
    conditions: &Conditions,
    limit: usize,
    read: impl Fn(&Row<'_>) -> Result<T>,
    cursor: impl Fn(&T) -> Cursor,
) -> Result<Page<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(conditions.values())?;
    let mut items = Vec::with_capacity(limit.min(256));
    let mut more = false;
    while let Some(row) = rows.next()? {
        more = items.len() == limit;
        if more {
            break;
        }
        items.push(read(row)?);
    }
    let next = items.last().filter(|_| more).map(cursor);
    Ok(Page { items, next })
}
