//! Forgetting what has passed its time. Tombstones, digests and what is chained of the journal are never among it.

use super::{failure::Result, transaction::Transaction};
use domain::{limits, time::Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::time::Duration;

/// How long a nonce is kept after its time: a clock that is set back must not make it work again.
const NONCE_MARGIN: Duration = Duration::from_hours(24);
/// The most rows of one table that one change forgets, so that the writer never stalls.
const STEP: usize = 10_000;
/// The name under which `meta` keeps the position up to which origins were erased.
const ERASED: &str = "origins_erased";
/// The name under which `meta` keeps the position up to which entries older than those before them were looked for.
const LOOKED: &str = "origins_looked";

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
    let erased = place(connection, ERASED)?;
    let (seen, mut last) = made_before(connection, erased, before)?;
    if last.is_none() && seen == STEP {
        last = look_further(connection, erased, before)?;
    }
    let Some(last) = last.map(|last| last.min(erased + STEP as u64)) else { return Ok(false) };
    connection
        .prepare_cached(
            "UPDATE journal SET address = NULL, user_agent = NULL
             WHERE position > ?1 AND position <= ?2 AND (address IS NOT NULL OR user_agent IS NOT NULL)",
        )?
        .execute(params![erased, last])?;
    keep_place(connection, ERASED, last)?;
    Ok(seen == STEP)
}

/// The last entry made before an instant in one step of the journal, each time the next step of it, round and round:
/// behind everything that was made while a clock was ahead there may be entries that are older.
fn look_further(connection: &Connection, erased: u64, before: Timestamp) -> Result<Option<u64>> {
    let from = place(connection, LOOKED)?.max(erased + STEP as u64);
    let (seen, last) = made_before(connection, from, before)?;
    if last.is_none() {
        keep_place(connection, LOOKED, if seen == STEP { from + STEP as u64 } else { 0 })?;
    }
    Ok(last)
}

/// How many entries the step of the journal after a position has, and the last of them that was made before an instant.
fn made_before(connection: &Connection, after: u64, before: Timestamp) -> Result<(usize, Option<u64>)> {
    let sql = format!(
        "SELECT count(*), max(position) FILTER (WHERE at < ?2)
         FROM (SELECT position, at FROM journal WHERE position > ?1 ORDER BY position LIMIT {STEP})"
    );
    let counted = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    Ok(connection.prepare_cached(&sql)?.query_row(params![after, before.milliseconds()], counted)?)
}

/// The place that a walk in steps has come to.
fn place(connection: &Connection, name: &str) -> Result<u64> {
    let place = connection
        .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
        .query_row(params![name], |row| row.get(0).map(u64::from_be_bytes))
        .optional()?;
    Ok(place.unwrap_or(0))
}

fn keep_place(connection: &Connection, name: &str, place: u64) -> Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)")?
        .execute(params![name, place.to_be_bytes()])?;
    Ok(())
}

/// Forgets uses before a day, and with them the callers who came no later, among them that of the last use: whoever
/// came on a day is one of that day's uses.
fn forget_days(transaction: &Transaction<'_>, first: i64) -> Result<bool> {
    let start = Timestamp::of_day(first);
    for sql in [callers_before(), last_callers_before()] {
        transaction.connection.prepare_cached(&sql)?.execute(params![first, start.milliseconds()])?;
    }
    Ok(transaction.connection.prepare_cached(&days_before())?.execute(params![first])? == STEP)
}

/// Forgets the callers of the tokens that were used on the oldest days before `?1`, who came before `?2`.
pub(super) fn callers_before() -> String {
    let oldest = oldest_days("token");
    format!("DELETE FROM token_caller WHERE token IN ({oldest}) AND last_used_at < ?2")
}

/// Forgets who used those tokens last, before `?2`, and keeps when.
pub(super) fn last_callers_before() -> String {
    let oldest = oldest_days("token");
    format!("UPDATE usage SET address = NULL, user_agent = NULL WHERE token IN ({oldest}) AND last_used_at < ?2")
}

fn days_before() -> String {
    let oldest = oldest_days("day, token");
    format!("DELETE FROM usage_day WHERE (day, token) IN ({oldest})")
}

fn oldest_days(columns: &str) -> String {
    format!("SELECT {columns} FROM usage_day WHERE day < ?1 ORDER BY day, token LIMIT {STEP}")
}
