//! Organisations, users and service accounts in memory: whether a token's owner has power, and how much.

use domain::{
    id::{OrganisationId, OrganisationNumber, OwnerId, OwnerNumber, Position},
    owner::{OwnerKind, Role},
    scope::Scopes,
};
use hashbrown::HashMap;
use parking_lot::RwLock;
use std::{collections::hash_map::RandomState, sync::Arc};

const SHARDS: usize = 64;

/// A user or service account as verification needs it.
#[derive(Debug, Clone)]
pub struct IndexedOwner {
    /// Its identifier.
    pub id: OwnerId,
    /// Person or program.
    pub kind: OwnerKind,
    /// The number of its organisation.
    pub organisation_number: OrganisationNumber,
    /// The identifier of its organisation.
    pub organisation: OrganisationId,
    /// Its role.
    pub role: Role,
    /// The most that its tokens may do today.
    pub ceiling: Arc<Scopes>,
    /// True when the ceiling covers every scope, so that nobody need look at it.
    pub unlimited: bool,
    pub(super) active: bool,
    pub(super) organisation_active: bool,
    pub(super) position: Position,
}

/// Whether an owner has power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerState {
    /// It has.
    Active,
    /// It was deactivated itself.
    Inactive,
    /// Its organisation was deactivated.
    OrganisationInactive,
}

impl IndexedOwner {
    /// Whether it has power.
    pub fn state(&self) -> OwnerState {
        match (self.active, self.organisation_active) {
            (true, true) => OwnerState::Active,
            (false, _) => OwnerState::Inactive,
            (true, false) => OwnerState::OrganisationInactive,
        }
    }
}

#[derive(Clone, Copy)]
struct IndexedOrganisation {
    id: OrganisationId,
    active: bool,
    position: Position,
}

/// All owners. Numbers are dense, so each shard is an array; every 64th owner lives in the same.
pub(super) struct Owners {
    shards: [RwLock<Vec<Option<IndexedOwner>>>; SHARDS],
    organisations: RwLock<HashMap<OrganisationNumber, IndexedOrganisation, RandomState>>,
}

impl Default for Owners {
    fn default() -> Self {
        Self { shards: std::array::from_fn(|_| RwLock::default()), organisations: RwLock::default() }
    }
}

/// A new or changed owner, from a load or an event.
#[derive(Debug, Clone)]
pub(super) struct OwnerFacts {
    pub(super) number: OwnerNumber,
    pub(super) id: OwnerId,
    pub(super) kind: OwnerKind,
    pub(super) organisation: OrganisationNumber,
    pub(super) role: Role,
    pub(super) scopes: Scopes,
    pub(super) active: bool,
}

fn place(number: OwnerNumber) -> (usize, usize) {
    let number = number.0 as usize;
    (number % SHARDS, number / SHARDS)
}

impl Owners {
    /// Hands an owner to `read`, which must be quick.
    pub(super) fn with<R>(&self, number: OwnerNumber, read: impl FnOnce(&IndexedOwner) -> R) -> Option<R> {
        let (shard, slot) = place(number);
        self.shards[shard].read().get(slot)?.as_ref().map(read)
    }

    pub(super) fn set_organisation(
        &self,
        number: OrganisationNumber,
        id: OrganisationId,
        active: bool,
        position: Position,
    ) {
        let mut organisations = self.organisations.write();
        if organisations.get(&number).is_some_and(|known| known.position > position) {
            return;
        }
        organisations.insert(number, IndexedOrganisation { id, active, position });
        for shard in &self.shards {
            for owner in shard.write().iter_mut().flatten().filter(|owner| owner.organisation_number == number) {
                owner.organisation_active = active;
            }
        }
    }

    pub(super) fn set_owner(&self, facts: OwnerFacts, position: Position) {
        // Held until the owner stands, so that a deactivation of the organisation meets it.
        let organisations = self.organisations.read();
        let Some(organisation) = organisations.get(&facts.organisation) else { return };
        let (shard, slot) = place(facts.number);
        let mut owners = self.shards[shard].write();
        if owners.len() <= slot {
            owners.resize(slot + 1, None);
        }
        if owners[slot].as_ref().is_some_and(|known| known.position > position) {
            return;
        }
        owners[slot] = Some(IndexedOwner {
            id: facts.id,
            kind: facts.kind,
            organisation_number: facts.organisation,
            organisation: organisation.id,
            role: facts.role,
            ceiling: Arc::new(facts.role.ceiling(&facts.scopes)),
            unlimited: facts.role != Role::Member || facts.scopes.cover("*"),
            active: facts.active,
            organisation_active: organisation.active,
            position,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(number: u32, organisation: u32) -> OwnerFacts {
        OwnerFacts {
            number: OwnerNumber(number),
            id: OwnerId::from_bytes([1; 16]),
            kind: OwnerKind::User,
            organisation: OrganisationNumber(organisation),
            role: Role::Member,
            scopes: Scopes::default(),
            active: true,
        }
    }

    #[test]
    fn an_organisation_takes_the_power_of_its_own_owners_only() {
        let owners = Owners::default();
        let id = OrganisationId::from_bytes([9; 16]);
        owners.set_organisation(OrganisationNumber(1), id, true, Position(1));
        owners.set_organisation(OrganisationNumber(2), id, true, Position(1));
        owners.set_owner(owner(5, 1), Position(2));
        owners.set_owner(owner(69, 2), Position(2));
        owners.set_organisation(OrganisationNumber(1), id, false, Position(3));
        let state = |number| owners.with(OwnerNumber(number), IndexedOwner::state);
        assert_eq!(state(5), Some(OwnerState::OrganisationInactive));
        assert_eq!(state(69), Some(OwnerState::Active));
        assert_eq!(state(6), None);
        owners.set_organisation(OrganisationNumber(1), id, true, Position(1));
        assert_eq!(state(5), Some(OwnerState::OrganisationInactive), "a late entry changes nothing");
    }
}
