//! When and how often tokens were used, and when sessions were last seen.

use super::{
    callers,
    conditions::{Conditions, blob},
    failure::Result,
    token_row::within,
    transaction::Transaction,
};
use crate::{
    change::{TokenUse, Uses},
    query::UsageDay,
};
use domain::{
    caller::Reach,
    id::{SessionId, TokenId},
    time::Timestamp,
};
use rusqlite::{Connection, OptionalExtension, params};

/// Adds uses to what is known. Uses of tokens that were deleted in the meantime are dropped.
pub(crate) fn record(transaction: &mut Transaction<'_>, uses: &Uses) -> Result<()> {
    for token in &uses.tokens {
        record_token(transaction, token)?;
    }
    for (session, at) in &uses.sessions {
        record_session(transaction, *session, *at)?;
    }
    Ok(())
}

fn record_token(transaction: &Transaction<'_>, token: &TokenUse) -> Result<()> {
    let number = transaction
        .connection
        .prepare_cached("SELECT number FROM token WHERE id = ?1")?
        .query_row(params![token.token.bytes()], |row| row.get::<_, i64>(0))
        .optional()?;
    let Some(number) = number else { return Ok(()) };
    let count: u64 = token.days.iter().map(|(_, count)| count).sum();
    transaction
        .connection
        .prepare_cached(
            // The other columns are assigned from the values before the update, so `last_used_at` may move first.
            "INSERT INTO usage (token, last_used_at, address, user_agent, count) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (token) DO UPDATE SET
                address = iif(excluded.last_used_at >= last_used_at, excluded.address, address),
                user_agent = iif(excluded.last_used_at >= last_used_at, excluded.user_agent, user_agent),
                last_used_at = max(last_used_at, excluded.last_used_at),
                count = count + excluded.count",
        )?
        .execute(params![
            number,
            token.at.milliseconds(),
            token.address.map(|address| address.to_string()),
            token.user_agent,
            count,
        ])?;
    let mut day_statement = transaction.connection.prepare_cached(
        "INSERT INTO usage_day (day, token, count) VALUES (?1, ?2, ?3)
         ON CONFLICT (day, token) DO UPDATE SET count = count + excluded.count",
    )?;
    for (day, count) in &token.days {
        day_statement.execute(params![day, number, count])?;
    }
    callers::record(transaction, number, &token.callers)
}

fn record_session(transaction: &Transaction<'_>, session: SessionId, at: Timestamp) -> Result<()> {
    transaction
        .connection
        .prepare_cached("UPDATE session SET last_seen_at = max(last_seen_at, ?2) WHERE id = ?1")?
        .execute(params![session.bytes(), at.milliseconds()])?;
    Ok(())
}

/// How often a token within reach was used, day by day, the oldest first; none when it is not found.
pub(crate) fn days(connection: &Connection, reach: Reach, id: TokenId) -> Result<Option<Vec<UsageDay>>> {
    let Some(number) = number_of(connection, reach, id)? else { return Ok(None) };
    let (first, last): (Option<i64>, Option<i64>) = connection
        .prepare_cached("SELECT (SELECT min(day) FROM usage_day), (SELECT max(day) FROM usage_day)")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(first), Some(last)) = (first, last) else { return Ok(Some(Vec::new())) };
    // One look-up for each day that is kept, because the table is clustered by day.
    let mut statement = connection.prepare_cached("SELECT count FROM usage_day WHERE day = ?1 AND token = ?2")?;
    let mut days = Vec::new();
    for day in first..=last {
        if let Some(count) = statement.query_row(params![day, number], |row| row.get(0)).optional()? {
            days.push(UsageDay { day, count });
        }
    }
    Ok(Some(days))
}

/// The number of a token within reach, live or deleted.
pub(super) fn number_of(connection: &Connection, reach: Reach, id: TokenId) -> Result<Option<i64>> {
    let mut conditions = Conditions::new();
    conditions.and_value("t.id = ?", blob(id.bytes()));
    within(reach, &mut conditions);
    let sql = format!("SELECT t.number FROM token_all AS t WHERE {}", conditions.sql());
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row(conditions.values(), |row| row.get(0)).optional()?)
}
