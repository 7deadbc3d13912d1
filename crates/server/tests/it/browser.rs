//! A real browser, for those promises that only one can prove; `./test browser` runs them.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `window` | a window of Chromium, and what somebody does in it |

mod window;

pub(crate) use window::{Element, Window};
