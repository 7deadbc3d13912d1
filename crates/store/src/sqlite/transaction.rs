//! What a change works with inside the writer's transaction: the connection, what is remembered
//! between changes, and the journal's end.

use super::{
    body,
    dictionary::Dictionary,
    failure::{Failure, Result},
    owner_row::{self, OwnerFacts},
    review::Review,
    signed_actions::{self, Unsigned},
};
use crate::{
    denials::{Seen, Sequences},
    error::Refusal,
};
use domain::{
    caller::Actor,
    id::{OrganisationNumber, OwnerId, OwnerNumber, Position, TokenNumber},
    journal::{self, Entry, Event, Tail},
    origin::Origin,
    signer::SignedActions,
    time::Timestamp,
};
use rusqlite::{Connection, params};
use std::{collections::HashMap, sync::Arc};

/// The most owners whose rows are remembered between changes.
const OWNERS_REMEMBERED: usize = 20_000;

/// What the writer remembers between changes. All of it can be read again from the store.
pub(crate) struct Memory {
    /// The journal's end, with the entries of the running transaction.
    pub(crate) tail: Tail,
    /// The entries of the running transaction.
    pub(crate) entries: Vec<Entry>,
    /// The last numbers that were given.
    pub(crate) sequences: Sequences,
    /// True when a guarded deletion runs, so that changed tokens must be excepted from it.
    pub(crate) guarded_deletions: bool,
    sequences_stored: Sequences,
    scope_sets: Dictionary,
    network_sets: Dictionary,
    actors: Dictionary,
    event_kinds: Dictionary,
    owners: HashMap<OwnerId, Arc<OwnerFacts>>,
    owner_ids: HashMap<OwnerNumber, OwnerId>,
    demands: HashMap<OrganisationNumber, SignedActions>,
}

/// A place inside a transaction to go back to.
pub(crate) struct Mark {
    tail: Tail,
    entries: usize,
    guarded_deletions: bool,
}

impl Memory {
    /// Reads what the writer starts with.
    pub(crate) fn read(connection: &Connection) -> Result<Self> {
        let sequences = read_sequences(connection)?;
        Ok(Self {
            tail: super::journal::tail(connection)?,
            entries: Vec::new(),
            sequences,
            sequences_stored: sequences,
            guarded_deletions: super::deletion::guarded(connection)?,
            scope_sets: Dictionary::scope_sets(),
            network_sets: Dictionary::network_sets(),
            actors: Dictionary::actors(),
            event_kinds: Dictionary::event_kinds(),
            owners: HashMap::new(),
            owner_ids: HashMap::new(),
            demands: HashMap::new(),
        })
    }

    /// How far the store has come, as the denials file keeps it.
    pub(crate) fn seen(&self) -> Seen {
        Seen { position: self.tail.position, chain: self.tail.chain, given: self.sequences }
    }

    /// Where the transaction stands now.
    pub(crate) fn mark(&self) -> Mark {
        Mark { tail: self.tail, entries: self.entries.len(), guarded_deletions: self.guarded_deletions }
    }

    /// Goes back, after the transaction did. Numbers that were given stay given.
    pub(crate) fn back_to(&mut self, mark: &Mark) {
        self.tail = mark.tail;
        self.guarded_deletions = mark.guarded_deletions;
        self.entries.truncate(mark.entries);
        self.scope_sets.forget();
        self.network_sets.forget();
        self.actors.forget();
        self.event_kinds.forget();
        self.forget_owners();
    }

    /// What to go on with after a whole transaction was rolled back: what the store holds, except
    /// that numbers which were given stay given.
    pub(crate) fn restarted(&self, mut read: Self) -> Self {
        read.sequences = self.sequences;
        read
    }

    /// Writes the numbers that were given since they were last written.
    pub(crate) fn store_sequences(&mut self, connection: &Connection) -> Result<()> {
        if self.sequences == self.sequences_stored {
            return Ok(());
        }
        let mut update = connection.prepare_cached("UPDATE sequence SET last = ?2 WHERE name = ?1")?;
        update.execute(params!["organisation", self.sequences.organisation])?;
        update.execute(params!["owner", self.sequences.owner])?;
        update.execute(params!["token", self.sequences.token])?;
        self.sequences_stored = self.sequences;
        Ok(())
    }

    fn forget_owners(&mut self) {
        self.owners.clear();
        self.owner_ids.clear();
        self.demands.clear();
    }
}

fn read_sequences(connection: &Connection) -> Result<Sequences> {
    let last = |name: &str| -> rusqlite::Result<u64> {
        connection
            .prepare_cached("SELECT last FROM sequence WHERE name = ?1")?
            .query_row(params![name], |row| row.get(0))
    };
    let small = |number: u64| u32::try_from(number).map_err(|error| Failure::Unreadable(error.into()));
    Ok(Sequences { organisation: small(last("organisation")?)?, owner: small(last("owner")?)?, token: last("token")? })
}

/// One change on its way into the store.
pub(crate) struct Transaction<'w> {
    /// The writer's connection, inside a transaction.
    pub(crate) connection: &'w Connection,
    /// When the change is made.
    pub(crate) at: Timestamp,
    /// Who makes it.
    pub(crate) actor: Actor,
    /// Where the request for it came from.
    pub(crate) origin: &'w Origin,
    /// What a reader found that the change selects, where it selects by filter.
    pub(crate) review: Option<&'w Review>,
    /// Who asks for the change without having signed it; none for the server itself, for whoever holds the
    /// secret that it is about, and for whoever has signed.
    pub(crate) unsigned: Option<Unsigned>,
    /// True when a token asks for the change that has a key of its own.
    pub(crate) own_key: bool,
    /// What the writer remembers.
    pub(crate) memory: &'w mut Memory,
}

impl Transaction<'_> {
    /// Appends an entry to the journal.
    pub(crate) fn append(
        &mut self,
        organisation: Option<OrganisationNumber>,
        token: Option<TokenNumber>,
        event: Event,
    ) -> Result<()> {
        signed_actions::check(self, organisation, &event)?;
        let position = Position(self.memory.tail.position.0 + 1);
        let (actor, kind, body) = (self.actor.to_text(), event.kind(), event.body()?);
        let chain = journal::chain(&self.memory.tail.chain, position, self.at, &actor, organisation, kind, &body);
        let actor = self.memory.actors.number(self.connection, &actor)?;
        let kind = self.memory.event_kinds.number(self.connection, kind)?;
        self.connection
            .prepare_cached(
                "INSERT INTO journal (position, at, actor, organisation, token, kind, chain, body, address, user_agent)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                position.0,
                self.at.milliseconds(),
                actor,
                organisation.map(|number| number.0),
                token.map(|number| number.0),
                kind,
                chain,
                body::pack(&body),
                self.origin.address.map(|address| address.to_string()),
                self.origin.user_agent,
            ])?;
        self.memory.tail = Tail { position, chain };
        self.memory.entries.push(Entry { position, at: self.at, actor: self.actor, organisation, event, chain });
        Ok(())
    }

    /// Refuses what has to be signed and is not.
    pub(crate) fn expect_signed(&self) -> Result<()> {
        if self.unsigned.is_some() { Err(Refusal::ActionRequired.into()) } else { Ok(()) }
    }

    /// Refuses what would outlive a token that has a key of its own: whoever stole both must lose everything
    /// with the token.
    pub(crate) fn expect_no_own_key(&self) -> Result<()> {
        if self.own_key { Err(Refusal::OwnKey.into()) } else { Ok(()) }
    }

    /// What an organisation demands to be signed.
    pub(crate) fn demand(&mut self, organisation: OrganisationNumber) -> Result<SignedActions> {
        if let Some(demanded) = self.memory.demands.get(&organisation) {
            return Ok(*demanded);
        }
        let demanded = signed_actions::of(self.connection, organisation)?;
        self.memory.demands.insert(organisation, demanded);
        Ok(demanded)
    }

    /// The number of a set of scopes.
    pub(crate) fn scope_set(&mut self, scopes: &str) -> Result<i64> {
        self.memory.scope_sets.number(self.connection, scopes)
    }

    /// The number of a set of networks.
    pub(crate) fn network_set(&mut self, networks: &str) -> Result<i64> {
        self.memory.network_sets.number(self.connection, networks)
    }

    /// A user or service account, wherever it is.
    pub(crate) fn owner(&mut self, id: OwnerId) -> Result<Option<Arc<OwnerFacts>>> {
        if let Some(owner) = self.memory.owners.get(&id) {
            return Ok(Some(Arc::clone(owner)));
        }
        let Some(owner) = owner_row::by_id(self.connection, id)? else { return Ok(None) };
        if self.memory.owners.len() >= OWNERS_REMEMBERED {
            self.memory.forget_owners();
        }
        let owner = Arc::new(owner);
        self.memory.owner_ids.insert(owner.owner.number, id);
        self.memory.owners.insert(id, Arc::clone(&owner));
        Ok(Some(owner))
    }

    /// The identifier behind an owner's number.
    pub(crate) fn owner_id(&mut self, number: OwnerNumber) -> Result<OwnerId> {
        if let Some(id) = self.memory.owner_ids.get(&number) {
            return Ok(*id);
        }
        let id = self
            .connection
            .prepare_cached("SELECT id FROM owner WHERE number = ?1")?
            .query_row(params![number.0], |row| row.get(0))
            .map(OwnerId::from_bytes)?;
        self.memory.owner_ids.insert(number, id);
        Ok(id)
    }

    /// The user or service account that makes the change, when it is one.
    pub(crate) fn actor_number(&self) -> Option<OwnerNumber> {
        match self.actor {
            Actor::Owner { owner, .. } => Some(owner),
            Actor::Possession | Actor::System => None,
        }
    }

    /// Forgets what is remembered of owners, because one of them or an organisation changed.
    pub(crate) fn owners_changed(&mut self) {
        self.memory.forget_owners();
    }
}
