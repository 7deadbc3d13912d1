//! The journal in the console.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `page` | entries are told in sentences, found by filters and shown in full, each to whom he may see them |
//! | `export` | the file holds every entry that the page would show, and nothing that a spreadsheet computes |

mod export;
mod page;
