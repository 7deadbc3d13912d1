//! What the list can be sorted by.

use super::columns::Column;
use crate::console::lists::sorting::SortWords;
use store::query::SortKey;

impl SortWords for SortKey {
    const ALL: &'static [Self] = &[Self::Created, Self::Name, Self::Expires, Self::LastUsed];

    fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Name => "name",
            Self::Expires => "expires",
            Self::LastUsed => "last_used",
        }
    }

    fn descends_at_first(self) -> bool {
        matches!(self, Self::Created | Self::LastUsed)
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
