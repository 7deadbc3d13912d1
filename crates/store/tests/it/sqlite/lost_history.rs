//! Promise: a store that comes back from the past is noticed and serves no change until what it forgot
//! is denied again, or somebody accepts the loss by name.

use super::{denials, open_world, path};
use crate::{
    engine::Engine,
    world::{World, deletion, kept, owner_of, refusal},
};
use domain::{
    caller::{Access, Reach},
    journal::{Event, SecretEnd, SecretsEnded},
    limits,
    owner::{OwnerKind, Role},
    scope::Scopes,
    secret::{Digest, KeyId},
    token::RotationEnd,
};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};
use store::{
    backup::backup,
    change::{CreateOwner, IssueToken, LiftQuarantine, NewSecret, RehashSecrets, Verb, WantedScopes},
    denials::denials_path,
    error::{CommitError, Refusal},
    quarantine::Ground,
    query::{JournalFilter, Loaded, PageRequest, TokenFilter},
};

pub(super) fn lift(world: &World) -> LiftQuarantine {
    let file = denials(&path(world));
    LiftQuarantine {
        tokens: file.tokens(),
        secrets: file.secrets(),
        delete_before: None,
        accepted_by: Some("Grace".into()),
    }
}

/// Closes a world's store and puts an older copy of it in its place; the denials stay.
pub(super) async fn go_back(world: &mut World, copy: &Path) {
    world.store.close().await;
    for part in ["db-wal", "db-shm"] {
        let _ = fs::remove_file(path(world).with_extension(part));
    }
    fs::copy(copy, path(world)).unwrap();
}

pub(super) fn copy_of(world: &World) -> PathBuf {
    let copy = path(world).with_extension("copy");
    let _ = fs::remove_file(&copy);
    backup(&path(world), &copy, &mut |_| ()).unwrap();
    copy
}

async fn live(world: &World) -> Vec<Digest> {
    let live = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&live);
    let now = world.now();
    let take = move |loaded| match loaded {
        Loaded::Secret { digest, ends_at, .. } if ends_at.is_none_or(|end| end > now) => {
            sink.lock().unwrap().push(digest);
        }
        _ => {}
    };
    world.store.load(Arc::new(take)).await.unwrap();
    live.lock().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_from_the_past_is_led_back_to_work() {
    let mut world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    let kept = world.issue(&owner, "kept").await;
    let deleted = world.issue(&owner, "deleted later").await;
    let rotated = world.issue(&owner, "rotated later").await;
    let finished = world.issue(&owner, "rotation finished later").await;
    let newer =
        world.rotate(finished.token.id, RotationEnd::FirstUse(world.now().after(Duration::from_mins(15)))).await;
    let overlapped = world.issue(&owner, "rotated later, with an overlap").await;
    let copy = copy_of(&world);
    let shared = world.store.tail().await.unwrap().position;
    world.delete(deleted.token.id).await;
    world.rotate(rotated.token.id, RotationEnd::Now).await;
    let end = world.now().after(Duration::from_hours(1));
    world.rotate(overlapped.token.id, RotationEnd::At(end)).await;
    world.made(Verb::FinishRotation(newer.digest)).await;
    let lost = world.issue(&owner, "lost").await;
    world.delete(lost.token.id).await;
    let seen = world.store.tail().await.unwrap().position;
    go_back(&mut world, &copy).await;

    let quarantine = open_world(&mut world).quarantine.unwrap();
    assert_eq!((quarantine.ground, quarantine.tail, quarantine.seen), (Ground::Behind, shared, Some(seen)));
    assert_eq!((quarantine.tokens, quarantine.secrets), (2, 4));
    assert!(quarantine.shared.is_some_and(|position| position <= shared));
    for verb in
        [Verb::IssueToken(world.issuing(&owner, "new")), deletion(kept.token.id), Verb::Prune { origins_before: None }]
    {
        let refused = world.commit(verb).await;
        assert!(matches!(refused, Err(CommitError::Unavailable(_))), "{refused:?}");
    }
    // It can be read meanwhile, and closing it changes nothing.
    assert!(world.find(deleted.token.id).await.is_some());
    world.store.close().await;
    assert!(open_world(&mut world).quarantine.is_some());

    world.made(Verb::LiftQuarantine(lift(&world))).await;
    let Event::QuarantineLifted(lifted) = world.log.last().event else { panic!("not told") };
    assert_eq!((lifted.denials_replayed, lifted.accepted_by.as_deref()), (4, Some("Grace")));
    assert_eq!(world.find(deleted.token.id).await, None);
    // The newer secret was lost, so nobody holds one that works.
    assert_eq!(world.find(rotated.token.id).await, None);
    assert_eq!(live(&world).await, [kept.digest, newer.digest, overlapped.digest]);
    // What had not ended yet ends when it was to end, in the store, the journal and the file.
    let ended = SecretEnd { digest: overlapped.digest, at: end, key: KeyId(1), serial: 1 };
    let told = Event::SecretsEnded(SecretsEnded { token: overlapped.token.id, ends: vec![ended] });
    assert!(world.log.events().contains(&told));
    assert!(denials(&path(&world)).secrets().contains(&(overlapped.token.id, ended)));
    // What only the lost history knew stays denied, for a copy that still knows it.
    assert!(denials(&path(&world)).tokens().contains(&lost.token.id));
    // It serves again, and gives no number of a token that was lost.
    let next = world.issue(&owner, "next").await;
    assert!(next.token.number > lost.token.number, "{} {}", next.token.number, lost.token.number);
    world.store.close().await;
    assert_eq!(open_world(&mut world).quarantine, None);
    world.wait(Duration::from_hours(1));
    assert_eq!(live(&world).await, [kept.digest, newer.digest, next.digest]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_was_rotated_out_under_a_newer_key_is_found_under_the_older_one() {
    let mut world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    let rotated = world.issue(&owner, "rotated later").await;
    let kept = world.rotate(rotated.token.id, RotationEnd::At(world.now().after(Duration::from_hours(1)))).await;
    let copy = copy_of(&world);
    let newer = world.secret().digest;
    let rehash = RehashSecrets { key: KeyId(2), digests: vec![(rotated.digest, newer)] };
    world.made(Verb::RehashSecrets(rehash)).await;
    world.rotate(rotated.token.id, RotationEnd::At(world.now())).await;
    go_back(&mut world, &copy).await;
    open_world(&mut world);
    assert_eq!(live(&world).await, [rotated.digest, kept.digest]);
    let all = lift(&world);
    // Only the one whose digest the copy does not know, and the place of a secret that was given again.
    let is_rehashed = |end: &SecretEnd| end.digest == newer;
    let mut secrets: Vec<_> = all.secrets.into_iter().filter(|(_, end)| is_rehashed(end)).collect();
    assert_eq!(secrets.len(), 1);
    let another = SecretEnd { digest: world.secret().digest, at: world.now(), key: KeyId(1), serial: 2 };
    secrets.push((rotated.token.id, another));
    world.made(Verb::LiftQuarantine(LiftQuarantine { secrets, ..lift(&world) })).await;
    assert_eq!(live(&world).await, [kept.digest]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_number_of_what_was_lost_is_given_again() {
    let mut world = World::new(Engine::sqlite()).await;
    let copy = copy_of(&world);
    let organisation = world.organisation("Lost").await;
    let owner = world.owner(&organisation, OwnerKind::ServiceAccount, Role::Member).await;
    go_back(&mut world, &copy).await;
    open_world(&mut world);
    world.made(Verb::LiftQuarantine(lift(&world))).await;
    for _ in 0..2 {
        let next = world.organisation("Next").await;
        assert!(next.number > organisation.number, "{} {}", next.number, organisation.number);
        let next = world.owner(&next, OwnerKind::ServiceAccount, Role::Member).await;
        assert!(next.number > owner.number, "{} {}", next.number, owner.number);
        world.reopen().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_return_to_the_same_past_is_noticed_as_well() {
    let mut world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    let deleted = world.issue(&owner, "deleted later").await;
    let copy = copy_of(&world);
    world.delete(deleted.token.id).await;
    for _ in 0..2 {
        go_back(&mut world, &copy).await;
        assert!(open_world(&mut world).quarantine.is_some());
        assert!(world.find(deleted.token.id).await.is_some());
        world.made(Verb::LiftQuarantine(lift(&world))).await;
        assert_eq!(world.find(deleted.token.id).await, None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_history_of_the_same_length_is_noticed() {
    let mut world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    let token = world.issue(&owner, "one").await.token;
    let copy = copy_of(&world);
    world.delete(token.id).await;
    world.store.close().await;
    let first = fs::read(denials_path(&path(&world))).unwrap();
    go_back(&mut world, &copy).await;
    // The other history is written beside a file of its own, then the first file comes back.
    fs::remove_file(denials_path(&path(&world))).unwrap();
    open_world(&mut world);
    let accepted =
        LiftQuarantine { tokens: vec![], secrets: vec![], delete_before: None, accepted_by: Some("Grace".into()) };
    world.made(Verb::LiftQuarantine(accepted)).await;
    world.issue(&owner, "other").await;
    world.store.close().await;
    fs::write(denials_path(&path(&world)), first).unwrap();
    assert_eq!(open_world(&mut world).quarantine.unwrap().ground, Ground::Diverged);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_missing_unreadable_or_foreign_is_noticed() {
    let mut world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    let deleted = world.issue(&owner, "one").await;
    world.delete(deleted.token.id).await;
    let file = denials_path(&path(&world));
    let other = World::new(Engine::sqlite()).await;
    other.store.close().await;
    let foreign = fs::read(denials_path(&path(&other))).unwrap();
    for (content, ground) in [
        (None, Ground::Missing),
        (Some(vec![]), Ground::Unreadable),
        (Some(b"Jeton denials 2\nwhatever".to_vec()), Ground::Unreadable),
        (Some(foreign), Ground::OtherStore),
    ] {
        world.store.close().await;
        match content {
            Some(content) => fs::write(&file, content).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        assert_eq!(open_world(&mut world).quarantine.unwrap().ground, ground);
        let accepted =
            LiftQuarantine { tokens: vec![], secrets: vec![], delete_before: None, accepted_by: Some("Grace".into()) };
        world.made(Verb::LiftQuarantine(accepted)).await;
        // The new file knows what the store itself denies.
        assert_eq!(denials(&path(&world)).tokens(), [deleted.token.id]);
    }
    world.store.close().await;
    assert_eq!(open_world(&mut world).quarantine, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_tokens_before_an_instant_may_be_deleted() {
    let mut world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    world.fill(&owner, domain::limits::DELETE_STEP + 3).await;
    world.wait(Duration::from_secs(1));
    let instant = world.now();
    let younger = world.issue(&owner, "younger").await;
    world.store.close().await;
    fs::remove_file(denials_path(&path(&world))).unwrap();
    open_world(&mut world);
    let accepted = LiftQuarantine { tokens: vec![], secrets: vec![], delete_before: Some(instant), accepted_by: None };
    world.made(Verb::LiftQuarantine(accepted)).await;
    assert_eq!(world.list(Reach::Everything, TokenFilter::default()).await, [younger.token]);
    let deleted = world.log.events().iter().filter(|event| matches!(event, Event::TokenDeleted(_))).count();
    assert_eq!(deleted, domain::limits::DELETE_STEP + 3);
    assert_eq!(denials(&path(&world)).tokens().len(), deleted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_with_more_scopes_than_a_request_may_name_does_not_stop_the_catching_up() {
    let mut world = World::new(Engine::sqlite()).await;
    let mut owner = world.new_owner(OwnerKind::User, Role::Member);
    let granted: Vec<_> = (0..limits::SCOPES).map(|number| format!("module:{number}")).collect();
    owner.scopes = Scopes::parse("scopes", granted.iter().map(String::as_str)).unwrap();
    let organisation = world.organisation.id;
    let verb = CreateOwner { access: Access::unlimited(), organisation, owner, invited: false };
    let owner = owner_of(world.made(Verb::CreateOwner(verb)).await);
    world.store.close().await;
    let behind = fs::read(denials_path(&path(&world))).unwrap();
    open_world(&mut world);
    let wanted = IssueToken { scopes: WantedScopes::AsMuchAsAllowed, ..world.issuing(&owner, "everything") };
    let issued = world.issue_as(wanted).await;
    assert!(issued.token.scopes.len() > limits::SCOPES);
    world.store.close().await;
    fs::write(denials_path(&path(&world)), behind).unwrap();
    assert_eq!(open_world(&mut world).quarantine, None);
    let page = PageRequest { after: None, limit: 100 };
    let journal = world.store.journal(Reach::Everything, JournalFilter::default(), page).await.unwrap();
    let Event::TokenIssued(told) = &journal.items[0].entry.event else { panic!("not issued") };
    assert_eq!(told.grant.scopes, issued.token.scopes);
    assert_eq!(live(&world).await, [issued.digest]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lifting_takes_what_a_deleted_token_was_never_to_get_again() {
    let mut world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    let deleted = world.issue(&owner, "deleted later").await;
    let copy = copy_of(&world);
    world.delete(deleted.token.id).await;
    go_back(&mut world, &copy).await;
    open_world(&mut world);
    world.made(Verb::LiftQuarantine(lift(&world))).await;
    let mut again = world.issuing(&owner, "again");
    again.secret = NewSecret { digest: deleted.digest, ..kept(&again) }.into();
    assert_eq!(refusal(world.commit(Verb::IssueToken(again)).await), Refusal::Consumed);
}
