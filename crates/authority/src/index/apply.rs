//! What each journal event changes in the index, and what a load puts there.

use super::{
    Index,
    grants::SharedGrant,
    owners::OwnerFacts,
    tokens::{Changing, Facts, Rotation},
};
use domain::{
    id::Position,
    journal::{Entry, Event, Grant, OrganisationChanged, OwnerChanged, SecretEnd, TokenIssued, TokenRotated},
    secret::Digest,
    time::Timestamp,
    token::has_passed,
};
use std::sync::atomic::Ordering;
use store::query::Loaded;

impl Index {
    /// Applies one journal entry. Entries come in order; one that comes late or twice does no harm.
    pub fn apply(&self, entry: &Entry) {
        let position = entry.position;
        match &entry.event {
            Event::TokenIssued(issued) => self.issue(issued, position),
            Event::TokenUpdated(updated) => {
                let grant = shared(&updated.grant);
                self.change(&updated.digests, position, |changing| changing.grant(&grant, updated.grant.expires_at));
            }
            Event::TokenDisabled(switched) => {
                self.change(&switched.digests, position, |changing| changing.disable(true));
            }
            Event::TokenEnabled(switched) => {
                self.change(&switched.digests, position, |changing| changing.disable(false));
            }
            Event::TokenRotated(rotated) => self.rotate(rotated, entry),
            Event::RotationFinished(finished) => {
                self.change(&[finished.digest], position, |changing| changing.end_no_others());
                self.end(&finished.ends, entry);
            }
            Event::SecretsEnded(ended) => self.end(&ended.ends, entry),
            Event::TokenDeleted(deleted) => self.change(&deleted.digests, position, |changing| changing.delete()),
            Event::SecretsRehashed(rehashed) => {
                for (older, newer) in &rehashed.digests {
                    self.replace(*older, *newer, position);
                }
            }
            Event::OrganisationCreated(changed) | Event::OrganisationUpdated(changed) => {
                self.set_organisation(changed, position);
            }
            Event::OwnerCreated(changed) | Event::OwnerUpdated(changed) => self.set_owner(changed, entry, position),
            // What they mean for tokens and owners stands in the entries of those.
            Event::PermissionCreated(_)
            | Event::PermissionUpdated(_)
            | Event::PermissionAssigned(_)
            | Event::PermissionRevoked(_)
            | Event::SessionOpened(_)
            | Event::SessionsClosed(_)
            | Event::SignerAdded(_)
            | Event::SignerEnabled(_)
            | Event::SignerDisabled(_)
            | Event::SignerRemoved(_)
            | Event::ActionSigned(_)
            | Event::DeletionStarted(_)
            | Event::DeletionFinished(_)
            | Event::QuarantineLifted(_) => {}
        }
        self.position.fetch_max(position.0, Ordering::AcqRel);
    }

    /// Takes one piece of a load that reflects `position`.
    pub fn load(&self, loaded: Loaded, position: Position) {
        match loaded {
            Loaded::Expected { tokens } => self.reserve(tokens),
            Loaded::Organisation { number, id, active } => self.owners.set_organisation(number, id, active, position),
            Loaded::Owner { number, id, kind, organisation, role, scopes, active } => {
                self.owners.set_owner(OwnerFacts { number, id, kind, organisation, role, scopes, active }, position);
            }
            Loaded::Secret { digest, token, owner, grant, expires_at, disabled, ends_at, ends_others } => {
                let rotation = Rotation { ends_at, ends_others };
                let facts = Facts { token, owner, grant, expires_at, disabled, deleted: false, rotation };
                self.shard(digest).write().insert(digest, facts, position);
            }
            Loaded::Tombstone { digest, token, owner } => {
                let rotation = Rotation::default();
                let grant = SharedGrant::default();
                let facts = Facts { token, owner, grant, expires_at: None, disabled: false, deleted: true, rotation };
                self.shard(digest).write().insert(digest, facts, position);
            }
        }
    }

    /// Makes room in every shard. What is expected falls on the shards almost evenly: with one part in
    /// 64 more than its share, hardly any of those that are large enough for it to matter must grow.
    fn reserve(&self, tokens: usize) {
        let share = tokens / self.shards.len();
        for shard in &self.shards {
            shard.write().reserve(share + share / 64);
        }
    }

    fn issue(&self, issued: &TokenIssued, position: Position) {
        let facts = Facts {
            token: issued.token,
            owner: issued.owner,
            grant: shared(&issued.grant),
            expires_at: issued.grant.expires_at,
            disabled: false,
            deleted: false,
            rotation: Rotation::default(),
        };
        self.shard(issued.digest).write().insert(issued.digest, facts, position);
    }

    fn rotate(&self, rotated: &TokenRotated, entry: &Entry) {
        let model = self.shard(rotated.model).read().facts(rotated.model);
        if let Some(mut facts) = model {
            facts.rotation = Rotation { ends_at: None, ends_others: rotated.until_first_use };
            self.shard(rotated.digest).write().insert(rotated.digest, facts, entry.position);
        }
        self.end(&rotated.ends, entry);
    }

    fn replace(&self, older: Digest, newer: Digest, position: Position) {
        let facts = self.shard(older).read().facts(older);
        if let Some(facts) = facts {
            self.shard(newer).write().insert(newer, facts, position);
            self.shard(older).write().remove(older);
        }
    }

    fn end(&self, ends: &[SecretEnd], entry: &Entry) {
        for SecretEnd { digest, at, .. } in ends {
            // What ended with the entry itself stays ended, even if the clock is set back later.
            let at = if has_passed(*at, entry.at) { Timestamp::from_milliseconds(0) } else { *at };
            self.change(&[*digest], entry.position, |changing| changing.end_at(at));
        }
    }

    fn change(&self, digests: &[Digest], position: Position, change: impl Fn(&mut Changing<'_>)) {
        for digest in digests {
            self.shard(*digest).write().change(*digest, position, &change);
        }
    }

    fn set_organisation(&self, changed: &OrganisationChanged, position: Position) {
        self.owners.set_organisation(changed.number, changed.organisation, changed.active, position);
    }

    fn set_owner(&self, changed: &OwnerChanged, entry: &Entry, position: Position) {
        // An owner's entries always carry the organisation; without one there is nobody to set.
        let Some(organisation) = entry.organisation else { return };
        let OwnerChanged { owner: id, number, kind, role, ref scopes, active, changed: _ } = *changed;
        let facts = OwnerFacts { number, id, kind, organisation, role, scopes: scopes.clone(), active };
        self.owners.set_owner(facts, position);
    }
}

fn shared(grant: &Grant) -> SharedGrant {
    SharedGrant::new((grant.scopes.clone(), grant.networks.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Standing;
    use domain::{
        caller::Actor,
        id::{OrganisationId, OrganisationNumber, OwnerId, OwnerNumber, TokenId},
        journal::{CHAIN_START, TokenDeleted},
        owner::{OwnerKind, Role},
        scope::Scopes,
    };

    const OWNER: OwnerNumber = OwnerNumber(1);
    const ORGANISATION: OrganisationNumber = OrganisationNumber(1);

    fn digest() -> Digest {
        Digest::from_bytes([5; 16])
    }

    fn load_everything(index: &Index, position: Position) {
        let id = OrganisationId::from_bytes([1; 16]);
        index.load(Loaded::Organisation { number: ORGANISATION, id, active: true }, position);
        let (kind, role, scopes) = (OwnerKind::User, Role::Member, Scopes::default());
        let id = OwnerId::from_bytes([2; 16]);
        let owner = Loaded::Owner { number: OWNER, id, kind, organisation: ORGANISATION, role, scopes, active: true };
        index.load(owner, position);
        let secret = Loaded::Secret {
            digest: digest(),
            token: TokenId::from_bytes([3; 16]),
            owner: OWNER,
            grant: SharedGrant::default(),
            expires_at: None,
            disabled: false,
            ends_at: None,
            ends_others: false,
        };
        index.load(secret, position);
    }

    fn deletion(position: u64) -> Entry {
        let token = TokenId::from_bytes([3; 16]);
        let deleted = TokenDeleted { token, owner: OWNER, digests: vec![digest()], reason: None, deletion: None };
        Entry {
            position: Position(position),
            at: Timestamp::from_milliseconds(1),
            actor: Actor::System,
            organisation: Some(ORGANISATION),
            event: Event::TokenDeleted(deleted),
            chain: CHAIN_START,
        }
    }

    fn standing(index: &Index) -> Option<Standing> {
        index.find(digest(), || Timestamp::from_milliseconds(2), |found| found.standing)
    }

    #[test]
    fn a_deletion_that_comes_while_the_index_is_loaded_is_not_lost() {
        let index = Index::new();
        index.begin_load();
        index.follow(&[deletion(8)]);
        load_everything(&index, Position(7));
        assert_eq!(standing(&index), Some(Standing::Active));
        index.finish_load();
        assert_eq!(standing(&index), Some(Standing::Deleted));
        index.open(Position(7));
        assert_eq!(index.position(), Position(8), "what was applied stays applied");
    }

    #[test]
    fn an_index_that_may_differ_from_the_store_never_opens_again() {
        let index = Index::new();
        index.close();
        index.open(Position(1));
        assert!(!index.is_open());
    }
}
