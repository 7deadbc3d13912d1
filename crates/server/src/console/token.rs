//! One API token in the console: its pages, and everything that can be done with it.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `subject` `head` | the token of a page, and what stands above all its tabs |
//! | `details` `usage` `callers` `history` | the tabs |
//! | `add` `edit` | the wizard, and the form of what can be changed |
//! | `draft` `offer` | what was filled in so far, and what can be chosen |
//! | `rotate` `summary` | a new secret, and the only page that shows one |
//! | `delete` `switch` | the dialogs that end its power |
//! | `gone` | the page of a token that was deleted |
//! | `opened_from` | where a dialog leads back to |

pub mod add;
pub mod callers;
pub mod delete;
pub mod details;
pub mod draft;
pub mod edit;
pub mod gone;
pub mod head;
pub mod history;
pub mod offer;
pub mod opened_from;
pub mod rotate;
pub mod subject;
pub mod summary;
pub mod switch;
pub mod usage;

use super::texts::{ENGLISH, Phrase};
use domain::scope::native;

/// What a scope of Jeton itself allows, in a sentence; other scopes belong to the services behind it.
fn scope_text(scope: &str) -> Option<&'static Phrase> {
    let t = &ENGLISH.token;
    Some(match scope {
        "*" => &t.scope_everything,
        native::TOKENS_READ => &t.scope_tokens_read,
        native::TOKENS_WRITE => &t.scope_tokens_write,
        native::OWN_TOKENS_READ => &t.scope_own_tokens_read,
        native::OWN_TOKENS_WRITE => &t.scope_own_tokens_write,
        native::TOKENS_VERIFY => &t.scope_tokens_verify,
        native::OWNERS_READ => &t.scope_owners_read,
        native::OWNERS_WRITE => &t.scope_owners_write,
        native::ORGANISATIONS_READ => &t.scope_organisations_read,
        native::ORGANISATIONS_WRITE => &t.scope_organisations_write,
        native::JOURNAL_READ => &t.scope_journal_read,
        _ => return None,
    })
}
