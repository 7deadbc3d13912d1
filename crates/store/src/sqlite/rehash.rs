//! Replacing digests after a change of the server key.

use super::{
    failure::{Result, taken},
    transaction::Transaction,
};
use crate::{change::RehashSecrets, error::Refusal};
use domain::journal::{Event, SecretsRehashed};
use rusqlite::params;

/// Replaces the digests that are still known; without effect when none is.
pub(crate) fn rehash(transaction: &mut Transaction<'_>, wanted: &RehashSecrets) -> Result<()> {
    let mut replaced = Vec::with_capacity(wanted.digests.len());
    {
        let mut update =
            transaction.connection.prepare_cached("UPDATE secret SET digest = ?2, key = ?3 WHERE digest = ?1")?;
        for (older, newer) in &wanted.digests {
            let updated = update.execute(params![older.bytes(), newer.bytes(), wanted.key.0]);
            if taken(updated, Refusal::Consumed)? > 0 {
                replaced.push((*older, *newer));
            }
        }
    }
    if replaced.is_empty() {
        return Ok(());
    }
    let event = Event::SecretsRehashed(SecretsRehashed { key: wanted.key, digests: replaced });
    transaction.append(None, None, event)
}
