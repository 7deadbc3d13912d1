//! The rule that one application administrator always stays.

use super::failure::Result;
use crate::error::Refusal;
use domain::time::Timestamp;
use rusqlite::{Connection, params};

/// How many users are active application administrators of an active organisation and have a way in: a
/// password, or a live token that is neither disabled nor expired.
pub(crate) fn count(connection: &Connection, now: Timestamp) -> Result<u64> {
    let sql = "SELECT count(*) FROM owner AS w JOIN organisation AS o ON o.number = w.organisation
        WHERE w.role = 'application_administrator' AND w.kind = 'user' AND w.active = 1 AND o.active = 1
            AND (w.password_hash IS NOT NULL OR EXISTS (SELECT 1 FROM token AS t WHERE t.owner = w.number
                AND t.disabled = 0 AND (t.expires_at IS NULL OR t.expires_at > ?1)))";
    Ok(connection.prepare_cached(sql)?.query_row(params![now.milliseconds()], |row| row.get(0))?)
}

/// Refuses a change that took the last one away. A store that had none before loses nothing.
pub(crate) fn check(connection: &Connection, before: u64, now: Timestamp) -> Result<()> {
    if before > 0 && count(connection, now)? == 0 { Err(Refusal::LastAdministrator.into()) } else { Ok(()) }
}
