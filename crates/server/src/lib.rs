//! What the world talks to: the native API, the console, the gateway and the command line.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `router` | THE page: every route of every surface |
//! | `hot_door` | verification, in front of the router |
//! | `api` | the native API, one resource a file |
//! | `contracts` | the outside contracts, one a folder |
//! | `console` | the web pages, one room a folder |
//! | `surface` | which paths have a shape of errors of their own |
//! | `auth` `cookie` | from a header to a caller |
//! | `state` | what every handler works with |
//! | `serve` `begin` `demo` | how the server starts and ends, and what it can start with |
//! | `cli` | the command line |
//! | `config` | the configuration of `jeton serve` |
//! | `cursor` | the text of a cursor, where a page of a list ended |
//! | `key_backup` | the backup of the server key |
//! | `journal_entry` | journal entries as the native API and the console's export show them |
//! | `json` | request and answer bodies as strict JSON |
//! | `listen` | connections: their limits, TLS, and the checks before any route |
//! | `log` | the log: its form, and what is left out |
//! | `metrics` | what is measured, and the listener that says it |
//! | `middleware` | what happens around every route |
//! | `path` | the parameters of a path, refused by name |
//! | `pieces` | answers that are written while they are read |
//! | `private_file` | files that only their owner may read |
//! | `problem` | errors as RFC 9457 problems |
//! | `query` | query strings, read strictly |
//! | `redact` | which texts from outside may be shown again |
//! | `request_id` | the name of a request |
//! | `server_key` | the file of the server key |

pub mod api;
pub mod auth;
pub mod begin;
pub mod cli;
pub mod config;
pub mod console;
pub mod contracts;
pub mod cookie;
pub mod cursor;
pub mod demo;
pub mod hot_door;
pub mod journal_entry;
pub mod json;
pub mod key_backup;
pub mod listen;
pub mod log;
pub mod metrics;
pub mod middleware;
pub mod path;
pub mod pieces;
pub mod private_file;
pub mod problem;
pub mod query;
pub mod redact;
pub mod request_id;
pub mod router;
pub mod serve;
pub mod server_key;
pub mod signed_action;
pub mod state;
pub mod surface;
