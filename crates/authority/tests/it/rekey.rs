//! A change of the server key costs no token that is used: older keys verify, each use moves its secret
//! to the current key, and retiring the older keys ends only what was never used since.

use crate::world::{Answer, World, ask, name, new_token, question};
use authority::{
    Authority,
    issue::{Issued, NewToken},
    rotate::Overlap,
    verify::Refused,
};
use domain::{caller::Reach, origin::Origin, secret::Secret};
use rusqlite::Connection;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};
use tokio::runtime::Handle;

const DAY: Duration = Duration::from_hours(24);
/// How many times the key is changed under traffic.
const KEYS: u16 = 8;

async fn rotate_key(world: &mut World) {
    world.keyring = world.keyring.rotated(&*world.random);
    world.restart().await;
}

async fn retire_keys(world: &mut World) {
    world.keyring = world.keyring.retired();
    world.restart().await;
}

/// How many secrets are kept under each key, by its number.
fn kept_under(world: &World, key: u16) -> u64 {
    let connection = Connection::open(world.path()).unwrap();
    connection.query_row("SELECT count(*) FROM secret WHERE key = ?1", [key], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_used_secret_moves_to_the_current_key_and_an_unused_one_dies_with_its_own() {
    let mut world = World::new(40).await;
    let used = world.issue_many(&new_token(), 20).await;
    let unused = world.issue_many(&NewToken { name: name("unused"), ..new_token() }, 5).await;
    rotate_key(&mut world).await;
    for issued in used.iter().chain(&unused[..1]) {
        world.active(&issued.secret).await;
    }
    world.authority().delete(&world.root, unused[0].token.id, None, None).await.unwrap();
    assert_eq!(kept_under(&world, 2), 0, "a verification wrote something");
    world.authority().write_uses().await.unwrap();
    assert_eq!(kept_under(&world, 2), 21);
    for issued in &used {
        world.active(&issued.secret).await;
    }

    retire_keys(&mut world).await;
    for issued in &used {
        world.active(&issued.secret).await;
    }
    for issued in &unused[1..] {
        world.refused(&issued.secret, Refused::Unknown).await;
    }
    world.refused(&unused[0].secret, Refused::Deleted).await;
}

#[tokio::test]
async fn secrets_under_three_keys_work_side_by_side() {
    let mut world = World::new(41).await;
    let mut issued = Vec::new();
    for _ in 0..3 {
        issued.push(world.issue(new_token()).await);
        rotate_key(&mut world).await;
    }
    for issued in &issued {
        world.active(&issued.secret).await;
    }
    world.authority().delete_by_secret(issued[0].secret.expose(), None, &Origin::default()).await.unwrap();
    world.authority().write_uses().await.unwrap();
    world.refused(&issued[0].secret, Refused::Deleted).await;
    world.restart().await;
    world.refused(&issued[0].secret, Refused::Deleted).await;
    retire_keys(&mut world).await;
    for issued in &issued[1..] {
        world.active(&issued.secret).await;
    }
}

#[tokio::test]
async fn a_change_of_the_key_leaves_states_and_rotations_as_they_are() {
    let mut world = World::new(42).await;
    let root = world.root.clone();
    let overlapping = world.issue(new_token()).await;
    let newer = world.authority().rotate(&root, overlapping.token.id, Overlap::Time(DAY), None, None).await.unwrap();
    let waiting = world.issue(new_token()).await;
    let first_use = Overlap::UntilFirstUse(DAY);
    let first = world.authority().rotate(&root, waiting.token.id, first_use, None, None).await.unwrap();
    let expiring = world.issue(NewToken { expires_at: Some(world.now().after(DAY)), ..new_token() }).await;
    rotate_key(&mut world).await;

    for secret in [&overlapping.secret, &newer.secret, &waiting.secret, &expiring.secret] {
        world.active(secret).await;
    }
    world.authority().write_uses().await.unwrap();
    world.active(&first.secret).await;
    world.refused(&waiting.secret, Refused::Rotated).await;
    world.authority().write_uses().await.unwrap();
    world.authority().disable(&root, overlapping.token.id, None).await.unwrap();
    world.refused(&overlapping.secret, Refused::Disabled).await;
    world.refused(&newer.secret, Refused::Disabled).await;
    world.authority().enable(&root, overlapping.token.id, None).await.unwrap();
    world.clock.advance(DAY);
    world.refused(&overlapping.secret, Refused::Rotated).await;
    world.refused(&expiring.secret, Refused::Expired).await;
    world.active(&newer.secret).await;
    world.active(&first.secret).await;
}

/// Verifies live tokens over and over, and counts what it is told.
fn traffic(
    authority: Arc<Authority>,
    handle: &Handle,
    live: &[Secret],
    deleted: &[Secret],
    stop: &AtomicBool,
) -> (u64, Vec<Answer>) {
    let (mut right, mut wrong) = (0, Vec::new());
    while !stop.load(Ordering::Relaxed) {
        for (secrets, is_live) in [(live, true), (deleted, false)] {
            for secret in secrets {
                let asked = ask(&authority, Reach::Everything, question(secret.expose()));
                let answer = handle.block_on(asked).unwrap();
                let expected = if is_live { answer.is_active() } else { answer == Answer::Refused(Refused::Deleted) };
                if expected { right += 1 } else { wrong.push(answer) }
            }
        }
    }
    (right, wrong)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_verdict_is_wrong_while_secrets_move_to_the_current_key() {
    let mut world = World::new(43).await;
    let live: Arc<Vec<Secret>> =
        Arc::new(world.issue_many(&new_token(), 300).await.into_iter().map(|issued| issued.secret).collect());
    let mut deleted = Vec::new();
    for Issued { token, secret, .. } in world.issue_many(&new_token(), 20).await {
        world.authority().delete(&world.root, token.id, None, None).await.unwrap();
        deleted.push(secret);
    }
    let deleted = Arc::new(deleted);
    let verdicts = Arc::new(AtomicU64::new(0));
    for _ in 0..KEYS {
        rotate_key(&mut world).await;
        let stop = Arc::new(AtomicBool::new(false));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let (authority, handle, stop) = (Arc::clone(world.authority()), Handle::current(), Arc::clone(&stop));
                let (live, deleted, verdicts) = (Arc::clone(&live), Arc::clone(&deleted), Arc::clone(&verdicts));
                thread::spawn(move || {
                    let (right, wrong) = traffic(authority, &handle, &live, &deleted, &stop);
                    verdicts.fetch_add(right, Ordering::Relaxed);
                    wrong
                })
            })
            .collect();
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_millis(2)).await;
            world.authority().write_uses().await.unwrap();
        }
        stop.store(true, Ordering::Relaxed);
        for thread in threads {
            let wrong = tokio::task::spawn_blocking(move || thread.join().unwrap()).await.unwrap();
            assert_eq!(wrong, [], "a verdict was wrong while secrets moved");
        }
    }
    // A busy machine may not have come to all of them since the last change.
    for secret in live.iter() {
        assert!(ask(world.authority(), Reach::Everything, question(secret.expose())).await.unwrap().is_active());
    }
    world.authority().write_uses().await.unwrap();
    assert_eq!(kept_under(&world, KEYS + 1), 300, "every used secret moved to the last key");
    println!("{} verdicts", verdicts.load(Ordering::Relaxed));
}

/// Whoever verifies bearers by the published keys can do so until the older keys are retired.
#[tokio::test]
async fn the_published_keys_verify_what_older_keys_signed_until_those_are_retired() {
    let mut world = World::new(44).await;
    let published = |world: &World, bearer: &Secret| {
        let keys = world.authority().bearer_keys().unwrap();
        keys.iter().filter(|key| key.verify::<serde_json::Value>(bearer.expose()).is_some()).count()
    };
    let old = world.authority().bearer(r#"{"sub":"old"}"#, None);
    rotate_key(&mut world).await;
    let new = world.authority().bearer(r#"{"sub":"new"}"#, None);
    assert_eq!(world.authority().bearer_keys().unwrap().len(), 2);
    assert_eq!((published(&world, &old), published(&world, &new)), (1, 1));
    retire_keys(&mut world).await;
    assert_eq!((published(&world, &old), published(&world, &new)), (0, 1));
}
