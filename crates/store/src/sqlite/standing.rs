//! Whether whoever asked for a change still may at the moment it is made.
//!
//! A request is authenticated when it begins. Until its change gets its turn, its body may arrive late
//! and other changes may come first: the credential may have been deleted in between. Only here, inside
//! the transaction, is there no in between.

use super::{failure::Result, owner_row::unreadable, transaction::Transaction};
use crate::error::Refusal;
use domain::{
    caller::{Caller, Credential},
    id::{SessionId, TokenId},
    scope::Scopes,
    secret::Digest,
    time::Timestamp,
    token::has_passed,
};
use rusqlite::{OptionalExtension, params};

/// Refuses the change of a caller whose credential has ended, or is worth less than when it was shown.
pub(crate) fn check(transaction: &mut Transaction<'_>, caller: &Caller) -> Result<()> {
    let owner = transaction.owner(caller.owner)?.filter(|facts| facts.has_power() && facts.owner.role >= caller.role);
    let Some(owner) = owner else { return Err(Refusal::CredentialEnded.into()) };
    let stands = owner.ceiling.first_uncovered(&caller.scopes).is_none()
        && match caller.credential {
            Credential::Token(token) => token_stands(transaction, token, &caller.secrets, &caller.scopes)?,
            Credential::Session(session) => session_stands(transaction, session)?,
        };
    if stands { Ok(()) } else { Err(Refusal::CredentialEnded.into()) }
}

fn token_stands(transaction: &Transaction<'_>, token: TokenId, secrets: &[Digest], scopes: &Scopes) -> Result<bool> {
    let mut statement = transaction.connection.prepare_cached(
        "SELECT c.scopes, t.expires_at, s.ends_at FROM secret AS s JOIN token AS t ON t.number = s.token
            JOIN scope_set AS c ON c.number = t.scope_set
         WHERE s.digest = ?1 AND t.id = ?2 AND t.disabled = 0",
    )?;
    for digest in secrets {
        let mut rows = statement.query(params![digest.bytes(), token.bytes()])?;
        let Some(row) = rows.next()? else { continue };
        let passed = |instant: Option<i64>| {
            instant.is_some_and(|instant| has_passed(Timestamp::from_milliseconds(instant), transaction.at))
        };
        let granted = Scopes::stored(row.get_ref(0)?.as_str().map_err(unreadable)?);
        return Ok(granted.first_uncovered(scopes).is_none() && !passed(row.get(1)?) && !passed(row.get(2)?));
    }
    Ok(false)
}

fn session_stands(transaction: &Transaction<'_>, session: SessionId) -> Result<bool> {
    let expires_at = transaction
        .connection
        .prepare_cached("SELECT expires_at FROM session WHERE id = ?1")?
        .query_row(params![session.bytes()], |row| row.get(0).map(Timestamp::from_milliseconds))
        .optional()?;
    Ok(expires_at.is_some_and(|expires_at| !has_passed(expires_at, transaction.at)))
}
