//! Deletions in steps: begun once, continued until nothing is left, known to whoever asked.

use super::{
    conditions::{Conditions, blob},
    delete::{Cause, bury, unreviewed},
    failure::{Failure, Result, taken},
    token_filter::{self, Selection},
    transaction::Transaction,
};
use crate::{
    change::StartDeletion,
    error::Refusal,
    query::{Deletion, TokenFilter},
};
use domain::{
    caller::Reach,
    id::{DeletionId, OrganisationNumber, OwnerId, OwnerNumber, Position, TokenNumber},
    journal::{DeletionMarked, Event},
    limits,
    time::Timestamp,
};
use rusqlite::{Connection, Row, params};

/// How many numbers of tokens one step looks at, so that the writer never stalls where few are selected.
const NUMBERS_SEEN: u64 = 100_000;

/// Begins a deletion of the tokens that are selected now.
pub(crate) fn start(transaction: &mut Transaction<'_>, wanted: &StartDeletion) -> Result<Deletion> {
    if wanted.expects.is_some() && wanted.filter.last_used_after.is_some() {
        // A token that is first used while the deletion runs would be deleted without having been reviewed.
        return Err(Refusal::TooManyTokens.into());
    }
    let review = transaction.review.ok_or_else(unreviewed)?;
    if wanted.expects.is_some_and(|expected| expected != review.digest) {
        return Err(Refusal::PreviewChanged.into());
    }
    let total = review.count;
    let author = transaction.actor_number();
    let (reach, reach_number) = reach_words(wanted.access.reach);
    let inserted = transaction
        .connection
        .prepare_cached(
            "INSERT INTO deletion (id, author, reach, reach_number, filter, guarded, done, upto, reason, total,
                deleted, started_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9, 0, ?10)",
        )?
        .execute(params![
            wanted.id.bytes(),
            author.map(|owner| owner.0),
            reach,
            reach_number,
            serde_json::to_string(&wanted.filter)?,
            wanted.expects.is_some(),
            transaction.memory.sequences.token,
            wanted.reason,
            total,
            transaction.at.milliseconds(),
        ]);
    taken(inserted, Refusal::Consumed)?;
    if wanted.expects.is_some() {
        transaction.memory.guarded_deletions = true;
        except_changed(transaction, wanted.id, review.position)?;
    }
    mark(transaction, author, wanted.id, total, Event::DeletionStarted)?;
    Ok(Deletion {
        id: wanted.id,
        author: author.map(|number| transaction.owner_id(number)).transpose()?,
        reason: wanted.reason.clone(),
        total,
        deleted: 0,
        started_at: transaction.at,
        finished_at: None,
    })
}

/// Deletes the next step; without effect when the deletion has ended.
pub(crate) fn proceed(transaction: &mut Transaction<'_>, id: DeletionId) -> Result<Deletion> {
    let running = running(transaction.connection, id)?.ok_or(Refusal::NotFound)?;
    let Running { mut facts, author, reach, filter, guarded, done, upto } = running;
    if facts.finished_at.is_some() {
        return Ok(facts);
    }
    // The instant of the start decides what is expired, so that the selection is the one reviewed.
    let seen = TokenNumber(done.0.saturating_add(NUMBERS_SEEN).min(upto.0));
    let mut selection = Selection::new(reach, &filter, facts.started_at).between(done, seen);
    if guarded {
        selection = selection.except(id);
    }
    let numbers = token_filter::numbers(transaction.connection, &selection, limits::DELETE_STEP)?;
    let cause = Cause { reason: facts.reason.as_deref(), deletion: Some(id) };
    for number in &numbers {
        bury(transaction, *number, cause)?;
    }
    facts.deleted += numbers.len() as u64;
    let done = if numbers.len() < limits::DELETE_STEP { seen } else { numbers.last().copied().unwrap_or(seen) };
    let ended = done >= upto;
    facts.finished_at = ended.then_some(transaction.at);
    transaction
        .connection
        .prepare_cached("UPDATE deletion SET done = ?2, deleted = ?3, finished_at = ?4 WHERE id = ?1")?
        .execute(params![id.bytes(), done.0, facts.deleted, facts.finished_at.map(Timestamp::milliseconds),])?;
    if ended {
        transaction
            .connection
            .prepare_cached("DELETE FROM deletion_exception WHERE deletion = ?1")?
            .execute(params![id.bytes()])?;
        transaction.memory.guarded_deletions = self::guarded(transaction.connection)?;
        mark(transaction, author, id, facts.deleted, Event::DeletionFinished)?;
    }
    Ok(facts)
}

fn mark(
    transaction: &mut Transaction<'_>,
    author: Option<OwnerNumber>,
    deletion: DeletionId,
    tokens: u64,
    event: fn(DeletionMarked) -> Event,
) -> Result<()> {
    let organisation = match author {
        Some(author) => {
            let id = transaction.owner_id(author)?;
            transaction.owner(id)?.map(|facts| facts.owner.organisation)
        }
        None => None,
    };
    transaction.append(organisation, None, event(DeletionMarked { deletion, tokens }))
}

/// True when a deletion runs that demanded a preview.
pub(crate) fn guarded(connection: &Connection) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM deletion WHERE finished_at IS NULL AND guarded = 1)";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

/// Leaves the tokens out of a deletion that changed since it was reviewed.
fn except_changed(transaction: &Transaction<'_>, deletion: DeletionId, reviewed: Position) -> Result<()> {
    transaction
        .connection
        .prepare_cached(
            "INSERT OR IGNORE INTO deletion_exception (deletion, token)
             SELECT ?1, token FROM journal WHERE position > ?2 AND token IS NOT NULL",
        )?
        .execute(params![deletion.bytes(), reviewed.0])?;
    Ok(())
}

/// Leaves a token that changed out of every running deletion that demanded a preview: it is no
/// longer the one that was reviewed.
pub(crate) fn except(transaction: &Transaction<'_>, token: TokenNumber) -> Result<()> {
    if transaction.memory.guarded_deletions {
        transaction
            .connection
            .prepare_cached(
                "INSERT OR IGNORE INTO deletion_exception (deletion, token)
                 SELECT id, ?1 FROM deletion WHERE finished_at IS NULL AND guarded = 1 AND upto >= ?1",
            )?
            .execute(params![token.0])?;
    }
    Ok(())
}

/// A deletion with what only the engine needs to know of it.
struct Running {
    facts: Deletion,
    author: Option<OwnerNumber>,
    reach: Reach,
    filter: TokenFilter,
    guarded: bool,
    done: TokenNumber,
    upto: TokenNumber,
}

const FACTS: &str = "d.id, w.id, d.reason, d.total, d.deleted, d.started_at, d.finished_at";

fn facts(row: &Row<'_>) -> rusqlite::Result<Deletion> {
    Ok(Deletion {
        id: DeletionId::from_bytes(row.get(0)?),
        author: row.get::<_, Option<_>>(1)?.map(OwnerId::from_bytes),
        reason: row.get(2)?,
        total: row.get(3)?,
        deleted: row.get(4)?,
        started_at: Timestamp::from_milliseconds(row.get(5)?),
        finished_at: row.get::<_, Option<_>>(6)?.map(Timestamp::from_milliseconds),
    })
}

fn running(connection: &Connection, id: DeletionId) -> Result<Option<Running>> {
    let sql = format!(
        "SELECT {FACTS}, d.author, d.reach, d.reach_number, d.filter, d.guarded, d.done, d.upto
         FROM deletion AS d LEFT JOIN owner AS w ON w.number = d.author WHERE d.id = ?1"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![id.bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Running {
        facts: facts(row)?,
        author: row.get::<_, Option<_>>(7)?.map(OwnerNumber),
        reach: reach(&row.get::<_, String>(8)?, row.get(9)?)?,
        filter: serde_json::from_str(&row.get::<_, String>(10)?)?,
        guarded: row.get(11)?,
        done: TokenNumber(row.get(12)?),
        upto: TokenNumber(row.get(13)?),
    }))
}

fn reach_words(reach: Reach) -> (&'static str, Option<u32>) {
    match reach {
        Reach::Everything => ("everything", None),
        Reach::Organisation(number) => ("organisation", Some(number.0)),
        Reach::Own(number) => ("own", Some(number.0)),
    }
}

fn reach(word: &str, number: Option<u32>) -> Result<Reach> {
    match (word, number) {
        ("everything", None) => Ok(Reach::Everything),
        ("organisation", Some(number)) => Ok(Reach::Organisation(OrganisationNumber(number))),
        ("own", Some(number)) => Ok(Reach::Own(OwnerNumber(number))),
        _ => Err(Failure::Unreadable(format!("unknown reach {word:?}").into())),
    }
}

/// A deletion, for its author or whoever reaches the author's organisation.
pub(crate) fn find(connection: &Connection, reach: Reach, id: DeletionId) -> Result<Option<Deletion>> {
    let mut conditions = Conditions::new();
    conditions.and_value("d.id = ?", blob(id.bytes()));
    match reach {
        Reach::Everything => {}
        Reach::Organisation(number) => conditions.and_value("w.organisation = ?", number.0),
        Reach::Own(number) => conditions.and_value("d.author = ?", number.0),
    }
    let sql = format!(
        "SELECT {FACTS} FROM deletion AS d LEFT JOIN owner AS w ON w.number = d.author WHERE {}",
        conditions.sql()
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(conditions.values())?;
    Ok(rows.next()?.map(facts).transpose()?)
}

/// The deletions that have not ended, the oldest first.
pub(crate) fn unfinished(connection: &Connection) -> Result<Vec<DeletionId>> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM deletion WHERE finished_at IS NULL ORDER BY started_at, id")?;
    let ids = statement.query_map([], |row| Ok(DeletionId::from_bytes(row.get(0)?)))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}
