//! From where, and with what, tokens were used lately.
//!
//! What is known of a deleted token stays until its time is over: whoever looks into a deletion asks who still
//! used the token.

use super::{failure::Result, owner_row::unreadable, transaction::Transaction, usage::number_of};
use domain::{caller::Reach, id::TokenId, limits, time::Timestamp, token::TokenCaller};
use rusqlite::{Connection, Row, params};

/// Adds callers to those that are known of a token, and forgets the oldest when they are too many.
pub(super) fn record(transaction: &Transaction<'_>, token: i64, callers: &[TokenCaller]) -> Result<()> {
    let mut known = transaction.connection.prepare_cached(
        "UPDATE token_caller SET last_used_at = max(last_used_at, ?4), count = count + ?5
         WHERE token = ?1 AND address = ?2 AND user_agent = ?3",
    )?;
    let mut new = transaction.connection.prepare_cached(
        "INSERT INTO token_caller (token, address, user_agent, last_used_at, count) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let mut more = false;
    for TokenCaller { address, user_agent, last_used_at, count } in callers {
        let address = address.map(|address| address.to_string()).unwrap_or_default();
        let user_agent = user_agent.as_deref().unwrap_or_default();
        let row = params![token, address, user_agent, last_used_at.milliseconds(), count];
        if known.execute(row)? == 0 {
            new.execute(row)?;
            more = true;
        }
    }
    if more {
        let mut forget = transaction.connection.prepare_cached(
            "DELETE FROM token_caller WHERE token = ?1 AND (address, user_agent) IN (
                SELECT address, user_agent FROM token_caller WHERE token = ?1
                ORDER BY last_used_at DESC, address, user_agent LIMIT -1 OFFSET ?2)",
        )?;
        forget.execute(params![token, limits::TOKEN_CALLERS_KEPT])?;
    }
    Ok(())
}

/// The callers of a token within reach, the latest first; none when it is not found.
pub(crate) fn list(connection: &Connection, reach: Reach, id: TokenId) -> Result<Option<Vec<TokenCaller>>> {
    let Some(number) = number_of(connection, reach, id)? else { return Ok(None) };
    let mut statement = connection.prepare_cached(
        "SELECT address, user_agent, last_used_at, count FROM token_caller WHERE token = ?1
         ORDER BY last_used_at DESC, address, user_agent",
    )?;
    let mut rows = statement.query(params![number])?;
    let mut callers = Vec::new();
    while let Some(row) = rows.next()? {
        callers.push(read(row)?);
    }
    Ok(Some(callers))
}

fn read(row: &Row<'_>) -> Result<TokenCaller> {
    let address = Some(row.get_ref(0)?.as_str().map_err(unreadable)?).filter(|text| !text.is_empty());
    let user_agent: String = row.get(1)?;
    Ok(TokenCaller {
        address: address.map(|text| text.parse().map_err(unreadable)).transpose()?,
        user_agent: Some(user_agent).filter(|text| !text.is_empty()),
        last_used_at: Timestamp::from_milliseconds(row.get(2)?),
        count: row.get(3)?,
    })
}
