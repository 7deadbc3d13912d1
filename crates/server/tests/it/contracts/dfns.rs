//! What holds at Dfns' door; the files mirror its URLs.
//!
//! | file | promise |
//! | --- | --- |
//! | `browser` | a passkey that was made in a real browser signs here, and nowhere else |
//! | `chromium` | that browser |
//! | `company` | a world with this door open, and what its clients do for each change |
//! | `attacks` | an action token and a challenge are good for one thing, once |
//! | `isolation` | who may call each operation |
//! | `login` | whoever has a credential gets in with it, and nobody is told who exists |
//! | `pats_input` | what a request wants of a token is checked by the documented rules |
//! | `pats` | a token lives at this door as its clients expect |

mod attacks;
mod browser;
mod chromium;
mod company;
mod isolation;
mod login;
mod pats;
mod pats_input;

pub(super) use company::{Key, Signing};
pub(super) use isolation::AtDfns;
