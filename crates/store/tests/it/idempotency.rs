//! Promise: a creation or rotation that is repeated under its key finds what the first one made; a
//! secret whose answer was lost is replaced and dies.

use crate::{
    engine::Engine,
    world::{Issued, World, kept, owner_of, refusal, token},
};
use domain::{
    caller::{Access, Reach},
    id::{DeletionId, OrganisationId},
    journal::Event,
    limits,
    owner::{Owner, OwnerKind, Role},
    token::{RotationEnd, Token},
};
use std::time::Duration;
use store::{
    change::{
        Change, Committed, CreateOwner, Idempotency, IssueToken, NewOrganisation, Outcome, RotateToken, StartDeletion,
        Verb,
    },
    error::{CommitError, Refusal},
    query::TokenFilter,
};

on_every_engine!(
    a_repeated_issue_replaces_the_lost_secret,
    a_repeated_rotation_replaces_the_lost_secret,
    a_repeated_rotation_until_first_use_still_waits_for_it,
    a_key_serves_one_request,
    a_key_is_outdated_by_a_rotation_and_by_a_delete,
    a_repetition_hands_out_no_more_than_the_caller_has,
    creations_are_repeated,
    a_key_is_forgotten_in_time,
    a_refused_request_leaves_its_key_free,
);

async fn keyed(world: &World, request: u8, verb: Verb) -> Result<Committed, CommitError> {
    world.wait(Duration::from_millis(1));
    let key = Idempotency { owner: world.administrator.number, key: "key".into(), request: [request; 16] };
    world.store.commit(Change { idempotency: Some(key), ..world.change(verb) }).await
}

async fn issue(world: &World, owner: &Owner, request: u8) -> (Issued, bool) {
    let wanted = world.issuing(owner, "keyed");
    let digest = kept(&wanted).digest;
    let committed = keyed(world, request, Verb::IssueToken(wanted)).await.unwrap();
    (Issued { token: token(committed.outcome), digest }, committed.repeated)
}

async fn a_repeated_issue_replaces_the_lost_secret(engine: Engine) {
    let mut world = World::new(engine).await;
    let owner = world.member().await;
    let (first, repeated) = issue(&world, &owner, 1).await;
    assert!(!repeated);
    world.reopen().await;
    for _ in 0..2 {
        let (again, repeated) = issue(&world, &owner, 1).await;
        assert!(repeated);
        assert_eq!(again.token.id, first.token.id);
        let Event::TokenRotated(rotated) = world.log.last().event else { panic!("not replaced") };
        assert!(rotated.repeated && !rotated.until_first_use);
        assert_eq!(rotated.digest, again.digest);
        assert_eq!(rotated.ends.len(), 1);
        assert_eq!((rotated.ends[0].digest, rotated.ends[0].at), (rotated.model, world.now()));
    }
    assert_eq!(world.list(Reach::Everything, TokenFilter::default()).await.len(), 1);
    world.delete(first.token.id).await;
    let Event::TokenDeleted(deleted) = world.log.last().event else { panic!("no delete") };
    assert_eq!((deleted.digests.len(), deleted.digests[0]), (3, first.digest));
}

async fn rotate(world: &World, token: &Token, end: RotationEnd) -> (Issued, bool) {
    let secret = world.secret();
    let digest = secret.digest;
    let verb = RotateToken { access: Access::unlimited(), token: token.id, expects: None, secret, end };
    let committed = keyed(world, 1, Verb::RotateToken(verb)).await.unwrap();
    (Issued { token: crate::world::token(committed.outcome), digest }, committed.repeated)
}

async fn a_repeated_rotation_replaces_the_lost_secret(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let first = world.issue(&owner, "one").await;
    let end = world.now().after(Duration::from_hours(1));
    let (lost, _) = rotate(&world, &first.token, RotationEnd::At(end)).await;
    let (again, repeated) = rotate(&world, &first.token, RotationEnd::At(end)).await;
    assert!(repeated);
    let Event::TokenRotated(rotated) = world.log.last().event else { panic!("not rotated") };
    assert_eq!((rotated.digest, rotated.model), (again.digest, lost.digest));
    // The lost secret ended at once; the one before it keeps the end that was promised.
    let ends: Vec<_> = rotated.ends.iter().map(|end| (end.digest, end.at)).collect();
    assert_eq!(ends, [(lost.digest, world.now()), (first.digest, end)]);
}

async fn a_repeated_rotation_until_first_use_still_waits_for_it(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let first = world.issue(&owner, "one").await;
    let end = world.now().after(Duration::from_hours(1));
    rotate(&world, &first.token, RotationEnd::FirstUse(end)).await;
    let (again, _) = rotate(&world, &first.token, RotationEnd::FirstUse(end)).await;
    let Event::TokenRotated(rotated) = world.log.last().event else { panic!("not rotated") };
    assert!(rotated.until_first_use && rotated.repeated);
    world.made(Verb::FinishRotation(again.digest)).await;
    let Event::RotationFinished(finished) = world.log.last().event else { panic!("not finished") };
    assert_eq!(finished.ends.len(), 1);
    assert_eq!((finished.ends[0].digest, finished.ends[0].at), (first.digest, world.now()));
}

async fn a_key_serves_one_request(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    issue(&world, &owner, 1).await;
    let other = keyed(&world, 2, Verb::IssueToken(world.issuing(&owner, "other"))).await;
    assert_eq!(refusal(other), Refusal::IdempotencyKeyReused);
    // The keys of another owner never meet.
    let key = Idempotency { owner: owner.number, key: "key".into(), request: [2; 16] };
    let change = world.change(Verb::IssueToken(world.issuing(&owner, "other")));
    let committed = world.store.commit(Change { idempotency: Some(key), ..change }).await.unwrap();
    assert!(!committed.repeated);
}

async fn a_key_is_outdated_by_a_rotation_and_by_a_delete(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let (issued, _) = issue(&world, &owner, 1).await;
    world.rotate(issued.token.id, RotationEnd::Now).await;
    let again = |world: &World| Verb::IssueToken(world.issuing(&owner, "keyed"));
    assert_eq!(refusal(keyed(&world, 1, again(&world)).await), Refusal::IdempotencyKeyOutdated);
    world.delete(issued.token.id).await;
    assert_eq!(refusal(keyed(&world, 1, again(&world)).await), Refusal::IdempotencyKeyOutdated);
}

async fn a_repetition_hands_out_no_more_than_the_caller_has(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    issue(&world, &owner, 1).await;
    let limited = |access| Verb::IssueToken(IssueToken { access, ..world.issuing(&owner, "keyed") });
    let reach = Reach::Everything;
    let weaker = crate::world::access(reach, Role::ApplicationAdministrator, "tokens:write");
    assert!(matches!(refusal(keyed(&world, 1, limited(weaker)).await), Refusal::Beyond(_)));
    let elsewhere = crate::world::access(Reach::Own(world.administrator.number), Role::ApplicationAdministrator, "*");
    assert_eq!(refusal(keyed(&world, 1, limited(elsewhere)).await), Refusal::IdempotencyKeyOutdated);
}

async fn creations_are_repeated(engine: Engine) {
    let world = World::new(engine).await;
    let create = || NewOrganisation {
        id: OrganisationId::new(world.now(), &world.randomness),
        name: crate::world::name("Twice"),
    };
    let mut made = Vec::new();
    for _ in 0..2 {
        let committed = keyed(&world, 1, Verb::CreateOrganisation(create())).await.unwrap();
        let Outcome::Organisation(organisation) = committed.outcome else { panic!("no organisation") };
        made.push((committed.repeated, *organisation));
    }
    assert_eq!((made[0].0, made[1].0), (false, true));
    assert_eq!(made[0].1, made[1].1);

    let organisation = made[0].1.id;
    let mut owners = Vec::new();
    for _ in 0..2 {
        world.wait(Duration::from_millis(1));
        let owner = world.new_owner(OwnerKind::ServiceAccount, Role::Member);
        let verb = CreateOwner { access: Access::unlimited(), organisation, owner, invited: false };
        let key = Idempotency { owner: world.administrator.number, key: "owner".into(), request: [1; 16] };
        let change = Change { idempotency: Some(key), ..world.change(Verb::CreateOwner(verb)) };
        owners.push(owner_of(world.store.commit(change).await.unwrap().outcome));
    }
    assert_eq!(owners[0], owners[1]);

    let mut deletions = Vec::new();
    for _ in 0..2 {
        let id = DeletionId::new(world.now(), &world.randomness);
        let filter = TokenFilter::default();
        let verb = StartDeletion { access: Access::unlimited(), id, filter, expects: None, reason: None };
        let key = Idempotency { owner: world.administrator.number, key: "deletion".into(), request: [1; 16] };
        let change = Change { idempotency: Some(key), ..world.change(Verb::StartDeletion(verb)) };
        let Outcome::Deletion(deletion) = world.store.commit(change).await.unwrap().outcome else { panic!() };
        deletions.push(deletion);
    }
    assert_eq!(deletions[0], deletions[1]);
}

async fn a_key_is_forgotten_in_time(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let (first, _) = issue(&world, &owner, 1).await;
    world.wait(limits::IDEMPOTENCY_RETENTION);
    let (second, repeated) = issue(&world, &owner, 2).await;
    assert!(!repeated);
    assert_ne!(first.token.id, second.token.id);
}

async fn a_refused_request_leaves_its_key_free(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let elsewhere = Access { reach: Reach::Own(world.administrator.number), ..Access::unlimited() };
    let wanted = IssueToken { access: elsewhere, ..world.issuing(&owner, "keyed") };
    assert_eq!(refusal(keyed(&world, 1, Verb::IssueToken(wanted)).await), Refusal::OwnerNotFound);
    let (_, repeated) = issue(&world, &owner, 2).await;
    assert!(!repeated);
}
