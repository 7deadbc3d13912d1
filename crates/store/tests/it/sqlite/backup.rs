//! Promise: a backup is one state of the store, made while it serves, and a restore puts it back without
//! overwriting anything or hiding what it lost.

use super::{denials, eventually, open, open_world, path};
use crate::{
    engine::Engine,
    world::{World, deletion},
};
use domain::{caller::Reach, id::TokenId, origin::Origin};
use rusqlite::Connection;
use std::{
    collections::HashSet,
    fs,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use store::{
    backup::{BackupError, BackupProgress, backup, restore},
    change::Verb,
    error::OpenError,
    inspect::{InspectProgress, inspect},
    quarantine::Ground,
    query::{Sort, TokenFilter},
};

/// Makes a good backup a bad one.
type Spoil = fn(&mut Vec<u8>);

fn target(world: &World) -> PathBuf {
    path(world).with_extension("backup")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_holds_what_was_answered_before_it() {
    let world = Arc::new(World::new(Engine::sqlite()).await);
    let owner = world.member().await;
    world.fill(&owner, 2_000).await;
    let deleted = world.issue(&owner, "deleted").await.token.id;
    world.delete(deleted).await;
    let before: HashSet<TokenId> = ids(&world).await;
    let stop = Arc::new(AtomicBool::new(false));
    let load = tokio::spawn({
        let (world, stop) = (Arc::clone(&world), Arc::clone(&stop));
        async move {
            while !stop.load(Ordering::SeqCst) {
                world.issue(&owner, "meanwhile").await;
            }
        }
    });
    let (from, to) = (path(&world), target(&world));
    let mut checked = false;
    let (tail, copied) = tokio::task::spawn_blocking(move || {
        let mut copied = 0;
        let tail = backup(&from, &to, &mut |progress| match progress {
            BackupProgress::Copying { done, total } => copied = done * 100 / total.max(1),
            BackupProgress::Checking => checked = true,
        });
        assert!(checked);
        (tail.unwrap(), copied)
    })
    .await
    .unwrap();
    stop.store(true, Ordering::SeqCst);
    load.await.unwrap();
    assert_eq!(fs::metadata(target(&world)).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(copied <= 100);

    // The copy is a store of its own, in one file.
    let restored = tempfile::tempdir().unwrap();
    let place = restored.path().join("jeton.db");
    let done = restore(&target(&world), &place, "before", &mut |_| {}).unwrap();
    assert_eq!((done.replaced, done.tail), (None, tail));
    assert_eq!(done.quarantine.unwrap().ground, Ground::Missing);
    let opened = open(&place).unwrap();
    let page = store::query::PageRequest { after: None, limit: 100_000 };
    let tokens = opened
        .store
        .tokens(Reach::Everything, TokenFilter::default(), Sort::default(), page, world.now())
        .await
        .unwrap();
    let after: HashSet<TokenId> = tokens.items.iter().map(|token| token.id).collect();
    assert!(before.is_subset(&after) && !after.contains(&deleted));
    assert_eq!(opened.store.tail().await.unwrap(), tail);
}

async fn ids(world: &World) -> HashSet<TokenId> {
    world.list(Reach::Everything, TokenFilter::default()).await.iter().map(|token| token.id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_overwritten() {
    let world = World::new(Engine::sqlite()).await;
    fs::write(target(&world), "mine").unwrap();
    let refused = backup(&path(&world), &target(&world), &mut |_| ());
    assert!(matches!(refused, Err(BackupError::Exists { .. })), "{refused:?}");
    assert_eq!(fs::read_to_string(target(&world)).unwrap(), "mine");
    let missing = backup(&path(&world).with_extension("none"), &target(&world), &mut |_| ());
    assert!(matches!(missing, Err(BackupError::Missing { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_keeps_the_store_that_was_there() {
    let mut world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    let deleted = world.issue(&owner, "deleted later").await.token;
    backup(&path(&world), &target(&world), &mut |_| ()).unwrap();
    world.delete(deleted.id).await;
    let later = world.issue(&owner, "later").await.token;

    let served = restore(&target(&world), &path(&world), "before", &mut |_| {});
    assert!(matches!(served, Err(BackupError::Store(OpenError::InUse { .. }))), "{served:?}");
    world.store.close().await;
    let done = restore(&target(&world), &path(&world), "before", &mut |_| {}).unwrap();
    let quarantine = done.quarantine.unwrap();
    assert_eq!((quarantine.ground, quarantine.tokens), (Ground::Behind, 1));
    let aside = done.replaced.unwrap();
    assert_eq!(aside, PathBuf::from(format!("{}.before", path(&world).display())));
    assert_eq!(open_world(&mut world).quarantine, Some(quarantine));
    assert!(world.find(deleted.id).await.is_some() && world.find(later.id).await.is_none());

    let old = Connection::open(&aside).unwrap();
    let tombstones: i64 = old.query_row("SELECT count(*) FROM tombstone", [], |row| row.get(0)).unwrap();
    assert_eq!(tombstones, 1);
    world.store.close().await;
    let again = restore(&target(&world), &path(&world), "before", &mut |_| {});
    assert!(matches!(again, Err(BackupError::Exists { .. })), "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_backup_changes_nothing() {
    let world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    world.fill(&owner, 500).await;
    backup(&path(&world), &target(&world), &mut |_| ()).unwrap();
    world.store.close().await;
    let good = fs::read(target(&world)).unwrap();
    let store = fs::read(path(&world)).unwrap();
    let spoil: [(&str, Spoil); 3] = [
        ("cut short", |bytes| bytes.truncate(bytes.len() / 2)),
        ("overwritten", |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle..middle + 8_192].fill(0x55);
        }),
        ("of something else", |bytes| *bytes = b"It is a letter".repeat(1_000)),
    ];
    for (what, spoil) in spoil {
        let mut bytes = good.clone();
        spoil(&mut bytes);
        fs::write(target(&world), bytes).unwrap();
        let refused = restore(&target(&world), &path(&world), "before", &mut |_| {});
        assert!(matches!(refused, Err(BackupError::Store(OpenError::Damaged { .. }))), "{what}: {refused:?}");
        assert_eq!(fs::read(path(&world)).unwrap(), store);
    }
    let directory = path(&world).parent().unwrap().to_owned();
    let left = fs::read_dir(directory).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    assert!(!left.into_iter().any(|name| name.contains("unfinished") || name.contains("before")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inspection_says_how_things_stand() {
    let world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    let kept = world.issue(&owner, "kept").await;
    world.rotate(kept.token.id, domain::token::RotationEnd::Now).await;
    let deleted = world.issue(&owner, "deleted").await;
    world.delete(deleted.token.id).await;
    let tail = world.store.tail().await.unwrap();
    for served in [true, false] {
        let mut stages = Vec::new();
        let inspection = inspect(&path(&world), &mut |progress| stages.push(progress)).unwrap();
        assert_eq!(stages[0], InspectProgress::Integrity);
        assert_eq!((inspection.tail, inspection.in_use, inspection.migration), (tail, served, 6));
        assert_eq!(inspection.findings, Vec::<String>::new());
        let counts = inspection.counts;
        assert_eq!((counts.tokens, counts.tombstones, counts.secrets), (1, 1, 3));
        assert_eq!((counts.organisations, counts.owners, counts.sessions), (1, 2, 0));
        world.store.close().await;
    }
    Connection::open(path(&world)).unwrap().execute_batch("UPDATE journal SET at = at + 1 WHERE position = 3").unwrap();
    let inspection = inspect(&path(&world), &mut |_| ()).unwrap();
    assert_eq!(inspection.findings, ["journal entry 3 does not continue the chain"]);
    fs::remove_file(store::denials::denials_path(&path(&world))).unwrap();
    let inspection = inspect(&path(&world), &mut |_| ()).unwrap();
    assert_eq!(inspection.quarantine.unwrap().ground, Ground::Missing);
    let missing = inspect(&path(&world).with_extension("none"), &mut |_| ());
    assert!(missing.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erased_origins_are_no_finding_and_no_longer_in_the_file() {
    let world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    for _ in 0..100 {
        let token = world.issue(&owner, "deleted").await.token.id;
        let from = Origin::new(Some([192, 0, 2, 1].into()), Some("an-agent-to-be-forgotten"));
        world.store.commit(world.change(deletion(token)).from(&from)).await.unwrap();
    }
    world.wait(Duration::from_secs(1));
    world.made(Verb::Prune { origins_before: Some(world.now()) }).await;
    world.store.close().await;
    let inspection = inspect(&path(&world), &mut |_| ()).unwrap();
    assert_eq!((inspection.findings, inspection.quarantine), (Vec::<String>::new(), None));
    let file = fs::read(path(&world)).unwrap();
    assert!(!file.windows(24).any(|bytes| bytes == b"an-agent-to-be-forgotten"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inspection_of_a_busy_store_shows_no_loss() {
    let world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    let token = world.issue(&owner, "deleted meanwhile").await.token;
    let world = Arc::new(world);
    let deleting = Arc::clone(&world);
    let runtime = tokio::runtime::Handle::current();
    let inspected = tokio::task::spawn_blocking(move || {
        inspect(&path(&deleting), &mut |progress| {
            // The inspection has its snapshot by now; the file outruns it.
            if progress == InspectProgress::Integrity {
                runtime.block_on(async {
                    deleting.delete(token.id).await;
                    let written = || denials(&path(&deleting)).tokens() == [token.id];
                    eventually("the denial is written", written).await;
                });
            }
        })
    });
    assert_eq!(inspected.await.unwrap().unwrap().quarantine, None);
}
