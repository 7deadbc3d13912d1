//! Leading a store that lost history back to work: what it lost is denied again.

use super::{
    delete::{Ground, bury},
    failure::Result,
    rotate,
    transaction::Transaction,
};
use crate::change::LiftQuarantine;
use domain::{
    id::{TokenId, TokenNumber},
    journal::{Event, QuarantineLifted},
    limits,
    secret::Digest,
    time::Timestamp,
};
use rusqlite::{OptionalExtension, params};

const DENIED: &str = "deleted again: it had been deleted before the store was restored";
const ENDED: &str = "its secret had been ended before the store was restored";
const TOO_OLD: &str = "issued before the store was restored";

/// Deletes the next tokens that were issued before an instant. Answers true when none is left.
pub(crate) fn delete_before(transaction: &mut Transaction<'_>, instant: Timestamp) -> Result<bool> {
    let numbers = {
        let sql = format!("SELECT number FROM token WHERE created_at < ?1 LIMIT {}", limits::DELETE_STEP);
        let mut statement = transaction.connection.prepare_cached(&sql)?;
        let numbers = statement.query_map(params![instant.milliseconds()], |row| Ok(TokenNumber(row.get(0)?)))?;
        numbers.collect::<rusqlite::Result<Vec<_>>>()?
    };
    for number in &numbers {
        bury(transaction, *number, Ground { reason: Some(TOO_OLD), deletion: None })?;
    }
    Ok(numbers.len() < limits::DELETE_STEP)
}

/// Denies the next tokens and secrets again, then notes how the quarantine was lifted.
pub(crate) fn lift(transaction: &mut Transaction<'_>, wanted: &LiftQuarantine) -> Result<()> {
    let mut replayed = 0;
    for token in &wanted.tokens {
        replayed += u64::from(deny_token(transaction, *token)?);
    }
    for digest in &wanted.digests {
        replayed += u64::from(deny_secret(transaction, *digest)?);
    }
    let event = Event::QuarantineLifted(QuarantineLifted {
        denials_replayed: replayed,
        deleted_before: wanted.delete_before,
        accepted_by: wanted.accepted_by.clone(),
    });
    transaction.append(None, None, event)
}

fn deny_token(transaction: &mut Transaction<'_>, id: TokenId) -> Result<bool> {
    let number = transaction
        .connection
        .prepare_cached("SELECT number FROM token WHERE id = ?1")?
        .query_row(params![id.bytes()], |row| Ok(TokenNumber(row.get(0)?)))
        .optional()?;
    let Some(number) = number else { return Ok(false) };
    bury(transaction, number, Ground { reason: Some(DENIED), deletion: None })?;
    Ok(true)
}

/// Ends a secret that had been ended. When the token is left without any, because the newer one was
/// lost with the history, nobody can use it any more, and it is deleted.
fn deny_secret(transaction: &mut Transaction<'_>, digest: Digest) -> Result<bool> {
    let row = transaction
        .connection
        .prepare_cached(
            "SELECT s.token FROM secret AS s JOIN token AS t ON t.number = s.token
             WHERE s.digest = ?1 AND (s.ends_at IS NULL OR s.ends_at > ?2)",
        )?
        .query_row(params![digest.bytes(), transaction.at.milliseconds()], |row| Ok(TokenNumber(row.get(0)?)))
        .optional()?;
    let Some(number) = row else { return Ok(false) };
    if !rotate::end_older(transaction, number, digest)? {
        bury(transaction, number, Ground { reason: Some(ENDED), deletion: None })?;
    }
    Ok(true)
}
