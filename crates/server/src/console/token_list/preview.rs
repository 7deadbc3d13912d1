//! The preview of a change of several tokens: what it means, and who would notice.

use super::{
    row::Row,
    selection::{Deed, Selection},
};
use crate::console::{
    refused::Refused,
    standing::LATELY,
    texts::{ENGLISH, Phrase, TokenList},
    visitor::Visitor,
};
use domain::{
    hexadecimal,
    id::TokenId,
    time::Timestamp,
    token::{State, Token},
};
use store::query::{ListedToken, PreviewDigest, Sort, SortKey};

/// How many tokens are shown of everything that fits a filter.
const SHOWN: usize = 20;
/// How many callers are shown of a token.
const CALLERS: usize = 3;

/// What would be changed.
pub struct Preview {
    /// How many tokens.
    pub count: u64,
    /// Names exactly this set of tokens.
    pub digest: PreviewDigest,
    /// Those that are shown, the last used first.
    pub tokens: Vec<Chosen>,
    /// How many of those that are shown were used lately.
    pub used_lately: u64,
    /// How many that were chosen stay as they are.
    pub unchanged: u64,
}

/// A token that was chosen.
pub struct Chosen {
    /// Its row.
    pub row: Row,
    /// Who used it lately, the last one first.
    pub callers: Vec<String>,
    /// How many more did.
    pub more_callers: u64,
    /// How often it was used today and yesterday.
    pub uses: u64,
}

impl Preview {
    /// What the selection means now.
    ///
    /// # Errors
    /// When the caller may not change tokens, or the store cannot be read.
    pub async fn of(visitor: &Visitor, selection: &Selection) -> Result<Self, Refused> {
        let (authority, now) = (&visitor.server.authority, visitor.server.authority.now());
        // Uses of this very minute wait in memory, where the store does not sort by them.
        authority.flush_uses().await;
        let preview = authority.preview_deletion(&visitor.caller, selection.filter.clone()).await?;
        let shown = if selection.deed == Deed::DeleteFitting { SHOWN } else { selection.ids.len() };
        let sort = Sort { key: SortKey::LastUsed, descending: true };
        let filter = selection.filter.clone();
        let found = authority.tokens_part(&visitor.caller, filter, sort, 0, shown).await?;
        let is_meant = |token: &Token| selection.deed != Deed::Disable || token.state(now) == State::Active;
        let (meant, others): (Vec<_>, Vec<_>) = found.items.into_iter().partition(|listed| is_meant(&listed.token));
        let mut tokens = Vec::with_capacity(meant.len());
        for listed in meant {
            tokens.push(Chosen::of(visitor, listed, now).await?);
        }
        let unchanged = others.len() as u64;
        Ok(Self {
            count: if selection.deed == Deed::Disable { tokens.len() as u64 } else { preview.count },
            digest: preview.digest,
            used_lately: tokens.iter().filter(|chosen| chosen.row.standing.was_used_lately).count() as u64,
            tokens,
            unchanged,
        })
    }

    /// The digest as a form carries it.
    pub fn digest_text(&self) -> String {
        hexadecimal::encode(&self.digest)
    }

    /// How many tokens are meant and not shown.
    pub fn more(&self) -> u64 {
        self.count.saturating_sub(self.tokens.len() as u64)
    }

    /// Reads what [`Preview::digest_text`] wrote; a text that it did not write names no set.
    pub fn read_digest(text: &str) -> PreviewDigest {
        let mut digest = [0; 32];
        if hexadecimal::decode(text, &mut digest) { digest } else { [0; 32] }
    }
}

impl Chosen {
    async fn of(visitor: &Visitor, listed: ListedToken, now: Timestamp) -> Result<Self, Refused> {
        let id = listed.token.id;
        let row = Row::new(listed, now, visitor.is_administrator());
        let mut chosen = Self { row, callers: Vec::new(), more_callers: 0, uses: 0 };
        if chosen.row.standing.was_used_lately {
            chosen.read_uses(visitor, id, now).await?;
        }
        Ok(chosen)
    }

    async fn read_uses(&mut self, visitor: &Visitor, id: TokenId, now: Timestamp) -> Result<(), Refused> {
        let (authority, t) = (&visitor.server.authority, &ENGLISH.token_list);
        let callers = match authority.token_callers(&visitor.caller, id).await {
            // It was deleted in this very moment: nobody uses it any more.
            Err(authority::Error::NotFound) => return Ok(()),
            callers => callers?,
        };
        let lately: Vec<_> = callers.into_iter().filter(|caller| now.since(caller.last_used_at) < LATELY).collect();
        self.more_callers = lately.len().saturating_sub(CALLERS) as u64;
        self.callers = lately
            .iter()
            .take(CALLERS)
            .map(|caller| {
                let address = caller.address.map_or_else(|| t.unknown_address.to_string(), |found| found.to_string());
                caller.user_agent.as_ref().map_or_else(|| address.clone(), |agent| format!("{address}, {agent}"))
            })
            .collect();
        let yesterday = now.day() - 1;
        let days = match authority.token_usage(&visitor.caller, id).await {
            Err(authority::Error::NotFound) => Vec::new(),
            days => days?,
        };
        self.uses = days.iter().filter(|day| day.day >= yesterday).map(|day| day.count).sum();
        Ok(())
    }

    /// How often it was used.
    pub fn uses_text(&self, t: &TokenList) -> Phrase {
        t.uses_lately.count(self.uses)
    }

    /// How many more callers there were.
    pub fn more_callers_text(&self, t: &TokenList) -> Phrase {
        t.more_callers.count(self.more_callers)
    }
}
