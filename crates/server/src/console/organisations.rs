//! Organisations in the console, which only those see who administer everything.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `choice` | organisations to choose from, and their names |

pub mod choice;
