//! Promise: one step of a deletion looks at a bounded part of the store, however few tokens it finds there.

use super::{open_world, path};
use crate::{engine::Engine, world::World};
use domain::{caller::Access, id::DeletionId};
use rusqlite::Connection;
use store::{
    change::{Outcome, StartDeletion, Verb},
    query::TokenFilter,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_finds_little_ends_all_the_same() {
    let mut world = World::new(Engine::sqlite()).await;
    let owner = world.member().await;
    world.issue(&owner, "first").await;
    world.store.close().await;
    // As if very many tokens had been issued in between.
    let file = Connection::open(path(&world)).unwrap();
    file.execute("UPDATE sequence SET last = 250000 WHERE name = 'token'", []).unwrap();
    drop(file);
    open_world(&mut world);
    world.issue(&owner, "last").await;
    let id = DeletionId::new(world.now(), &world.randomness);
    let filter = TokenFilter { owner: Some(owner.id), ..TokenFilter::default() };
    let start = StartDeletion { access: Access::unlimited(), id, filter, expects: None, reason: None };
    world.made(Verb::StartDeletion(start)).await;
    let mut steps = Vec::new();
    for _ in 0..3 {
        let Outcome::Deletion(deletion) = world.made(Verb::ContinueDeletion(id)).await else { panic!("no deletion") };
        steps.push((deletion.deleted, deletion.finished_at.is_some()));
    }
    assert_eq!(steps, [(1, false), (1, false), (2, true)]);
}
