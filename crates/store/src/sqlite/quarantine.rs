//! Leading a store that lost history back to work: what it lost is denied again.

use super::{
    delete::{Cause, bury},
    failure::Result,
    rotate, token_row,
    transaction::Transaction,
};
use crate::{change::LiftQuarantine, quarantine::RESTORED};
use domain::{
    id::{TokenId, TokenNumber},
    journal::{Event, QuarantineLifted, SecretEnd},
    limits,
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
        bury(transaction, *number, Cause { reason: Some(TOO_OLD), deletion: None })?;
    }
    Ok(numbers.len() < limits::DELETE_STEP)
}

/// Denies the next tokens and secrets again, then notes how the quarantine was lifted.
pub(crate) fn lift(transaction: &mut Transaction<'_>, wanted: &LiftQuarantine) -> Result<()> {
    let mut replayed = 0;
    for token in &wanted.tokens {
        replayed += u64::from(deny_token(transaction, *token)?);
    }
    for (token, end) in &wanted.secrets {
        replayed += u64::from(deny_secret(transaction, *token, end)?);
    }
    transaction.connection.execute("DELETE FROM meta WHERE name = ?1", params![RESTORED])?;
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
    bury(transaction, number, Cause { reason: Some(DENIED), deletion: None })?;
    Ok(true)
}

/// Ends a secret as it had been ended, at once or later. When that leaves the token without any,
/// because the newer one was lost with the history, nobody can use it any more, and it is deleted.
fn deny_secret(transaction: &mut Transaction<'_>, id: TokenId, end: &SecretEnd) -> Result<bool> {
    let Some((number, serial)) = find_secret(transaction, id, end)? else { return Ok(false) };
    if !rotate::end_again(transaction, id, number, serial, end.at)? {
        return Ok(false);
    }
    let secrets = token_row::secrets(transaction.connection, number)?;
    if !secrets.iter().any(|secret| secret.is_accepted(transaction.at)) {
        bury(transaction, number, Cause { reason: Some(ENDED), deletion: None })?;
    }
    Ok(true)
}

/// The secret of a live token that an end is about. Its place among the token's secrets names it, except
/// where the digest under the same key is another: then the place was given again after an earlier loss.
fn find_secret(transaction: &Transaction<'_>, id: TokenId, end: &SecretEnd) -> Result<Option<(TokenNumber, i64)>> {
    let mut statement = transaction.connection.prepare_cached(
        "SELECT s.token, s.serial FROM token AS t JOIN secret AS s ON s.token = t.number
         WHERE t.id = ?1 AND (s.digest = ?2 OR (s.serial = ?3 AND s.key <> ?4))
         ORDER BY s.digest = ?2 DESC",
    )?;
    let values = params![id.bytes(), end.digest.bytes(), end.serial, end.key.0];
    Ok(statement.query_row(values, |row| Ok((TokenNumber(row.get(0)?), row.get(1)?))).optional()?)
}
