//! Promise: uses of tokens and sessions add up, late reports do not turn the clock back, and what is
//! deleted is not touched.

use crate::{engine::Engine, world::World};
use domain::{caller::Reach, id::TokenId, time::Timestamp, token::LastUse};
use std::time::Duration;
use store::{
    change::{TokenUse, Uses, Verb},
    query::UsageDay,
};

on_every_engine!(uses_add_up, a_late_report_counts_but_is_not_the_last, uses_of_deleted_tokens_are_dropped);

fn used(token: TokenId, at: Timestamp, address: &str, days: &[(i64, u64)]) -> Verb {
    let address = (!address.is_empty()).then(|| address.parse().unwrap());
    let user_agent = address.map(|address: std::net::IpAddr| format!("agent of {address}"));
    let used = TokenUse { token, at, address, user_agent, days: days.to_vec(), callers: vec![] };
    Verb::RecordUses(Uses { tokens: vec![used], sessions: vec![] })
}

async fn last_use(world: &World, token: TokenId) -> Option<LastUse> {
    world.store.token(Reach::Everything, token, true).await.unwrap().unwrap().last_use
}

async fn uses_add_up(engine: Engine) {
    let mut world = World::new(engine).await;
    let owner = world.member().await;
    let token = world.issue(&owner, "one").await.token.id;
    assert_eq!(last_use(&world, token).await, None);
    assert_eq!(world.store.usage(Reach::Everything, token).await.unwrap(), Some(vec![]));
    let tail = world.store.tail().await.unwrap();
    let at = world.now();
    world.made(used(token, at, "192.0.2.1", &[(100, 2), (101, 3)])).await;
    world.reopen().await;
    let later = at.after(Duration::from_secs(1));
    world.made(used(token, later, "2001:db8::1", &[(101, 4), (103, 1)])).await;
    let last = last_use(&world, token).await.unwrap();
    assert_eq!((last.at, last.count), (later, 10));
    assert_eq!(last.address, Some("2001:db8::1".parse().unwrap()));
    assert_eq!(last.user_agent.as_deref(), Some("agent of 2001:db8::1"));
    let day = |day, count| UsageDay { day, count };
    let days = world.store.usage(Reach::Own(owner.number), token).await.unwrap();
    assert_eq!(days, Some(vec![day(100, 2), day(101, 7), day(103, 1)]));
    // It is no change that anybody audits.
    assert_eq!(world.store.tail().await.unwrap(), tail);
}

async fn a_late_report_counts_but_is_not_the_last(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let token = world.issue(&owner, "one").await.token.id;
    let at = world.now();
    world.made(used(token, at, "192.0.2.1", &[(100, 1)])).await;
    world.made(used(token, at.before(Duration::from_secs(9)), "192.0.2.9", &[(100, 5)])).await;
    let last = last_use(&world, token).await.unwrap();
    assert_eq!((last.at, last.count, last.address), (at, 6, Some("192.0.2.1".parse().unwrap())));
    // The latest use without an address shows none, not that of an earlier one.
    world.made(used(token, at.after(Duration::from_secs(1)), "", &[(100, 1)])).await;
    assert_eq!(last_use(&world, token).await.unwrap().address, None);
}

async fn uses_of_deleted_tokens_are_dropped(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let token = world.issue(&owner, "one").await.token.id;
    world.made(used(token, world.now(), "192.0.2.1", &[(100, 1)])).await;
    let before = last_use(&world, token).await;
    world.delete(token).await;
    world.made(used(token, world.now(), "192.0.2.2", &[(100, 1)])).await;
    assert_eq!(last_use(&world, token).await, before);
    assert_eq!(world.store.usage(Reach::Everything, token).await.unwrap().unwrap().len(), 1);
}
