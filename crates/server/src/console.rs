//! The console: web pages for people, rendered here, which work without scripts and better with them.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `addresses` | where its pages are |
//! | `visitor` `submitted` | who asks for a page, and who sent a form |
//! | `page` `feedback` `refused` | what every page carries, what a form is told, and why it was refused |
//! | `fields` `form_token` `way_back` | the fields of a form, the proof that it is ours, and where to go after it |
//! | `about` `holdings` | what stands above every page about one thing, and the API tokens that it has |
//! | `notice` `theme` `moment` `initials` `browser` | small things that pages show |
//! | `texts` | every sentence, one room a file |
//! | `assets` `compression` | the stylesheet and the script, and how everything is sent |
//! | `endings` | the API tokens that stop with their owner or organisation |
//! | `error_page` | the page for what is wrong |
//! | `sign_in` `sign_out` `links` | the way in and out |
//! | `once` | forms that were sent twice and count once |
//! | `people/` `organisations/` | users and service accounts, and organisations |
//! | `lists/` | what all lists share |
//! | `journal/` | the journal, and its export |
//! | `record` | journal entries as pages tell them |
//! | `standing` `who` | how a token stands and who somebody is, wherever it is shown |
//! | `token_list/` `token/` | API tokens: the list, and one of them |
//! | `profile` | the visitor's own account |

pub mod about;
pub mod addresses;
pub mod assets;
pub mod browser;
pub mod compression;
pub mod endings;
pub mod error_page;
pub mod feedback;
pub mod fields;
pub mod form_token;
pub mod holdings;
pub mod initials;
pub mod journal;
pub mod links;
pub mod lists;
pub mod moment;
pub mod notice;
pub mod once;
pub mod organisations;
pub mod page;
pub mod people;
pub mod profile;
pub mod record;
pub mod refused;
pub mod sign_in;
pub mod sign_out;
pub mod standing;
pub mod submitted;
pub mod texts;
pub mod theme;
pub mod token;
pub mod token_list;
pub mod visitor;
pub mod way_back;
pub mod who;

use crate::{problem::ProblemKind, surface::Surface};

/// Where the console is, and how its errors look.
pub const SURFACE: Surface = Surface {
    paths: &["/console"],
    status: ProblemKind::status,
    shape: error_page::answer,
    media_type: "text/html",
    schema: "Page",
    is_bare_secret: |_| false,
    plain_parameters: &[],
};
