//! What holds at VectorAI's door.
//!
//! | file | promise |
//! | --- | --- |
//! | `access_token` `api_key` | each dialect has its own words for the same tokens |
//! | `answers` | every documented answer is the one of the transcript |
//! | `tokens` | a token of this door is a token like any other |
//! | `enabled` | the switch gates the token endpoints and nothing else |
//! | `admin` `login` `reset_password` | the one user, his sign-in and his password |
//! | `local` | what only programs on the host may call |
//! | `credential` | who is asking, and which reason to refuse comes first |
//! | `bad_input` | bad input is refused in this door's shape and writes nothing |
//! | `database` | a world with this door open, and what tests ask of it |
//! | `isolation` | who may call each operation |

mod access_token;
mod admin;
mod answers;
mod api_key;
mod bad_input;
mod credential;
mod database;
mod enabled;
mod isolation;
mod local;
mod login;
mod reset_password;
mod tokens;

pub(super) use isolation::AtVectorAi;
