//! What is kept: one promise, [`Store`], and the engines that hold it.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `store` | the promise: `commit` and the queries |
//! | `change` | what can be committed, verb by verb, and what comes of it |
//! | `query` | filters, sorting, pages and the rows that queries answer with |
//! | `error` | why a change was refused or a store could not answer |
//! | `open` | opening a store: the lock, the checks, what a quarantine is about |
//! | `backup`, `inspect` | copies made while serving, putting them back, looking a store over |
//! | `keys` | which server keys a store belongs to |
//! | `sqlite` | the embedded engine |
//! | `migration` | forward-only migrations, checked at start |
//! | `testing` | for tests only: a store that fails on purpose |
//! | `denials`, `quarantine` | what was denied, kept beside the store, so that the past cannot return |

pub mod backup;
pub mod change;
pub mod denials;
pub mod error;
mod files;
pub mod inspect;
pub mod keys;
mod migration;
pub mod open;
pub mod quarantine;
pub mod query;
mod sqlite;
pub mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use open::{OpenOptions, Opened, open_sqlite};
pub use quarantine::Quarantine;
pub use store::Store;
