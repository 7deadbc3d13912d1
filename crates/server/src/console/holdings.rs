//! The API tokens of somebody, or of an organisation, as a tab of its page shows them: the last used ones, each with
//! its menu, and the way to all of them.

use super::{
    addresses,
    refused::Refused,
    texts::{ENGLISH, Phrase, TokenList},
    token_list::row::Row,
    visitor::Visitor,
};
use store::query::{Sort, SortKey, TokenFilter};

/// How many tokens are shown.
const SHOWN: usize = 10;

/// The tokens.
pub struct Holdings {
    /// The sentences of their table.
    pub t: &'static TokenList,
    /// The last used ones.
    pub rows: Vec<Row>,
    /// How many there are in all.
    pub total: u64,
    /// The list of all of them.
    pub all: String,
    /// Where another one is added.
    pub add: Option<String>,
}

impl Holdings {
    /// Those that a filter selects; `narrowing` is the same for the list.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn of(visitor: &Visitor, filter: TokenFilter, narrowing: (&str, String)) -> Result<Self, Refused> {
        let (authority, sort) = (&visitor.server.authority, Sort { key: SortKey::LastUsed, descending: true });
        // Uses of this very minute wait in memory, where the store does not sort by them.
        authority.flush_uses().await;
        let found = authority.tokens_part(&visitor.caller, filter, sort, 0, SHOWN).await?;
        let now = authority.now();
        let row = |listed| Row::new(listed, now, visitor.is_administrator());
        Ok(Self {
            t: &ENGLISH.token_list,
            rows: found.items.into_iter().map(row).collect(),
            total: found.total,
            all: addresses::with(addresses::TOKENS, [narrowing]),
            add: None,
        })
    }

    /// How many there are, in words.
    pub fn count(&self) -> Phrase {
        ENGLISH.common.tokens_count.count(self.total)
    }

    /// True when some are not shown.
    pub fn has_more(&self) -> bool {
        self.total > self.rows.len() as u64
    }
}
