//! The native API under `/v1`; the files mirror its URLs.
//!
//! | file | promise |
//! | --- | --- |
//! | `openapi` | the document says what the router does |
//! | `tokens` | a token can be issued, read, changed and switched |
//! | `tokens_delete` | deleted means deleted, one by one, by a filter, and by possession |
//! | `tokens_rotate` | a new secret takes over when it was told to |
//! | `tokens_list` | lists find what was asked for, page by page, whatever happens in between |
//! | `tokens_verify` | a verdict is right, in order, and never stored |
//! | `whoami` | any token may ask about itself |
//! | `organisations` `users` `service_accounts` | who owns tokens, and what ends their power |
//! | `journal` | every accepted change can be read, and no secret in it |
//! | `sessions` | passwords open sessions, which no other site can use |
//! | `links` | a one-time link works once, and one that makes an administrator only here |

mod actions;
mod journal;
mod links;
mod openapi;
mod organisations;
mod passkey_sessions;
mod service_accounts;
mod sessions;
mod tokens;
mod tokens_delete;
mod tokens_list;
mod tokens_rotate;
mod tokens_verify;
mod users;
mod whoami;
