//! API tokens in the console.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `list` `row` | the list, and a row of it |
//! | `selection` `preview` `change_selected` | several rows of it: what was chosen, who would notice, and the end |
//! | `view` `filter` `choices` `sort` `columns` | what the list shows, as its address says it |

pub mod change_selected;
pub mod choices;
pub mod columns;
pub mod filter;
pub mod list;
pub mod preview;
pub mod row;
pub mod selection;
pub mod sort;
pub mod view;
