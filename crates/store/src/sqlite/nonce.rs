//! Values that work once.

use super::{
    failure::{Result, taken},
    transaction::Transaction,
};
use crate::{change::Nonce, error::Refusal};
use domain::token::has_passed;
use rusqlite::params;

/// Consumes a nonce; a second time is refused in these words, and so is whatever comes to its turn when the
/// nonce would not be remembered any more.
pub(crate) fn consume(transaction: &Transaction<'_>, nonce: &Nonce, refusal: Refusal) -> Result<()> {
    if has_passed(nonce.until, transaction.at) {
        return Err(refusal.into());
    }
    let inserted = transaction
        .connection
        .prepare_cached("INSERT INTO nonce (value, until) VALUES (?1, ?2)")?
        .execute(params![nonce.value, nonce.until.milliseconds()]);
    taken(inserted, refusal)?;
    Ok(())
}
