//! The data of what the server does by itself, and of what follows a restore.

use domain::{
    id::{SessionId, TokenId},
    journal::SecretEnd,
    secret::{Digest, KeyId},
    time::Timestamp,
    token::{LastUse, TokenCaller},
};
use std::net::IpAddr;

/// The data of [`Verb::RecordUses`](super::Verb::RecordUses).
#[derive(Debug, Clone, Default)]
pub struct Uses {
    /// Uses of tokens; those of tokens deleted in the meantime are dropped.
    pub tokens: Vec<TokenUse>,
    /// Sessions that were used, each with the time.
    pub sessions: Vec<(SessionId, Timestamp)>,
}

/// The uses of one token since they were last written.
#[derive(Debug, Clone)]
pub struct TokenUse {
    /// The token.
    pub token: TokenId,
    /// The latest.
    pub at: Timestamp,
    /// Its address, when the verifier named one.
    pub address: Option<IpAddr>,
    /// Its user agent, when the verifier named one.
    pub user_agent: Option<String>,
    /// How many there were, day by day (days since 1970 began, in UTC).
    pub days: Vec<(i64, u64)>,
    /// The latest callers, of a bounded number.
    pub callers: Vec<TokenCaller>,
}

impl From<TokenUse> for LastUse {
    fn from(TokenUse { token: _, at, address, user_agent, days, callers: _ }: TokenUse) -> Self {
        Self { at, address, user_agent, count: days.iter().map(|(_, count)| count).sum() }
    }
}

/// The data of [`Verb::RehashSecrets`](super::Verb::RehashSecrets).
#[derive(Debug, Clone)]
pub struct RehashSecrets {
    /// The key of the new digests.
    pub key: KeyId,
    /// The older and the newer digest of each; unknown older ones are left out.
    pub digests: Vec<(Digest, Digest)>,
}

/// The data of [`Verb::LiftQuarantine`](super::Verb::LiftQuarantine).
#[derive(Debug, Clone)]
pub struct LiftQuarantine {
    /// Tokens that the denials file says were deleted.
    pub tokens: Vec<TokenId>,
    /// Secrets that the denials file says were ended, or were to end, with the token of each.
    pub secrets: Vec<(TokenId, SecretEnd)>,
    /// Deletes every token issued before this instant.
    pub delete_before: Option<Timestamp>,
    /// The name of whoever accepts what else was lost.
    pub accepted_by: Option<String>,
}
