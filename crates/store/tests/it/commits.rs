//! Promise: a change is made as a whole or not at all, and a refused one does not disturb the changes
//! that share its commit.

use crate::{
    engine::Engine,
    world::{World, kept, refusal},
};
use domain::caller::Reach;
use domain::{caller::Access, id::Position};
use std::sync::{Arc, atomic::Ordering};
use store::{
    change::{NewSecret, Nonce, SwitchToken, Verb},
    error::Refusal,
    query::TokenFilter,
};

on_every_engine!(
    neighbours_of_a_refused_change_are_kept,
    a_refused_change_leaves_nothing_behind,
    changes_that_wait_together_share_commits,
    a_change_is_made_though_its_caller_went_away,
    a_nonce_works_once,
    positions_name_the_last_entry_of_a_change,
);

async fn neighbours_of_a_refused_change_are_kept(engine: Engine) {
    let world = Arc::new(World::new(engine).await);
    let owner = world.member().await;
    let taken = world.issue(&owner, "taken").await;
    let mut waiting = tokio::task::JoinSet::new();
    for place in 0..300 {
        let (world, owner, taken) = (Arc::clone(&world), owner.clone(), taken.clone());
        waiting.spawn(async move {
            let mut wanted = world.issuing(&owner, &format!("token {place}"));
            if place % 3 == 0 {
                wanted.secret = NewSecret { digest: taken.digest, ..kept(&wanted) }.into();
            }
            let id = wanted.id;
            (place, id, world.commit(Verb::IssueToken(wanted)).await)
        });
    }
    while let Some(answered) = waiting.join_next().await {
        let (place, id, answer) = answered.unwrap();
        if place % 3 == 0 {
            assert_eq!(refusal(answer), Refusal::Consumed);
        } else {
            assert!(answer.is_ok());
        }
        assert_eq!(world.find(id).await.is_some(), place % 3 != 0);
    }
    assert_eq!(world.list(Reach::Everything, TokenFilter::default()).await.len(), 201);
}

async fn a_refused_change_leaves_nothing_behind(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let taken = world.issue(&owner, "taken").await;
    let before = (world.store.tail().await.unwrap(), world.log.entries().len());
    // The token's row is written before its secret turns out to be taken.
    let mut wanted = world.issuing(&owner, "refused");
    wanted.secret = NewSecret { digest: taken.digest, ..kept(&wanted) }.into();
    let id = wanted.id;
    assert_eq!(world.refusal(Verb::IssueToken(wanted)).await, Refusal::Consumed);
    assert_eq!(world.find(id).await, None);
    assert_eq!((world.store.tail().await.unwrap(), world.log.entries().len()), before);
    // What was remembered from the refused change is not relied on afterwards.
    let mut wanted = world.issuing(&owner, "next");
    wanted.id = id;
    assert_eq!(world.issue_as(wanted).await.token.id, id);
}

async fn changes_that_wait_together_share_commits(engine: Engine) {
    let world = Arc::new(World::new(engine).await);
    let owner = world.member().await;
    let before = world.log.commits.load(Ordering::SeqCst);
    let mut waiting = tokio::task::JoinSet::new();
    for place in 0..2_000 {
        let (world, owner) = (Arc::clone(&world), owner.clone());
        waiting.spawn(async move { world.issue(&owner, &format!("token {place}")).await });
    }
    while let Some(issued) = waiting.join_next().await {
        issued.unwrap();
    }
    let commits = world.log.commits.load(Ordering::SeqCst) - before;
    assert!(commits < 1_000, "{commits} commits for 2,000 changes");
}

async fn a_change_is_made_though_its_caller_went_away(engine: Engine) {
    let world = Arc::new(World::new(engine).await);
    let owner = world.member().await;
    let mut ids = Vec::new();
    for place in 0..50 {
        let wanted = world.issuing(&owner, &format!("token {place}"));
        ids.push(wanted.id);
        let change = world.change(Verb::IssueToken(wanted));
        let store = Arc::clone(&world.store);
        let mut commit = Box::pin(async move { store.commit(change).await });
        // One poll hands the change over; then the caller goes away.
        tokio::select! { biased; _ = &mut commit => {}, () = std::future::ready(()) => {} }
    }
    world.issue(&owner, "last").await;
    for id in ids {
        assert!(world.find(id).await.is_some());
    }
}

async fn a_nonce_works_once(engine: Engine) {
    let world = Arc::new(World::new(engine).await);
    let owner = world.member().await;
    let until = world.now().after(std::time::Duration::from_mins(1));
    let mut waiting = tokio::task::JoinSet::new();
    for place in 0..64 {
        let (world, owner) = (Arc::clone(&world), owner.clone());
        waiting.spawn(async move {
            let mut change = world.change(Verb::IssueToken(world.issuing(&owner, &format!("token {place}"))));
            change.consumes = Some(Nonce { value: [7; 16], until });
            world.store.commit(change).await
        });
    }
    let mut made = 0;
    while let Some(answer) = waiting.join_next().await {
        match answer.unwrap() {
            Ok(_) => made += 1,
            refused => assert_eq!(refusal(refused), Refusal::Consumed),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(world.list(Reach::Everything, TokenFilter::default()).await.len(), 1);
}

async fn positions_name_the_last_entry_of_a_change(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let token = world.issue(&owner, "one").await.token;
    let tail = world.store.tail().await.unwrap();
    let switch = |disabled| SwitchToken { access: Access::unlimited(), token: token.id, expects: None, disabled };
    // Without effect: the journal's end.
    let committed = world.commit(Verb::SwitchToken(switch(false))).await.unwrap();
    assert_eq!(committed.position, tail.position);
    let committed = world.commit(Verb::SwitchToken(switch(true))).await.unwrap();
    assert_eq!(committed.position, Position(tail.position.0 + 1));
    assert!(!committed.repeated);
}
