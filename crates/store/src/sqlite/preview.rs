//! What a deletion by filter would delete, with the digest that names exactly that set.

use super::{
    failure::Result,
    review::{Review, review},
    token_filter::Selection,
    token_row::{self, Rows},
};
use crate::query::Preview;
use domain::token::Token;
use rusqlite::Connection;

/// How many tokens a preview shows of each sort.
const SHOWN: usize = 20;

/// The preview of a selection.
pub(crate) fn preview(connection: &Connection, selection: &Selection) -> Result<Preview> {
    let Review { count, digest, .. } = review(connection, selection)?;
    Ok(Preview {
        count,
        digest,
        sample: sample(connection, selection, "1", "t.number DESC")?,
        recently_used: sample(
            connection,
            selection,
            "u.last_used_at IS NOT NULL",
            "u.last_used_at DESC, t.number DESC",
        )?,
    })
}

fn sample(connection: &Connection, selection: &Selection, condition: &str, order: &str) -> Result<Vec<Token>> {
    if selection.from == Rows::Deleted {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {} WHERE {} AND {condition} ORDER BY {order} LIMIT {SHOWN}",
        token_row::columns(Rows::Live),
        selection.conditions.sql()
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(selection.conditions.values())?;
    let mut tokens = Vec::new();
    while let Some(row) = rows.next()? {
        tokens.push(token_row::read(row)?);
    }
    Ok(tokens)
}
