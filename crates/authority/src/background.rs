//! What runs beside the requests: writing uses, rehashing after a key change, forgetting what is over.

use crate::{authority::Authority, error::Error};
use domain::{caller::Actor, invalid::Invalid, limits};
use std::{sync::Arc, time::Duration};
use store::{
    change::{Change, Outcome, Uses, Verb},
    query::TokenFilter,
};
use tokio::{sync::watch, task::JoinHandle};

/// How often gathered uses are written, so that a busy token costs one write a minute.
const USES_PERIOD: Duration = Duration::from_mins(1);
/// How often it is looked whether so many wait that they are written before.
const PRESSURE_PERIOD: Duration = Duration::from_secs(5);
/// How many tokens' uses one commit writes.
const USES_BATCH: usize = 2_000;
/// How long somebody who only looks waits for uses to be written.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often deletions in steps that came to a stop are taken up again.
const DELETIONS_PERIOD: Duration = Duration::from_mins(1);
/// How often what has passed its time is forgotten.
const PRUNE_PERIOD: Duration = Duration::from_mins(10);

impl Authority {
    /// Starts the background work; it ends, with a last write of uses, when `stop` turns true.
    pub fn start_background(self: &Arc<Self>, stop: watch::Receiver<bool>) -> JoinHandle<()> {
        let authority = Arc::clone(self);
        tokio::spawn(async move { authority.run_background(stop).await })
    }

    async fn run_background(self: &Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut uses = tokio::time::interval(USES_PERIOD);
        let mut pressure = tokio::time::interval(PRESSURE_PERIOD);
        let mut deletions = tokio::time::interval(DELETIONS_PERIOD);
        let mut prune = tokio::time::interval(PRUNE_PERIOD);
        loop {
            let due = tokio::select! {
                _ = uses.tick() => Due::Uses,
                _ = pressure.tick() => Due::Pressure,
                _ = deletions.tick() => Due::Deletions,
                _ = prune.tick() => Due::Prune,
                _ = stop.changed() => break,
            };
            let work = match due {
                Due::Uses => self.write_uses().await,
                Due::Pressure if self.usage.waiting() > limits::USES_IN_MEMORY / 2 => self.write_uses().await,
                Due::Pressure => Ok(()),
                Due::Deletions if self.is_quarantined() => Ok(()),
                Due::Deletions => self.resume_deletions().await,
                Due::Prune => self.prune().await,
            };
            log_failure(work);
        }
        log_failure(self.write_uses().await);
    }

    /// Writes every use that waits, and the digests that a key change made anew. It is written to the end also when
    /// whoever asked waits no longer: what was taken out of memory would be lost half way.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store cannot be written; the batch that failed is then lost.
    pub async fn write_uses(self: &Arc<Self>) -> Result<(), Error> {
        let authority = Arc::clone(self);
        let writing = tokio::spawn(async move { authority.write_all().await });
        writing.await.unwrap_or_else(|ended| Err(Error::Unavailable(ended.into())))
    }

    /// Writes the uses of tokens that wait, for somebody who is about to look at tokens in the order of their last use.
    /// Only the order hangs on it, so what is shown does not wait long for it, and is shown also when it fails.
    pub async fn flush_uses(self: &Arc<Self>) {
        if self.usage.waiting() > 0 {
            let authority = Arc::clone(self);
            let writing = tokio::spawn(async move { log_failure(authority.write_tokens().await) });
            let _ = tokio::time::timeout(PATIENCE, writing).await;
        }
    }

    async fn write_all(&self) -> Result<(), Error> {
        let sessions = self.usage.take_sessions();
        if !sessions.is_empty() {
            self.commit_as_system(Verb::RecordUses(Uses { tokens: Vec::new(), sessions })).await?;
        }
        self.write_tokens().await?;
        while let Some(rehash) = self.usage.take_rehash(self.keyring.current_id(), USES_BATCH) {
            self.commit_as_system(Verb::RehashSecrets(rehash)).await?;
        }
        Ok(())
    }

    async fn write_tokens(&self) -> Result<(), Error> {
        for batch in self.usage.tokens().chunks(USES_BATCH) {
            let taken = self.usage.take(batch);
            let uses = Uses { tokens: taken.uses(), sessions: Vec::new() };
            self.commit_as_system(Verb::RecordUses(uses)).await?;
            drop(taken);
        }
        Ok(())
    }

    /// Writes every use that waits when the filter asks for uses, so that no token counts as unused
    /// that was used a moment ago. Without a record of uses such a filter is refused.
    pub(crate) async fn write_uses_for(self: &Arc<Self>, filter: &TokenFilter) -> Result<(), Error> {
        if self.asks_for_uses(filter)? { self.write_uses().await } else { Ok(()) }
    }

    /// True when the filter asks for uses.
    ///
    /// # Errors
    /// As [`Authority::expect_uses`].
    pub(crate) fn asks_for_uses(&self, filter: &TokenFilter) -> Result<bool, Error> {
        let asked = [("last_used_before", filter.last_used_before), ("last_used_after", filter.last_used_after)];
        match asked.into_iter().find(|(_, instant)| instant.is_some()) {
            Some((field, _)) => self.expect_uses(field).map(|()| true),
            None => Ok(false),
        }
    }

    /// Makes sure that uses are recorded when `field` asks for them.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nobody knows, because there is no record of uses: a token that is used
    /// every day would look like one that nobody needs.
    pub(crate) fn expect_uses(&self, field: &str) -> Result<(), Error> {
        if self.options.track_usage {
            return Ok(());
        }
        Err(Invalid::field(field, "cannot be asked for: this installation keeps no record of uses").into())
    }

    /// Forgets what has passed its time, a bounded part of it in each commit, until nothing is left:
    /// what comes in faster than one part for each period would pile up otherwise.
    async fn prune(&self) -> Result<(), Error> {
        let mut more = !self.is_quarantined();
        while more {
            let now = self.now();
            let kept = Duration::from_hours(24 * u64::from(self.options.origin_days));
            let verb = Verb::Prune { origins_before: Some(now.before(kept)) };
            let change = Change::new(now, Actor::System, verb);
            more = matches!(self.keep(change).await?.outcome, Outcome::Pruned { more: true });
        }
        Ok(())
    }

    async fn commit_as_system(&self, verb: Verb) -> Result<(), Error> {
        self.keep(Change::new(self.now(), Actor::System, verb)).await?;
        Ok(())
    }
}

enum Due {
    Uses,
    Pressure,
    Deletions,
    Prune,
}

fn log_failure(work: Result<(), Error>) {
    if let Err(cause) = work {
        tracing::warn!(%cause, "background work did not succeed; it is tried again");
    }
}
