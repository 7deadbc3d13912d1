//! What the real binary promises as a process: killed, stopped, starved of its disk, spied on.
//!
//! | file | promise |
//! | --- | --- |
//! | `crash` | whatever was answered survives `kill -9`, and nothing is half done |
//! | `race` | no acceptance that began after the answer to a delete, over HTTP |
//! | `restart` | what was revoked stays revoked over every restart, and a stop is graceful |
//! | `refused` | a store that must not be served is refused with a clear message |
//! | `callers` | the log says who tried |
//! | `contracts` | a demonstration serves its contracts again, and what was deleted at their doors stays deleted |
//! | `keys` | a wrong server key is noticed, and none is dropped that is needed |
//! | `starved` | a full or failing disk gives no false success |
//! | `canary/` | no secret, password or link appears where it does not belong |
//! | `hostile_text` | no text from outside forges or breaks a line of the log or of the command line |
//! | `tls` | the server speaks TLS by itself, and plain HTTP stays on this host |
//! | `bootstrap` | the first administrator comes to be exactly once |
//! | `quarantine` | a store from yesterday accepts nothing until somebody leads it out |
//! | `limits` | slow, greedy and ambiguous clients harm nobody else |
//! | `program` `installation` `client` | what every test stands on |

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod bootstrap;
mod callers;
mod canary;
mod client;
mod contracts;
mod crash;
mod hostile_text;
mod installation;
mod keys;
mod limits;
mod program;
mod quarantine;
mod race;
mod refused;
mod restart;
#[path = "../it/cli/run.rs"]
#[expect(dead_code, reason = "the tests of the command line run commands in more ways")]
mod run;
mod starved;
mod tls;
