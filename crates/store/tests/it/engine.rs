//! The engines that keep the promises. A new engine is a variant here and a line in the macro.

use std::sync::Arc;
use store::{OpenOptions, Opened, Store, open_sqlite};
use tempfile::TempDir;

/// A place where a store is kept, which can be opened again and again.
pub(crate) enum Engine {
    Sqlite(TempDir),
}

impl Engine {
    /// A place for a SQLite file.
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// Opens the store, making it the first time.
    pub(crate) fn open(&self) -> Arc<dyn Store> {
        match self {
            Self::Sqlite(directory) => {
                let path = directory.path().join("jeton.db");
                let Opened { store, quarantine } = open_sqlite(&path, &OpenOptions::default()).unwrap();
                assert_eq!(quarantine, None);
                store
            }
        }
    }
}

/// Makes a test of each promise for each engine.
macro_rules! on_every_engine {
    ($($promise:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    super::$promise($crate::engine::Engine::sqlite()).await;
                }
            )+
        }
    };
}
