//! Deleting tokens: each row becomes a tombstone, and every secret it ever had is denied for ever.

use super::{
    assignments,
    failure::{Failure, Result},
    signers,
    token_filter::Selection,
    token_row,
    transaction::Transaction,
    update::find,
};
use crate::{
    change::{DeleteTokens, DeletionTarget, Outcome},
    error::Refusal,
};
use domain::{
    id::{DeletionId, OrganisationNumber, OwnerNumber, TokenId, TokenNumber},
    journal::{Event, TokenDeleted},
    limits,
    secret::Digest,
    token::{Deleted, Token},
};
use rusqlite::{OptionalExtension, Params, params};

/// Why tokens are deleted, and as part of what.
#[derive(Clone, Copy)]
pub(crate) struct Cause<'a> {
    /// The reason that was given.
    pub(crate) reason: Option<&'a str>,
    /// The deletion in steps.
    pub(crate) deletion: Option<DeletionId>,
}

/// Deletes what a selection names.
pub(crate) fn delete(transaction: &mut Transaction<'_>, wanted: &DeleteTokens) -> Result<Outcome> {
    let cause = Cause { reason: wanted.reason.as_deref(), deletion: None };
    match &wanted.target {
        DeletionTarget::Token { id, expects } => {
            let token = find(transaction, &wanted.access, *id, *expects)?;
            one(transaction, token, cause)
        }
        DeletionTarget::Secret(digests) => {
            let id = token_of(transaction, digests)?.ok_or(Refusal::NotFound)?;
            named(transaction, wanted, id)
        }
        DeletionTarget::Number(number) => {
            // A number that the store cannot hold is nobody's.
            let number = i64::try_from(number.0).map_err(|_| Refusal::NotFound)?;
            let id = token_where(transaction, "t.number = ?1", params![number])?;
            named(transaction, wanted, id)
        }
        DeletionTarget::Slot { owner, slot } => {
            let condition = "t.owner = (SELECT number FROM owner WHERE id = ?1) AND t.slot = ?2";
            let id = token_where(transaction, condition, params![owner.bytes(), slot])?;
            named(transaction, wanted, id)
        }
        DeletionTarget::Filter { filter, expects } => {
            let review = transaction.review.ok_or_else(unreviewed)?;
            if expects.is_some_and(|expected| expected != review.digest) {
                return Err(Refusal::PreviewChanged.into());
            }
            let selection = || Selection::new(wanted.access.reach, filter, transaction.at);
            let numbers = review.selected_now(transaction.connection, selection, expects.is_some())?;
            let numbers = numbers.ok_or(Refusal::PreviewChanged)?;
            if numbers.len() > limits::DELETE_STEP {
                return Err(Refusal::TooManyTokens.into());
            }
            for number in &numbers {
                bury(transaction, *number, cause)?;
            }
            Ok(Outcome::Deleted { tokens: numbers.len() as u64, tombstone: None })
        }
    }
}

/// The live token that this condition is true of.
fn token_where(transaction: &Transaction<'_>, condition: &str, values: impl Params) -> Result<TokenId> {
    let sql = format!("SELECT t.id FROM token AS t WHERE {condition}");
    let found = transaction.connection.prepare_cached(&sql)?.query_row(values, |row| row.get(0)).optional()?;
    Ok(found.map(TokenId::from_bytes).ok_or(Refusal::NotFound)?)
}

/// Deletes a token that was found by something else than its identifier.
fn named(transaction: &mut Transaction<'_>, wanted: &DeleteTokens, id: TokenId) -> Result<Outcome> {
    let token = find(transaction, &wanted.access, id, None)?;
    one(transaction, token, Cause { reason: wanted.reason.as_deref(), deletion: None })
}

fn one(transaction: &mut Transaction<'_>, mut token: Token, cause: Cause<'_>) -> Result<Outcome> {
    bury(transaction, token.number, cause)?;
    let by = transaction.actor_number().map(|number| transaction.owner_id(number)).transpose()?;
    token.deleted = Some(Deleted { at: transaction.at, by, reason: cause.reason.map(str::to_owned) });
    Ok(Outcome::Deleted { tokens: 1, tombstone: Some(Box::new(token)) })
}

fn token_of(transaction: &Transaction<'_>, digests: &[Digest]) -> Result<Option<TokenId>> {
    let mut statement = transaction.connection.prepare_cached(
        "SELECT t.id FROM secret AS s JOIN token AS t ON t.number = s.token
         WHERE s.digest = ?1 AND (s.ends_at IS NULL OR s.ends_at > ?2)",
    )?;
    for digest in digests {
        let found = statement.query_row(params![digest.bytes(), transaction.at.milliseconds()], |row| row.get(0));
        if let Some(id) = found.optional()? {
            return Ok(Some(TokenId::from_bytes(id)));
        }
    }
    Ok(None)
}

/// Turns one live token into its tombstone, and tells the journal.
pub(crate) fn bury(transaction: &mut Transaction<'_>, number: TokenNumber, cause: Cause<'_>) -> Result<()> {
    let secrets = token_row::secrets(transaction.connection, number)?;
    assignments::forget(transaction, number)?;
    let by = transaction.actor_number().map(|owner| owner.0);
    let (id, owner, organisation) = transaction
        .connection
        .prepare_cached(
            "INSERT INTO tombstone (number, id, owner, scope_set, network_set, expires_at, disabled, organisation,
                author, created_at, updated_at, revision, name, description, labels, deleted_at, deleted_by, reason,
                slot, unique_in, form, facts)
             SELECT number, id, owner, scope_set, network_set, expires_at, disabled, organisation,
                author, created_at, updated_at, revision, name, description, labels, ?2, ?3, ?4,
                slot, unique_in, form, facts
             FROM token WHERE number = ?1
             RETURNING id, owner, organisation",
        )?
        .query_row(params![number.0, transaction.at.milliseconds(), by, cause.reason], |row| {
            let organisation = OrganisationNumber(row.get(2)?);
            Ok((TokenId::from_bytes(row.get(0)?), OwnerNumber(row.get(1)?), organisation))
        })?;
    signers::end_of_token(transaction.connection, number)?;
    transaction.connection.prepare_cached("DELETE FROM token WHERE number = ?1")?.execute(params![number.0])?;
    let event = Event::TokenDeleted(TokenDeleted {
        token: id,
        owner,
        digests: secrets.iter().map(|secret| secret.digest).collect(),
        reason: cause.reason.map(str::to_owned),
        deletion: cause.deletion,
    });
    transaction.append(Some(organisation), Some(number), event)
}

/// Every change that selects by filter comes with what a reader found.
pub(crate) fn unreviewed() -> Failure {
    Failure::Unreadable("a deletion by filter came without what it selects".into())
}
