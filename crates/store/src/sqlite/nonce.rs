//! Values that work once.

use super::{
    failure::{Result, taken},
    transaction::Transaction,
};
use crate::{change::Nonce, error::Refusal};
use rusqlite::params;

/// Consumes a nonce; a second time is refused in these words.
pub(crate) fn consume(transaction: &Transaction<'_>, nonce: &Nonce, refusal: Refusal) -> Result<()> {
    let inserted = transaction
        .connection
        .prepare_cached("INSERT INTO nonce (value, until) VALUES (?1, ?2)")?
        .execute(params![nonce.value, nonce.until.milliseconds()]);
    taken(inserted, refusal)?;
    Ok(())
}
