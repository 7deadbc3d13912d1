//! Forgetting what has passed its time. Tombstones, digests and the journal are never among it.

use super::{failure::Result, transaction::Transaction};
use domain::limits;
use rusqlite::params;
use std::time::Duration;

/// How long a nonce is kept after its time: a clock that is set back must not make it work again.
const NONCE_MARGIN: Duration = Duration::from_hours(24);
/// The most rows of one table that one change forgets, so that the writer never stalls.
const STEP: usize = 10_000;

/// Forgets nonces, idempotency keys, sessions and daily use whose time is over; answers whether some of
/// it is left for another change.
pub(crate) fn prune(transaction: &mut Transaction<'_>) -> Result<bool> {
    let now = transaction.at;
    let forget = |table: &str, key: &str, condition: &str, limit: i64| -> Result<bool> {
        let sql =
            format!("DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {condition} LIMIT {STEP})");
        Ok(transaction.connection.prepare_cached(&sql)?.execute(params![limit])? == STEP)
    };
    let left = [
        forget("nonce", "value", "until <= ?1", now.before(NONCE_MARGIN).milliseconds())?,
        forget("session", "id", "expires_at <= ?1", now.milliseconds())?,
        forget("session", "id", "idles = 1 AND last_seen_at <= ?1", now.before(limits::SESSION_IDLE).milliseconds())?,
        forget("idempotency", "owner, key", "at <= ?1", now.before(limits::IDEMPOTENCY_RETENTION).milliseconds())?,
        forget("usage_day", "day, token", "day < ?1", now.day() - limits::USAGE_DAYS)?,
    ];
    Ok(left.contains(&true))
}
