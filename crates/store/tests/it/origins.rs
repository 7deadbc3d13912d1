//! Promise: an entry keeps where its change was asked for from, tells it to whoever may know, and loses it after its
//! time without harm to the chain.

use crate::{
    engine::Engine,
    world::{World, deletion, name, unchanged},
};
use domain::{
    caller::{Actor, Reach},
    origin::Origin,
    owner::{Owner, OwnerKind, Role},
    token::RotationEnd,
};
use std::time::Duration;
use store::{
    change::{Outcome, UpdateOwner, Verb},
    query::{JournalFilter, JournalRow, PageRequest},
};

on_every_engine!(
    an_entry_keeps_its_origin,
    an_origin_is_told_where_its_actor_is_known,
    origins_are_erased_after_their_time,
    erasing_goes_in_steps,
    a_clock_that_was_ahead_leaves_nothing_behind,
    a_clock_that_was_ahead_for_long_leaves_nothing_behind,
);

fn origin(last: u8) -> Origin {
    Origin::new(Some([192, 0, 2, last].into()), Some(&format!("agent/{last}")))
}

async fn read(world: &World, reach: Reach) -> Vec<JournalRow> {
    let filter = JournalFilter { ascending: true, ..JournalFilter::default() };
    world.store.journal(reach, filter, PageRequest { after: None, limit: 50_000 }).await.unwrap().items
}

async fn origins(world: &World, reach: Reach) -> Vec<Origin> {
    read(world, reach).await.into_iter().map(|row| row.origin).collect()
}

/// Deletes a new token of an owner in the name of an actor, from there.
async fn act(world: &World, owner: &Owner, actor: Actor, from: &Origin) {
    let token = world.issue(owner, "token").await.token.id;
    let mut change = world.change(deletion(token)).from(from);
    change.actor = actor;
    world.store.commit(change).await.unwrap();
}

async fn prune(world: &World, age: Duration) -> bool {
    let verb = Verb::Prune { origins_before: Some(world.now().before(age)) };
    let Outcome::Pruned { more } = world.made(verb).await else { panic!("not pruned") };
    more
}

async fn an_entry_keeps_its_origin(engine: Engine) {
    let mut world = World::new(engine).await;
    let owner = world.member().await;
    let actor = world.actor();
    let address_only = Origin::new(Some("2001:db8::1".parse().unwrap()), None);
    let agent_only = Origin::new(None, Some("=cmd|' /C calc'!A0"));
    for from in [&origin(1), &address_only, &agent_only, &Origin::default()] {
        act(&world, &owner, actor, from).await;
        assert_eq!(&origins(&world, Reach::Everything).await.pop().unwrap(), from);
    }
    let before = origins(&world, Reach::Everything).await;
    world.reopen().await;
    assert_eq!(origins(&world, Reach::Everything).await, before);
}

async fn an_origin_is_told_where_its_actor_is_known(engine: Engine) {
    let world = World::new(engine).await;
    let mine = world.organisation("Mine").await;
    let elsewhere = world.organisation("Elsewhere").await;
    let member = world.owner(&mine, OwnerKind::User, Role::Member).await;
    let colleague = world.owner(&mine, OwnerKind::User, Role::OrganisationAdministrator).await;
    let root = world.owner(&mine, OwnerKind::User, Role::ApplicationAdministrator).await;
    let stranger = world.owner(&elsewhere, OwnerKind::User, Role::Member).await;
    let by = |owner: &Owner| Actor::Owner { owner: owner.number, token: None };
    let from = origin(7);
    // Who did it, and whether the organisation, the member whose token it was, and an administrator of everything see it.
    for (actor, organisation, own) in [
        (by(&member), true, true),
        (by(&colleague), true, false),
        (by(&root), false, false),
        (by(&stranger), false, false),
        (Actor::Possession, true, true),
        (Actor::System, false, false),
    ] {
        act(&world, &member, actor, &from).await;
        for (reach, told) in [
            (Reach::Everything, true),
            (Reach::Organisation(mine.number), organisation),
            (Reach::Own(member.number), own),
        ] {
            let row = read(&world, reach).await.pop().unwrap();
            let expected = if told { from.clone() } else { Origin::default() };
            assert_eq!((row.entry.actor, row.origin), (actor, expected), "{reach:?}");
        }
    }
    // Whoever showed a secret or followed a link is whom the entry is about.
    let end = world.now().after(Duration::from_hours(1));
    for (owner, told) in [(&root, false), (&member, true), (&colleague, true)] {
        act(&world, owner, Actor::Possession, &from).await;
        let token = world.issue(owner, "rotated").await.token.id;
        let rotated = world.rotate(token, RotationEnd::FirstUse(end)).await;
        let first_use = Verb::FinishRotation(rotated.digest);
        let renamed = Verb::UpdateOwner(UpdateOwner { name: Some(name("Renamed")), ..unchanged(owner) });
        for verb in [None, Some(first_use), Some(renamed)] {
            if let Some(verb) = verb {
                let mut change = world.change(verb).from(&from);
                change.actor = Actor::Possession;
                world.store.commit(change).await.unwrap();
            }
            for (reach, told) in [(Reach::Everything, true), (Reach::Organisation(mine.number), told)] {
                let rows = read(&world, reach).await;
                let row = rows.iter().rfind(|row| row.entry.actor == Actor::Possession).unwrap();
                let expected = if told { from.clone() } else { Origin::default() };
                assert_eq!(row.origin, expected, "{reach:?} of {:?}", row.entry.event);
            }
        }
    }
}

async fn origins_are_erased_after_their_time(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let month = Duration::from_hours(30 * 24);
    act(&world, &owner, world.actor(), &origin(1)).await;
    world.wait(month);
    act(&world, &owner, world.actor(), &origin(2)).await;
    let (entries, tail) = (read(&world, Reach::Everything).await, world.store.tail().await.unwrap());
    let kept = async || {
        let all = origins(&world, Reach::Everything).await;
        all.into_iter().filter(|origin| *origin != Origin::default()).collect::<Vec<_>>()
    };

    assert!(!prune(&world, 2 * month).await);
    assert_eq!(kept().await, [origin(1), origin(2)]);
    let verb = Verb::Prune { origins_before: None };
    world.made(verb).await;
    assert_eq!(kept().await, [origin(1), origin(2)]);
    assert!(!prune(&world, month / 2).await);
    assert_eq!(kept().await, [origin(2)]);
    assert!(!prune(&world, month / 2).await);
    act(&world, &owner, world.actor(), &origin(3)).await;
    world.wait(month);
    assert!(!prune(&world, month / 2).await);
    assert_eq!(kept().await, []);

    let after = read(&world, Reach::Everything).await;
    let same = |rows: &[JournalRow]| rows.iter().map(|row| row.entry.clone()).collect::<Vec<_>>();
    assert_eq!(same(&after)[..entries.len()], same(&entries), "erasing is no part of what is chained");
    assert_eq!(after[entries.len() - 1].entry.position, tail.position);
}

async fn erasing_goes_in_steps(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    world.fill(&owner, 10_100).await;
    act(&world, &owner, world.actor(), &origin(1)).await;
    world.wait(Duration::from_secs(1));
    assert!(prune(&world, Duration::ZERO).await);
    assert_eq!(origins(&world, Reach::Everything).await.pop(), Some(origin(1)));
    assert!(!prune(&world, Duration::ZERO).await);
    assert_eq!(origins(&world, Reach::Everything).await.pop(), Some(Origin::default()));
}

async fn a_clock_that_was_ahead_leaves_nothing_behind(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let token = world.issue(&owner, "token").await.token.id;
    let mut ahead = world.change(deletion(token)).from(&origin(1));
    ahead.at = ahead.at.after(Duration::from_hours(1_000 * 24));
    world.store.commit(ahead).await.unwrap();
    act(&world, &owner, world.actor(), &origin(2)).await;
    world.wait(Duration::from_secs(1));
    prune(&world, Duration::ZERO).await;
    assert!(origins(&world, Reach::Everything).await.iter().all(|origin| *origin == Origin::default()));
}

async fn a_clock_that_was_ahead_for_long_leaves_nothing_behind(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let years = Duration::from_hours(1_000 * 24);
    world.wait(years);
    act(&world, &owner, world.actor(), &origin(1)).await;
    world.fill(&owner, 20_001).await;
    act(&world, &owner, world.actor(), &origin(2)).await;
    world.turn_back(years);
    act(&world, &owner, world.actor(), &origin(3)).await;
    world.wait(Duration::from_secs(1));
    let bound = world.now();
    act(&world, &owner, world.actor(), &origin(4)).await;
    let left = async || {
        let all = origins(&world, Reach::Everything).await;
        all.into_iter().filter(|origin| *origin != Origin::default()).collect::<Vec<_>>()
    };
    // One part of the journal is looked through at a time; some time later it has been gone through.
    for _ in 0..10 {
        let verb = Verb::Prune { origins_before: Some(bound) };
        world.made(verb).await;
    }
    assert_eq!(left().await, [origin(4)]);
    for _ in 0..10 {
        world.made(Verb::Prune { origins_before: Some(bound) }).await;
    }
    assert_eq!(left().await, [origin(4)]);
}
