//! The native API under `/v1`, one resource a file.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `tokens` `token_shapes` `token_input` `token_filter` | issue, list, show, update, switch, rotate, delete |
//! | `deletions` | deletions of many tokens, and of a token by its secret |
//! | `verify` `whoami` | verdicts |
//! | `organisations` `users` `service_accounts` `owner_shapes` `owner_input` | who owns tokens |
//! | `actions` `signers` `answers` `challenge_shapes` | what is signed before it is done, and with what |
//! | `journal` | what happened |
//! | `sessions` `passkey_sessions` `links` | passwords, sessions, one-time links |
//! | `oauth2` | RFC 7662 and RFC 7009 |
//! | `health` | signs of life |
//! | `problems` | what the `type` of a problem leads to |
//! | `fields` `page` `preconditions` | what lists and changes have in common |
//! | `refusal` | how the authority's errors become problems |
//! | `document` `declared` | the OpenAPI document, and how it binds the operations |

pub mod actions;
pub mod answers;
pub mod challenge_shapes;
pub mod declared;
pub mod deletions;
pub mod document;
pub mod fields;
pub mod health;
pub mod journal;
pub mod links;
pub mod oauth2;
pub mod organisations;
pub mod owner_input;
pub mod owner_shapes;
pub mod page;
pub mod passkey_sessions;
pub mod preconditions;
pub mod problems;
mod refusal;
pub mod service_accounts;
pub mod sessions;
pub mod signers;
pub mod token_filter;
pub mod token_input;
pub mod token_shapes;
pub mod tokens;
pub mod users;
pub mod verify;
pub mod whoami;

/// The tag of operations on tokens.
const TOKENS: &str = "Tokens";
/// The tag of operations on signers and signed actions.
const SIGNING: &str = "Signing";
/// The tag of operations on organisations, users and service accounts.
const OWNERS: &str = "Owners";
