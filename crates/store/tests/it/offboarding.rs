//! Promise: an owner is deactivated and all its tokens deleted in one change, or neither happens.

use crate::{
    engine::Engine,
    world::{World, unchanged},
};
use domain::{caller::Reach, journal::Event, owner::Owner};
use store::{
    change::{UpdateOwner, Verb},
    error::Refusal,
    query::TokenFilter,
};

on_every_engine!(tokens_go_with_their_owner, tokens_stay_with_an_owner_that_stays);

fn leaving(owner: &Owner) -> Verb {
    Verb::UpdateOwner(UpdateOwner { active: Some(false), deletes_tokens: true, ..unchanged(owner) })
}

async fn live(world: &World, owner: &Owner) -> usize {
    let filter = TokenFilter { owner: Some(owner.id), ..TokenFilter::default() };
    world.list(Reach::Everything, filter).await.len()
}

async fn tokens_go_with_their_owner(engine: Engine) {
    let world = World::new(engine).await;
    let (member, colleague) = (world.member().await, world.member().await);
    let mut tokens = Vec::new();
    for name in ["one", "two", "three"] {
        tokens.push(world.issue(&member, name).await.token.id);
    }
    let kept = world.issue(&colleague, "kept").await.token.id;
    let before = world.log.entries().len();
    world.made(leaving(&member)).await;
    for token in tokens {
        assert!(world.find(token).await.is_none());
    }
    assert!(world.find(kept).await.is_some());
    let events: Vec<_> = world.log.entries().drain(before..).map(|entry| entry.event).collect();
    let deletes = events.iter().filter(|event| matches!(event, Event::TokenDeleted(_))).count();
    assert_eq!((deletes, live(&world, &member).await), (3, 0));
    assert!(events.iter().any(|event| matches!(event, Event::OwnerUpdated(_))), "{events:?}");

    // Tokens of somebody who had left before go all the same, and what is gone is not told again.
    let tail = world.store.tail().await.unwrap();
    world.made(leaving(&member)).await;
    assert_eq!(world.store.tail().await.unwrap(), tail);
}

async fn tokens_stay_with_an_owner_that_stays(engine: Engine) {
    let world = World::new(engine).await;
    // The token is the only way in of the only administrator.
    let last = world.administrator.clone();
    world.issue(&last, "kept").await;
    let tail = world.store.tail().await.unwrap();
    assert_eq!(world.refusal(leaving(&last)).await, Refusal::LastAdministrator);
    assert_eq!((world.store.tail().await.unwrap(), live(&world, &last).await), (tail, 1));
    let only_tokens = UpdateOwner { deletes_tokens: true, ..unchanged(&last) };
    assert_eq!(world.refusal(Verb::UpdateOwner(only_tokens)).await, Refusal::LastAdministrator);
    assert_eq!((world.store.tail().await.unwrap(), live(&world, &last).await), (tail, 1));

    let member = world.member().await;
    world.issue(&member, "kept").await;
    let tail = world.store.tail().await.unwrap();
    let earlier = UpdateOwner {
        expects: Some(member.revision + 1),
        active: Some(false),
        deletes_tokens: true,
        ..unchanged(&member)
    };
    let refusal = world.refusal(Verb::UpdateOwner(earlier)).await;
    assert_eq!(refusal, Refusal::RevisionChanged { revision: member.revision });
    assert_eq!((world.store.tail().await.unwrap(), live(&world, &member).await), (tail, 1));
}
