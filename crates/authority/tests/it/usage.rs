//! Uses are counted beside the verdict and never on its path: gathered in memory within a bound,
//! written in batches, and lost rather than in the way when they cannot be written.

use crate::world::{CALM, UNAVAILABLE, World, ask, new_token, question};
use authority::{
    Error,
    authority::Options,
    issue::Issued,
    verify::{Question, Verdict},
};
use domain::{
    caller::Reach,
    limits,
    token::{LastUse, Token},
};
use std::{sync::Arc, time::Duration};
use store::{
    Store,
    query::{
        ListedToken, NamedOrganisation, PageRequest, Sort, SortKey, TokenFilter, UsageDay,
        search::{Comparison, Condition, Field, Found, Operand, Search, Value},
    },
};

const DAY: Duration = Duration::from_hours(24);

async fn shown(world: &World, issued: &Issued) -> Token {
    world.authority().token(&world.root, issued.token.id, false).await.unwrap()
}

async fn part(world: &World, filter: TokenFilter) -> Result<Found<ListedToken>, Error> {
    world.authority().tokens_part(&world.root, filter, Sort::default(), 0, limits::PAGE).await
}

async fn used(world: &World, issued: &Issued, address: Option<&str>, user_agent: Option<&str>) {
    let address = address.map(|address| address.parse().unwrap());
    let question = Question { address, user_agent, ..question(issued.secret.expose()) };
    assert!(ask(world.authority(), Reach::Everything, question).await.unwrap().is_active());
}

/// Keeps the store's only writer busy until the sender is dropped; what then ends is to be awaited.
async fn hold_writer(world: &World) -> (std::sync::mpsc::Sender<()>, impl Future<Output = ()> + use<>) {
    let held = world.issue(new_token()).await;
    // Whoever reads a verdict keeps its entry locked, so the writer waits behind a change of that token.
    let (hold, is_held) = std::sync::mpsc::channel();
    let (release, is_released) = std::sync::mpsc::channel::<()>();
    let (authority, runtime) = (Arc::clone(world.authority()), tokio::runtime::Handle::current());
    let secret = held.secret.expose().to_owned();
    let holding = std::thread::spawn(move || {
        let read = |_: Verdict<'_>| {
            hold.send(()).unwrap();
            let _ = is_released.recv();
        };
        runtime.block_on(authority.verify(Reach::Everything, &question(&secret), read)).unwrap();
    });
    is_held.recv().unwrap();
    let before = world.store().tail().await.unwrap();
    let (authority, root, id) = (Arc::clone(world.authority()), world.root.clone(), held.token.id);
    let disabling = tokio::spawn(async move { authority.disable(&root, id, None).await.map(drop) });
    while world.store().tail().await.unwrap() == before {
        tokio::task::yield_now().await;
    }
    let end = async move {
        holding.join().unwrap();
        disabling.await.unwrap().unwrap();
    };
    (release, end)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uses_that_are_being_written_are_shown() {
    for is_dropped in [false, true] {
        let world = World::new(61).await;
        let issued = world.issue(new_token()).await;
        used(&world, &issued, Some("192.0.2.1"), Some("curl/8")).await;
        let (release, end) = hold_writer(&world).await;
        let authority = Arc::clone(world.authority());
        let writing = tokio::spawn(async move { authority.write_uses().await });
        while world.authority().usage().waiting() > 0 {
            tokio::task::yield_now().await;
        }

        let seen = async || {
            let callers = world.authority().token_callers(&world.root, issued.token.id).await.unwrap();
            let days = world.authority().token_usage(&world.root, issued.token.id).await.unwrap();
            let last = shown(&world, &issued).await.last_use.map(|last| last.count);
            let (callers, days) = (callers.iter().map(|caller| caller.count), days.iter().map(|day| day.count));
            (callers.sum::<u64>(), days.sum::<u64>(), last)
        };
        assert!(!writing.is_finished());
        assert_eq!(seen().await, (1, 1, Some(1)));
        if is_dropped {
            // Whoever asked is gone, and the request is dropped with all that it waited for.
            writing.abort();
            assert!(writing.await.unwrap_err().is_cancelled());
            assert_eq!(seen().await, (1, 1, Some(1)));
            drop(release);
            end.await;
            world.authority().write_uses().await.unwrap();
        } else {
            drop(release);
            end.await;
            writing.await.unwrap().unwrap();
        }
        assert_eq!(seen().await, (1, 1, Some(1)));
    }
}

#[tokio::test]
async fn uses_that_are_written_between_two_looks_are_shown() {
    let world = World::new(68).await;
    let (authority, root, store) = (world.authority(), &world.root, world.store());
    for way in 0..5 {
        let issued = world.issue(new_token()).await;
        let id = issued.token.id;
        used(&world, &issued, None, None).await;
        let held = store.held_reads();
        let guard = store.hold_reads().await;
        let look = async {
            let page = PageRequest { after: None, limit: limits::PAGE };
            let condition =
                Condition::Compare(Field::Number, Comparison::GreaterOrEqual, Operand::Value(Value::Number(0)));
            let search = Search { condition, order: Vec::new(), offset: 0, limit: limits::PAGE, deleted: false };
            let found = match way {
                0 => vec![authority.token(root, id, false).await.unwrap()],
                1 => vec![authority.listed_token(root, id).await.unwrap().token],
                2 => authority.tokens(root, TokenFilter::default(), Sort::default(), page).await.unwrap().items,
                3 => {
                    let found = part(&world, TokenFilter::default()).await.unwrap();
                    found.items.into_iter().map(|listed| listed.token).collect()
                }
                _ => {
                    let found = authority.search(root, search).await.unwrap();
                    found.items.into_iter().map(|found| found.token).collect()
                }
            };
            found.into_iter().find(|token| token.id == id).unwrap().last_use.map(|last| last.count)
        };
        let write = async {
            while store.held_reads() == held {
                tokio::task::yield_now().await;
            }
            authority.write_uses().await.unwrap();
            drop(guard);
        };
        let (count, ()) = tokio::join!(look, write);
        assert_eq!(count, Some(1), "way {way}");
    }
}

#[tokio::test]
async fn the_last_use_and_each_days_count_are_shown() {
    let mut world = World::new(60).await;
    let issued = world.issue(new_token()).await;
    let first_day = world.now().day();
    used(&world, &issued, Some("192.0.2.1"), Some("curl/8")).await;
    used(&world, &issued, Some("192.0.2.2"), None).await;
    // What was used last names no user agent, so none is shown.
    let address = Some("192.0.2.2".parse().unwrap());
    let expected = Some(LastUse { at: world.now(), address, user_agent: None, count: 2 });
    assert_eq!(shown(&world, &issued).await.last_use, expected, "what waits in memory is shown too");
    world.authority().write_uses().await.unwrap();
    assert_eq!(shown(&world, &issued).await.last_use, expected);

    world.clock.advance(DAY);
    let long = "é".repeat(limits::USER_AGENT_BYTES);
    used(&world, &issued, None, Some(&long)).await;
    world.clock.advance(DAY);
    used(&world, &issued, None, Some(&long)).await;
    let day = |day, count| UsageDay { day: first_day + day, count };
    for written in [false, true] {
        if written {
            world.authority().write_uses().await.unwrap();
            world.restart().await;
        }
        let last = shown(&world, &issued).await.last_use.unwrap();
        assert_eq!((last.at, last.address, last.count), (world.now(), None, 4));
        assert_eq!(last.user_agent, Some("é".repeat(limits::USER_AGENT_BYTES / 2)));
        let days = world.authority().token_usage(&world.root, issued.token.id).await.unwrap();
        assert_eq!(days, [day(0, 2), day(1, 1), day(2, 1)]);
    }
}

#[tokio::test]
async fn what_a_list_shows_is_not_a_minute_old() {
    let world = World::new(66).await;
    let issued = world.issue_many(&new_token(), 2).await;
    used(&world, &issued[0], Some("192.0.2.1"), Some("curl/8")).await;
    for _ in 0..2 {
        let Found { items, total, .. } = part(&world, TokenFilter::default()).await.unwrap();
        assert_eq!(total, items.len() as u64);
        for listed in items {
            let id = listed.token.id;
            assert_eq!(listed, world.authority().listed_token(&world.root, id).await.unwrap());
            assert_eq!(listed.token, world.authority().token(&world.root, id, false).await.unwrap());
            assert_eq!(listed.token.last_use.is_some(), id != issued[1].token.id);
            let organisation = world.authority().own_organisation(&world.root).await.unwrap();
            let named = NamedOrganisation { number: organisation.number, name: organisation.name, active: true };
            assert_eq!((listed.organisation, listed.owner_active), (named, true));
        }
        world.authority().write_uses().await.unwrap();
    }
    world.authority().delete(&world.root, issued[0].token.id, None, None).await.unwrap();
    let gone = world.authority().listed_token(&world.root, issued[0].token.id).await;
    assert!(matches!(gone, Err(Error::Gone(_))), "{gone:?}");
}

#[tokio::test]
async fn the_latest_callers_are_shown_whether_written_or_not() {
    let mut world = World::new(67).await;
    let issued = world.issue(new_token()).await;
    let callers = async |world: &World| {
        let callers = world.authority().token_callers(&world.root, issued.token.id).await.unwrap();
        callers.into_iter().map(|caller| {
            let address = caller.address.map(|address| address.to_string());
            (address.unwrap_or_default(), caller.user_agent.unwrap_or_default(), caller.last_used_at, caller.count)
        })
    };
    let (home, work) = (Some("192.0.2.1"), Some("2001:db8::1"));
    for (address, user_agent) in [(home, Some("curl/8")), (work, Some("")), (home, Some("curl/8")), (work, None)] {
        used(&world, &issued, address, user_agent).await;
        world.clock.advance(Duration::from_secs(1));
    }
    let at = |seconds| world.now().before(Duration::from_secs(seconds));
    let text = |address: Option<&str>| address.unwrap().to_owned();
    let expected = vec![(text(work), String::new(), at(1), 2), (text(home), "curl/8".to_owned(), at(2), 2)];
    assert_eq!(callers(&world).await.collect::<Vec<_>>(), expected, "what waits in memory is shown");
    world.authority().write_uses().await.unwrap();
    assert_eq!(callers(&world).await.collect::<Vec<_>>(), expected);
    world.restart().await;

    // Who came before and comes again is one caller, and nobody is told of more than are kept.
    used(&world, &issued, home, Some("curl/8")).await;
    let mut found = callers(&world).await;
    assert_eq!(found.next(), Some((text(home), "curl/8".to_owned(), world.now(), 3)));
    assert_eq!(found.len(), 1);
    for place in 0..40 {
        world.clock.advance(Duration::from_secs(1));
        used(&world, &issued, home, Some(&format!("agent {place}"))).await;
        if place % 7 == 0 {
            world.authority().write_uses().await.unwrap();
        }
    }
    let found: Vec<_> = callers(&world).await.map(|(_, user_agent, ..)| user_agent).collect();
    let latest: Vec<_> = (0..40).rev().take(limits::TOKEN_CALLERS_KEPT).map(|place| format!("agent {place}")).collect();
    assert_eq!(found, latest);
}

#[tokio::test]
async fn refused_verifications_are_no_uses() {
    let world = World::new(61).await;
    let issued = world.issue(new_token()).await;
    world.authority().disable(&world.root, issued.token.id, None).await.unwrap();
    world.ask(issued.secret.expose()).await;
    world.authority().enable(&world.root, issued.token.id, None).await.unwrap();
    let elsewhere = Reach::Organisation(domain::id::OrganisationNumber(99));
    ask(world.authority(), elsewhere, question(issued.secret.expose())).await.unwrap();
    assert_eq!(world.authority().usage().waiting(), 1, "the administrator's own use, when the test began");
    world.authority().write_uses().await.unwrap();
    assert_eq!(shown(&world, &issued).await.last_use, None);
}

#[tokio::test]
async fn tokens_not_used_for_long_are_found() {
    let world = World::new(62).await;
    let issued = world.issue_many(&new_token(), 3).await;
    used(&world, &issued[0], None, None).await;
    world.clock.advance(DAY);
    used(&world, &issued[1], None, None).await;
    world.authority().write_uses().await.unwrap();
    let filter = TokenFilter { last_used_before: Some(world.now()), ..TokenFilter::default() };
    let sort = Sort { key: SortKey::LastUsed, descending: false };
    let page = PageRequest { after: None, limit: limits::PAGE };
    let found = world.authority().tokens(&world.root, filter, sort, page).await.unwrap().items;
    let found: Vec<_> = found.iter().map(|token| token.id).collect();
    assert_eq!(found[0], issued[2].token.id, "never used comes first");
    assert!(found.contains(&issued[0].token.id) && !found.contains(&issued[1].token.id));
}

#[tokio::test]
async fn no_verification_writes_and_many_tokens_share_a_commit() {
    let world = World::with(63, Options::default(), UNAVAILABLE).await;
    let issued = world.issue_many(&new_token(), 4_100).await;
    world.store().arm(true); // From here on, every commit fails and is counted.
    for round in 0..3 {
        for issued in &issued {
            used(&world, issued, None, None).await;
        }
        assert_eq!(world.store().faults(), 0, "a verification committed something, in round {round}");
    }
    assert_eq!(world.authority().usage().waiting(), issued.len() + 1);
    let mut commits = 0;
    while world.authority().usage().waiting() > 0 {
        assert!(matches!(world.authority().write_uses().await, Err(Error::Unavailable(_))));
        commits += 1;
    }
    assert_eq!((commits, world.store().faults()), (3, 3), "4,101 tokens take three batches of 2,000");

    // What could not be written is lost, and that is all: verdicts and later uses go on.
    used(&world, &issued[0], None, None).await;
    world.store().arm(false);
    world.authority().write_uses().await.unwrap();
    assert_eq!(shown(&world, &issued[0]).await.last_use.unwrap().count, 1);
}

#[tokio::test]
async fn uses_of_a_token_that_is_deleted_meanwhile_are_dropped() {
    let world = World::new(64).await;
    let issued = world.issue_many(&new_token(), 2).await;
    for issued in &issued {
        used(&world, issued, None, None).await;
    }
    world.authority().delete(&world.root, issued[0].token.id, None, None).await.unwrap();
    world.authority().write_uses().await.unwrap();
    assert_eq!(shown(&world, &issued[1]).await.last_use.unwrap().count, 1);
    let Err(Error::Gone(tombstone)) = world.authority().token(&world.root, issued[0].token.id, true).await else {
        panic!("there is no tombstone")
    };
    assert_eq!(tombstone.last_use, None);
}

#[tokio::test]
async fn without_tracking_nothing_is_remembered() {
    let options = Options { track_usage: false, ..Options::default() };
    let world = World::with(65, options, CALM).await;
    let issued = world.issue(new_token()).await;
    used(&world, &issued, Some("192.0.2.1"), Some("curl/8")).await;
    assert_eq!(world.authority().usage().waiting(), 0);
    world.authority().write_uses().await.unwrap();
    assert_eq!(shown(&world, &issued).await.last_use, None);
    assert_eq!(world.authority().token_callers(&world.root, issued.token.id).await.unwrap(), []);
    let Found { items, .. } = part(&world, TokenFilter::default()).await.unwrap();
    assert!(items.iter().all(|listed| listed.token.last_use.is_none()));
    // Nobody knows which tokens are used, so none is selected by it.
    let before = TokenFilter { last_used_before: Some(world.now()), ..TokenFilter::default() };
    let after = TokenFilter { last_used_after: Some(world.now()), ..TokenFilter::default() };
    world.clock.advance(std::time::Duration::from_hours(1));
    for filter in [before, after] {
        let (authority, root) = (world.authority(), &world.root);
        let page = PageRequest { after: None, limit: 10 };
        let listed = authority.tokens(root, filter.clone(), Sort::default(), page).await.map(drop);
        let previewed = authority.preview_deletion(root, filter.clone()).await.map(drop);
        let deleted = authority.delete_where(root, filter.clone(), None, None).await.map(drop);
        let part = part(&world, filter).await.map(drop);
        for answer in [listed, previewed, deleted, part] {
            assert!(matches!(answer, Err(Error::Invalid(_))), "{answer:?}");
        }
    }
    world.active(&issued.secret).await;
}
