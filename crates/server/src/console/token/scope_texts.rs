//! What the scopes of Jeton itself allow, in a sentence each; other scopes belong to the services behind it.

use crate::console::texts::{ENGLISH, Phrase};
use domain::scope::native;

/// Jeton's own scopes, each with what it allows.
pub fn native() -> [(&'static str, &'static Phrase); 11] {
    let t = &ENGLISH.token;
    [
        ("*", &t.scope_everything),
        (native::TOKENS_READ, &t.scope_tokens_read),
        (native::TOKENS_WRITE, &t.scope_tokens_write),
        (native::OWN_TOKENS_READ, &t.scope_own_tokens_read),
        (native::OWN_TOKENS_WRITE, &t.scope_own_tokens_write),
        (native::TOKENS_VERIFY, &t.scope_tokens_verify),
        (native::OWNERS_READ, &t.scope_owners_read),
        (native::OWNERS_WRITE, &t.scope_owners_write),
        (native::ORGANISATIONS_READ, &t.scope_organisations_read),
        (native::ORGANISATIONS_WRITE, &t.scope_organisations_write),
        (native::JOURNAL_READ, &t.scope_journal_read),
    ]
}

/// What this scope allows, where it is one of Jeton's.
pub fn text(scope: &str) -> Option<&'static Phrase> {
    native().into_iter().find(|(known, _)| *known == scope).map(|(_, text)| text)
}
