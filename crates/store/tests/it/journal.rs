//! Promise: the journal is dense and chained, tells its follower everything in order, and is read in
//! pages by whoever reaches it.

use crate::{
    engine::Engine,
    world::{World, deletion, name},
};
use domain::{
    caller::{Actor, Reach},
    id::{OrganisationNumber, Position},
    journal::{CHAIN_START, Entry, chain},
    owner::{OwnerKind, Role},
};
use std::time::Duration;
use store::query::{JournalFilter, JournalRow, PageRequest};

on_every_engine!(
    entries_are_dense_and_chained,
    the_follower_is_told_what_the_journal_says,
    filters_select_entries,
    parts_are_counted_up_to_a_bound,
    entries_come_with_the_names_of_today,
    each_reach_sees_its_part,
    pages_join_without_a_gap,
);

async fn read(world: &World, reach: Reach, filter: JournalFilter) -> Vec<JournalRow> {
    let page = PageRequest { after: None, limit: 10_000 };
    world.store.journal(reach, filter, page).await.unwrap().items
}

fn ascending() -> JournalFilter {
    JournalFilter { ascending: true, ..JournalFilter::default() }
}

async fn some_history(engine: Engine) -> World {
    let world = World::new(engine).await;
    let owner = world.member().await;
    for place in 0..5 {
        let issued = world.issue(&owner, &format!("token \"{place}\" — ü")).await;
        world.rotate(issued.token.id, domain::token::RotationEnd::Now).await;
        world.delete(issued.token.id).await;
    }
    world
}

fn check(entries: &[Entry]) {
    let mut before = CHAIN_START;
    for (entry, position) in entries.iter().zip(1..) {
        assert_eq!(entry.position, Position(position));
        let (actor, body) = (entry.actor.to_text(), entry.event.body().unwrap());
        let kind = entry.event.kind();
        let expected = chain(&before, entry.position, entry.at, &actor, entry.organisation, kind, &body);
        assert_eq!(entry.chain, expected, "entry {position}");
        before = entry.chain;
    }
}

async fn entries_are_dense_and_chained(engine: Engine) {
    let mut world = some_history(engine).await;
    let tail = world.store.tail().await.unwrap();
    world.reopen().await;
    assert_eq!(world.store.tail().await.unwrap(), tail);
    let member = world.member().await;
    world.issue(&member, "after").await;
    let entries: Vec<_> = read(&world, Reach::Everything, ascending()).await.into_iter().map(|row| row.entry).collect();
    assert_eq!(entries.len() as u64, tail.position.0 + 2);
    check(&entries);
    assert_eq!(world.store.tail().await.unwrap().chain, entries.last().unwrap().chain);
}

async fn the_follower_is_told_what_the_journal_says(engine: Engine) {
    let world = some_history(engine).await;
    let entries: Vec<_> = read(&world, Reach::Everything, ascending()).await.into_iter().map(|row| row.entry).collect();
    assert_eq!(world.log.entries(), entries);
}

async fn filters_select_entries(engine: Engine) {
    let world = some_history(engine).await;
    let owner = world.member().await;
    let issued = world.issue(&owner, "searched").await;
    let middle = world.now();
    world.wait(Duration::from_secs(1));
    world.delete(issued.token.id).await;
    let all = read(&world, Reach::Everything, ascending()).await;
    let cases = [
        ascending(),
        JournalFilter { token: Some(issued.token.id), ..ascending() },
        JournalFilter { kind: Some("token.deleted".into()), ..ascending() },
        JournalFilter { kind: Some("token.issued".into()), ..ascending() },
        JournalFilter { kind: Some("nothing.such".into()), ..ascending() },
        JournalFilter { actor: Some(world.administrator.id), ..ascending() },
        JournalFilter { actor: Some(owner.id), ..ascending() },
        JournalFilter { organisation: Some(world.organisation.id), ..ascending() },
        JournalFilter { position: Some(all[3].entry.position), ..ascending() },
        JournalFilter { position: Some(Position(9_999)), ..ascending() },
        JournalFilter { before: Some(middle), ..ascending() },
        JournalFilter { after: Some(middle), ..ascending() },
        JournalFilter { token: Some(issued.token.id), kind: Some("token.deleted".into()), ..ascending() },
    ];
    for filter in cases {
        let expected: Vec<_> = all.iter().filter(|row| fits(row, &filter)).map(|row| row.entry.clone()).collect();
        let found: Vec<_> =
            read(&world, Reach::Everything, filter.clone()).await.into_iter().map(|row| row.entry).collect();
        assert_eq!(found, expected, "{filter:?}");
        let newest_first: Vec<_> = expected.iter().rev().cloned().collect();
        for (ascending, expected) in [(true, &expected), (false, &newest_first)] {
            for (offset, limit) in [(0, 100), (0, 2), (3, 2), (99, 2), (0, 0), (u64::MAX, 1)] {
                let filter = JournalFilter { ascending, ..filter.clone() };
                let part =
                    world.store.journal_part(Reach::Everything, filter.clone(), offset, limit, 9_999).await.unwrap();
                let skipped = usize::try_from(offset).unwrap();
                let wanted: Vec<_> = expected.iter().skip(skipped).take(limit).cloned().collect();
                assert_eq!(part.items.into_iter().map(|row| row.entry).collect::<Vec<_>>(), wanted, "{filter:?}");
                assert_eq!((part.total, part.more), (expected.len() as u64, false), "{filter:?}");
            }
        }
    }
}

async fn parts_are_counted_up_to_a_bound(engine: Engine) {
    let world = some_history(engine).await;
    let owner = world.member().await;
    for name in ["one", "two", "three"] {
        world.issue(&owner, name).await;
    }
    let kind = JournalFilter { kind: Some("token.issued".into()), ..ascending() };
    let actor = JournalFilter { actor: Some(world.administrator.id), ..ascending() };
    for (reach, filter) in [
        (Reach::Own(owner.number), ascending()),
        (Reach::Organisation(world.organisation.number), ascending()),
        (Reach::Everything, kind),
        (Reach::Everything, actor),
    ] {
        let all = read(&world, reach, filter.clone()).await.len() as u64;
        assert!(all >= 3, "{reach:?} {filter:?}");
        for (most, counted) in
            [(1, (1, true)), (all - 1, (all - 1, true)), (all, (all, false)), (u64::MAX, (all, false))]
        {
            let part = world.store.journal_part(reach, filter.clone(), 0, 2, most).await.unwrap();
            assert_eq!((part.items.len(), (part.total, part.more)), (2, counted), "{filter:?}");
        }
    }
}

async fn entries_come_with_the_names_of_today(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let issued = world.issue(&owner, "first").await;
    world.delete(issued.token.id).await;
    let rows = read(&world, Reach::Everything, JournalFilter { token: Some(issued.token.id), ..ascending() }).await;
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!(row.names.token, Some((issued.token.number, Some(name("first")))));
        assert_eq!(row.names.organisation, Some(world.organisation.name.clone()));
        let administrator = &world.administrator;
        let actor = row.names.actor.map(|actor| (actor.number, actor.name, actor.kind));
        assert_eq!(actor, Some((administrator.number, Some(administrator.name.clone()), administrator.kind)));
    }
}

fn fits(row: &JournalRow, filter: &JournalFilter) -> bool {
    let body = row.entry.event.body().unwrap();
    filter.token.is_none_or(|token| body.contains(&token.to_string()))
        && filter.kind.as_ref().is_none_or(|kind| row.entry.event.kind() == kind)
        && filter.actor.is_none_or(|actor| row.actor == Some(actor))
        && filter.organisation.is_none_or(|organisation| row.organisation == Some(organisation))
        && filter.position.is_none_or(|position| row.entry.position == position)
        && filter.before.is_none_or(|before| row.entry.at < before)
        && filter.after.is_none_or(|after| row.entry.at >= after)
}

async fn each_reach_sees_its_part(engine: Engine) {
    let world = World::new(engine).await;
    let other = world.organisation("Other").await;
    let (one, two) = (world.member().await, world.owner(&other, OwnerKind::User, Role::Member).await);
    let (mine, theirs) = (world.issue(&one, "mine").await, world.issue(&two, "theirs").await);
    // What an owner did himself is his to see, also when it concerns somebody else's token.
    let mut change = world.change(deletion(theirs.token.id));
    change.actor = Actor::Owner { owner: one.number, token: Some(mine.token.id) };
    world.store.commit(change).await.unwrap();

    let kinds = |rows: Vec<JournalRow>| rows.into_iter().map(|row| row.entry.event.kind()).collect::<Vec<_>>();
    let own = read(&world, Reach::Own(one.number), ascending()).await;
    assert_eq!(kinds(own), ["token.issued", "token.deleted"]);
    let own = read(&world, Reach::Own(two.number), ascending()).await;
    assert_eq!(kinds(own), ["token.issued", "token.deleted"]);
    let organisation = read(&world, Reach::Organisation(other.number), ascending()).await;
    assert_eq!(kinds(organisation), ["organisation.created", "owner.created", "token.issued", "token.deleted"]);
    let nowhere = read(&world, Reach::Organisation(OrganisationNumber(99)), ascending()).await;
    assert_eq!(nowhere.len(), 0);
}

async fn pages_join_without_a_gap(engine: Engine) {
    let world = some_history(engine).await;
    for ascending in [true, false] {
        let filter = JournalFilter { ascending, ..JournalFilter::default() };
        let all = read(&world, Reach::Everything, filter.clone()).await;
        let mut joined = Vec::new();
        let mut after = None;
        loop {
            let page = PageRequest { after: after.clone(), limit: 3 };
            let page = world.store.journal(Reach::Everything, filter.clone(), page).await.unwrap();
            joined.extend(page.items.into_iter().map(|row| row.entry.position));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(joined, all.iter().map(|row| row.entry.position).collect::<Vec<_>>());
    }
}
