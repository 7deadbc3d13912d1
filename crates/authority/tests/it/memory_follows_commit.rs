//! The index is what the store is, whatever a commit came to: memory moves with a commit and never
//! before it, so that a refused or failed change neither frees nor kills anything.

use crate::world::{UNAVAILABLE, World, new_token, scopes, secret};
use authority::{
    Error,
    authority::Options,
    index::{Index, Standing},
    issue::{Issued, NewToken},
    owners::{OrganisationPatch, OwnerPatch},
    rotate::Overlap,
    update::TokenPatch,
};
use domain::{
    caller::Caller,
    id::{OwnerNumber, TokenId},
    origin::Origin,
    owner::{Organisation, Owner, OwnerKind, Role},
    secret::Digest,
    time::Timestamp,
};
use parking_lot::Mutex;
use std::{sync::Arc, time::Duration};
use store::{
    Store,
    query::{Loaded, TokenFilter},
    testing::FaultPlan,
};

const HOUR: Duration = Duration::from_hours(1);
const PASSWORD: &str = "correct horse battery staple";

/// Everything that the index knows of a secret; of a deleted one, only that it is.
type Known = (TokenId, OwnerNumber, String, String, Option<Timestamp>, Standing, bool, String);

fn known(index: &Index, digest: Digest, now: Timestamp) -> Option<Known> {
    index.find(
        digest,
        || now,
        |found| {
            if found.standing == Standing::Deleted {
                let nothing = String::new;
                return (
                    found.token(),
                    found.owner_number(),
                    nothing(),
                    nothing(),
                    None,
                    Standing::Deleted,
                    false,
                    nothing(),
                );
            }
            let networks = found.networks.map(ToString::to_string).unwrap_or_default();
            let owner = format!("{:?} {}", found.power, found.owner().unwrap().ceiling());
            (
                found.token(),
                found.owner_number(),
                found.granted.to_string(),
                networks,
                found.expires_at(),
                found.standing,
                found.ends_others,
                owner,
            )
        },
    )
}

/// Loads a second index from the store and compares the two, digest by digest.
async fn compare(world: &World) {
    let fresh = Arc::new(Index::new());
    let digests = Arc::new(Mutex::new(Vec::new()));
    let (sink, seen) = (Arc::clone(&fresh), Arc::clone(&digests));
    let tail = world.store().tail().await.unwrap();
    let position = tail.position;
    let take = move |loaded: Loaded| {
        if let Loaded::Secret { digest, .. } | Loaded::Tombstone { digest, .. } = &loaded {
            seen.lock().push(*digest);
        }
        sink.load(loaded, position);
    };
    world.store().load(Arc::new(take)).await.unwrap();
    let index = world.authority().index();
    let digests = digests.lock();
    assert!(!digests.is_empty());
    for digest in digests.iter() {
        assert_eq!(known(index, *digest, world.now()), known(&fresh, *digest, world.now()));
    }
    assert_eq!(index.size().secrets, fresh.size().secrets, "the index holds what the store does not");
    assert_eq!(index.position(), tail.position);
}

/// What the changes of this file are about.
struct Subject {
    organisation: Organisation,
    owner: Owner,
    issued: Issued,
    waiting: Issued,
}

async fn subject(world: &World) -> Subject {
    let organisation = world.organisation().await;
    let owner = world.member(organisation.id, "a:read").await;
    let invitation = world.authority().invite(&world.root, owner.id).await.unwrap();
    world.authority().redeem(invitation.secret.expose(), secret(PASSWORD), None, &Origin::default()).await.unwrap();
    let new = || NewToken { owner: Some(owner.id), ..new_token() };
    let issued = world.issue(new()).await;
    let older = world.issue(new()).await;
    let overlap = Overlap::UntilFirstUse(HOUR);
    let waiting = world.authority().rotate(&world.root, older.token.id, overlap, None, None).await.unwrap();
    Subject { organisation, owner, issued, waiting }
}

/// Every change that anybody can ask for, one after the other.
const CHANGES: usize = 18;

async fn change(world: &World, place: usize, subject: &Subject, caller: &Caller) -> Result<(), Error> {
    let authority = world.authority();
    let Subject { organisation, owner, issued, waiting } = subject;
    let (id, kind) = (issued.token.id, OwnerKind::User);
    let patch = |scopes: &str| TokenPatch { scopes: Some(crate::world::scopes(scopes)), ..TokenPatch::default() };
    let owner_patch = OwnerPatch::default;
    let filter = TokenFilter { owner: Some(owner.id), ..TokenFilter::default() };
    match place {
        0 => authority.issue(caller, new_token(), None).await.map(|_| ()),
        1 => authority.update(caller, id, patch(""), None).await.map(|_| ()),
        2 => authority.disable(caller, id, None).await.map(|_| ()),
        3 => authority.enable(caller, id, None).await.map(|_| ()),
        4 => authority.rotate(caller, id, Overlap::None, None, None).await.map(|_| ()),
        5 => authority.rotate(caller, id, Overlap::Time(HOUR), None, None).await.map(|_| ()),
        6 => world.try_ask(waiting.secret.expose()).await.map(|_| ()),
        7 => authority.create_organisation(caller, crate::world::name("new"), None).await.map(|_| ()),
        8 => {
            let draft = world.draft(kind, Some(organisation.id), Role::Member, "");
            authority.create_owner(caller, draft, None).await.map(|_| ())
        }
        9 => {
            let patch = OwnerPatch { scopes: Some(scopes("b:read")), ..owner_patch() };
            authority.update_owner(caller, kind, owner.id, patch, None).await.map(|_| ())
        }
        10 => {
            let patch = OwnerPatch { role: Some(Role::OrganisationAdministrator), ..owner_patch() };
            authority.update_owner(caller, kind, owner.id, patch, None).await.map(|_| ())
        }
        11 => authority.invite(caller, owner.id).await.map(|_| ()),
        12 => {
            let email = owner.email.as_ref().unwrap();
            authority.sign_in(email, secret(PASSWORD), Origin::default(), None).await.map(|_| ())
        }
        13 => {
            let patch =
                OrganisationPatch { seat: None, signed_actions: None, name: None, active: Some(false), facts: None };
            authority.update_organisation(caller, organisation.id, patch, None).await.map(|_| ())
        }
        14 => {
            let patch = OwnerPatch { active: Some(false), ..owner_patch() };
            authority.update_owner(caller, kind, owner.id, patch, None).await.map(|_| ())
        }
        15 => authority.delete(caller, id, None, None).await,
        16 => authority.delete_by_secret(waiting.secret.expose(), None, &Origin::default()).await,
        CHANGES.. => unreachable!("there are no more changes"),
        _ => authority.delete_where(caller, filter, None, None).await.map(|_| ()),
    }
}

/// The verdicts on what the changes are about.
fn verdicts(world: &World, subject: &Subject) -> Vec<Option<Known>> {
    let now = world.now();
    let secrets = [&subject.issued.secret, &subject.waiting.secret];
    secrets.map(|secret| known(world.authority().index(), world.keyring.digest(secret.expose()), now)).into()
}

#[tokio::test]
async fn a_change_that_fails_leaves_the_index_as_it_was_and_one_that_succeeds_moves_it() {
    let world = World::with(120, Options::default(), UNAVAILABLE).await;
    let subject = subject(&world).await;
    compare(&world).await;
    for place in 0..CHANGES {
        println!("change {place}");
        let (before, tail) = (verdicts(&world, &subject), world.store().tail().await.unwrap());
        world.store().arm(true);
        let failed = change(&world, place, &subject, &world.root).await;
        world.store().arm(false);
        assert!(matches!(failed, Err(Error::Unavailable(_))), "{failed:?}");
        assert_eq!(world.store().tail().await.unwrap(), tail);
        assert_eq!(verdicts(&world, &subject), before);
        compare(&world).await;

        change(&world, place, &subject, &world.root).await.unwrap();
        compare(&world).await;
    }
    assert!(world.store().faults() >= CHANGES as u64);
}

#[tokio::test]
async fn a_change_that_is_refused_leaves_the_index_as_it_was() {
    let world = World::new(121).await;
    let subject = subject(&world).await;
    let stranger = world.caller(&world.member(world.root.organisation, "").await).await;
    // A member may issue tokens of his own, show a secret and sign in; everything else is refused.
    let refused = (0..CHANGES).filter(|place| ![0, 6, 12, 16, 17].contains(place));
    for place in refused {
        println!("change {place}");
        let (before, tail) = (verdicts(&world, &subject), world.store().tail().await.unwrap());
        let error = change(&world, place, &subject, &stranger).await.unwrap_err();
        assert!(matches!(error, Error::NotFound | Error::Denied(_)), "{error:?}");
        assert_eq!(world.store().tail().await.unwrap(), tail);
        assert_eq!(verdicts(&world, &subject), before);
        compare(&world).await;
    }
    // A stale revision, too, is refused as a whole.
    let authority = world.authority();
    let patch = TokenPatch { scopes: Some(scopes("")), ..TokenPatch::default() };
    let (id, stale) = (subject.issued.token.id, Some(7));
    assert!(matches!(authority.update(&world.root, id, patch, stale).await, Err(Error::RevisionChanged { .. })));
    assert!(matches!(authority.disable(&world.root, id, stale).await, Err(Error::RevisionChanged { .. })));
    assert!(matches!(authority.delete(&world.root, id, stale, None).await, Err(Error::RevisionChanged { .. })));
    let rotated = authority.rotate(&world.root, id, Overlap::None, stale, None).await;
    assert!(matches!(rotated, Err(Error::RevisionChanged { .. })));
    compare(&world).await;
}

#[tokio::test]
async fn after_an_unknown_outcome_nothing_is_accepted_until_the_store_was_read_again() {
    for place in 0..CHANGES {
        println!("change {place}");
        let plan = FaultPlan { seed: place as u64, unavailable: 0, unknown: 1_000 };
        let mut world = World::with(122 + place as u64, Options::default(), plan).await;
        let subject = subject(&world).await;
        let before = verdicts(&world, &subject);
        let tail = world.store().tail().await.unwrap();
        world.store().arm(true);
        let failed = change(&world, place, &subject, &world.root).await;
        assert!(matches!(failed, Err(Error::OutcomeUnknown(_))), "{failed:?}");
        assert!(!world.authority().index().is_open());
        tokio::time::timeout(HOUR, world.authority().failed()).await.unwrap();
        assert!(matches!(world.try_ask(subject.issued.secret.expose()).await, Err(Error::Unavailable(_))));
        let further = world.authority().disable(&world.root, subject.issued.token.id, None).await;
        assert!(matches!(further, Err(Error::Unavailable(_))), "a store with a doubt took another change");

        world.restart().await;
        compare(&world).await;
        if world.store().tail().await.unwrap() == tail {
            assert_eq!(verdicts(&world, &subject), before);
        }
        world.store().arm(false);
        change(&world, 0, &subject, &world.root).await.unwrap();
        compare(&world).await;
    }
}
