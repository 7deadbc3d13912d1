//! Promise: a backup that is put back is trusted only when it is known to have lost nothing; what the store
//! in its place knew last is not forgotten, and no new store begins in the place of one that is missing.

use super::{denials, eventually, open, open_world, path};
use crate::{
    engine::Engine,
    world::{Issued, World},
};
use std::{fs, path::PathBuf};
use store::{
    backup::{backup, restore},
    change::{LiftQuarantine, Verb},
    denials::denials_path,
    error::OpenError,
    quarantine::Ground,
};

fn accepted() -> LiftQuarantine {
    LiftQuarantine { tokens: vec![], secrets: vec![], delete_before: None, accepted_by: Some("Grace".into()) }
}

/// A store with one token, and a backup of it.
async fn backed_up() -> (World, Issued, PathBuf) {
    let world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    let issued = world.issue(&owner, "one").await;
    let copy = path(&world).with_extension("backup");
    backup(&path(&world), &copy, &mut |_| ()).unwrap();
    (world, issued, copy)
}

/// Takes everything away that a lost disk takes.
fn lose(world: &World) {
    for part in ["db", "db-wal", "db-shm", "db.denials"] {
        let _ = fs::remove_file(path(world).with_extension(part));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_of_the_denials_that_is_older_than_the_backup_proves_nothing() {
    let mut world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    let deleted = world.issue(&owner, "deleted all day").await;
    world.store.close().await;
    let before = fs::read(denials_path(&path(&world))).unwrap();
    open_world(&mut world);
    world.issue(&owner, "another").await;
    let copy = path(&world).with_extension("backup");
    backup(&path(&world), &copy, &mut |_| ()).unwrap();
    world.delete(deleted.token.id).await;
    world.store.close().await;
    lose(&world);
    fs::write(denials_path(&path(&world)), before).unwrap();

    let done = restore(&copy, &path(&world), "lost", &mut |_| {}).unwrap();
    assert_eq!((done.replaced, done.unrecorded), (None, None));
    let quarantine = done.quarantine.unwrap();
    assert_eq!((quarantine.ground, quarantine.restored), (Ground::Restored, true));
    // A restart is no way out, a lift is; and a backup that is made meanwhile is as little worth.
    for _ in 0..2 {
        assert_eq!(open_world(&mut world).quarantine, Some(quarantine.clone()));
        world.store.close().await;
    }
    open_world(&mut world);
    world.made(Verb::LiftQuarantine(accepted())).await;
    world.store.close().await;
    assert_eq!(open_world(&mut world).quarantine, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_ends_where_the_store_ends_has_lost_nothing() {
    let (mut world, issued, copy) = backed_up().await;
    world.store.close().await;
    let done = restore(&copy, &path(&world), "first", &mut |_| {}).unwrap();
    assert_eq!((done.quarantine, done.unrecorded), (None, None));
    assert_eq!(open_world(&mut world).quarantine, None);
    assert!(world.find(issued.token.id).await.is_some());
    world.store.close().await;

    // A store that is not trusted itself tells nothing of what was lost.
    lose(&world);
    for suffix in ["second", "third"] {
        let done = restore(&copy, &path(&world), suffix, &mut |_| {}).unwrap();
        assert_eq!(done.quarantine.unwrap().ground, Ground::Missing);
        assert_eq!(done.unrecorded.is_some(), suffix == "third");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_the_replaced_store_knew_is_denied_again() {
    let (mut world, issued, copy) = backed_up().await;
    world.store.close().await;
    let behind = fs::read(denials_path(&path(&world))).unwrap();
    open_world(&mut world);
    world.delete(issued.token.id).await;
    world.store.close().await;
    // As when the file could not be written since the backup.
    fs::write(denials_path(&path(&world)), behind).unwrap();

    let done = restore(&copy, &path(&world), "before", &mut |_| {}).unwrap();
    let quarantine = done.quarantine.unwrap();
    assert_eq!((quarantine.ground, quarantine.restored, quarantine.tokens), (Ground::Behind, false, 1));
    assert_eq!(done.unrecorded, None);
    assert_eq!(denials(&path(&world)).tokens(), [issued.token.id]);
    assert_eq!(open_world(&mut world).quarantine, Some(quarantine));
    let file = denials(&path(&world));
    let lift = LiftQuarantine { tokens: file.tokens(), secrets: file.secrets(), ..accepted() };
    world.made(Verb::LiftQuarantine(lift)).await;
    assert_eq!(world.find(issued.token.id).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replaced_store_that_cannot_be_read_is_said_to_be_lost() {
    let (world, issued, copy) = backed_up().await;
    world.delete(issued.token.id).await;
    eventually("the denial is written", || denials(&path(&world)).tokens() == [issued.token.id]).await;
    world.store.close().await;
    for (suffix, content) in [("letter", "It is a letter".repeat(1_000)), ("empty", String::new())] {
        fs::write(path(&world), content).unwrap();
        let done = restore(&copy, &path(&world), suffix, &mut |_| {}).unwrap();
        let quarantine = done.quarantine.unwrap();
        // The file knows something, and perhaps not all.
        assert_eq!((quarantine.ground, quarantine.restored, quarantine.tokens), (Ground::Behind, true, 1));
        assert!(done.unrecorded.is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_that_ended_half_way_leaves_a_place_that_nothing_new_takes() {
    let (mut world, issued, copy) = backed_up().await;
    world.delete(issued.token.id).await;
    world.store.close().await;
    // The store has been moved aside, its log has not, and the backup has not got its name.
    fs::rename(path(&world), path(&world).with_extension("aside")).unwrap();
    fs::write(path(&world).with_extension("db-wal"), "a log without its store").unwrap();
    let refused = open(&path(&world)).map(drop);
    assert!(matches!(&refused, Err(OpenError::Lost { .. })), "{refused:?}");
    let done = restore(&copy, &path(&world), "again", &mut |_| {}).unwrap();
    assert_eq!((done.replaced, done.quarantine.unwrap().ground), (None, Ground::Behind));
    assert_eq!(fs::read_to_string(path(&world).with_extension("db.again-wal")).unwrap(), "a log without its store");
    assert!(open_world(&mut world).quarantine.is_some());
}
