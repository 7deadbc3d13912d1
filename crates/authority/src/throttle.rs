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
/// How many attempts may fail within one period, wherever they come from.
const FAILURES_EVERYWHERE: u32 = 300;
/// The period that [`FAILURES_EVERYWHERE`] counts for.
const PERIOD: Duration = Duration::from_mins(1);

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
pub(crate) struct Throttle(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    guessed: HashMap<Guessed, Failures, RandomState>,
    everywhere: Everywhere,
}

/// What failed within the running period, whatever was guessed.
struct Everywhere {
    count: u32,
    since: Timestamp,
}

impl Default for Everywhere {
    fn default() -> Self {
        Self { count: 0, since: Timestamp::from_milliseconds(0) }
    }
}

impl Everywhere {
    fn attempt(&mut self, now: Timestamp) -> Result<(), Duration> {
        let passed = now.since(self.since);
        // A clock that was set back begins a new period, too.
        if passed >= PERIOD || now < self.since {
            *self = Self { count: 0, since: now };
        } else if self.count >= FAILURES_EVERYWHERE {
            return Err(PERIOD.saturating_sub(passed));
        }
        self.count += 1;
        Ok(())
    }
}

impl Remembered {
    /// Makes room for one more: first what is forgotten goes, then whoever failed the least, the longest ago.
    fn make_room(&mut self, now: Timestamp) {
        if self.guessed.len() < REMEMBERED {
            return;
        }
        self.guessed.retain(|_, failures| !failures.forgotten(now));
        if self.guessed.len() < REMEMBERED {
            return;
        }
        let least = self.guessed.iter().min_by_key(|(_, failures)| (failures.count, failures.last));
        if let Some(least) = least.map(|(guessed, _)| guessed.clone()) {
            self.guessed.remove(&least);
        }
    }
}

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
            .filter_map(|guessed| remembered.guessed.get(guessed))
            .map(|failures| failures.wait().saturating_sub(now.since(failures.last)));
        let wait = wait.max().unwrap_or_default();
        if !wait.is_zero() {
            return Err(wait);
        }
        remembered.everywhere.attempt(now)?;
        for guessed in guessed {
            let known = remembered.guessed.get(guessed).copied().filter(|failures| !failures.forgotten(now));
            let count = known.map_or(0, |failures| failures.count).saturating_add(1);
            if known.is_none() {
                remembered.make_room(now);
            }
            remembered.guessed.insert(guessed.clone(), Failures { count, last: now });
        }
        Ok(())
    }

    /// Forgets an account's failures, because the attempt succeeded. The place keeps all but this
    /// one: otherwise one good account would buy free guesses at all the others.
    pub(crate) fn forget(&self, guessed: &[Guessed]) {
        let mut remembered = self.0.lock();
        remembered.everywhere.count = remembered.everywhere.count.saturating_sub(1);
        for guessed in guessed {
            match guessed {
                Guessed::Account(_) => {
                    remembered.guessed.remove(guessed);
                }
                Guessed::Place(_) => {
                    if let Some(failures) = remembered.guessed.get_mut(guessed) {
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
    fn guessing_from_everywhere_at_everything_is_slowed_down_too() {
        let throttle = Throttle::default();
        let now = Timestamp::from_milliseconds(1_000_000);
        let guess =
            |number: u32| [Guessed::Account(number.to_string()), Throttle::place(IpAddr::from(number.to_be_bytes()))];
        for number in 0..FAILURES_EVERYWHERE {
            throttle.attempt(&guess(number), now).unwrap();
        }
        let other = guess(FAILURES_EVERYWHERE);
        assert_eq!(throttle.attempt(&other, now.after(Duration::from_secs(20))), Err(Duration::from_secs(40)));
        // Whoever succeeds uses nothing of it up.
        throttle.forget(&guess(0));
        throttle.attempt(&other, now.after(Duration::from_secs(20))).unwrap();
        assert!(throttle.attempt(&guess(FAILURES_EVERYWHERE + 1), now).is_err());
        throttle.attempt(&guess(FAILURES_EVERYWHERE + 1), now.after(PERIOD)).unwrap();
    }

    #[test]
    fn a_full_memory_forgets_whoever_failed_the_least() {
        let throttle = Throttle::default();
        let mut now = Timestamp::from_milliseconds(1_000_000);
        let target = [Guessed::Account("ada@example.org".into())];
        for _ in 0..=FREE_FAILURES {
            throttle.attempt(&target, now).unwrap();
        }
        for number in 0..REMEMBERED {
            if number % 100 == 0 {
                throttle.0.lock().everywhere = Everywhere::default();
            }
            // All within the memory of one failure.
            now = Timestamp::from_milliseconds(1_000_000 + i64::try_from(number / 1_000).unwrap());
            throttle.attempt(&[Guessed::Account(number.to_string())], now).unwrap();
        }
        assert_eq!(throttle.0.lock().guessed.len(), REMEMBERED);
        assert!(throttle.attempt(&target, now).is_err(), "the one who is guessed at is remembered");
        let last = [Guessed::Account((REMEMBERED - 1).to_string())];
        for _ in 0..FREE_FAILURES {
            throttle.attempt(&last, now).unwrap();
        }
        assert!(throttle.attempt(&last, now).is_err(), "a newcomer is counted, too");
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
