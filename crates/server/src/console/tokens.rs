//! API tokens in the console.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `list` | the list |

pub mod list;
