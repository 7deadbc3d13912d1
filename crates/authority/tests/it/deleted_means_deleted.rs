//! Deleted means deleted: whatever happens afterwards, nothing accepts the token again, and whoever
//! may see its tombstone learns how it ended.

use crate::world::{CALM, UNAVAILABLE, World, new_token};
use authority::{
    Error,
    authority::Options,
    delete::Deleting,
    issue::{Issued, NewToken},
    rotate::Overlap,
    update::TokenPatch,
    verify::Refused,
};
use domain::{
    caller::{Access, Actor},
    id::DeletionId,
    limits,
    name::Labels,
    origin::Origin,
    secret::Secret,
    token::{State, Token},
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use store::{
    Store,
    change::{Change, StartDeletion, Verb},
    query::{Deletion, PageRequest, Sort, TokenFilter},
    store::Follower,
};
use tokio::sync::watch;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_deleted_token_is_refused_at_once_and_for_every_verb() {
    let world = World::new(1).await;
    let (authority, root) = (world.authority(), &world.root);
    let Issued { token, secret, .. } = world.issue(new_token()).await;
    world.active(&secret).await;

    authority.delete(root, token.id, Some(token.revision), Some("lost laptop".to_owned())).await.unwrap();
    world.refused(&secret, Refused::Deleted).await;

    assert!(matches!(authority.delete(root, token.id, None, None).await, Err(Error::NotFound)));
    assert!(matches!(authority.enable(root, token.id, None).await, Err(Error::NotFound)));
    assert!(matches!(authority.disable(root, token.id, None).await, Err(Error::NotFound)));
    assert!(matches!(authority.rotate(root, token.id, Overlap::None, None, None).await, Err(Error::NotFound)));
    let patch = TokenPatch { expires_at: Some(Some(world.now().after(DAY))), ..TokenPatch::default() };
    assert!(matches!(authority.update(root, token.id, patch, None).await, Err(Error::NotFound)));
    world.refused(&secret, Refused::Deleted).await;
}

#[tokio::test]
async fn the_tombstone_tells_its_facts_to_those_who_reach_it() {
    let world = World::new(2).await;
    let (authority, root) = (world.authority(), &world.root);
    let organisation = world.organisation().await;
    let owner = world.member(organisation.id, "").await;
    let stranger = world.caller(&world.member(organisation.id, "").await).await;
    let issued = world.issue(NewToken { owner: Some(owner.id), ..new_token() }).await;
    world.clock.advance(DAY);
    authority.delete(root, issued.token.id, None, Some("offboarding".to_owned())).await.unwrap();

    let id = issued.token.id;
    assert!(matches!(authority.token(root, id, false).await, Err(Error::NotFound)));
    let Err(Error::Gone(tombstone)) = authority.token(&world.caller(&owner).await, id, true).await else {
        panic!("the owner does not see the tombstone of his token")
    };
    let deleted = tombstone.deleted.clone().unwrap();
    assert_eq!((deleted.at, deleted.by), (world.now(), Some(root.owner)));
    assert_eq!(deleted.reason.as_deref(), Some("offboarding"));
    assert_eq!(tombstone.state(world.now()), State::Deleted);
    assert_eq!(Token { deleted: None, ..*tombstone }, issued.token);
    assert!(matches!(authority.token(&stranger, id, true).await, Err(Error::NotFound)));

    let live = listed(&world, TokenFilter { owner: Some(owner.id), ..TokenFilter::default() }).await;
    assert!(live.iter().all(|token| token.id != id));
    let filter = TokenFilter { owner: Some(owner.id), state: Some(State::Deleted), ..TokenFilter::default() };
    assert_eq!(listed(&world, filter).await.iter().map(|token| token.id).collect::<Vec<_>>(), [id]);
}

async fn listed(world: &World, filter: TokenFilter) -> Vec<Token> {
    let page = PageRequest { after: None, limit: limits::PAGE };
    world.authority().tokens(&world.root, filter, Sort::default(), page).await.unwrap().items
}

#[tokio::test]
async fn every_secret_that_a_token_ever_had_dies_with_it() {
    let world = World::new(3).await;
    let first = world.issue(new_token()).await;
    let mut secrets = vec![first.secret];
    for overlap in [Overlap::None, Overlap::Time(DAY), Overlap::UntilFirstUse(DAY), Overlap::Time(DAY)] {
        let rotated = world.authority().rotate(&world.root, first.token.id, overlap, None, None).await.unwrap();
        secrets.push(rotated.secret);
    }
    world.refused(&secrets[0], Refused::Rotated).await;
    world.active(&secrets[1]).await;
    world.authority().delete(&world.root, first.token.id, None, None).await.unwrap();
    for secret in &secrets {
        world.refused(secret, Refused::Deleted).await;
    }
}

/// What happens to a token around its deletion.
#[derive(Debug, Clone, Copy)]
enum Turn {
    Delete,
    Disable,
    Enable,
    Rotate,
    Restart,
    NextDay,
    ClockBack,
}

#[tokio::test]
async fn no_order_of_restarts_brings_a_deleted_token_back() {
    use Turn::{ClockBack, Delete, Disable, Enable, NextDay, Restart, Rotate};
    let orders: [&[Turn]; 8] = [
        &[Delete, Restart],
        &[Restart, Delete, Restart, Restart],
        &[Rotate, Delete, Restart],
        &[Rotate, Restart, Rotate, Delete, Restart],
        &[Disable, Delete, Restart],
        &[Disable, Restart, Enable, Delete, Restart],
        &[NextDay, Delete, ClockBack, Restart],
        &[Delete, Restart, NextDay, NextDay, Restart, ClockBack, ClockBack, Restart],
    ];
    let mut world = World::new(4).await;
    for order in orders {
        println!("order {order:?}");
        let Issued { token, secret, .. } = world.issue(new_token()).await;
        let mut secrets = vec![secret];
        let mut deleted = false;
        for turn in order {
            take(&mut world, *turn, &token, &mut secrets).await;
            deleted |= matches!(turn, Delete);
            for secret in secrets.iter().filter(|_| deleted) {
                world.refused(secret, Refused::Deleted).await;
            }
        }
    }
}

async fn take(world: &mut World, turn: Turn, token: &Token, secrets: &mut Vec<Secret>) {
    let (authority, root, id) = (Arc::clone(world.authority()), world.root.clone(), token.id);
    match turn {
        Turn::Delete => authority.delete(&root, id, None, None).await.unwrap(),
        Turn::Disable => drop(authority.disable(&root, id, None).await.unwrap()),
        Turn::Enable => drop(authority.enable(&root, id, None).await.unwrap()),
        Turn::Rotate => {
            let rotated = authority.rotate(&root, id, Overlap::Time(DAY), None, None).await.unwrap();
            secrets.push(rotated.secret);
        }
        Turn::Restart => {
            drop(authority);
            world.restart().await;
        }
        Turn::NextDay => world.clock.advance(DAY),
        Turn::ClockBack => world.clock.step_back(DAY),
    }
}

/// Hears nothing, as if the process had ended between the commit and the index.
struct Deaf;

impl Follower for Deaf {
    fn committed(&self, _: &[domain::journal::Entry]) {}
    fn outcome_unknown(&self) {}
}

#[tokio::test]
async fn a_process_that_ends_between_commit_and_index_finds_the_delete_at_its_next_start() {
    let mut world = World::new(5).await;
    let Issued { token, secret, .. } = world.issue(new_token()).await;
    world.store().follow(Arc::new(Deaf));
    world.authority().delete(&world.root, token.id, None, None).await.unwrap();
    world.active(&secret).await; // The index was kept from learning of it: this is the moment to end.
    world.restart().await;
    world.refused(&secret, Refused::Deleted).await;
}

#[tokio::test]
async fn whoever_holds_a_secret_may_end_its_token() {
    let mut world = World::new(6).await;
    let plain = world.issue(new_token()).await;
    let disabled = world.issue(new_token()).await;
    world.authority().disable(&world.root, disabled.token.id, None).await.unwrap();
    let rotated = world.issue(new_token()).await;
    let newer = world.authority().rotate(&world.root, rotated.token.id, Overlap::None, None, None).await.unwrap();
    world.keyring = world.keyring.rotated(&*world.random);
    world.restart().await;

    for issued in [&plain, &disabled] {
        world
            .authority()
            .delete_by_secret(issued.secret.expose(), Some("leaked".to_owned()), &Origin::default())
            .await
            .unwrap();
        world.refused(&issued.secret, Refused::Deleted).await;
        world.authority().delete_by_secret(issued.secret.expose(), None, &Origin::default()).await.unwrap();
    }
    let Err(Error::Gone(tombstone)) = world.authority().token(&world.root, plain.token.id, true).await else {
        panic!("there is no tombstone")
    };
    assert_eq!(tombstone.deleted.unwrap().by, None);

    world.authority().delete_by_secret(rotated.secret.expose(), None, &Origin::default()).await.unwrap();
    world.active(&newer.secret).await; // A secret that was rotated out has no power left, not even this.
    for unknown in [world.authority().generate(domain::format::Kind::Token).expose(), "jtn_x", ""] {
        world.authority().delete_by_secret(unknown, None, &Origin::default()).await.unwrap();
    }
}

#[tokio::test]
async fn a_secret_of_no_live_token_never_reaches_the_writer() {
    let world = World::with(50, Options::default(), UNAVAILABLE).await;
    let (deleted, live) = (world.issue(new_token()).await, world.issue(new_token()).await);
    world.authority().delete(&world.root, deleted.token.id, None, None).await.unwrap();
    let unknown = world.authority().generate(domain::format::Kind::Token);
    // From now on every change fails.
    world.store().arm(true);
    for secret in [&unknown, &deleted.secret] {
        world.authority().delete_by_secret(secret.expose(), None, &Origin::default()).await.unwrap();
    }
    let refused = world.authority().delete_by_secret(live.secret.expose(), None, &Origin::default()).await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
}

fn labelled(value: &str) -> NewToken {
    let labels = BTreeMap::from([("batch".to_owned(), value.to_owned())]);
    NewToken { labels: Labels::parse("labels", labels).unwrap(), ..new_token() }
}

fn batch(value: &str) -> TokenFilter {
    TokenFilter { labels: vec![("batch".to_owned(), Some(value.to_owned()))], ..TokenFilter::default() }
}

#[tokio::test]
async fn what_was_reviewed_is_what_is_deleted() {
    let world = World::new(7).await;
    let (authority, root) = (world.authority(), &world.root);
    let others = world.issue_many(&labelled("b"), 3).await;
    let mut selected = world.issue_many(&labelled("a"), 5).await;
    let preview = authority.preview_deletion(root, batch("a")).await.unwrap();
    assert_eq!((preview.count, preview.sample.len()), (5, 5));
    selected.extend(world.issue_many(&labelled("a"), 1).await);

    let refused = authority.delete_where(root, batch("a"), Some(preview.digest), None).await;
    assert!(matches!(refused, Err(Error::PreviewChanged)));
    for issued in &selected {
        world.active(&issued.secret).await;
    }

    let preview = authority.preview_deletion(root, batch("a")).await.unwrap();
    let done = authority.delete_where(root, batch("a"), Some(preview.digest), None).await.unwrap();
    assert!(matches!(done, Deleting::Done { tokens: 6 }));
    for issued in &selected {
        world.refused(&issued.secret, Refused::Deleted).await;
    }
    for issued in &others {
        world.active(&issued.secret).await;
    }
}

#[tokio::test]
async fn a_member_deletes_no_more_than_his_own() {
    let world = World::new(8).await;
    let member = world.member(world.root.organisation, "").await;
    let own = world.issue(NewToken { owner: Some(member.id), ..labelled("a") }).await;
    let foreign = world.issue(labelled("a")).await;
    let caller = world.caller(&member).await;
    assert!(matches!(world.authority().delete(&caller, foreign.token.id, None, None).await, Err(Error::NotFound)));
    let done = world.authority().delete_where(&caller, batch("a"), None, None).await.unwrap();
    assert!(matches!(done, Deleting::Done { tokens: 1 }));
    world.refused(&own.secret, Refused::Deleted).await;
    world.active(&foreign.secret).await;
}

/// This test runs on one thread, so the deletion cannot go on behind its back.
#[tokio::test]
async fn a_deletion_in_steps_goes_on_after_a_stop_and_leaves_what_came_later() {
    const TOKENS: usize = limits::DELETE_STEP + 5;
    let mut world = World::with(9, Options::default(), UNAVAILABLE).await;
    let selected = world.issue_many(&labelled("a"), TOKENS).await;
    let started = world.authority().delete_where(&world.root, batch("a"), None, Some("cleaning".to_owned())).await;
    let Deleting::Started(Deletion { id, total, deleted: 0, .. }) = started.unwrap() else {
        panic!("a large deletion did not run in steps")
    };
    assert_eq!(total, TOKENS as u64);

    world.store().arm(true); // The first step fails, and the work stops.
    while world.store().faults() == 0 {
        tokio::task::yield_now().await;
    }
    world.store().arm(false);
    let later = world.issue(labelled("a")).await;
    step(&world, id).await;
    let deletion = world.authority().deletion(&world.root, id).await.unwrap();
    assert_eq!((deletion.deleted, deletion.finished_at), (limits::DELETE_STEP as u64, None));
    assert_eq!(count_active(&world, &selected).await, TOKENS - limits::DELETE_STEP);

    world.plan = CALM;
    world.restart().await;
    assert_eq!(count_active(&world, &selected).await, TOKENS - limits::DELETE_STEP, "a restart lost the progress");
    world.authority().resume_deletions().await.unwrap();
    let deletion = finished(&world, id).await;
    assert_eq!((deletion.deleted, deletion.reason.as_deref()), (TOKENS as u64, Some("cleaning")));
    assert_eq!(count_active(&world, &selected).await, 0);
    world.active(&later.secret).await; // It was issued after the deletion had begun.
}

#[tokio::test]
async fn a_deletion_in_steps_that_met_a_fault_is_taken_up_again() {
    let world = World::with(13, Options::default(), UNAVAILABLE).await;
    let selected = world.issue_many(&labelled("a"), 10).await;
    // What begins a large deletion may as well begin a small one.
    let id = DeletionId::new(world.now(), &*world.random);
    let (filter, access) = (batch("a"), Access::unlimited());
    let start = StartDeletion { access, id, filter, expects: None, reason: None };
    let change = Change::by(world.now(), &world.root, Verb::StartDeletion(start));
    world.store().commit(change).await.unwrap();
    world.store().arm(true);
    world.authority().resume_deletions().await.unwrap();
    while world.store().faults() == 0 {
        tokio::task::yield_now().await;
    }
    world.store().arm(false);
    assert_eq!(count_active(&world, &selected).await, 10);

    let (stop, stopped) = watch::channel(false);
    let background = world.authority().start_background(stopped);
    assert_eq!(finished(&world, id).await.deleted, 10);
    assert_eq!(count_active(&world, &selected).await, 0);
    stop.send_replace(true);
    background.await.unwrap();
}

async fn step(world: &World, id: DeletionId) {
    let change = Change::new(world.now(), Actor::System, Verb::ContinueDeletion(id));
    world.store().commit(change).await.unwrap();
}

async fn finished(world: &World, id: DeletionId) -> Deletion {
    loop {
        let deletion = world.authority().deletion(&world.root, id).await.unwrap();
        if deletion.finished_at.is_some() {
            return deletion;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn count_active(world: &World, issued: &[Issued]) -> usize {
    let mut active = 0;
    for issued in issued {
        active += usize::from(world.ask(issued.secret.expose()).await.is_active());
    }
    active
}
