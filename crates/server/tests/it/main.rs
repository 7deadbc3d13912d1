//! The promises of the server, one file each.
//!
//! | file | promise |
//! | --- | --- |
//! | `around` | what holds around every route |
//! | `cli/` | what holds for the command line |
//! | `configuration` | everything that is wrong is said at once, and what is unsafe is refused |
//! | `configuration_documents` | the default file and the guide say what the table of settings says |
//! | `problem_pages` | each kind of problem has its page, and each page its kind |
//! | `strict_json` | a body has one reading, and everything wrong with it is said at once |
//! | `door/` | what holds for every connection, before any route |

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod around;
mod cli;
mod configuration;
mod configuration_documents;
mod door;
mod problem_pages;
mod snapshot;
mod strict_json;
