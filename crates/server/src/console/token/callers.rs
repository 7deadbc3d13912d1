//! Who used a token lately: from which address, with which program.

use super::subject::Subject;
use crate::console::{
    moment::Moment,
    refused::Refused,
    texts::{ENGLISH, Phrase, grouped},
    visitor::Visitor,
};
use std::time::Duration;

/// Somebody who used the token.
pub struct CallerRow {
    /// The address, or that nobody knows it.
    pub address: String,
    /// The program, or that nobody knows it.
    pub user_agent: String,
    /// The last time.
    pub at: Moment,
    /// How often.
    pub count: String,
    /// The same in words.
    pub uses: Phrase,
}

/// Everybody who used it within this time, the latest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn callers(visitor: &Visitor, subject: &Subject, within: Duration) -> Result<Vec<CallerRow>, Refused> {
    let t = &ENGLISH.token;
    let known = visitor.server.authority.token_callers(&visitor.caller, subject.id()).await?;
    let recent = known.into_iter().filter(|known| subject.now.since(known.last_used_at) < within);
    let row = recent.map(|known| CallerRow {
        address: known.address.map_or_else(|| t.caller_unknown.to_string(), |address| address.to_string()),
        user_agent: known.user_agent.unwrap_or_else(|| t.agent_unknown.to_string()),
        at: Moment::new(known.last_used_at),
        count: grouped(known.count),
        uses: t.caller_uses.count(known.count),
    });
    Ok(row.collect())
}
