//! Repeated requests find what the first one made, by the caller's `Idempotency-Key`.

use super::{failure::Result, transaction::Transaction};
use crate::{change::Idempotency, error::Refusal};
use domain::limits;
use rusqlite::{OptionalExtension, params};

/// What the first request made.
pub(crate) struct Remembered {
    /// Its identifier.
    pub(crate) subject: [u8; 16],
    /// The secret that the answer carried.
    pub(crate) serial: Option<i64>,
}

/// What an earlier request with this key made; a different request under the same key is refused.
pub(crate) fn find(transaction: &Transaction<'_>, idempotency: &Idempotency) -> Result<Option<Remembered>> {
    let forgotten = transaction.at.before(limits::IDEMPOTENCY_RETENTION);
    let row = transaction
        .connection
        .prepare_cached("SELECT request, subject, serial FROM idempotency WHERE owner = ?1 AND key = ?2 AND at > ?3")?
        .query_row(params![idempotency.owner.0, idempotency.key, forgotten.milliseconds()], |row| {
            Ok((row.get::<_, [u8; 16]>(0)?, Remembered { subject: row.get(1)?, serial: row.get(2)? }))
        })
        .optional()?;
    match row {
        Some((request, _)) if request != idempotency.request => Err(Refusal::IdempotencyKeyReused.into()),
        Some((_, remembered)) => Ok(Some(remembered)),
        None => Ok(None),
    }
}

/// Remembers what a request made, in place of what its repetition found.
pub(crate) fn remember(
    transaction: &Transaction<'_>,
    idempotency: &Idempotency,
    subject: [u8; 16],
    serial: Option<i64>,
) -> Result<()> {
    transaction
        .connection
        .prepare_cached(
            "INSERT OR REPLACE INTO idempotency (owner, key, request, subject, serial, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            idempotency.owner.0,
            idempotency.key,
            idempotency.request,
            subject,
            serial,
            transaction.at.milliseconds(),
        ])?;
    Ok(())
}
