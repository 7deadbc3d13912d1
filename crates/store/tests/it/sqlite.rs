//! What only the SQLite engine promises: its file, its log, its denials and its copies.

mod backup;
mod denials_file;
mod lost_history;
mod readers;
mod refused;
mod restore;
mod steps;

use crate::{
    engine::Engine,
    world::{Log, World},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use store::{
    OpenOptions, Opened, denials::Denials, denials::denials_path, error::OpenError, open_sqlite, store::Follower,
};

/// The file of a world's store.
fn path(world: &World) -> PathBuf {
    match &world.engine {
        Engine::Sqlite(directory) => directory.path().join("jeton.db"),
    }
}

fn open(path: &Path) -> Result<Opened, OpenError> {
    open_sqlite(path, &OpenOptions::default())
}

/// Opens whatever is at the path of a closed world.
fn open_world(world: &mut World) -> Opened {
    let opened = open(&path(world)).unwrap();
    world.store = Arc::clone(&opened.store);
    world.log = Arc::new(Log::default());
    world.store.follow(Arc::clone(&world.log) as Arc<dyn Follower>);
    opened
}

fn denials(store: &Path) -> Denials {
    Denials::read(&denials_path(store)).unwrap().unwrap()
}

/// Waits until something is so, which a thread makes so within moments.
async fn eventually(what: &str, mut so: impl FnMut() -> bool) {
    for _ in 0..500 {
        if so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not within ten seconds: {what}");
}
