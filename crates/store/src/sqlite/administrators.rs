//! The rule that one application administrator always stays.

use super::failure::Result;
use crate::error::Refusal;
use rusqlite::Connection;

/// How many users are active application administrators of an active organisation.
pub(crate) fn count(connection: &Connection) -> Result<u64> {
    let sql = "SELECT count(*) FROM owner AS w JOIN organisation AS o ON o.number = w.organisation
        WHERE w.role = 'application_administrator' AND w.kind = 'user' AND w.active = 1 AND o.active = 1";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// Refuses a change that took the last one away. A store that had none before loses nothing.
pub(crate) fn check(connection: &Connection, before: u64) -> Result<()> {
    if before > 0 && count(connection)? == 0 { Err(Refusal::LastAdministrator.into()) } else { Ok(()) }
}
