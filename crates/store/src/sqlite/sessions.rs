//! Opening, closing and reading the sessions of users.

use super::{
    credentials::with_power,
    failure::{Result, taken},
    owner_row::unreadable,
    owners, signers,
    transaction::Transaction,
};
use crate::{
    change::{CloseSessions, OpenSession},
    error::Refusal,
    query::Session,
};
use domain::{
    caller::Reach,
    id::{OwnerId, OwnerNumber, SessionId},
    journal::{Event, SessionOpened, SessionsClosed},
    owner::{Owner, OwnerKind},
    secret::Digest,
    time::Timestamp,
};
use rusqlite::{Connection, Row, ToSql, params};

/// Opens a session, in place of the one it replaces.
pub(crate) fn open(transaction: &mut Transaction<'_>, wanted: &OpenSession) -> Result<()> {
    let facts = with_power(transaction, wanted.owner, wanted.expects)?;
    if let Some(access) = &wanted.access {
        if !access.reach.covers(facts.owner.organisation, facts.owner.number) {
            return Err(Refusal::NotFound.into());
        }
        access.may_hand_out(facts.owner.role, &facts.ceiling)?;
    }
    if let Some(proof) = &wanted.proof {
        signers::prove(transaction, facts.owner.number, None, proof)?;
    }
    if let Some(replaced) = wanted.replaces {
        close_one(transaction, &facts.owner, replaced)?;
    }
    if let Some(hash) = &wanted.password_hash {
        transaction
            .connection
            .prepare_cached("UPDATE owner SET password_hash = ?2 WHERE number = ?1")?
            .execute(params![facts.owner.number.0, hash])?;
        transaction.owners_changed();
    }
    let inserted = transaction
        .connection
        .prepare_cached(
            "INSERT INTO session (id, owner, digest, opened_at, last_seen_at, expires_at, address, user_agent, idles)
             VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            wanted.id.bytes(),
            facts.owner.number.0,
            wanted.digest.bytes(),
            transaction.at.milliseconds(),
            wanted.expires_at.milliseconds(),
            wanted.address.map(|address| address.to_string()),
            wanted.user_agent,
            wanted.idles,
        ]);
    taken(inserted, Refusal::Consumed)?;
    let event = Event::SessionOpened(SessionOpened { session: wanted.id, owner: facts.owner.number });
    transaction.append(Some(facts.owner.organisation), None, event)
}

/// Ends one session of a user, which must be his, or all that there are.
pub(crate) fn close(transaction: &mut Transaction<'_>, wanted: &CloseSessions) -> Result<()> {
    let facts = owners::find(transaction, Reach::Everything, wanted.owner, OwnerKind::User)?;
    match wanted.session {
        Some(session) if close_one(transaction, &facts.owner, session)? => Ok(()),
        Some(_) => Err(Refusal::NotFound.into()),
        None => close_all(transaction, &facts.owner),
    }
}

/// Ends one session of a user; answers whether he had it.
fn close_one(transaction: &mut Transaction<'_>, owner: &Owner, session: SessionId) -> Result<bool> {
    let closed = transaction
        .connection
        .prepare_cached("DELETE FROM session WHERE owner = ?1 AND id = ?2")?
        .execute(params![owner.number.0, session.bytes()])?;
    tell(transaction, owner, Some(session), closed)?;
    Ok(closed > 0)
}

/// Ends every session of a user.
pub(crate) fn close_all(transaction: &mut Transaction<'_>, owner: &Owner) -> Result<()> {
    let closed = transaction
        .connection
        .prepare_cached("DELETE FROM session WHERE owner = ?1")?
        .execute(params![owner.number.0])?;
    tell(transaction, owner, None, closed)
}

fn tell(transaction: &mut Transaction<'_>, owner: &Owner, session: Option<SessionId>, closed: usize) -> Result<()> {
    if closed == 0 {
        return Ok(());
    }
    let event = Event::SessionsClosed(SessionsClosed { owner: owner.number, session });
    transaction.append(Some(owner.organisation), None, event)
}

const COLUMNS: &str = "s.id, s.owner, s.opened_at, s.last_seen_at, s.expires_at, s.address, s.user_agent, s.idles";

fn read(row: &Row<'_>) -> Result<Session> {
    let address = row.get_ref(5)?.as_str_or_null().map_err(unreadable)?;
    Ok(Session {
        id: SessionId::from_bytes(row.get(0)?),
        owner: OwnerNumber(row.get(1)?),
        opened_at: Timestamp::from_milliseconds(row.get(2)?),
        last_seen_at: Timestamp::from_milliseconds(row.get(3)?),
        expires_at: Timestamp::from_milliseconds(row.get(4)?),
        address: address.map(|text| text.parse().map_err(unreadable)).transpose()?,
        user_agent: row.get(6)?,
        idles: row.get(7)?,
    })
}

fn select(connection: &Connection, tail: &str, value: impl ToSql) -> Result<Vec<Session>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM session AS s {tail}"))?;
    let mut rows = statement.query(params![value])?;
    let mut sessions = Vec::new();
    while let Some(row) = rows.next()? {
        sessions.push(read(row)?);
    }
    Ok(sessions)
}

/// The session with this digest.
pub(crate) fn by_digest(connection: &Connection, digest: Digest) -> Result<Option<Session>> {
    Ok(select(connection, "WHERE s.digest = ?1", digest.bytes())?.pop())
}

/// The sessions of a user, the newest first.
pub(crate) fn of_owner(connection: &Connection, owner: OwnerId) -> Result<Vec<Session>> {
    let tail = "JOIN owner AS w ON w.number = s.owner WHERE w.id = ?1 ORDER BY s.opened_at DESC, s.id DESC";
    select(connection, tail, owner.bytes())
}
