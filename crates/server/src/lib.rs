//! What the world talks to: the native API, the console, the gateway and the command line.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `cli` | the command line |
//! | `config` | the configuration of `jeton serve` |
//! | `key_backup` | the backup of the server key |
//! | `json` | request and answer bodies as strict JSON |
//! | `listen` | connections: their limits, TLS, and the checks before any route |
//! | `private_file` | files that only their owner may read |
//! | `problem` | errors as RFC 9457 problems |
//! | `query` | query strings, read strictly |
//! | `redact` | which texts from outside may be shown again |
//! | `server_key` | the file of the server key |

pub mod cli;
pub mod config;
pub mod json;
pub mod key_backup;
pub mod listen;
pub mod private_file;
pub mod problem;
pub mod query;
pub mod redact;
pub mod server_key;
