//! An unknown outcome, which only a commit that fails inside shows.

use super::*;
use crate::{
    OpenOptions,
    change::{NewOrganisation, Verb},
    denials::denials_path,
    migration::{SQLITE, migrate},
    open_sqlite,
    sqlite::connection,
    testing::Seeded,
};
use domain::{
    caller::Actor,
    id::{OrganisationId, Position},
    journal::Entry,
    name::Name,
    time::Timestamp,
};
use std::{
    path::Path,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

#[derive(Default)]
struct Told {
    entries: AtomicUsize,
    unknown: AtomicBool,
}

impl Follower for Told {
    fn committed(&self, entries: &[Entry]) {
        self.entries.fetch_add(entries.len(), Ordering::SeqCst);
    }

    fn outcome_unknown(&self) {
        self.unknown.store(true, Ordering::SeqCst);
    }
}

fn change(randomness: &Seeded) -> Change {
    let at = Timestamp::from_milliseconds(1_700_000_000_000);
    let id = OrganisationId::new(at, randomness);
    let organisation = NewOrganisation { id, name: Name::stored("One".into()) };
    Change::new(at, Actor::System, Verb::CreateOrganisation(organisation))
}

/// A writer whose commits fail from now on, in a way that says nothing about the disk.
fn failing(path: &Path, failing: &Arc<AtomicBool>) -> (Writer, Arc<Told>) {
    drop(open_sqlite(path, &OpenOptions::default()).unwrap());
    let lock = crate::open::lock(path).unwrap();
    let mut connection = connection::writer(path, None).unwrap();
    assert!(connection::make_durable(&connection).unwrap());
    migrate(&mut connection, SQLITE).unwrap();
    let memory = Memory::read(&connection).unwrap();
    let fails = Arc::clone(failing);
    connection.commit_hook(Some(move || fails.load(Ordering::SeqCst))).unwrap();
    let denials = Appender::held(denials_path(path), [0; 16]);
    let writer = Writer::start(connection, memory, denials, false, lock).unwrap();
    let told = Arc::new(Told::default());
    writer.follow(Arc::clone(&told) as Arc<dyn Follower>);
    (writer, told)
}

#[tokio::test]
async fn after_an_unknown_outcome_nothing_is_accepted_any_more() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("jeton.db");
    let (fails, randomness) = (Arc::new(AtomicBool::new(false)), Seeded::new(1));
    let (writer, told) = failing(&path, &fails);
    assert!(writer.commit(change(&randomness), None).await.is_ok());
    assert_eq!((told.entries.load(Ordering::SeqCst), told.unknown.load(Ordering::SeqCst)), (1, false));

    fails.store(true, Ordering::SeqCst);
    assert!(matches!(writer.commit(change(&randomness), None).await, Err(CommitError::Unknown(_))));
    assert!(told.unknown.load(Ordering::SeqCst));
    fails.store(false, Ordering::SeqCst);
    assert!(matches!(writer.commit(change(&randomness), None).await, Err(CommitError::Unavailable(_))));
    // Memory was told of nothing that is not known to be durable.
    assert_eq!(told.entries.load(Ordering::SeqCst), 1);
    writer.close();

    // The next start finds out what was kept, and serves.
    let opened = open_sqlite(&path, &OpenOptions::default()).unwrap();
    assert_eq!(opened.store.tail().await.unwrap().position, Position(1));
    assert!(opened.store.commit(change(&randomness)).await.is_ok());
}

#[tokio::test]
async fn every_change_of_an_unknown_commit_is_answered_as_unknown() {
    let directory = tempfile::tempdir().unwrap();
    let (fails, randomness) = (Arc::new(AtomicBool::new(true)), Seeded::new(1));
    let (writer, _) = failing(&directory.path().join("jeton.db"), &fails);
    let writer = Arc::new(writer);
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (writer, change) = (Arc::clone(&writer), change(&randomness));
        waiting.spawn(async move { writer.commit(change, None).await });
    }
    let mut unknown = 0;
    while let Some(answer) = waiting.join_next().await {
        match answer.unwrap() {
            Err(CommitError::Unknown(_)) => unknown += 1,
            // Whatever came after the failed commit was not even tried.
            Err(CommitError::Unavailable(_)) => {}
            other => panic!("answered {other:?}"),
        }
    }
    assert!(unknown >= 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_behind_the_end_is_refused_and_not_unknown() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("jeton.db");
    let randomness = Seeded::new(1);
    let (writer, _) = failing(&path, &Arc::new(AtomicBool::new(false)));
    let writer = Arc::new(writer);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    // The first change waits for the other writer, and the end and the second change wait behind it.
    let commit = |change| {
        let writer = Arc::clone(&writer);
        tokio::spawn(async move { writer.commit(change, None).await })
    };
    let first = commit(change(&randomness));
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    writer.queue.send(Message::Close).unwrap();
    let second = commit(change(&randomness));
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    other.execute_batch("ROLLBACK").unwrap();
    assert!(first.await.unwrap().is_ok());
    let refused = second.await.unwrap();
    assert!(matches!(&refused, Err(CommitError::Unavailable(_))), "{refused:?}");
}

#[test]
fn a_change_that_is_undone_leaves_no_deletion_to_be_guarded() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("jeton.db");
    drop(open_sqlite(&path, &OpenOptions::default()).unwrap());
    let mut memory = Memory::read(&connection::reader(&path).unwrap()).unwrap();
    for before in [false, true] {
        memory.guarded_deletions = before;
        let mark = memory.mark();
        memory.guarded_deletions = !before;
        memory.back_to(&mark);
        assert_eq!(memory.guarded_deletions, before);
    }
}
