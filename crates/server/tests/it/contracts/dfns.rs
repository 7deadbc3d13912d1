//! What holds at Dfns' door; the files mirror its URLs.
//!
//! | file | promise |
//! | --- | --- |
//! | `browser` | a passkey that was made in a real browser signs here, and nowhere else |
//! | `site` | a website of somebody with passkeys |
//! | `company` | a world with this door open, and what its clients do for each change |
//! | `answers` | every documented answer, as a snapshot |
//! | `attacks` | an action token and a challenge are good for one thing, once |
//! | `isolation` | who may call each operation |
//! | `login` | whoever has a credential gets in with it, and nobody is told who exists |
//! | `pats_input` | what a request wants of a token is checked by the documented rules |
//! | `people` | the people of that world, and what they are given |
//! | `permissions` | a permission gives and takes what it names |
//! | `users` `service_accounts` | the people and programs of an organisation, and what their end leaves |
//! | `registration` | who gets in with a code or through a service, and which callers delete |
//! | `credentials` | a user's own keys, and what was switched off signs nothing |
//! | `pats` | a token lives at this door as its clients expect |

mod answers;
mod attacks;
mod browser;
mod company;
mod credentials;
mod isolation;
mod login;
mod pats;
mod pats_input;
mod people;
mod permissions;
mod registration;
mod service_accounts;
mod site;
mod users;

pub(super) use company::{Company, Key, Signing};
pub(super) use isolation::AtDfns;
