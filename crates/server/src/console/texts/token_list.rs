//! What the list of API tokens says.

use super::texts;

texts! {
    /// What the list of API tokens says.
    TokenList {
        title = "API tokens",
    }
}
