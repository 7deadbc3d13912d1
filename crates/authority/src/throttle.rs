//! Slows down guessing: each failed attempt makes the next one from the same place, or at the same
//! account, wait longer. Nobody is locked out for good.

use domain::time::Timestamp;
use hashbrown::HashMap;
use parking_lot::Mutex;
use std::{
    collections::hash_map::RandomState,
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};

/// Failures that cost nothing: people mistype.
const FREE_FAILURES: u32 = 5;
/// The wait after the first failure that costs something; each further one doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// Failures are forgotten this long after the last one.
const MEMORY: Duration = Duration::from_hours(1);
/// How many accounts and places are remembered at most.
const REMEMBERED: usize = 100_000;

/// What failures are counted for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Guessed {
    /// An account, by its normalised address; it need not exist.
    Account(String),
    /// A place: an IPv4 address, or the 64-bit network of an IPv6 address.
    Place(IpAddr),
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Failures {
    fn wait(self) -> Duration {
        let Some(costly) = self.count.checked_sub(FREE_FAILURES + 1) else { return Duration::ZERO };
        FIRST_WAIT.saturating_mul(2_u32.saturating_pow(costly)).min(LONGEST_WAIT)
    }

    fn forgotten(self, now: Timestamp) -> bool {
        now.since(self.last) > MEMORY
    }
}

/// Counts failed attempts.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<Guessed, Failures, RandomState>>);

impl Throttle {
    /// The place that an address stands for.
    pub(crate) fn place(address: IpAddr) -> Guessed {
        Guessed::Place(match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        })
    }

    /// Allows an attempt, or says how long to wait. An allowed attempt counts as failed until
    /// [`Throttle::forget`] says otherwise, so that parallel attempts cannot pass together.
    pub(crate) fn attempt(&self, guessed: &[Guessed], now: Timestamp) -> Result<(), Duration> {
        let mut remembered = self.0.lock();
        let wait = guessed
            .iter()
            .filter_map(|guessed| remembered.get(guessed))
            .map(|failures| failures.wait().saturating_sub(now.since(failures.last)));
        let wait = wait.max().unwrap_or_default();
        if !wait.is_zero() {
            return Err(wait);
        }
        if remembered.len() >= REMEMBERED {
            remembered.retain(|_, failures| !failures.forgotten(now));
        }
        for guessed in guessed {
            let known = remembered.get(guessed).copied().filter(|failures| !failures.forgotten(now));
            let count = known.map_or(0, |failures| failures.count).saturating_add(1);
            if known.is_some() || remembered.len() < REMEMBERED {
                remembered.insert(guessed.clone(), Failures { count, last: now });
            }
        }
        Ok(())
    }

    /// Forgets an account's failures, because the attempt succeeded. The place keeps all but this
    /// one: otherwise one good account would buy free guesses at all the others.
    pub(crate) fn forget(&self, guessed: &[Guessed]) {
        let mut remembered = self.0.lock();
        for guessed in guessed {
            match guessed {
                Guessed::Account(_) => {
                    remembered.remove(guessed);
                }
                Guessed::Place(_) => {
                    if let Some(failures) = remembered.get_mut(guessed) {
                        failures.count = failures.count.saturating_sub(1);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_and_ends() {
        let throttle = Throttle::default();
        let account = [Guessed::Account("ada@example.org".into())];
        let mut now = Timestamp::from_milliseconds(1_000_000);
        let mut waits = Vec::new();
        for _ in 0..20 {
            while let Err(wait) = throttle.attempt(&account, now) {
                waits.push(wait.as_secs());
                now = now.after(wait);
            }
        }
        assert_eq!(waits[..4], [1, 2, 4, 8]);
        assert_eq!(waits.last(), Some(&LONGEST_WAIT.as_secs()));
        assert!(throttle.attempt(&account, now.after(MEMORY * 2)).is_ok());
        assert!(throttle.attempt(&account, now.after(MEMORY * 2)).is_ok(), "the failures were forgotten");
    }

    #[test]
    fn success_at_one_account_does_not_free_the_place() {
        let throttle = Throttle::default();
        let now = Timestamp::from_milliseconds(1);
        let place = Throttle::place("2001:db8::1".parse().unwrap());
        assert_eq!(place, Throttle::place("2001:db8::ffff".parse().unwrap()));
        for number in 0..=FREE_FAILURES {
            throttle.attempt(&[Guessed::Account(number.to_string()), place.clone()], now).unwrap();
        }
        throttle.forget(&[Guessed::Account("0".into())]);
        assert!(throttle.attempt(&[Guessed::Account("0".into()), place], now).is_err());
    }
}
