//! Promise: the latest callers of a token add up, are no more than are kept, and are forgotten with the days on
//! which they came, also those of a deleted token; with them goes the caller of the last use.

use crate::{engine::Engine, world::World};
use domain::{caller::Reach, id::TokenId, limits, time::Timestamp, token::TokenCaller};
use std::time::Duration;
use store::change::{TokenUse, Uses, Verb};

on_every_engine!(
    callers_add_up_and_the_latest_are_kept,
    callers_are_forgotten_with_their_days,
    callers_of_deleted_tokens_stay_for_their_time,
    the_last_use_stays_without_its_caller,
);

fn caller(place: u64, at: Timestamp) -> TokenCaller {
    let address = (!place.is_multiple_of(3)).then(|| format!("2001:db8::{place}").parse().unwrap());
    let user_agent = (![0, 4].contains(&place)).then(|| format!("agent {place}"));
    TokenCaller { address, user_agent, last_used_at: at, count: place + 1 }
}

async fn used(world: &World, token: TokenId, callers: Vec<TokenCaller>) {
    let latest = callers.iter().max_by_key(|caller| caller.last_used_at).unwrap().clone();
    let used = TokenUse {
        token,
        at: latest.last_used_at,
        address: latest.address,
        user_agent: latest.user_agent,
        days: callers.iter().map(|caller| (caller.last_used_at.day(), caller.count)).collect(),
        callers,
    };
    world.made(Verb::RecordUses(Uses { tokens: vec![used], sessions: vec![] })).await;
}

async fn callers(world: &World, token: TokenId) -> Vec<TokenCaller> {
    world.store.token_callers(Reach::Everything, token).await.unwrap().unwrap()
}

async fn callers_add_up_and_the_latest_are_kept(engine: Engine) {
    let mut world = World::new(engine).await;
    let owner = world.member().await;
    let (token, other) = (world.issue(&owner, "one").await.token.id, world.issue(&owner, "two").await.token.id);
    assert_eq!(callers(&world, token).await, []);
    let at = |seconds| world.now().after(Duration::from_secs(seconds));
    let (first, again, late) = (caller(1, at(1)), caller(1, at(9)), caller(1, at(3)));
    let (unnamed, half) = (caller(0, at(2)), caller(4, at(5)));
    used(&world, token, vec![unnamed.clone(), first]).await;
    used(&world, token, vec![half.clone(), again.clone()]).await;
    used(&world, token, vec![late]).await;
    used(&world, other, vec![caller(7, at(4))]).await;
    let many: Vec<_> = (20..40).map(|place| caller(place, at(place))).collect();
    world.reopen().await;
    let expected = vec![TokenCaller { count: 6, ..again }, half, unnamed];
    assert_eq!(callers(&world, token).await, expected);
    assert_eq!(world.store.token_callers(Reach::Own(owner.number), token).await.unwrap(), Some(expected));

    used(&world, token, many[..8].to_vec()).await;
    used(&world, token, many[8..].to_vec()).await;
    let latest: Vec<_> = many.into_iter().rev().take(limits::TOKEN_CALLERS_KEPT).collect();
    assert_eq!(callers(&world, token).await, latest);
    assert_eq!(callers(&world, other).await.len(), 1, "others are not displaced");
}

async fn callers_are_forgotten_with_their_days(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let (token, other) = (world.issue(&owner, "one").await.token.id, world.issue(&owner, "two").await.token.id);
    let day = Duration::from_hours(24);
    let first = caller(1, world.now());
    used(&world, token, vec![first.clone()]).await;
    used(&world, other, vec![first.clone()]).await;
    world.wait(day);
    let second = caller(2, world.now());
    used(&world, token, vec![second.clone()]).await;
    let last_day = u32::try_from(limits::USAGE_DAYS).unwrap() - 1;
    world.wait(day * last_day);
    world.made(Verb::Prune { origins_before: None }).await;
    assert_eq!(callers(&world, token).await, [second.clone(), first.clone()]);
    assert_eq!(callers(&world, other).await, [first]);
    world.wait(day);
    world.made(Verb::Prune { origins_before: None }).await;
    assert_eq!(callers(&world, token).await, [second]);
    assert_eq!(callers(&world, other).await, []);
    world.wait(day);
    world.made(Verb::Prune { origins_before: None }).await;
    assert_eq!(callers(&world, token).await, []);
}

async fn callers_of_deleted_tokens_stay_for_their_time(engine: Engine) {
    let world = World::new(engine).await;
    let token = world.issue(&world.member().await, "one").await.token.id;
    let before = caller(1, world.now());
    used(&world, token, vec![before.clone()]).await;
    world.delete(token).await;
    used(&world, token, vec![caller(2, world.now())]).await;
    assert_eq!(callers(&world, token).await, [before]);
    world.wait(Duration::from_hours(24) * u32::try_from(limits::USAGE_DAYS + 1).unwrap());
    world.made(Verb::Prune { origins_before: None }).await;
    assert_eq!(callers(&world, token).await, []);
}

async fn the_last_use_stays_without_its_caller(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let (token, deleted) = (world.issue(&owner, "one").await.token.id, world.issue(&owner, "two").await.token.id);
    let (first, again) = (caller(1, world.now()), caller(2, world.now().after(Duration::from_hours(24))));
    for token in [token, deleted] {
        used(&world, token, vec![first.clone()]).await;
        used(&world, token, vec![again.clone()]).await;
    }
    world.delete(deleted).await;
    let last = async |id| {
        let token = world.store.token(Reach::Everything, id, true).await.unwrap().unwrap();
        let last = token.last_use.unwrap();
        (last.at, last.count, last.address, last.user_agent)
    };
    let day = Duration::from_hours(24);
    let count = first.count + again.count;
    for (days, address, user_agent) in
        [(limits::USAGE_DAYS + 1, again.address, again.user_agent), (1, None, None), (1, None, None)]
    {
        world.wait(day * u32::try_from(days).unwrap());
        world.made(Verb::Prune { origins_before: None }).await;
        for id in [token, deleted] {
            assert_eq!(last(id).await, (again.last_used_at, count, address, user_agent.clone()));
        }
    }
    let later = caller(5, world.now());
    used(&world, token, vec![later.clone()]).await;
    world.made(Verb::Prune { origins_before: None }).await;
    assert_eq!(last(token).await, (later.last_used_at, count + later.count, later.address, later.user_agent));
}
