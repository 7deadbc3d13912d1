//! Whether an owner did little or owns little: then indices lead to it sooner than a walk along the journal.

use super::{conditions::number, failure::Result};
use rusqlite::{Connection, params};

/// True when it made no more entries of the journal than so many.
pub(super) fn made_rarely(connection: &Connection, owner: u32, rare: u64) -> Result<bool> {
    let sql = "SELECT 1 FROM journal WHERE actor IN (SELECT number FROM actor WHERE owner = ?1) LIMIT 1 OFFSET ?2";
    is_rare(connection, sql, owner, rare)
}

/// True when it owns no more tokens, deleted ones among them, than so many.
pub(super) fn has_few_tokens(connection: &Connection, owner: u32, rare: u64) -> Result<bool> {
    let sql = "SELECT 1 FROM token WHERE owner = ?1 UNION ALL SELECT 1 FROM tombstone WHERE owner = ?1
        LIMIT 1 OFFSET ?2";
    is_rare(connection, sql, owner, rare)
}

/// True when nothing comes behind so many rows of this query.
fn is_rare(connection: &Connection, sql: &str, owner: u32, rare: u64) -> Result<bool> {
    if rare == u64::MAX {
        return Ok(true);
    }
    let beyond = connection.prepare_cached(sql)?.exists(params![owner, number(rare)])?;
    Ok(!beyond)
}
