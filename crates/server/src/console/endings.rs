//! The API tokens that stop with their owner or organisation: how many, and the first of them, those in use before all.

use super::{
    addresses,
    moment::Moment,
    refused::Refused,
    standing::{LATELY, state_text},
    texts::Phrase,
    visitor::Visitor,
};
use domain::{
    time::Timestamp,
    token::{State, Token},
};
use store::query::{Sort, SortKey, TokenFilter};

/// How many tokens are named.
const NAMED: usize = 8;

/// The tokens.
pub struct Endings {
    /// How many there are in all.
    pub count: u64,
    /// The first of them, the last used before all.
    pub named: Vec<Ending>,
}

/// A token that stops.
pub struct Ending {
    /// The page about it.
    pub href: String,
    /// Its name.
    pub name: String,
    /// When it was last used.
    pub used: Option<Moment>,
    /// True when it was used within a day: somebody may depend on it.
    pub is_in_use: bool,
    /// The word for its state, and what it is called, where it is not active: such a token stops nothing.
    pub state: Option<(&'static str, &'static Phrase)>,
}

impl Endings {
    /// The live tokens that a filter selects.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn of(visitor: &Visitor, filter: TokenFilter) -> Result<Self, Refused> {
        let (authority, sort) = (&visitor.server.authority, Sort { key: SortKey::LastUsed, descending: true });
        // Uses of this very minute wait in memory, where the store does not sort by them.
        authority.flush_uses().await;
        let found = authority.tokens_part(&visitor.caller, filter, sort, 0, NAMED).await?;
        let now = authority.now();
        Ok(Self {
            count: found.total,
            named: found.items.iter().map(|listed| Ending::new(&listed.token, now)).collect(),
        })
    }

    /// How many more there are than are named.
    pub fn more(&self) -> u64 {
        self.count.saturating_sub(self.named.len() as u64)
    }
}

impl Ending {
    fn new(token: &Token, now: Timestamp) -> Self {
        let used = token.last_use.as_ref().map(|last| last.at);
        let state = token.state(now);
        let is_active = state == State::Active;
        Self {
            href: addresses::token(token.id),
            name: token.name.to_string(),
            used: used.map(Moment::new),
            is_in_use: is_active && used.is_some_and(|at| now.since(at) < LATELY),
            state: (!is_active).then(|| (state.as_str(), state_text(state))),
        }
    }
}
