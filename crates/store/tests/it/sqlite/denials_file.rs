//! Promise: the denials file keeps up with its store, and neither damage nor a missing store makes anybody
//! begin it anew.

use super::{
    denials, eventually,
    lost_history::{copy_of, go_back, lift},
    open, open_world, path,
};
use crate::{engine::Engine, world::World};
use domain::{caller::Reach, journal::SecretEnd, secret::KeyId, token::RotationEnd};
use std::{fs, time::Duration};
use store::{
    change::Verb,
    denials::{Denial, Denials, denials_path},
    error::OpenError,
    quarantine::Ground,
    query::TokenFilter,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_follows_the_store_within_moments() {
    let world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    let (deleted, rotated) = (world.issue(&owner, "one").await, world.issue(&owner, "two").await);
    let end = world.now().after(Duration::from_mins(1));
    world.rotate(rotated.token.id, RotationEnd::At(end)).await;
    world.delete(deleted.token.id).await;
    let ended = SecretEnd { digest: rotated.digest, at: end, key: KeyId(1), serial: 1 };
    let expected = [Denial::Secret(rotated.token.id, ended), Denial::Token(deleted.token.id)];
    eventually("the denials are written", || denials(&path(&world)).denials == expected).await;
    eventually("none waits", || world.store.writer_figures().denials_unwritten == 0).await;
    assert_eq!(denials(&path(&world)).secrets(), [(rotated.token.id, ended)]);
    let tail = world.store.tail().await.unwrap();
    world.store.close().await;
    let last = *denials(&path(&world)).seen.last().unwrap();
    assert_eq!((last.position, last.chain), (tail.position, tail.chain));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_behind_is_brought_up_to_date() {
    let mut world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    let deleted = world.issue(&owner, "one").await;
    world.store.close().await;
    let behind = fs::read(denials_path(&path(&world))).unwrap();
    open_world(&mut world);
    world.delete(deleted.token.id).await;
    world.store.close().await;
    // As after a crash: the last frame is missing, or was cut short.
    for cut in [behind.len(), behind.len() + 20] {
        let whole = fs::read(denials_path(&path(&world))).unwrap();
        fs::write(denials_path(&path(&world)), &whole[..cut]).unwrap();
        assert_eq!(open_world(&mut world).quarantine, None);
        world.store.close().await;
        let file = denials(&path(&world));
        assert_eq!(file.tokens(), [deleted.token.id]);
        assert_eq!(file.seen.last().unwrap().position, world.store.tail().await.unwrap().position);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_store_needs_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("jeton.db");
    drop(open(&path).unwrap());
    fs::remove_file(denials_path(&path)).unwrap();
    assert_eq!(open(&path).unwrap().quarantine, None);
    assert!(Denials::read(&denials_path(&path)).unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_missing_or_empty_is_not_begun_anew_beside_its_denials() {
    let mut world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    let deleted = world.issue(&owner, "one").await;
    world.delete(deleted.token.id).await;
    world.store.close().await;
    let (place, aside) = (path(&world), path(&world).with_extension("old"));
    fs::rename(&place, &aside).unwrap();
    let refused = open(&place).map(drop);
    assert!(matches!(&refused, Err(OpenError::Lost { .. })), "{refused:?}");
    assert!(!place.exists());
    fs::write(&place, "").unwrap();
    let Err(OpenError::Damaged { finding, .. }) = open(&place).map(drop) else { panic!("not refused") };
    assert_eq!(finding, "the file is empty");
    assert_eq!(denials(&place).tokens(), [deleted.token.id]);
    // A damaged file may have told of a history.
    fs::remove_file(&place).unwrap();
    let kept = fs::read(denials_path(&place)).unwrap();
    fs::write(denials_path(&place), "whatever").unwrap();
    assert!(matches!(open(&place).map(drop), Err(OpenError::Lost { .. })));

    // Whoever moves the file away begins anew; the older store then is not taken for the newer one.
    let moved = place.with_extension("denials-of-old");
    fs::rename(denials_path(&place), &moved).unwrap();
    drop(open(&place).unwrap());
    assert_eq!(denials(&place).tokens(), []);
    fs::rename(&aside, &place).unwrap();
    assert_eq!(open_world(&mut world).quarantine.unwrap().ground, Ground::OtherStore);
    world.store.close().await;
    fs::write(denials_path(&place), kept).unwrap();
    assert_eq!(open_world(&mut world).quarantine, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_in_the_middle_is_not_taken_for_the_end() {
    let mut world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    let tokens = [world.issue(&owner, "one").await, world.issue(&owner, "two").await].map(|issued| issued.token.id);
    let copy = copy_of(&world);
    let mut ends = Vec::new();
    for token in tokens {
        world.delete(token).await;
        world.reopen().await;
        ends.push(fs::metadata(denials_path(&path(&world))).unwrap().len());
    }
    world.store.close().await;
    let mut bytes = fs::read(denials_path(&path(&world))).unwrap();
    let place = usize::try_from(ends[0]).unwrap() - 1;
    bytes[place] ^= 1;
    fs::write(denials_path(&path(&world)), &bytes).unwrap();
    go_back(&mut world, &copy).await;
    let quarantine = open_world(&mut world).quarantine.unwrap();
    assert_eq!(quarantine.ground, Ground::Unreadable);
    world.store.close().await;
    assert_eq!(fs::read(denials_path(&path(&world))).unwrap(), bytes);

    // What is readable of it is denied, whatever else is done, and the file itself is kept.
    open_world(&mut world);
    world.made(Verb::LiftQuarantine(lift(&world))).await;
    assert_eq!(world.list(Reach::Everything, TokenFilter::default()).await.len(), 1);
    assert_eq!(world.find(tokens[1]).await, None);
    assert_eq!(fs::read(path(&world).with_extension("db.denials.1")).unwrap(), bytes);
    assert_eq!(denials(&path(&world)).tokens(), [tokens[1]]);
    world.store.close().await;
    assert_eq!(open_world(&mut world).quarantine, None);
}
