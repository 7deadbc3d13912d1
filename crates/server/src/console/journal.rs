//! The journal in the console: what happened, as far as the visitor sees it.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `list` `filter` | the page, and the parameters of its address |
//! | `export` `csv` | the same entries as a file |
//! | `entry` | one entry |

pub mod csv;
pub mod entry;
pub mod export;
pub mod filter;
pub mod list;
