//! Promise: pages of a list join to the whole list in every order, whatever is issued or deleted while
//! it is read.

use crate::{engine::Engine, world::World};
use domain::{
    caller::Reach,
    id::TokenId,
    token::{LastUse, Token},
};
use std::{cmp::Ordering, collections::HashSet, time::Duration};
use store::{
    change::{IssueToken, TokenUse, Uses, Verb},
    query::{PageRequest, Sort, SortKey, TokenFilter},
};

on_every_engine!(every_order_is_kept_across_pages, pages_are_stable_under_change);

const ORDERS: [SortKey; 4] = [SortKey::Created, SortKey::Name, SortKey::Expires, SortKey::LastUsed];

async fn world_of_tokens(engine: Engine) -> World {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let names = ["b", "a", "é", "Z", "a", "b", "a", "\u{10000}", "~", "10", "9"];
    for (place, text) in (0_u64..).zip(names) {
        let expires_at = (place % 3 != 0).then(|| world.now().after(Duration::from_secs(place % 4 * 1_000 + 60)));
        let issued = world.issue_as(IssueToken { expires_at, ..world.issuing(&owner, text) }).await;
        if place % 2 == 0 {
            let at = world.now().after(Duration::from_secs(place % 3));
            let token = issued.token.id;
            let used =
                TokenUse { token, at, address: None, user_agent: None, days: vec![(at.day(), 1)], callers: vec![] };
            world.made(Verb::RecordUses(Uses { tokens: vec![used], sessions: vec![] })).await;
        }
    }
    world
}

async fn joined(world: &World, sort: Sort, limit: usize) -> Vec<Token> {
    let mut joined = Vec::new();
    let mut after = None;
    loop {
        let page = world.page(Reach::Everything, TokenFilter::default(), sort, PageRequest { after, limit }).await;
        assert!(page.items.len() <= limit);
        joined.extend(page.items);
        after = page.next;
        if after.is_none() {
            return joined;
        }
    }
}

fn compare(key: SortKey, left: &Token, right: &Token) -> Ordering {
    let used = |token: &Token| token.last_use.as_ref().map(|LastUse { at, .. }| *at);
    let order = match key {
        SortKey::Created => Ordering::Equal,
        SortKey::Name => left.name.as_str().chars().cmp(right.name.as_str().chars()),
        // Never is later than any instant.
        SortKey::Expires => {
            (left.expires_at.is_none(), left.expires_at).cmp(&(right.expires_at.is_none(), right.expires_at))
        }
        // Not yet is earlier than any instant.
        SortKey::LastUsed => used(left).cmp(&used(right)),
    };
    order.then(left.number.cmp(&right.number))
}

async fn every_order_is_kept_across_pages(engine: Engine) {
    let world = world_of_tokens(engine).await;
    for key in ORDERS {
        for descending in [false, true] {
            let mut expected = world.list(Reach::Everything, TokenFilter::default()).await;
            expected.sort_by(|left, right| compare(key, left, right));
            if descending {
                expected.reverse();
            }
            for limit in [1, 3, 11, 200] {
                assert_eq!(
                    joined(&world, Sort { key, descending }, limit).await,
                    expected,
                    "{key:?} {descending} {limit}"
                );
            }
        }
    }
}

async fn pages_are_stable_under_change(engine: Engine) {
    let world = world_of_tokens(engine).await;
    let owner = world.member().await;
    for key in ORDERS {
        for descending in [false, true] {
            let sort = Sort { key, descending };
            let before: Vec<_> = joined(&world, sort, 200).await.into_iter().map(|token| token.id).collect();
            let mut seen: Vec<TokenId> = Vec::new();
            let mut gone = HashSet::new();
            let mut after = None;
            loop {
                let page = PageRequest { after, limit: 2 };
                let page = world.page(Reach::Everything, TokenFilter::default(), sort, page).await;
                seen.extend(page.items.iter().map(|token| token.id));
                after = page.next;
                if after.is_none() {
                    break;
                }
                // The row that the cursor stands on goes away, and another one comes.
                let last = *seen.last().unwrap();
                world.delete(last).await;
                gone.insert(last);
                world.issue(&owner, "b").await;
            }
            assert_eq!(seen.iter().collect::<HashSet<_>>().len(), seen.len(), "a row was shown twice");
            let old: Vec<_> = seen.into_iter().filter(|id| before.contains(id)).collect();
            assert_eq!(old, before, "{key:?} {descending}");
        }
    }
}
