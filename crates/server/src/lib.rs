//! What the world talks to: the native API, the console, the gateway and the command line.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `cli` | the command line |
//! | `config` | the configuration of `jeton serve` |

pub mod cli;
pub mod config;
