//! What the world talks to: the native API, the console, the gateway and the command line.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `cli` | the command line |
//! | `config` | the configuration of `jeton serve` |
//! | `listen` | connections: their limits, TLS, and the checks before any route |
//! | `problem` | errors as RFC 9457 problems |

pub mod cli;
pub mod config;
pub mod listen;
pub mod problem;
