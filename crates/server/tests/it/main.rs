//! The promises of the server, one file each.
//!
//! | file | promise |
//! | --- | --- |
//! | `configuration` | everything that is wrong is said at once, and what is unsafe is refused |
//! | `configuration_documents` | the default file and the guide say what the table of settings says |
//! | `problem_pages` | each kind of problem has its page, and each page its kind |
//! | `door/` | what holds for every connection, before any route |

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod configuration;
mod configuration_documents;
mod door;
mod problem_pages;
mod snapshot;
