//! What all lists of the console share: each shows what its address says, a page at a time.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `view` `filter` | what a list shows, as its address says it, and the fields that narrow it down |
//! | `paging` | which page of it, and the foot that leads to the others |
//! | `sorting` | its order, and the heads of columns that change it |
//! | `listing` | the frame around its rows |
//! | `day` | days as people type them |

pub mod day;
pub mod filter;
pub mod listing;
pub mod paging;
pub mod sorting;
pub mod view;
