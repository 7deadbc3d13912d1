//! Forgetting what has passed its time. Tombstones, digests and what is chained of the journal are never among it.

use super::{failure::Result, transaction::Transaction};
use domain::{limits, time::Timestamp};
use rusqlite::{OptionalExtension, params};
use std::time::Duration;

/// How long a nonce is kept after its time: a clock that is set back must not make it work again.
const NONCE_MARGIN: Duration = Duration::from_hours(24);
/// The most rows of one table that one change forgets, so that the writer never stalls.
const STEP: usize = 10_000;
/// The name under which `meta` keeps the position up to which origins were erased.
const ERASED: &str = "origins_erased";

/// Forgets nonces, idempotency keys, sessions, daily use, callers and origins whose time is over; answers whether some of
/// it is left for another change.
pub(crate) fn prune(transaction: &mut Transaction<'_>, origins_before: Option<Timestamp>) -> Result<bool> {
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
        forget_days(transaction, now.day() - limits::USAGE_DAYS)?,
        origins_before.map_or(Ok(false), |before| erase_origins(transaction, before))?,
    ];
    Ok(left.contains(&true))
}

/// Erases the origins of entries made before an instant; the chain does not cover them. Whatever stands before the
/// last of those entries is erased with it, so that a clock that was ahead for a while leaves nothing behind for ever.
fn erase_origins(transaction: &Transaction<'_>, before: Timestamp) -> Result<bool> {
    let connection = transaction.connection;
    let erased = connection
        .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
        .query_row(params![ERASED], |row| row.get(0).map(u64::from_be_bytes))
        .optional()?
        .unwrap_or(0);
    let sql = format!(
        "SELECT count(*), max(position) FILTER (WHERE at < ?2)
         FROM (SELECT position, at FROM journal WHERE position > ?1 ORDER BY position LIMIT {STEP})"
    );
    let (seen, last): (usize, Option<u64>) = connection
        .prepare_cached(&sql)?
        .query_row(params![erased, before.milliseconds()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some(last) = last else { return Ok(false) };
    connection
        .prepare_cached(
            "UPDATE journal SET address = NULL, user_agent = NULL
             WHERE position > ?1 AND position <= ?2 AND (address IS NOT NULL OR user_agent IS NOT NULL)",
        )?
        .execute(params![erased, last])?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)")?
        .execute(params![ERASED, last.to_be_bytes()])?;
    Ok(seen == STEP)
}

/// Forgets uses before a day, and with them the callers who came no later: whoever came on a day is one of
/// that day's uses.
fn forget_days(transaction: &Transaction<'_>, first: i64) -> Result<bool> {
    let (callers, days) = (callers_before(), days_before());
    let start = Timestamp::of_day(first);
    transaction.connection.prepare_cached(&callers)?.execute(params![first, start.milliseconds()])?;
    Ok(transaction.connection.prepare_cached(&days)?.execute(params![first])? == STEP)
}

/// Forgets the callers of the tokens that were used on the oldest days before `?1`, who came before `?2`.
pub(super) fn callers_before() -> String {
    let oldest = oldest_days("token");
    format!("DELETE FROM token_caller WHERE token IN ({oldest}) AND last_used_at < ?2")
}

fn days_before() -> String {
    let oldest = oldest_days("day, token");
    format!("DELETE FROM usage_day WHERE (day, token) IN ({oldest})")
}

fn oldest_days(columns: &str) -> String {
    format!("SELECT {columns} FROM usage_day WHERE day < ?1 ORDER BY day, token LIMIT {STEP}")
}
