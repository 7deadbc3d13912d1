//! Everything that verification must know, read at start by several threads from one snapshot.

use super::{
    connection,
    failure::{Failure, Result},
    journal, owner_row,
};
use crate::query::Loaded;
use domain::{
    address::Networks,
    id::{OrganisationId, OrganisationNumber, OwnerNumber, TokenId},
    journal::Tail,
    owner::Owner,
    scope::Scopes,
    secret::Digest,
    time::Timestamp,
};
use rusqlite::{Connection, Row, Rows, Statement, params};
use std::{collections::HashMap, num::NonZero, path::Path, sync::Arc, thread};

/// What takes in what is loaded.
pub(crate) type Sink = Arc<dyn Fn(Loaded) + Send + Sync>;

/// Below this many tokens one thread is as quick as several.
const TOKENS_WORTH_A_THREAD: i64 = 100_000;
/// How often the threads look for one snapshot before a single one reads alone.
const TRIES: usize = 5;

/// Gives everything to the sink. Answers with the journal's end that it reflects.
pub(crate) fn load(path: &Path, sink: &Sink) -> Result<Tail> {
    let first = connection::reader(path)?;
    first.execute_batch("BEGIN")?;
    let tail = journal::tail(&first)?;
    let last: i64 = first.query_row(
        "SELECT max(coalesce((SELECT max(number) FROM token), 0), coalesce((SELECT max(number) FROM tombstone), 0))",
        [],
        |row| row.get(0),
    )?;
    // Numbers are given out one by one, and a deleted token keeps its own.
    sink(Loaded::Expected { tokens: usize::try_from(last).unwrap_or(0) });
    organisations(&first, sink)?;
    owners(&first, sink)?;
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = threads.min(usize::try_from(last / TOKENS_WORTH_A_THREAD).unwrap_or(0)).max(1);
    let mut connections = vec![first];
    for _ in 1..threads {
        match same_snapshot(path, tail)? {
            Some(connection) => connections.push(connection),
            // The journal moved on; the connections at hand read everything.
            None => break,
        }
    }
    let grants = Arc::new(grants(&connections[0])?);
    read_ranges(connections, last, &grants, sink)?;
    Ok(tail)
}

/// Another connection that sees exactly the same state.
fn same_snapshot(path: &Path, tail: Tail) -> Result<Option<Connection>> {
    for _ in 0..TRIES {
        let connection = connection::reader(path)?;
        connection.execute_batch("BEGIN")?;
        if journal::tail(&connection)? == tail {
            return Ok(Some(connection));
        }
    }
    Ok(None)
}

/// Splits the numbers into as many ranges as there are connections, and reads each on a thread.
fn read_ranges(connections: Vec<Connection>, last: i64, grants: &Arc<Grants>, sink: &Sink) -> Result<()> {
    let count = i64::try_from(connections.len()).unwrap_or(1);
    let readers: Vec<_> = connections
        .into_iter()
        .zip(0..)
        .map(|(connection, place): (Connection, i64)| {
            let (from, to) = (last * place / count + 1, last * (place + 1) / count);
            let (grants, sink) = (Arc::clone(grants), Arc::clone(sink));
            thread::spawn(move || range(&connection, from, to, &grants, &*sink))
        })
        .collect();
    for reader in readers {
        reader.join().map_err(|_| Failure::Unreadable("a loading thread ended by a panic".into()))??;
    }
    Ok(())
}

fn organisations(connection: &Connection, sink: &Sink) -> Result<()> {
    let mut statement = connection.prepare("SELECT number, id, active FROM organisation ORDER BY number")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        sink(Loaded::Organisation {
            number: OrganisationNumber(row.get(0)?),
            id: OrganisationId::from_bytes(row.get(1)?),
            active: row.get(2)?,
        });
    }
    Ok(())
}

fn owners(connection: &Connection, sink: &Sink) -> Result<()> {
    let mut statement = connection.prepare(&format!("SELECT {} ORDER BY w.number", owner_row::OWNER_COLUMNS))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let Owner { number, id, kind, organisation, role, scopes, active, .. } = owner_row::read(row)?.owner;
        sink(Loaded::Owner { number, id, kind, organisation, role, scopes, active });
    }
    Ok(())
}

type Grant = Arc<(Scopes, Option<Networks>)>;

/// The sets of scopes and networks by their numbers; tokens with the same ones share one value.
struct Grants {
    scopes: HashMap<i64, Scopes>,
    networks: HashMap<i64, Networks>,
}

fn grants(connection: &Connection) -> Result<Grants> {
    let texts = |sql: &str| -> rusqlite::Result<Vec<(i64, String)>> {
        connection.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    };
    let scopes = texts("SELECT number, scopes FROM scope_set")?;
    let networks = texts("SELECT number, networks FROM network_set")?;
    Ok(Grants {
        scopes: scopes.into_iter().map(|(number, text)| (number, Scopes::stored(&text))).collect(),
        networks: networks.into_iter().map(|(number, text)| (number, Networks::stored(&text))).collect(),
    })
}

/// Reads the tokens of one range of numbers, each with its secrets: three walks side by side, because
/// tokens, tombstones and secrets are all kept in the order of the token's number.
fn range(
    connection: &Connection,
    from: i64,
    to: i64,
    grants: &Grants,
    sink: &(dyn Fn(Loaded) + Send + Sync),
) -> Result<()> {
    let mut tokens = connection.prepare(
        "SELECT number, id, owner, scope_set, network_set, expires_at, disabled FROM token
         WHERE number BETWEEN ?1 AND ?2 ORDER BY number",
    )?;
    let mut tombstones =
        connection.prepare("SELECT number, id, owner FROM tombstone WHERE number BETWEEN ?1 AND ?2 ORDER BY number")?;
    let mut secrets = connection.prepare(
        "SELECT token, digest, ends_at, ends_others FROM secret WHERE token BETWEEN ?1 AND ?2 ORDER BY token, serial",
    )?;
    let mut tokens = Walk::begin(&mut tokens, from, to, Live::read)?;
    let mut tombstones = Walk::begin(&mut tombstones, from, to, Dead::read)?;
    let mut secrets = secrets.query(params![from, to])?;
    let mut shared: HashMap<(i64, Option<i64>), Grant> = HashMap::new();
    while let Some(row) = secrets.next()? {
        let (number, digest) = (row.get(0)?, Digest::from_bytes(row.get(1)?));
        // What is deleted is asked first: a row among the live ones, however it came there, revives nothing.
        if let Some(token) = tombstones.at(number)? {
            sink(Loaded::Tombstone { digest, token: token.id, owner: token.owner });
        } else if let Some(token) = tokens.at(number)? {
            sink(Loaded::Secret {
                digest,
                token: token.id,
                owner: token.owner,
                grant: share(&mut shared, grants, token),
                expires_at: token.expires_at,
                disabled: token.disabled,
                ends_at: row.get::<_, Option<_>>(2)?.map(Timestamp::from_milliseconds),
                ends_others: row.get(3)?,
            });
        }
    }
    Ok(())
}

fn share(shared: &mut HashMap<(i64, Option<i64>), Grant>, grants: &Grants, token: &Live) -> Grant {
    let made = shared.entry((token.scope_set, token.network_set)).or_insert_with(|| {
        // A set that is missing, which foreign keys rule out, grants nothing and admits nobody.
        let scopes = grants.scopes.get(&token.scope_set).cloned().unwrap_or_default();
        let networks = token.network_set.map(|number| grants.networks.get(&number).cloned());
        Arc::new((scopes, networks.map(|known| known.unwrap_or_else(|| Networks::stored("")))))
    });
    Arc::clone(made)
}

/// A live token as far as verification must know it.
struct Live {
    id: TokenId,
    owner: OwnerNumber,
    scope_set: i64,
    network_set: Option<i64>,
    expires_at: Option<Timestamp>,
    disabled: bool,
}

impl Live {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: TokenId::from_bytes(row.get(1)?),
            owner: OwnerNumber(row.get(2)?),
            scope_set: row.get(3)?,
            network_set: row.get(4)?,
            expires_at: row.get::<_, Option<_>>(5)?.map(Timestamp::from_milliseconds),
            disabled: row.get(6)?,
        })
    }
}

/// A deleted token as far as verification must know it.
struct Dead {
    id: TokenId,
    owner: OwnerNumber,
}

impl Dead {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { id: TokenId::from_bytes(row.get(1)?), owner: OwnerNumber(row.get(2)?) })
    }
}

/// A walk over rows in the order of their numbers, which never goes back.
struct Walk<'s, T> {
    rows: Rows<'s>,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
    current: Option<(i64, T)>,
}

impl<'s, T> Walk<'s, T> {
    fn begin(
        statement: &'s mut Statement<'_>,
        from: i64,
        to: i64,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Self> {
        let mut walk = Self { rows: statement.query(params![from, to])?, read, current: None };
        walk.step()?;
        Ok(walk)
    }

    fn step(&mut self) -> Result<()> {
        self.current = match self.rows.next()? {
            Some(row) => Some((row.get(0)?, (self.read)(row)?)),
            None => None,
        };
        Ok(())
    }

    /// The row with this number, when there is one.
    fn at(&mut self, number: i64) -> Result<Option<&T>> {
        while self.current.as_ref().is_some_and(|(current, _)| *current < number) {
            self.step()?;
        }
        Ok(self.current.as_ref().filter(|(current, _)| *current == number).map(|(_, row)| row))
    }
}
