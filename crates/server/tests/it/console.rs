//! The console under `/console`: what every page and form of it holds without a browser and without scripts.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `visit` | somebody with a browser: he keeps cookies, reads pages, fills forms in |
//! | `page` `markup` | a page as he reads it, which is checked while it is read |
//! | `way_in` | people come in with a password or a link, and go out again |

#![allow(dead_code, unused_imports)]

mod markup;
mod page;
mod visit;
mod way_in;

pub(crate) use page::{Form, Page};
pub(crate) use visit::Visit;
