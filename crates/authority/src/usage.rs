//! Last uses, gathered in memory and written in batches: never a write for one verification.

mod gathered;
mod under_way;

use domain::{
    id::{SessionId, TokenId},
    limits,
    secret::{Digest, KeyId},
    time::Timestamp,
};
use gathered::{Gathered, Room};
use hashbrown::HashMap;
use parking_lot::Mutex;
use std::{
    collections::hash_map::RandomState,
    net::IpAddr,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};
use store::change::{RehashSecrets, TokenUse};
pub(crate) use under_way::Taken;
use under_way::UnderWay;

const SHARDS: usize = 64;

/// Where and with what a token was used.
#[derive(Debug, Clone, Copy)]
pub struct UseFacts<'a> {
    /// The address, when the verifier named one.
    pub address: Option<IpAddr>,
    /// The user agent, when the verifier named one.
    pub user_agent: Option<&'a str>,
}

/// Uses that wait to be written. It is bounded: when it is full, further tokens' uses are counted
/// as dropped, and the verdict is not affected.
pub struct Usage {
    track: bool,
    shards: [Mutex<HashMap<TokenId, Gathered, RandomState>>; SHARDS],
    sessions: Mutex<HashMap<SessionId, Timestamp, RandomState>>,
    rehash: Mutex<HashMap<Digest, Digest, RandomState>>,
    /// What was taken and is being written: it is seen until it is.
    under_way: UnderWay,
    waiting: AtomicUsize,
    callers: Room,
    dropped: AtomicU64,
}

impl Usage {
    pub(crate) fn new(track: bool) -> Self {
        Self {
            track,
            shards: std::array::from_fn(|_| Mutex::default()),
            sessions: Mutex::default(),
            rehash: Mutex::default(),
            under_way: UnderWay::default(),
            waiting: AtomicUsize::new(0),
            callers: Room::default(),
            dropped: AtomicU64::new(0),
        }
    }

    /// How many tokens' uses wait to be written.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// How many uses were not recorded because too many were waiting.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    pub(crate) fn record(&self, token: TokenId, now: impl FnOnce() -> Timestamp, facts: UseFacts<'_>) {
        if !self.track {
            return;
        }
        let at = now();
        // An empty user agent says nothing.
        let facts = UseFacts { user_agent: facts.user_agent.filter(|text| !text.is_empty()), ..facts };
        let mut shard = self.shard(token).lock();
        if let Some(gathered) = shard.get_mut(&token) {
            gathered.add(at, facts, &self.callers);
        } else if self.waiting.fetch_add(1, Ordering::Relaxed) < limits::USES_IN_MEMORY {
            shard.insert(token, Gathered::new(at, facts));
        } else {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn record_session(&self, session: SessionId, at: Timestamp) {
        self.sessions.lock().insert(session, at);
    }

    pub(crate) fn session_seen(&self, session: SessionId) -> Option<Timestamp> {
        self.sessions.lock().get(&session).copied()
    }

    /// Remembers that a secret was found under an older server key.
    pub(crate) fn rehash(&self, older: Digest, newer: Digest) {
        let mut rehash = self.rehash.lock();
        if rehash.len() < limits::USES_IN_MEMORY {
            rehash.insert(older, newer);
        }
    }

    /// The uses of one token that wait, and those that are being written, the oldest first.
    pub(crate) fn of(&self, token: TokenId) -> Vec<TokenUse> {
        // While the shard is locked, nothing moves from what waits to what is under way.
        let shard = self.shard(token).lock();
        let mut uses = self.under_way.of(token);
        uses.extend(shard.get(&token).map(|gathered| gathered.to_use(token)));
        uses
    }

    /// How many batches are no longer under way. Whoever reads the store and then what waits has missed nothing
    /// when it is the same before and behind.
    pub(crate) fn written(&self) -> u64 {
        self.under_way.written()
    }

    /// The tokens whose uses wait, the oldest first: neighbours in that order are neighbours in the
    /// store too, so that a batch of them touches few of its pages.
    pub(crate) fn tokens(&self) -> Vec<TokenId> {
        let mut tokens: Vec<TokenId> =
            self.shards.iter().flat_map(|shard| shard.lock().keys().copied().collect::<Vec<_>>()).collect();
        tokens.sort_unstable();
        tokens
    }

    /// Takes what waits for these tokens. It is seen until what was taken is dropped, which is when it was written.
    pub(crate) fn take(&self, tokens: &[TokenId]) -> Taken<'_> {
        let taken = self.under_way.begin();
        for token in tokens {
            let mut shard = self.shard(*token).lock();
            if let Some(gathered) = shard.remove(token) {
                taken.add(gathered.into_use(*token, &self.callers));
                self.waiting.fetch_sub(1, Ordering::Relaxed);
            }
        }
        taken
    }

    /// Takes the sessions that were used, each with the time.
    pub(crate) fn take_sessions(&self) -> Vec<(SessionId, Timestamp)> {
        self.sessions.lock().drain().collect()
    }

    fn shard(&self, token: TokenId) -> &Mutex<HashMap<TokenId, Gathered, RandomState>> {
        &self.shards[usize::from(token.bytes()[15]) % SHARDS]
    }

    pub(crate) fn take_rehash(&self, key: KeyId, limit: usize) -> Option<RehashSecrets> {
        let mut rehash = self.rehash.lock();
        let taken: Vec<Digest> = rehash.keys().take(limit).copied().collect();
        let digests: Vec<_> =
            taken.into_iter().filter_map(|older| rehash.remove(&older).map(|newer| (older, newer))).collect();
        (!digests.is_empty()).then_some(RehashSecrets { key, digests })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_are_counted_by_day_and_bounded() {
        let usage = Usage::new(true);
        let facts = UseFacts { address: None, user_agent: Some("agent") };
        let day = 86_400_000;
        for at in [1, 2, day + 1] {
            usage.record(TokenId::from_bytes([1; 16]), || Timestamp::from_milliseconds(at), facts);
        }
        let batch = usage.take(&usage.tokens());
        let taken = batch.uses();
        assert_eq!(taken[0].days, [(0, 2), (1, 1)]);
        assert_eq!(taken[0].at.milliseconds(), day + 1);
        assert!(usage.tokens().is_empty());
        assert_eq!(usage.waiting(), 0);
    }

    #[test]
    fn a_full_memory_drops_further_tokens() {
        let usage = Usage::new(true);
        for number in 0..=limits::USES_IN_MEMORY as u128 {
            let facts = UseFacts { address: None, user_agent: None };
            usage.record(TokenId::from_bytes(number.to_be_bytes()), || Timestamp::from_milliseconds(1), facts);
        }
        assert_eq!((usage.waiting(), usage.dropped()), (limits::USES_IN_MEMORY, 1));
    }
}
