//! The form of RNCV's keys: those of the token authentication of Django REST framework.

use domain::{
    facts::Facts,
    form::{Alphabet, SecretForm},
    token::{Terms, Token},
};

/// How many hexadecimal digits a key has: 20 random bytes.
const CHARACTERS: usize = 40;
/// The place of a user's one key.
pub const SLOT: &str = "rncv";

/// The terms of a key: one for each user.
pub fn terms() -> Terms {
    Terms {
        slot: Some(SLOT.to_owned()),
        unique_in: None,
        form: Some(SecretForm::new("", Alphabet::Hexadecimal, CHARACTERS)),
        facts: Facts::default(),
    }
}

/// True for a user's one key, and for none of his other tokens.
pub fn holds_slot(token: &Token) -> bool {
    token.terms.slot.as_deref() == Some(SLOT)
}

/// True for the text of a key. It has no prefix, so only a whole text can be known as one.
pub fn is_key(text: &str) -> bool {
    text.len() == CHARACTERS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
