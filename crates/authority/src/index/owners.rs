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
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

const ACTIVE: u64 = 1;
const ORGANISATION_ACTIVE: u64 = 2;
const UNLIMITED: u64 = 4;
const ORGANISATION_ADMINISTRATOR: u64 = 8;
const APPLICATION_ADMINISTRATOR: u64 = 16;
/// Set for every owner, so that a word of zeros is none.
const KNOWN: u64 = 32;
/// The organisation's number takes the upper half of the word.
const ORGANISATION_BITS: u32 = 32;

/// What an owner may do at one instant, and where: all that most verdicts need of it, in one word.
/// The words of all owners lie beside each other, so that a verdict finds its own in the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Power(u64);

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

    /// The number of its organisation.
    #[inline]
    pub fn organisation(self) -> OrganisationNumber {
        // The upper half of a word is a whole 32-bit number.
        OrganisationNumber(u32::try_from(self.0 >> ORGANISATION_BITS).unwrap_or_default())
    }

    /// None for a word that no owner has.
    #[inline]
    fn known(word: u64) -> Option<Self> {
        (word & KNOWN != 0).then_some(Self(word))
    }
}

/// What else is known of a user or service account: what it is, which never changes, and the most
/// that its tokens may do.
pub struct IndexedOwner {
    /// Its identifier.
    pub id: OwnerId,
    /// Person or program.
    pub kind: OwnerKind,
    /// The identifier of its organisation.
    pub organisation: OrganisationId,
    ceiling: RwLock<Arc<Scopes>>,
    position: AtomicU64,
}

/// The most that an owner's tokens may do.
pub type Ceiling<'a> = RwLockReadGuard<'a, Arc<Scopes>>;

impl IndexedOwner {
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
    powers: Numbered<AtomicU64>,
    known: Numbered<OnceLock<IndexedOwner>>,
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
    fn power(&self, organisation_active: bool, ceiling: &Scopes) -> u64 {
        let role = match self.role {
            Role::Member => 0,
            Role::OrganisationAdministrator => ORGANISATION_ADMINISTRATOR,
            Role::ApplicationAdministrator => APPLICATION_ADMINISTRATOR,
        };
        let flag = |on: bool, flag: u64| if on { flag } else { 0 };
        u64::from(self.organisation.0) << ORGANISATION_BITS
            | KNOWN
            | role
            | flag(self.active, ACTIVE)
            | flag(organisation_active, ORGANISATION_ACTIVE)
            | flag(ceiling.cover("*"), UNLIMITED)
    }
}

impl Owners {
    /// What an owner may do now; none when there is no such owner.
    #[inline]
    pub(super) fn power(&self, number: OwnerNumber) -> Option<Power> {
        Power::known(self.powers.get(number.0)?.load(Ordering::Acquire))
    }

    /// The rest of what is known of an owner; whoever has a power has that too.
    pub(super) fn get(&self, number: OwnerNumber) -> Option<&IndexedOwner> {
        self.known.get(number.0)?.get()
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
        let of_it = |word: u64| Power::known(word).is_some_and(|power| power.organisation() == number);
        for power in self.powers.iter().filter(|power| of_it(power.load(Ordering::Acquire))) {
            if active {
                power.fetch_or(ORGANISATION_ACTIVE, Ordering::AcqRel);
            } else {
                power.fetch_and(!ORGANISATION_ACTIVE, Ordering::AcqRel);
            }
        }
    }

    pub(super) fn set_owner(&self, facts: OwnerFacts, position: Position) {
        // Held until the owner stands, so that a deactivation of the organisation meets it.
        let organisations = self.organisations.read();
        let Some(organisation) = organisations.get(&facts.organisation) else { return };
        let ceiling = self.ceilings.lock().share(facts.role.ceiling(&facts.scopes));
        let places = (self.powers.get_or_make(facts.number.0), self.known.get_or_make(facts.number.0));
        let (Some(power), Some(owner)) = places else { return };
        let owner = owner.get_or_init(|| IndexedOwner {
            id: facts.id,
            kind: facts.kind,
            organisation: organisation.id,
            ceiling: RwLock::new(Arc::clone(&ceiling)),
            position: AtomicU64::new(position.0),
        });
        if owner.position.load(Ordering::Acquire) > position.0 {
            return;
        }
        // A reader sees the limit only after what limits it.
        let limited = facts.power(organisation.active, &ceiling);
        *owner.ceiling.write() = ceiling;
        power.store(limited, Ordering::Release);
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
        let active = |number| owners.power(OwnerNumber(number)).map(Power::is_active);
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
        let power = || owners.power(OwnerNumber(5)).unwrap();
        assert!(power().is_unlimited() && power().role() == Role::OrganisationAdministrator);
        owners.set_owner(owner(5, 1), Position(4));
        assert!(!power().is_unlimited() && power().role() == Role::Member);
        owners.set_owner(administrator, Position(3));
        assert!(!power().is_unlimited(), "position 4 was applied already");
    }
}
