//! The promises of a store, one file each, kept by every engine.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[macro_use]
mod engine;
mod changes;
mod signing;
mod world;

mod callers;
mod commits;
mod credentials;
mod deletions;
mod demands;
mod disabled_together;
mod filters;
mod first_signers;
mod idempotency;
mod journal;
mod listed;
mod listed_people;
mod load;
mod offboarding;
mod origins;
mod owners;
mod paging;
mod permissions;
mod previews;
mod reach;
mod retirement;
mod rotation;
mod search;
mod set_up;
mod signed_actions;
mod signers;
mod standing;
mod terms;
mod tombstones;
mod updates;
mod upkeep;
mod usage;

mod sqlite;
