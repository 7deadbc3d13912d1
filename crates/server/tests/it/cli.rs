//! The promises of the command line.
//!
//! | file | promise |
//! | --- | --- |
//! | `arguments` | no secret is taken from an argument, and none is repeated |
//! | `offline` | what needs no server works without one, with the exit codes of the help |
//! | `key` | the server key comes back from its backup, and only with the passphrase |
//! | `bench_fill` | a filled store holds the tokens whose secrets were written down |
//! | `document` | the guide says what the help says |

mod arguments;
mod bench_fill;
mod document;
mod key;
mod offline;
mod run;
