//! Promise: a deletion in steps deletes what it covered when it began, survives a restart, and tells how
//! far it has come.

use crate::{engine::Engine, world::World};
use domain::{
    caller::{Access, Reach},
    id::{DeletionId, TokenId},
    journal::Event,
    limits,
    owner::Owner,
};
use std::sync::Arc;
use store::{
    change::{Outcome, StartDeletion, SwitchToken, Verb},
    error::Refusal,
    query::{Deletion, PreviewDigest, TokenFilter},
};

on_every_engine!(
    steps_go_on_over_a_restart_until_nothing_is_left,
    tokens_issued_later_are_not_part_of_it,
    a_reviewed_deletion_leaves_changed_tokens_alone,
    another_set_than_the_reviewed_one_is_refused,
    an_unknown_deletion_is_not_found,
    a_review_cannot_cover_what_is_used_later,
);

fn of(owner: &Owner) -> TokenFilter {
    TokenFilter { owner: Some(owner.id), ..TokenFilter::default() }
}

fn deletion(outcome: Outcome) -> Deletion {
    match outcome {
        Outcome::Deletion(deletion) => *deletion,
        other => panic!("no deletion: {other:?}"),
    }
}

fn start(world: &World, owner: &Owner, expects: Option<PreviewDigest>) -> StartDeletion {
    let id = DeletionId::new(world.now(), &world.randomness);
    StartDeletion { access: Access::unlimited(), id, filter: of(owner), expects, reason: Some("offboarding".into()) }
}

async fn steps_go_on_over_a_restart_until_nothing_is_left(engine: Engine) {
    let mut world = World::new(engine).await;
    let owner = world.member().await;
    let other = world.issue(&world.member().await, "other").await.token;
    let total = limits::DELETE_STEP + 5;
    world.fill(&owner, total).await;
    let wanted = start(&world, &owner, None);
    let id = wanted.id;
    let begun = deletion(world.made(Verb::StartDeletion(wanted)).await);
    assert_eq!((begun.total, begun.deleted, begun.finished_at), (total as u64, 0, None));
    assert_eq!((begun.author, begun.reason.as_deref()), (Some(world.administrator.id), Some("offboarding")));
    assert!(matches!(world.log.last().event, Event::DeletionStarted(told) if told.tokens == total as u64));
    assert_eq!(world.store.unfinished_deletions().await.unwrap(), [id]);

    let first = deletion(world.made(Verb::ContinueDeletion(id)).await);
    assert_eq!((first.deleted, first.finished_at), (limits::DELETE_STEP as u64, None));
    world.reopen().await;
    assert_eq!(world.store.deletion(Reach::Everything, id).await.unwrap(), Some(first));
    let second = deletion(world.made(Verb::ContinueDeletion(id)).await);
    assert_eq!((second.deleted, second.finished_at), (total as u64, Some(world.now())));
    assert!(matches!(world.log.last().event, Event::DeletionFinished(told) if told.tokens == total as u64));
    let told = world.log.events().into_iter().filter_map(|event| match event {
        Event::TokenDeleted(deleted) => Some((deleted.deletion, deleted.reason)),
        _ => None,
    });
    assert!(told.eq(std::iter::repeat_n((Some(id), Some("offboarding".to_owned())), 5)));
    assert_eq!(world.store.unfinished_deletions().await.unwrap(), []);
    assert_eq!(world.store.deletion(Reach::Everything, id).await.unwrap(), Some(second.clone()));
    // A further step is without effect.
    assert_eq!(deletion(world.made(Verb::ContinueDeletion(id)).await), second);
    assert_eq!(world.list(Reach::Everything, TokenFilter::default()).await, [other]);
}

async fn tokens_issued_later_are_not_part_of_it(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    world.issue(&owner, "before").await;
    let wanted = start(&world, &owner, None);
    let id = wanted.id;
    world.made(Verb::StartDeletion(wanted)).await;
    let later = world.issue(&owner, "later").await.token;
    let ended = deletion(world.made(Verb::ContinueDeletion(id)).await);
    assert_eq!((ended.total, ended.deleted), (1, 1));
    assert_eq!(world.list(Reach::Everything, TokenFilter::default()).await, [later]);
}

async fn switch(world: &World, token: TokenId) {
    let switch = SwitchToken { access: Access::unlimited(), token, expects: None, disabled: true };
    world.made(Verb::SwitchToken(switch)).await;
}

async fn a_reviewed_deletion_leaves_changed_tokens_alone(engine: Engine) {
    let mut world = World::new(engine).await;
    let owner = world.member().await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(world.issue(&owner, "one").await.token.id);
    }
    switch(&world, ids[0]).await;
    let digest = world.store.preview(Reach::Everything, of(&owner), world.now()).await.unwrap().digest;
    let wanted = start(&world, &owner, Some(digest));
    let id = wanted.id;
    world.made(Verb::StartDeletion(wanted)).await;
    switch(&world, ids[1]).await;
    world.reopen().await;
    world.rotate(ids[2], domain::token::RotationEnd::Now).await;
    let ended = deletion(world.made(Verb::ContinueDeletion(id)).await);
    assert_eq!((ended.total, ended.deleted), (4, 2));
    let left: Vec<_> =
        world.list(Reach::Everything, TokenFilter::default()).await.iter().map(|token| token.id).collect();
    assert_eq!(left, [ids[2], ids[1]]);
    // One that demanded no preview takes them as well.
    let wanted = start(&world, &owner, None);
    let id = wanted.id;
    world.made(Verb::StartDeletion(wanted)).await;
    switch(&world, ids[2]).await;
    assert_eq!(deletion(world.made(Verb::ContinueDeletion(id)).await).deleted, 2);
}

async fn another_set_than_the_reviewed_one_is_refused(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    world.issue(&owner, "one").await;
    let digest = world.store.preview(Reach::Everything, of(&owner), world.now()).await.unwrap().digest;
    world.issue(&owner, "two").await;
    let refused = world.refusal(Verb::StartDeletion(start(&world, &owner, Some(digest)))).await;
    assert_eq!(refused, Refusal::PreviewChanged);
    assert_eq!(world.store.unfinished_deletions().await.unwrap(), []);
}

async fn a_review_cannot_cover_what_is_used_later(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let filter = TokenFilter { last_used_after: Some(world.now()), ..of(&owner) };
    let digest = world.store.preview(Reach::Everything, filter.clone(), world.now()).await.unwrap().digest;
    let wanted = |expects| StartDeletion { filter: filter.clone(), ..start(&world, &owner, expects) };
    assert_eq!(world.refusal(Verb::StartDeletion(wanted(Some(digest)))).await, Refusal::TooManyTokens);
    world.made(Verb::StartDeletion(wanted(None))).await;
}

async fn an_unknown_deletion_is_not_found(engine: Engine) {
    let world = Arc::new(World::new(engine).await);
    let id = DeletionId::new(world.now(), &world.randomness);
    assert_eq!(world.refusal(Verb::ContinueDeletion(id)).await, Refusal::NotFound);
    assert_eq!(world.store.deletion(Reach::Everything, id).await.unwrap(), None);
}
