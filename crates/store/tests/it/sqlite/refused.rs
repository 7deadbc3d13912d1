//! Promise: a store that must not be served is refused, with a message that says why, and a full disk
//! fails the change but not the store.

use super::{open, path};
use crate::{
    engine::Engine,
    world::{Log, World, name},
};
use domain::caller::Actor;
use rusqlite::Connection;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{Arc, atomic::Ordering},
};
use store::{
    OpenOptions,
    change::{Change, NewOrganisation, Verb},
    denials::denials_path,
    error::{CommitError, OpenError},
    open_sqlite,
    query::TokenFilter,
    store::Follower,
    testing::Seeded,
};

async fn closed() -> World {
    let world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    for _ in 0..50 {
        world.issue(&owner, "one").await;
    }
    world.store.close().await;
    world
}

fn finding(path: &Path) -> String {
    match open(path).map(drop) {
        Err(OpenError::Damaged { finding, path: named }) => {
            assert_eq!(named, path.display().to_string());
            finding
        }
        other => panic!("not refused as damaged: {other:?}"),
    }
}

fn tamper(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[tokio::test]
async fn a_second_opening_finds_it_in_use() {
    let mut world = World::new(Engine::sqlite()).await;
    let refused = open(&path(&world)).map(drop);
    assert!(matches!(refused, Err(OpenError::InUse { .. })), "{refused:?}");
    world.reopen().await;
    assert!(matches!(open(&path(&world)).map(drop), Err(OpenError::InUse { .. })));
}

#[tokio::test]
async fn a_passing_look_at_the_lock_refuses_nobody() {
    let world = closed().await;
    let lock = fs::File::open(path(&world).with_extension("db.lock")).unwrap();
    lock.lock().unwrap();
    let passing = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(20));
        drop(lock);
    });
    assert!(open(&path(&world)).is_ok());
    passing.join().unwrap();
}

#[tokio::test]
async fn a_newer_store_is_refused() {
    let world = closed().await;
    tamper(&path(&world), "INSERT INTO migration (number, name, sha256) VALUES (9999, 'later', zeroblob(32))");
    let Err(OpenError::Newer { found: 9999, known, .. }) = open(&path(&world)).map(drop) else { panic!("not refused") };
    assert!(known < 9999);
}

#[tokio::test]
async fn a_store_of_another_migration_text_is_refused() {
    let world = closed().await;
    tamper(&path(&world), "UPDATE migration SET sha256 = zeroblob(32) WHERE number = 1");
    assert!(matches!(open(&path(&world)).map(drop), Err(OpenError::Altered { migration: 1, .. })));
}

#[tokio::test]
async fn what_is_no_store_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let text = directory.path().join("text");
    fs::write(&text, "It is a letter, and not a short one: ".repeat(100)).unwrap();
    finding(&text);
    assert!(fs::read_to_string(&text).unwrap().starts_with("It is a letter"));
    let other = directory.path().join("other.db");
    tamper(&other, "CREATE TABLE cats (name TEXT); INSERT INTO cats VALUES ('Tom')");
    assert_eq!(finding(&other), "it is a file of something else");
    let cats: i64 =
        Connection::open(&other).unwrap().query_row("SELECT count(*) FROM cats", [], |row| row.get(0)).unwrap();
    assert_eq!(cats, 1);
}

#[tokio::test]
async fn a_file_that_was_cut_short_is_refused() {
    let world = closed().await;
    let length = fs::metadata(path(&world)).unwrap().len();
    for cut in [length - 4_096, length / 2, 4_096, 1_000] {
        let copy = path(&world).with_extension("cut");
        fs::write(&copy, &fs::read(path(&world)).unwrap()[..usize::try_from(cut).unwrap()]).unwrap();
        fs::copy(denials_path(&path(&world)), denials_path(&copy)).unwrap();
        finding(&copy);
    }
}

#[tokio::test]
async fn a_file_that_was_cut_short_below_its_log_is_refused() {
    let mut world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    world.fill(&owner, 500).await;
    world.reopen().await;
    let whole = fs::metadata(path(&world)).unwrap().len();
    world.fill(&owner, 100).await;
    // As a copy of both that was made while the store was served, or after a kill.
    let copy = path(&world).with_extension("cut");
    let copied = |length: u64| {
        fs::write(&copy, &fs::read(path(&world)).unwrap()[..usize::try_from(length).unwrap()]).unwrap();
        fs::copy(path(&world).with_extension("db-wal"), path(&world).with_extension("cut-wal")).unwrap();
        fs::copy(denials_path(&path(&world)), denials_path(&copy)).unwrap();
    };
    assert!(fs::metadata(path(&world).with_extension("db-wal")).unwrap().len() > 100_000);
    copied(fs::metadata(path(&world)).unwrap().len());
    drop(open(&copy).unwrap());
    for pages in [20, 30] {
        copied(whole - pages * 4_096);
        assert_eq!(finding(&copy), "the file was cut short");
    }
}

#[tokio::test]
async fn a_changed_schema_is_refused() {
    for (sql, object) in [
        ("DROP INDEX journal_kind", "journal_kind"),
        ("ALTER TABLE nonce ADD COLUMN more TEXT", "nonce"),
        ("CREATE TABLE more (x)", "tables that no migration made"),
        ("CREATE TRIGGER more AFTER INSERT ON token BEGIN DELETE FROM journal; END", "tables that no migration made"),
    ] {
        let world = closed().await;
        tamper(&path(&world), sql);
        let finding = finding(&path(&world));
        assert!(finding.contains(object), "{sql}: {finding}");
    }
}

#[tokio::test]
async fn a_journal_that_was_tampered_with_is_refused() {
    for sql in [
        "UPDATE journal SET at = at + 1 WHERE position = 20",
        "UPDATE journal SET organisation = NULL WHERE position = 20",
        "UPDATE journal SET chain = zeroblob(32) WHERE position = (SELECT max(position) FROM journal)",
        "DELETE FROM journal WHERE position = 20",
        "UPDATE journal SET body = x'00' WHERE position = 20",
    ] {
        let world = closed().await;
        tamper(&path(&world), sql);
        let finding = finding(&path(&world));
        assert!(finding.contains("journal"), "{sql}: {finding}");
    }
}

#[test]
fn a_full_disk_is_noticed_at_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let options = OpenOptions { max_pages: Some(10), ..OpenOptions::default() };
    let refused = open_sqlite(&directory.path().join("jeton.db"), &options).map(drop);
    assert!(matches!(refused, Err(OpenError::DiskFull { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_full_disk_fails_the_change_and_not_the_store() {
    let mut world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    world.store.close().await;
    let options = OpenOptions { max_pages: Some(90), ..OpenOptions::default() };
    let opened = open_sqlite(&path(&world), &options).unwrap();
    world.store = opened.store;
    world.log = Arc::new(Log::default());
    world.store.follow(Arc::clone(&world.log) as Arc<dyn Follower>);
    let mut made = 0;
    let refused = loop {
        let mut wanted = world.issuing(&owner, "one");
        wanted.description = "x".repeat(2_000);
        match world.commit(Verb::IssueToken(wanted)).await {
            Ok(_) => made += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, CommitError::Unavailable(_)), "{refused:?}");
    assert!(made > 5 && !world.log.unknown.load(Ordering::SeqCst));
    // Nothing of the failed change was kept, and what needs little room still works.
    let tokens = world.list(domain::caller::Reach::Everything, TokenFilter::default()).await;
    assert_eq!((tokens.len(), world.log.entries().len()), (made, made));
    world.store.close().await;
    let opened = super::open_world(&mut world);
    assert_eq!(opened.quarantine, None);
    world.delete(tokens[0].id).await;
}

#[tokio::test]
async fn every_file_is_for_its_owner_only() {
    let world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    world.issue(&owner, "one").await;
    let directory = path(&world).parent().unwrap().to_owned();
    let mut files: Vec<_> = fs::read_dir(directory).unwrap().map(Result::unwrap).collect();
    files.sort_by_key(fs::DirEntry::file_name);
    let names: Vec<_> = files.iter().map(|file| file.file_name().into_string().unwrap()).collect();
    assert_eq!(names, ["jeton.db", "jeton.db-shm", "jeton.db-wal", "jeton.db.denials", "jeton.db.lock"]);
    for file in files {
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", file.file_name());
    }
    // One that was opened to others by mistake is closed again.
    world.store.close().await;
    fs::set_permissions(path(&world), fs::Permissions::from_mode(0o644)).unwrap();
    drop(open(&path(&world)).unwrap());
    assert_eq!(fs::metadata(path(&world)).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn the_log_is_emptied_at_close() {
    let world = closed().await;
    assert_eq!(fs::metadata(path(&world).with_extension("db-wal")).unwrap().len(), 0);
    let (at, randomness) = (world.now(), Seeded::new(1));
    let organisation = NewOrganisation { id: domain::id::OrganisationId::new(at, &randomness), name: name("Late") };
    let late = world.store.commit(Change::new(at, Actor::System, Verb::CreateOrganisation(organisation))).await;
    assert!(matches!(late, Err(CommitError::Unavailable(_))));
}
