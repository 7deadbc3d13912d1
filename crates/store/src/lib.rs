//! What is kept: one promise, [`Store`], and the engines that hold it.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `store` | the promise: `commit` and the queries |
//! | `change` | what can be committed, verb by verb, and what comes of it |
//! | `query` | filters, sorting, pages and the rows that queries answer with |
//! | `error` | why a change was refused or a store could not answer |

pub mod change;
pub mod error;
pub mod query;
pub mod store;

pub use store::Store;
