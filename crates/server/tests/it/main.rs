//! The promises of the server, one file each.
//!
//! | file | promise |
//! | --- | --- |
//! | `configuration` | everything that is wrong is said at once, and what is unsafe is refused |
//! | `configuration_documents` | the default file and the guide say what the table of settings says |

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod configuration;
mod configuration_documents;
mod snapshot;
