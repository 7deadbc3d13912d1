//! Reading the journal: its end, its chain, and pages of it.

use super::{
    body,
    conditions::{Conditions, blob, number},
    failure::{Failure, Result},
    list,
    owner_row::{self, unreadable},
    range::Range,
    rare::{has_few_tokens, made_rarely},
    search::{self, person},
};
use crate::query::{Cursor, JournalFilter, JournalNames, JournalRow, Page, PageRequest, search::Found};
use domain::{
    caller::{Actor, Reach},
    id::{OrganisationId, OrganisationNumber, OwnerId, OwnerNumber, Position, TokenNumber},
    journal::{self, CHAIN_START, Chain, Entry, Event, Tail},
    name::Name,
    origin::Origin,
    owner::Role,
    time::Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// What the commonest kind of entry is numbered in every store; `journal_kind` leaves it out.
const ISSUED: &str = "token.issued";
/// Up to this many entries of a page are gathered and sorted; more of them are met soon on a walk from the end.
const RARE: u64 = 2_000;
/// Up to this many positions are gathered and sorted, which is less work than that many entries are.
const RARE_POSITIONS: u64 = 100_000;

/// Where the journal ends.
pub(crate) fn tail(connection: &Connection) -> Result<Tail> {
    let tail = connection
        .prepare_cached("SELECT position, chain FROM journal ORDER BY position DESC LIMIT 1")?
        .query_row([], |row| Ok(Tail { position: Position(row.get(0)?), chain: row.get(1)? }))
        .optional()?;
    Ok(tail.unwrap_or(Tail { position: Position(0), chain: CHAIN_START }))
}

/// The chain value at a position; that of the start at 0, and none beyond the end.
pub(crate) fn chain_at(connection: &Connection, position: Position) -> Result<Option<Chain>> {
    if position.0 == 0 {
        return Ok(Some(CHAIN_START));
    }
    let mut statement = connection.prepare_cached("SELECT chain FROM journal WHERE position = ?1")?;
    Ok(statement.query_row(params![position.0], |row| row.get(0)).optional()?)
}

const ENTRY: &str = "j.position, j.at, a.actor, j.organisation, k.kind, j.body, j.chain FROM journal AS j \
    LEFT JOIN actor AS a ON a.number = j.actor LEFT JOIN event_kind AS k ON k.number = j.kind";

/// An entry with the names of those that it is about; `read` knows the order.
const ROW: &str = "j.position, j.at, a.actor, j.organisation, k.kind, j.body, j.chain, o.id, w.id, o.name,
        w.number, w.name, w.kind, w.organisation, j.token,
        coalesce((SELECT name FROM token WHERE number = j.token), (SELECT name FROM tombstone WHERE number = j.token)),
        coalesce((SELECT owner FROM token WHERE number = j.token), (SELECT owner FROM tombstone WHERE number = j.token)),
        w.role, j.address, j.user_agent
    FROM journal AS j
        LEFT JOIN actor AS a ON a.number = j.actor LEFT JOIN event_kind AS k ON k.number = j.kind
        LEFT JOIN organisation AS o ON o.number = j.organisation LEFT JOIN owner AS w ON w.number = a.owner";

/// Gives every entry after a position to `sink`, in order, after checking that it continues the
/// chain. Answers with the journal's end, or with what is wrong with it.
pub(crate) fn walk(
    connection: &Connection,
    from: Tail,
    mut sink: impl FnMut(Position, &str, &str) -> Result<()>,
) -> Result<std::result::Result<Tail, String>> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {ENTRY} WHERE j.position > ?1 ORDER BY j.position"))?;
    let mut rows = statement.query(params![from.position.0])?;
    let mut tail = from;
    while let Some(row) = rows.next()? {
        let position = Position(row.get(0)?);
        let kind = row.get_ref(4)?.as_str().map_err(unreadable)?;
        let body = body::unpack(row.get_ref(5)?.as_blob().map_err(unreadable)?)?;
        let chain = journal::chain(
            &tail.chain,
            position,
            Timestamp::from_milliseconds(row.get(1)?),
            row.get_ref(2)?.as_str().map_err(unreadable)?,
            row.get::<_, Option<_>>(3)?.map(OrganisationNumber),
            kind,
            &body,
        );
        if position.0 != tail.position.0 + 1 {
            return Ok(Err(format!("the journal has no entry {}", tail.position.0 + 1)));
        }
        if chain != row.get::<_, Chain>(6)? {
            return Ok(Err(format!("journal entry {position} does not continue the chain")));
        }
        sink(position, kind, &body)?;
        tail = Tail { position, chain };
    }
    Ok(Ok(tail))
}

/// A page of the journal within reach.
pub(crate) fn page(
    connection: &Connection,
    reach: Reach,
    filter: &JournalFilter,
    page: &PageRequest,
) -> Result<Page<JournalRow>> {
    let conditions = conditions(connection, reach, filter, page, RARE)?;
    let sql = page_query(&conditions, filter, page);
    let cursor = |row: &JournalRow| Cursor { key: None, number: row.entry.position.0 };
    list::rows(connection, &sql, &conditions, page.limit, |row| read(connection, row, reach), cursor)
}

/// A part of the journal within reach, and how many entries the filter selects in all; those beyond `most` are not
/// counted, except in the whole journal, which is counted already.
pub(crate) fn part(
    connection: &Connection,
    reach: Reach,
    filter: &JournalFilter,
    (offset, limit): (u64, usize),
    most: u64,
) -> Result<Found<JournalRow>> {
    let all = JournalFilter { ascending: filter.ascending, ..JournalFilter::default() };
    if reach == Reach::Everything && *filter == all {
        return part_of_all(connection, filter.ascending, offset, limit);
    }
    let page = PageRequest { after: None, limit };
    let (total, more) = count(connection, reach, filter, most)?;
    let mut items = Vec::new();
    if limit > 0 && offset < total {
        // Where the end is known, the entries are looked for from the nearer one.
        let range = if more { Range::forwards(offset, limit) } else { Range::nearer(offset, limit, total) };
        let filter = &JournalFilter { ascending: filter.ascending != range.backwards, ..filter.clone() };
        let conditions = conditions(connection, reach, filter, &page, RARE_POSITIONS)?;
        // The entries are found first, by their positions alone, so that nothing is read of those that are left out.
        let mut statement = connection.prepare_cached(&positions_query(&conditions, filter))?;
        let mut ranged = conditions.clone();
        ranged.value(number(range.limit));
        ranged.value(number(range.offset));
        let positions = statement.query_map(ranged.values(), |row| row.get(0))?;
        let positions = range.in_order(positions.collect::<rusqlite::Result<Vec<_>>>()?);
        items = at(connection, reach, positions.into_iter())?;
    }
    Ok(Found { items, total, more })
}

/// How many entries a filter selects, at most this many; and whether there are more. An index leads to those of an
/// owner, however many they are: a walk along the journal would not end before its beginning where they are fewer
/// than that.
fn count(connection: &Connection, reach: Reach, filter: &JournalFilter, most: u64) -> Result<(u64, bool)> {
    let page = PageRequest { after: None, limit: 0 };
    let mut conditions = conditions(connection, reach, filter, &page, u64::MAX)?;
    let sql = count_query(&conditions);
    conditions.value(number(most.saturating_add(1)));
    let counted: u64 = connection.prepare_cached(&sql)?.query_row(conditions.values(), |row| row.get(0))?;
    Ok((counted.min(most), counted > most))
}

/// The query of how many entries fit, up to the limit that follows.
pub(super) fn count_query(conditions: &Conditions) -> String {
    format!("SELECT count(*) FROM (SELECT 1 FROM journal AS j WHERE {} LIMIT ?)", conditions.sql())
}

/// A part of the whole journal: its positions are dense, so nothing has to be counted or left out one by one.
fn part_of_all(connection: &Connection, ascending: bool, offset: u64, limit: usize) -> Result<Found<JournalRow>> {
    let total = tail(connection)?.position.0;
    let shown = total.saturating_sub(offset).min(limit as u64);
    let position = |place: u64| if ascending { offset + 1 + place } else { total - offset - place };
    let items = at(connection, Reach::Everything, (0..shown).map(position))?;
    Ok(Found { items, total, more: false })
}

/// The query of the positions of a part of the journal.
pub(super) fn positions_query(conditions: &Conditions, filter: &JournalFilter) -> String {
    let direction = direction(filter);
    format!(
        "SELECT j.position FROM journal AS j WHERE {} ORDER BY j.position {direction} LIMIT ? OFFSET ?",
        conditions.sql()
    )
}

/// The entries at these positions, in this order.
fn at(connection: &Connection, reach: Reach, positions: impl Iterator<Item = u64>) -> Result<Vec<JournalRow>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {ROW} WHERE j.position = ?1"))?;
    let mut items = Vec::new();
    for position in positions {
        let mut rows = statement.query(params![position])?;
        items.extend(rows.next()?.map(|row| read(connection, row, reach)).transpose()?);
    }
    Ok(items)
}

fn direction(filter: &JournalFilter) -> &'static str {
    if filter.ascending { "ASC" } else { "DESC" }
}

/// The query of a page of the journal.
pub(super) fn page_query(conditions: &Conditions, filter: &JournalFilter, page: &PageRequest) -> String {
    let direction = direction(filter);
    format!("SELECT {ROW} WHERE {} ORDER BY j.position {direction} LIMIT {}", conditions.sql(), page.limit + 1)
}

fn read(connection: &Connection, row: &Row<'_>, reach: Reach) -> Result<JournalRow> {
    let kind = row.get_ref(4)?.as_str().map_err(unreadable)?;
    let entry = Entry {
        position: Position(row.get(0)?),
        at: Timestamp::from_milliseconds(row.get(1)?),
        actor: Actor::from_text(row.get_ref(2)?.as_str().map_err(unreadable)?),
        organisation: row.get::<_, Option<_>>(3)?.map(OrganisationNumber),
        event: Event::parse(kind, &body::unpack(row.get_ref(5)?.as_blob().map_err(unreadable)?)?)?,
        chain: row.get(6)?,
    };
    Ok(JournalRow {
        origin: origin(connection, row, &entry, reach)?,
        entry,
        organisation: row.get::<_, Option<_>>(7)?.map(OrganisationId::from_bytes),
        actor: row.get::<_, Option<_>>(8)?.map(OwnerId::from_bytes),
        names: JournalNames {
            organisation: row.get::<_, Option<_>>(9)?.map(Name::stored),
            actor: person(row, 10, reach)?,
            token: token(row, reach)?,
        },
    })
}

/// Where the request for an entry came from. Within an organisation it is told of whoever belongs there, as the name
/// is; but not of those who administer everything, nor of the server's own work. Whoever showed a secret or a link is
/// whom the entry is about.
fn origin(connection: &Connection, row: &Row<'_>, entry: &Entry, reach: Reach) -> Result<Origin> {
    let is_told = match (reach, entry.actor) {
        (Reach::Everything, _) => true,
        (_, Actor::System) => false,
        (_, Actor::Possession) => match subject(&entry.event).or(row.get::<_, Option<_>>(16)?.map(OwnerNumber)) {
            Some(owner) => owner_row::by_number(connection, owner)?
                .is_some_and(|facts| is_known(reach, facts.owner.role, facts.owner.organisation, owner)),
            None => false,
        },
        (_, Actor::Owner { owner, token: _ }) => {
            let organisation = row.get::<_, Option<_>>(13)?.map(OrganisationNumber);
            let role = row.get_ref(17)?.as_str_or_null().map_err(unreadable)?.map(owner_row::role).transpose()?;
            role.zip(organisation).is_some_and(|(role, organisation)| is_known(reach, role, organisation, owner))
        }
    };
    if !is_told {
        return Ok(Origin::default());
    }
    // A text that is no address is as good as none: nothing hangs on it.
    let address = row.get_ref(18)?.as_str_or_null().map_err(unreadable)?.and_then(|address| address.parse().ok());
    Ok(Origin { address, user_agent: row.get(19)? })
}

/// True when whoever reads this far may know from where this owner came.
fn is_known(reach: Reach, role: Role, organisation: OrganisationNumber, owner: OwnerNumber) -> bool {
    role < Role::ApplicationAdministrator && reach.covers(organisation, owner)
}

/// The owner whom an event names as the one that it is about.
fn subject(event: &Event) -> Option<OwnerNumber> {
    match event {
        Event::TokenIssued(content) => Some(content.owner),
        Event::TokenDeleted(content) => Some(content.owner),
        Event::OwnerCreated(content) | Event::OwnerUpdated(content) => Some(content.number),
        Event::PermissionAssigned(content) | Event::PermissionRevoked(content) => Some(content.owner),
        Event::SessionOpened(content) => Some(content.owner),
        Event::SessionsClosed(content) => Some(content.owner),
        Event::SignerAdded(content)
        | Event::SignerEnabled(content)
        | Event::SignerDisabled(content)
        | Event::SignerRemoved(content) => Some(content.owner),
        Event::ActionSigned(content) => Some(content.owner),
        Event::TokenUpdated(_)
        | Event::TokenDisabled(_)
        | Event::TokenEnabled(_)
        | Event::TokenRotated(_)
        | Event::RotationFinished(_)
        | Event::SecretsEnded(_)
        | Event::SecretsRehashed(_)
        | Event::OrganisationCreated(_)
        | Event::OrganisationUpdated(_)
        | Event::PermissionCreated(_)
        | Event::PermissionUpdated(_)
        | Event::DeletionStarted(_)
        | Event::DeletionFinished(_)
        | Event::QuarantineLifted(_) => None,
    }
}

/// The token that an entry is about, unless nothing is left of it.
fn token(row: &Row<'_>, reach: Reach) -> Result<Option<(TokenNumber, Option<Name>)>> {
    let (number, name) = (row.get::<_, Option<u64>>(14)?, row.get::<_, Option<String>>(15)?);
    let Some((number, name)) = number.zip(name) else { return Ok(None) };
    // The entries of a token are those of its organisation.
    let of = row.get::<_, Option<_>>(3)?.map(OrganisationNumber).zip(row.get::<_, Option<_>>(16)?.map(OwnerNumber));
    let is_known =
        reach == Reach::Everything || of.is_some_and(|(organisation, owner)| reach.covers(organisation, owner));
    Ok(Some((TokenNumber(number), Some(Name::stored(name)).filter(|_| is_known))))
}

/// What a filter selects within reach. Indices lead to the entries of an owner where they are `rare`: no more.
pub(super) fn conditions(
    connection: &Connection,
    reach: Reach,
    filter: &JournalFilter,
    page: &PageRequest,
    rare: u64,
) -> Result<Conditions> {
    let mut conditions = Conditions::new();
    // A token's own entries are few: no other index leads to them sooner.
    let beside = if filter.token.is_some() { "+" } else { "" };
    within(connection, reach, beside, rare, &mut conditions)?;
    let organisation = filter.organisation.map(|organisation| blob(organisation.bytes()));
    let of = format!("{beside}j.organisation = (SELECT number FROM organisation WHERE id = ?)");
    conditions.and_some(&of, organisation);
    if let Some(actor) = filter.actor {
        let owner: Option<u32> = connection
            .prepare_cached("SELECT number FROM owner WHERE id = ?1")?
            .query_row(params![actor.bytes()], |row| row.get(0))
            .optional()?;
        // Number 0 was never given: nobody made anything under it.
        let owner = owner.unwrap_or(0);
        let few = filter.token.is_none() && made_rarely(connection, owner, rare)?;
        let column = if few { "j.actor" } else { "+j.actor" };
        conditions.and_value(&format!("{column} IN (SELECT number FROM actor WHERE owner = ?)"), owner);
    }
    let token = filter.token.map(|token| blob(token.bytes()));
    conditions.and_some("j.token = (SELECT number FROM token_all WHERE id = ?)", token);
    if let Some(kind) = &filter.kind {
        let of = format!("{beside}j.kind = (SELECT number FROM event_kind WHERE kind = ?)");
        conditions.and_value(&of, kind.clone());
        if kind != ISSUED {
            conditions.and("j.kind <> 1");
        }
    }
    conditions.and_some("j.position = ?", filter.position.map(|position| number(position.0)));
    conditions.and_some("j.at < ?", filter.before.map(Timestamp::milliseconds));
    conditions.and_some("j.at >= ?", filter.after.map(Timestamp::milliseconds));
    if let Some((fact, text)) = filter.hidden {
        // What concerns no organisation is hidden from nobody.
        conditions.and_value(
            "(j.organisation IS NULL OR j.organisation NOT IN (
                SELECT number FROM organisation WHERE facts IS NOT NULL AND json_extract(facts, ?) = ?))",
            search::fact_path(fact),
        );
        conditions.value(text.to_owned());
    }
    if let Some(after) = &page.after {
        let comparison = if filter.ascending { "j.position > ?" } else { "j.position < ?" };
        conditions.and_value(comparison, number(after.number));
    }
    Ok(conditions)
}

/// An owner sees what it did and what concerns its tokens. When that is much, a walk along the
/// journal meets it soon; when it is little, the indices find it at once.
fn within(connection: &Connection, reach: Reach, beside: &str, rare: u64, conditions: &mut Conditions) -> Result<()> {
    match reach {
        Reach::Everything => {}
        Reach::Organisation(number) => conditions.and_value(&format!("{beside}j.organisation = ?"), number.0),
        Reach::Own(number) => {
            let few = beside.is_empty()
                && made_rarely(connection, number.0, rare)?
                && has_few_tokens(connection, number.0, rare)?;
            conditions.and_value(
                if few {
                    "(j.actor IN (SELECT number FROM actor WHERE owner = ?) OR j.token IN (
                        SELECT number FROM token WHERE owner = ? UNION ALL SELECT number FROM tombstone WHERE owner = ?))"
                } else {
                    "(+j.actor IN (SELECT number FROM actor WHERE owner = ?)
                        OR EXISTS (SELECT 1 FROM token WHERE number = j.token AND owner = ?)
                        OR EXISTS (SELECT 1 FROM tombstone WHERE number = j.token AND owner = ?))"
                },
                number.0,
            );
            conditions.value(number.0);
            conditions.value(number.0);
        }
    }
    Ok(())
}

/// Checks that the last entries continue the chain; answers with what is wrong.
pub(crate) fn check_end(connection: &Connection, entries: u64) -> Result<std::result::Result<Tail, String>> {
    let end = tail(connection)?;
    let first = Position(end.position.0.saturating_sub(entries));
    let Some(chain) = chain_at(connection, first)? else {
        return Ok(Err(format!("the journal has no entry {first}")));
    };
    let walked = walk(connection, Tail { position: first, chain }, |_, _, _| Ok(()));
    match walked {
        Ok(checked) => Ok(checked),
        Err(Failure::Unreadable(cause)) => Ok(Err(format!("the end of the journal is not readable: {cause}"))),
        Err(failure) => Err(failure),
    }
}
