//! The console under `/console`: what every page and form of it holds without a browser and without scripts.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `browser` | the same in a real browser, with scripts and without |
//! | `visit` | somebody with a browser: he keeps cookies, reads pages, fills forms in |
//! | `page` `form` `markup` | a page as he reads it, which is checked while it is read |
//! | `token_details` `token_edit` | the page of a token, and its changes |
//! | `token_add` `token_delete` | its beginning, and the ends of its power |
//! | `tokens/` | the list of API tokens |
//! | `people/` `organisations` | users and service accounts, and organisations |
//! | `journal/` | the journal, and its export |
//! | `assets` | what pages load |
//! | `protection` | no other site and no other session has anything of it |
//! | `error_pages` | what is wrong is said where somebody stands, in their theme |
//! | `profile` | everybody cares for his own account |
//! | `way_in` | people come in with a password or a link, and go out again |

#![allow(dead_code)]

mod assets;
mod browser;
mod error_pages;
mod form;
mod journal;
mod markup;
mod organisations;
mod page;
mod people;
mod profile;
mod protection;
mod texts;
mod token_add;
mod token_delete;
mod token_details;
mod token_edit;
mod tokens;
mod visit;
mod way_in;

pub(crate) use form::Form;
pub(crate) use page::Page;
pub(crate) use visit::Visit;
