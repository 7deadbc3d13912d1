//! The order of the list, and the headers that change it.

use super::columns::Column;
use crate::console::texts::TokenList;
use domain::invalid::Invalid;
use store::query::{Sort, SortKey};

/// Reads the word of an address.
///
/// # Errors
/// Names `sort`.
pub fn read(text: &str, t: &TokenList) -> Result<Sort, Invalid> {
    let (word, descending) = text.strip_prefix('-').map_or((text, false), |word| (word, true));
    let keys = [SortKey::Created, SortKey::Name, SortKey::Expires, SortKey::LastUsed];
    let key = keys.into_iter().find(|key| key_word(*key) == word);
    key.map(|key| Sort { key, descending }).ok_or_else(|| Invalid::field("sort", t.rule_sort.as_str()))
}

/// The word for an address.
pub fn word(sort: Sort) -> String {
    format!("{}{}", if sort.descending { "-" } else { "" }, key_word(sort.key))
}

/// The word of what is sorted by, whatever the direction.
pub fn key_word(key: SortKey) -> &'static str {
    match key {
        SortKey::Created => "created",
        SortKey::Name => "name",
        SortKey::Expires => "expires",
        SortKey::LastUsed => "last_used",
    }
}

/// What a column sorts by, where it does.
pub fn key_of(column: Column) -> Option<SortKey> {
    match column {
        Column::Created => Some(SortKey::Created),
        Column::LastUsed => Some(SortKey::LastUsed),
        Column::Expires => Some(SortKey::Expires),
        Column::Organisation
        | Column::Scopes
        | Column::Owner
        | Column::Author
        | Column::State
        | Column::Labels
        | Column::Secret
        | Column::Number => None,
    }
}

/// The order that a click on a header asks for: the other direction, or the one that people want first.
pub fn next(current: Sort, key: SortKey) -> Sort {
    if current.key == key {
        return Sort { key, descending: !current.descending };
    }
    Sort { key, descending: matches!(key, SortKey::Created | SortKey::LastUsed) }
}

/// What `aria-sort` says of a header; nothing where the list is in another order.
pub fn direction(current: Sort, key: SortKey) -> Option<&'static str> {
    (current.key == key).then_some(if current.descending { "descending" } else { "ascending" })
}
