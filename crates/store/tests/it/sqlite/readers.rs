//! Promise: queries never wait for the writer, and see every commit that was answered before them.

use super::path;
use crate::{engine::Engine, world::World};
use domain::caller::Reach;
use rusqlite::Connection;
use std::{sync::Arc, time::Duration};
use store::{change::Verb, query::TokenFilter};
use tokio::time::timeout;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queries_are_answered_while_the_writer_is_held_up() {
    let world = Arc::new(World::new(Engine::sqlite()).await);
    let owner = world.member().await;
    world.issue(&owner, "before").await;
    let other = Connection::open(path(&world)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = tokio::spawn({
        let (world, owner) = (Arc::clone(&world), owner.clone());
        async move { world.commit(Verb::IssueToken(world.issuing(&owner, "held up"))).await.map(drop) }
    });
    for _ in 0..20 {
        let listed = world.list(Reach::Everything, TokenFilter::default());
        assert_eq!(timeout(Duration::from_secs(5), listed).await.unwrap().len(), 1);
    }
    assert!(!waiting.is_finished());
    other.execute_batch("ROLLBACK").unwrap();
    waiting.await.unwrap().unwrap();
    assert_eq!(world.list(Reach::Everything, TokenFilter::default()).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answered_change_is_seen_by_the_next_query() {
    let world = Arc::new(World::new(Engine::sqlite()).await);
    let owner = world.member().await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (world, owner) = (Arc::clone(&world), owner.clone());
        tasks.spawn(async move {
            for _ in 0..50 {
                let issued = world.issue(&owner, "one").await;
                assert_eq!(world.find(issued.token.id).await, Some(issued.token.clone()));
                world.delete(issued.token.id).await;
                assert_eq!(world.find(issued.token.id).await, None);
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_starts_while_a_reader_holds_its_log() {
    let mut world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    let other = Connection::open(path(&world)).unwrap();
    other.execute_batch("BEGIN; SELECT count(*) FROM token").unwrap();
    world.fill(&owner, 1_000).await;
    world.reopen().await;
    assert_eq!(world.list(Reach::Everything, TokenFilter::default()).await.len(), 1_000);
    world.issue(&owner, "one more").await;
    other.execute_batch("ROLLBACK").unwrap();
    world.reopen().await;
    assert_eq!(world.list(Reach::Everything, TokenFilter::default()).await.len(), 1_001);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_queries_than_readers_take_turns() {
    let world = Arc::new(World::new(Engine::sqlite()).await);
    let owner = world.member().await;
    world.fill(&owner, 100).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let world = Arc::clone(&world);
        tasks.spawn(async move { world.list(Reach::Everything, TokenFilter::default()).await.len() });
    }
    while let Some(listed) = tasks.join_next().await {
        assert_eq!(listed.unwrap(), 100);
    }
}
