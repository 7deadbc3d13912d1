//! The promises of the command line.
//!
//! | file | promise |
//! | --- | --- |
//! | `arguments` | no secret is taken from an argument, and none is repeated |
//! | `offline` | what needs no server works without one, with the exit codes of the help |
//! | `key` | the server key comes back from its backup, and only with the passphrase |
//! | `bench_fill` | a filled store holds the tokens whose secrets were written down |
//! | `tokens` | a token is led through its whole life |
//! | `people` | organisations, users and service accounts are cared for |
//! | `sign_in` | signing in keeps a token in a private file, for its own server only |
//! | `journal` | every change is shown once, in order, as it comes |
//! | `host` | a backup comes back, and what it forgot stays deleted |
//! | `document` | the guide says what the help says |

mod arguments;
mod bench_fill;
mod document;
mod host;
mod journal;
mod key;
mod offline;
mod people;
mod run;
mod serving;
mod sign_in;
mod tokens;
