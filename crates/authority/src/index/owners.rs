//! Organisations, users and service accounts in memory: whether a token's owner has power, and how much.

use super::{ceilings::Ceilings, numbered::Numbered};
use domain::{
    id::{OrganisationId, OrganisationNumber, OwnerId, OwnerNumber, Position},
    owner::{OwnerKind, Role},
    scope::Scopes,
};
use hashbrown::HashMap;
use parking_lot::{Mutex, RwLock, RwLockReadGuard};
use std::{
    collections::hash_map::RandomState,
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
};

const ACTIVE: u8 = 1;
const ORGANISATION_ACTIVE: u8 = 2;
const UNLIMITED: u8 = 4;
const ORGANISATION_ADMINISTRATOR: u8 = 8;
const APPLICATION_ADMINISTRATOR: u8 = 16;

/// A user or service account as verification needs it. What it is never changes; what it may do
/// does, and is read as one word.
///
/// The order of the fields counts: what every verdict looks at stands together at the end, beside
/// the word that says whether the owner is there, so that a verdict touches one line of memory.
#[repr(C)]
pub struct IndexedOwner {
    /// Its identifier.
    pub id: OwnerId,
    /// The identifier of its organisation.
    pub organisation: OrganisationId,
    ceiling: RwLock<Arc<Scopes>>,
    position: AtomicU64,
    /// The number of its organisation.
    pub organisation_number: OrganisationNumber,
    power: AtomicU8,
    /// Person or program.
    pub kind: OwnerKind,
}

/// The most that an owner's tokens may do.
pub type Ceiling<'a> = RwLockReadGuard<'a, Arc<Scopes>>;

/// What an owner may do at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Power(u8);

impl Power {
    /// True when neither the owner nor its organisation was deactivated.
    #[inline]
    pub fn is_active(self) -> bool {
        self.0 & (ACTIVE | ORGANISATION_ACTIVE) == ACTIVE | ORGANISATION_ACTIVE
    }

    /// True when its ceiling covers every scope, so that nobody need look at it.
    #[inline]
    pub fn is_unlimited(self) -> bool {
        self.0 & UNLIMITED != 0
    }

    /// Its role.
    #[inline]
    pub fn role(self) -> Role {
        if self.0 & APPLICATION_ADMINISTRATOR != 0 {
            Role::ApplicationAdministrator
        } else if self.0 & ORGANISATION_ADMINISTRATOR != 0 {
            Role::OrganisationAdministrator
        } else {
            Role::Member
        }
    }
}

impl IndexedOwner {
    /// What it may do now.
    #[inline]
    pub fn power(&self) -> Power {
        Power(self.power.load(Ordering::Acquire))
    }

    /// The most that its tokens may do now; it stays so while the guard is held.
    pub fn ceiling(&self) -> Ceiling<'_> {
        self.ceiling.read()
    }
}

#[derive(Clone, Copy)]
struct IndexedOrganisation {
    id: OrganisationId,
    active: bool,
    position: Position,
}

/// All owners and organisations.
#[derive(Default)]
pub(super) struct Owners {
    known: Numbered<IndexedOwner>,
    organisations: RwLock<HashMap<OrganisationNumber, IndexedOrganisation, RandomState>>,
    ceilings: Mutex<Ceilings>,
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

impl OwnerFacts {
    fn power(&self, organisation_active: bool, ceiling: &Scopes) -> u8 {
        let role = match self.role {
            Role::Member => 0,
            Role::OrganisationAdministrator => ORGANISATION_ADMINISTRATOR,
            Role::ApplicationAdministrator => APPLICATION_ADMINISTRATOR,
        };
        let flag = |on: bool, flag: u8| if on { flag } else { 0 };
        role | flag(self.active, ACTIVE)
            | flag(organisation_active, ORGANISATION_ACTIVE)
            | flag(ceiling.cover("*"), UNLIMITED)
    }
}

impl Owners {
    pub(super) fn get(&self, number: OwnerNumber) -> Option<&IndexedOwner> {
        self.known.get(number.0)
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
        let known = organisations.insert(number, IndexedOrganisation { id, active, position });
        if known.is_none() {
            return;
        }
        for owner in self.known.iter().filter(|owner| owner.organisation_number == number) {
            if active {
                owner.power.fetch_or(ORGANISATION_ACTIVE, Ordering::AcqRel);
            } else {
                owner.power.fetch_and(!ORGANISATION_ACTIVE, Ordering::AcqRel);
            }
        }
    }

    pub(super) fn set_owner(&self, facts: OwnerFacts, position: Position) {
        // Held until the owner stands, so that a deactivation of the organisation meets it.
        let organisations = self.organisations.read();
        let Some(organisation) = organisations.get(&facts.organisation) else { return };
        let ceiling = self.ceilings.lock().share(facts.role.ceiling(&facts.scopes));
        let power = facts.power(organisation.active, &ceiling);
        let owner = self.known.get_or_add(facts.number.0, || IndexedOwner {
            id: facts.id,
            kind: facts.kind,
            organisation_number: facts.organisation,
            organisation: organisation.id,
            power: AtomicU8::new(power),
            ceiling: RwLock::new(Arc::clone(&ceiling)),
            position: AtomicU64::new(position.0),
        });
        let Some(owner) = owner.filter(|owner| owner.position.load(Ordering::Acquire) <= position.0) else { return };
        // A reader sees the limit only after what limits it.
        *owner.ceiling.write() = ceiling;
        owner.power.store(power, Ordering::Release);
        owner.position.store(position.0, Ordering::Release);
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
        let active = |number| owners.get(OwnerNumber(number)).map(|owner| owner.power().is_active());
        assert_eq!(active(5), Some(false));
        assert_eq!(active(69), Some(true));
        assert_eq!(active(6), None);
        owners.set_organisation(OrganisationNumber(1), id, true, Position(1));
        assert_eq!(active(5), Some(false), "a late entry changes nothing");
    }

    #[test]
    fn a_late_entry_gives_no_power_back() {
        let owners = Owners::default();
        owners.set_organisation(OrganisationNumber(1), OrganisationId::from_bytes([9; 16]), true, Position(1));
        let administrator = OwnerFacts { role: Role::OrganisationAdministrator, ..owner(5, 1) };
        owners.set_owner(administrator.clone(), Position(2));
        let power = || owners.get(OwnerNumber(5)).unwrap().power();
        assert!(power().is_unlimited() && power().role() == Role::OrganisationAdministrator);
        owners.set_owner(owner(5, 1), Position(4));
        assert!(!power().is_unlimited() && power().role() == Role::Member);
        owners.set_owner(administrator, Position(3));
        assert!(!power().is_unlimited(), "position 4 was applied already");
    }
}
