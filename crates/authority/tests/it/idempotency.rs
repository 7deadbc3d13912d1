//! A creation or rotation that lost its answer can be repeated with the same key: the repetition carries
//! a secret that works, the lost one is dead, and nothing is made twice.

use crate::world::{World, name, new_token, scopes};
use authority::{
    Authority, Error,
    authority::IdempotencyKey,
    error::{Conflict, Denied},
    issue::{Issued, NewToken},
    owners::OwnerPatch,
    rotate::Overlap,
    verify::Refused,
};
use domain::{
    caller::{Beyond, Caller},
    id::TokenId,
    limits,
    origin::Origin,
    owner::{OwnerKind, Role},
    secret::Secret,
};
use std::{sync::Arc, time::Duration};
use store::{
    Store,
    query::{PageRequest, Sort, TokenFilter},
};
use tokio::task::JoinSet;

const HOUR: Duration = Duration::from_hours(1);

#[allow(clippy::unnecessary_wraps)] // Every verb takes a key or none.
fn key(text: &str, request: u8) -> Option<IdempotencyKey> {
    Some(IdempotencyKey { key: text.to_owned(), request: [request; 16] })
}

async fn issue(world: &World, key: Option<IdempotencyKey>) -> Result<Issued, Error> {
    world.authority().issue(&world.root, new_token(), key).await
}

async fn rotate(world: &World, token: TokenId, overlap: Overlap, key: Option<IdempotencyKey>) -> Result<Issued, Error> {
    world.authority().rotate(&world.root, token, overlap, None, key).await
}

#[tokio::test]
async fn a_repeated_creation_gives_the_same_token_another_secret() {
    let mut world = World::new(70).await;
    let first = issue(&world, key("k", 1)).await.unwrap();
    assert!(!first.repeated);
    let mut lost = vec![first.secret];
    for _ in 0..3 {
        world.restart().await;
        let again = issue(&world, key("k", 1)).await.unwrap();
        assert!(again.repeated);
        assert_eq!(again.token.id, first.token.id);
        world.active(&again.secret).await;
        for lost in &lost {
            world.refused(lost, Refused::Rotated).await;
        }
        lost.push(again.secret);
    }
    let page = PageRequest { after: None, limit: limits::PAGE };
    let filter = TokenFilter { name_contains: Some("token".to_owned()), ..TokenFilter::default() };
    let listed = world.authority().tokens(&world.root, filter, Sort::default(), page).await.unwrap();
    assert_eq!(listed.items.len(), 1);
}

#[tokio::test]
async fn a_repeated_rotation_keeps_what_the_first_one_promised() {
    let world = World::new(71).await;
    for overlap in [Overlap::None, Overlap::Time(HOUR), Overlap::UntilFirstUse(HOUR)] {
        println!("{overlap:?}");
        let original = issue(&world, None).await.unwrap();
        let request = key(&format!("{overlap:?}"), 1);
        let lost = rotate(&world, original.token.id, overlap, request.clone()).await.unwrap();
        let again = rotate(&world, original.token.id, overlap, request).await.unwrap();
        assert!(again.repeated && !lost.repeated);
        world.refused(&lost.secret, Refused::Rotated).await;
        match overlap {
            Overlap::None => world.refused(&original.secret, Refused::Rotated).await,
            Overlap::Time(_) | Overlap::UntilFirstUse(_) => world.active(&original.secret).await,
        }
        world.active(&again.secret).await;
        match overlap {
            Overlap::None | Overlap::UntilFirstUse(_) => world.refused(&original.secret, Refused::Rotated).await,
            Overlap::Time(time) => {
                world.clock.advance(time);
                world.refused(&original.secret, Refused::Rotated).await;
            }
        }
        world.active(&again.secret).await;
    }
}

#[tokio::test]
async fn a_key_stands_for_one_request_of_one_owner() {
    let world = World::new(72).await;
    let first = issue(&world, key("k", 1)).await.unwrap();
    let other = issue(&world, key("k", 2)).await;
    assert!(matches!(other, Err(Error::Conflict(Conflict::IdempotencyKeyReused))));
    let rotation = rotate(&world, first.token.id, Overlap::None, key("k", 3)).await;
    assert!(matches!(rotation, Err(Error::Conflict(Conflict::IdempotencyKeyReused))));
    world.active(&first.secret).await;

    let member = world.caller(&world.member(world.root.organisation, "").await).await;
    let foreign = world.authority().issue(&member, new_token(), key("k", 1)).await.unwrap();
    assert!(!foreign.repeated && foreign.token.id != first.token.id);
    world.active(&first.secret).await;

    world.clock.advance(limits::IDEMPOTENCY_RETENTION);
    let next = issue(&world, key("k", 2)).await.unwrap();
    assert!(!next.repeated && next.token.id != first.token.id, "a key is free again after a day");
}

#[tokio::test]
async fn a_repetition_does_not_undo_what_came_after_the_first_request() {
    let world = World::new(73).await;
    let deleted = issue(&world, key("deleted", 1)).await.unwrap();
    world.authority().delete(&world.root, deleted.token.id, None, None).await.unwrap();
    let again = issue(&world, key("deleted", 1)).await;
    assert!(matches!(again, Err(Error::Conflict(Conflict::IdempotencyKeyOutdated))));
    world.refused(&deleted.secret, Refused::Deleted).await;

    let rotated = issue(&world, key("rotated", 1)).await.unwrap();
    let newer = rotate(&world, rotated.token.id, Overlap::Time(HOUR), None).await.unwrap();
    let again = issue(&world, key("rotated", 1)).await;
    assert!(matches!(again, Err(Error::Conflict(Conflict::IdempotencyKeyOutdated))));
    world.active(&rotated.secret).await;
    world.active(&newer.secret).await;

    let disabled = issue(&world, key("disabled", 1)).await.unwrap();
    world.authority().disable(&world.root, disabled.token.id, None).await.unwrap();
    let again = issue(&world, key("disabled", 1)).await.unwrap();
    world.refused(&again.secret, Refused::Disabled).await;
}

#[tokio::test]
async fn a_repetition_hands_out_no_more_than_its_caller_has_today() {
    let world = World::new(74).await;
    let owner = world.owner(OwnerKind::User, world.root.organisation, Role::Member, "a:read").await;
    let caller = world.caller(&owner).await;
    let new = || NewToken { scopes: Some(scopes("a:read")), ..new_token() };
    let first = world.authority().issue(&caller, new(), key("k", 1)).await.unwrap();
    let weaker = Caller { scopes: scopes("tokens:write"), ..caller.clone() };
    let again = world.authority().issue(&weaker, new(), key("k", 1)).await;
    assert!(matches!(again, Err(Error::Denied(Denied::Beyond(Beyond::Scope(_))))));
    world.active(&first.secret).await;

    let patch = OwnerPatch { scopes: Some(scopes("")), ..OwnerPatch::default() };
    world.authority().update_owner(&world.root, OwnerKind::User, owner.id, patch, None).await.unwrap();
    // What the token may do today is worth no more than what the weaker caller has.
    let again = world.authority().issue(&weaker, new(), key("k", 1)).await.unwrap();
    assert_eq!(
        world.authority().authenticate(again.secret.expose(), &Origin::default()).await.unwrap().scopes,
        scopes("")
    );
}

async fn repeat(authority: Arc<Authority>, caller: Caller, rotates: Option<TokenId>) -> Issued {
    match rotates {
        Some(token) => authority.rotate(&caller, token, Overlap::None, None, key("same", 1)).await.unwrap(),
        None => authority.issue(&caller, new_token(), key("same", 1)).await.unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_repetitions_leave_one_working_secret() {
    let world = World::new(75).await;
    for rotates in [false, true] {
        let token = if rotates { Some(issue(&world, None).await.unwrap().token.id) } else { None };
        world.clock.advance(limits::IDEMPOTENCY_RETENTION);
        let mut repetitions = JoinSet::new();
        for _ in 0..16 {
            repetitions.spawn(repeat(Arc::clone(world.authority()), world.root.clone(), token));
        }
        let answers = repetitions.join_all().await;
        assert_eq!(answers.iter().filter(|answer| !answer.repeated).count(), 1);
        assert!(answers.iter().all(|answer| answer.token.id == answers[0].token.id));
        let secrets: Vec<Secret> = answers.into_iter().map(|answer| answer.secret).collect();
        let mut working = 0;
        for secret in &secrets {
            working += usize::from(world.ask(secret.expose()).await.is_active());
        }
        assert_eq!(working, 1);
    }
}

#[tokio::test]
async fn people_and_organisations_are_made_once_for_one_key() {
    let world = World::new(76).await;
    let (authority, root) = (world.authority(), &world.root);
    let organisations = [
        authority.create_organisation(root, name("once"), key("o", 1)).await.unwrap(),
        authority.create_organisation(root, name("once"), key("o", 1)).await.unwrap(),
    ];
    assert_eq!(organisations[0].record, organisations[1].record);
    assert_eq!(organisations.map(|created| created.repeated), [false, true]);

    let draft = world.draft(OwnerKind::User, None, Role::Member, "");
    let owners = [
        authority.create_owner(root, draft.clone(), key("u", 1)).await.unwrap(),
        authority.create_owner(root, draft.clone(), key("u", 1)).await.unwrap(),
    ];
    assert_eq!(owners[0].record, owners[1].record);
    let before = world.store().tail().await.unwrap();
    let other = authority.create_owner(root, draft, key("u", 2)).await;
    assert!(matches!(other, Err(Error::Conflict(Conflict::IdempotencyKeyReused))));
    assert_eq!(world.store().tail().await.unwrap(), before, "a refused request wrote something");
}
