//! What a deletion by filter would delete, and the digest that names exactly that set.

use super::{
    failure::Result,
    token_filter::Selection,
    token_row::{self, Rows},
};
use crate::query::{Preview, PreviewDigest};
use domain::token::Token;
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

/// How many tokens a preview shows of each sort.
const SHOWN: usize = 20;

/// Counts the selected live tokens and digests their identifiers in the order of their numbers.
pub(crate) fn digest(connection: &Connection, selection: &Selection) -> Result<(u64, PreviewDigest)> {
    let mut hash = Sha256::new();
    let mut count = 0;
    if selection.from == Rows::Live {
        let sql = format!("SELECT t.id FROM token AS t WHERE {} ORDER BY t.number", selection.conditions.sql());
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(selection.conditions.values())?;
        while let Some(row) = rows.next()? {
            hash.update(row.get::<_, [u8; 16]>(0)?);
            count += 1;
        }
    }
    Ok((count, hash.finalize().into()))
}

/// The whole preview.
pub(crate) fn preview(connection: &Connection, selection: &Selection) -> Result<Preview> {
    let (count, digest) = digest(connection, selection)?;
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
