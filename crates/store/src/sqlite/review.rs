//! What a filter selects, looked up by a reader: for a preview, and before a deletion joins the queue,
//! so that the writer never walks the tokens to find out which ones are meant.

use super::{
    failure::Result,
    token_filter::{self, Selection},
    token_row::Rows,
};
use crate::{
    change::{DeletionTarget, Verb},
    query::PreviewDigest,
};
use domain::{
    id::{Position, TokenNumber},
    limits,
    time::Timestamp,
};
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

/// What a filter selected at one position of the journal.
pub(crate) struct Review {
    /// The position.
    pub(crate) position: Position,
    /// No token with a higher number had been issued.
    pub(crate) upto: TokenNumber,
    /// How many live tokens were selected.
    pub(crate) count: u64,
    /// The digest of their identifiers in the order of their numbers.
    pub(crate) digest: PreviewDigest,
    /// The numbers of the first of them, one more than a step deletes at most.
    pub(crate) numbers: Vec<TokenNumber>,
}

/// What must be reviewed before this change can be made.
pub(crate) fn of(verb: &Verb, at: Timestamp) -> Option<Selection> {
    let (access, filter) = match verb {
        Verb::DeleteTokens(wanted) => match &wanted.target {
            DeletionTarget::Filter { filter, .. } => (&wanted.access, filter),
            DeletionTarget::Token { .. }
            | DeletionTarget::Secret(_)
            | DeletionTarget::Number(_)
            | DeletionTarget::Slot { .. } => return None,
        },
        Verb::StartDeletion(wanted) => (&wanted.access, &wanted.filter),
        _ => return None,
    };
    Some(Selection::new(access.reach, filter, at))
}

/// Reviews a selection; on a snapshot, so that all of it is of one instant.
pub(crate) fn review(connection: &Connection, selection: &Selection) -> Result<Review> {
    let one = |sql: &str| connection.prepare_cached(sql)?.query_row([], |row| row.get(0));
    let position = Position(one("SELECT coalesce(max(position), 0) FROM journal")?);
    let upto = TokenNumber(one("SELECT coalesce(max(number), 0) FROM token")?);
    let (mut hash, mut count, mut numbers) = (Sha256::new(), 0, Vec::new());
    if selection.from == Rows::Live {
        let sql =
            format!("SELECT t.id, t.number FROM token AS t WHERE {} ORDER BY t.number", selection.conditions.sql());
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(selection.conditions.values())?;
        while let Some(row) = rows.next()? {
            hash.update(row.get::<_, [u8; 16]>(0)?);
            count += 1;
            if numbers.len() <= limits::DELETE_STEP {
                numbers.push(TokenNumber(row.get(1)?));
            }
        }
    }
    Ok(Review { position, upto, count, digest: hash.finalize().into(), numbers })
}

impl Review {
    /// The tokens of a selection as it is now, when it was reviewed before: those that were selected and
    /// still are, and those issued since. None when `exactly` demands those reviewed and there are others.
    pub(crate) fn selected_now(
        &self,
        connection: &Connection,
        selection: impl Fn() -> Selection,
        exactly: bool,
    ) -> Result<Option<Vec<TokenNumber>>> {
        let mut numbers =
            token_filter::numbers(connection, &selection().among(&self.numbers)?, limits::DELETE_STEP + 1)?;
        let newer = selection().between(self.upto, TokenNumber(u64::MAX));
        let newer = token_filter::numbers(connection, &newer, limits::DELETE_STEP + 1)?;
        if exactly && (numbers.len() < self.numbers.len() || !newer.is_empty()) {
            return Ok(None);
        }
        numbers.extend(newer);
        Ok(Some(numbers))
    }
}
