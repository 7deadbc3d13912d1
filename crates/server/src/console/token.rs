//! One API token in the console: its pages, and everything that can be done with it.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `subject` `head` | the token of a page, and what stands above all its tabs |
//! | `details` `usage` `callers` `history` | the tabs |
//! | `add` `edit` | the wizard, and the form of what can be changed |
//! | `draft` `step` | what was filled in so far, and in which part of a form |
//! | `offer` `scope_texts` | what can be chosen, and what scopes allow |
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
pub mod scope_texts;
pub mod step;
pub mod subject;
pub mod summary;
pub mod switch;
pub mod usage;
