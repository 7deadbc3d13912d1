//! What holds at VectorAI's door.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `database` | a world with this door open, and what tests ask of it |
//! | `isolation` | who may call each operation |

mod database;
mod isolation;

pub(super) use isolation::AtVectorAi;
