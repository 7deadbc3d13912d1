//! Values that work once.

use super::{
    failure::{Result, taken},
    transaction::Transaction,
};
use crate::{change::Nonce, error::Refusal};
use rusqlite::params;

/// Consumes a nonce; a second time is refused.
pub(crate) fn consume(transaction: &Transaction<'_>, nonce: &Nonce) -> Result<()> {
    let inserted = transaction
        .connection
        .prepare_cached("INSERT INTO nonce (value, until) VALUES (?1, ?2)")?
        .execute(params![nonce.value, nonce.until.milliseconds()]);
    taken(inserted, Refusal::Consumed)?;
    Ok(())
}
