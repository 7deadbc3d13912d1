//! API tokens in the console.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `list` `row` `pager` | the list, a row of it, and its foot |
//! | `view` `filter` `choices` `sort` `columns` | what the list shows, as its address says it |

pub mod choices;
pub mod columns;
pub mod filter;
pub mod list;
pub mod pager;
pub mod row;
pub mod sort;
pub mod view;
