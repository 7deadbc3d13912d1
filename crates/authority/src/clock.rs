//! Time and randomness as parameters, so that tests can set both.

use domain::{id::Randomness, time::Timestamp};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time of day.
pub trait Clock: Send + Sync {
    /// The instant it is now.
    fn now(&self) -> Timestamp;
}

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_milliseconds(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The random source of the operating system: the only one that Jeton makes secrets from.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, buffer: &mut [u8]) {
        if let Err(cause) = getrandom::fill(buffer) {
            // Without randomness nothing may be issued: stopping is the only safe answer.
            tracing::error!(%cause, "the operating system gives no random bytes");
            std::process::abort();
        }
    }
}
