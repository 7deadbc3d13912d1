//! The shapes of tokens in RNCV's answers.

use super::key;
use authority::issue::Issued;
use domain::{
    time::Timestamp,
    token::{State, Token},
};
use serde::Serialize;
use utoipa::ToSchema;

/// A token. It never shows the secret.
#[derive(Serialize, ToSchema)]
#[schema(as = RncvToken)]
pub struct TokenShape {
    /// Its number.
    token_id: u64,
    /// The number of the user whom it speaks for.
    user_id: u32,
    /// Its name.
    name: String,
    /// When it was created.
    #[schema(format = "date-time")]
    created: String,
    /// False when it was disabled or has expired.
    active: bool,
    /// True for the user's one key, which `user_id` means in a deletion; false for his other tokens.
    is_key: bool,
}

impl TokenShape {
    /// Shows a token.
    pub fn new(token: &Token, now: Timestamp) -> Self {
        Self {
            token_id: token.number.0,
            user_id: token.owner_number.0,
            name: token.name.to_string(),
            created: token.created_at.to_string(),
            active: token.state(now) == State::Active,
            is_key: key::holds_slot(token),
        }
    }
}

/// A new token with its key, which is shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = RncvNewKey)]
pub struct NewKeyShape {
    /// The token.
    #[serde(flatten)]
    about: TokenShape,
    /// The key.
    #[schema(pattern = "^[0-9a-f]{40}$")]
    key: String,
    /// The same, by the name that the framework's own view for obtaining a token gives it.
    #[schema(pattern = "^[0-9a-f]{40}$")]
    token: String,
}

impl NewKeyShape {
    /// Shows a new token.
    pub fn new(issued: &Issued, now: Timestamp) -> Self {
        let key = issued.secret.expose().to_owned();
        Self { about: TokenShape::new(&issued.token, now), token: key.clone(), key }
    }
}

/// What confirms a deletion.
#[derive(Serialize, ToSchema)]
#[schema(as = RncvDeletedToken)]
pub struct DeletedShape {
    /// That it was deleted.
    detail: &'static str,
    /// The number of the token.
    token_id: u64,
    /// The number of the user whom it spoke for.
    user_id: u32,
}

impl DeletedShape {
    /// Shows a tombstone.
    pub fn new(token: &Token) -> Self {
        let detail = "The token was deleted.";
        Self { detail, token_id: token.number.0, user_id: token.owner_number.0 }
    }
}
