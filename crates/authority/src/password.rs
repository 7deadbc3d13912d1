//! Passwords: argon2id at the parameters that OWASP recommends, hashed off the async threads.

use crate::error::Error;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use domain::{id::Randomness, invalid::Invalid, limits, secret::Secret};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// OWASP ASVS 5.0, appendix C: 46 MiB, one pass, one lane.
const MEMORY_KIBIBYTES: u32 = 47_104;
const PASSES: u32 = 1;
const LANES: u32 = 1;
/// How long a request waits for its turn at hashing before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(10);

/// Hashes and checks passwords, a few at a time.
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
}

/// What a check of a password found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Checked {
    /// It is another password, or there is none.
    Wrong,
    /// It is this one.
    Right,
    /// It is this one, and its hash was made with weaker parameters than today's: here is a new one.
    RightButWeak(String),
}

impl Passwords {
    pub(crate) fn new(threads: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(threads.max(1))) }
    }

    pub(crate) async fn hash(&self, password: Secret, randomness: &dyn Randomness) -> Result<String, Error> {
        let mut salt = [0; 16];
        randomness.fill(&mut salt);
        self.in_turn(move || hash(&password, salt)).await?.map_err(|cause| Error::Unavailable(cause.into()))
    }

    /// Checks a password against a stored hash; without one, it takes just as long and is wrong.
    pub(crate) async fn check(
        &self,
        password: Secret,
        stored: Option<String>,
        randomness: &dyn Randomness,
    ) -> Result<Checked, Error> {
        let mut salt = [0; 16];
        randomness.fill(&mut salt);
        self.in_turn(move || check(&password, stored.as_deref(), salt)).await
    }

    async fn in_turn<R: Send + 'static>(&self, work: impl FnOnce() -> R + Send + 'static) -> Result<R, Error> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Error::Throttled { retry_after: PATIENCE }) };
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        });
        done.await.map_err(|cause| Error::Unavailable(cause.into()))
    }
}

/// Checks that a new password is long enough, short enough, and not easily guessed.
///
/// # Errors
/// Names `field`.
pub(crate) fn acceptable(field: &str, password: &Secret, about_user: &[&str]) -> Result<(), Invalid> {
    let text = password.expose();
    if text.chars().count() < limits::PASSWORD_CHARACTERS_MINIMUM {
        return Err(Invalid::field(
            field,
            format!("must have at least {} characters", limits::PASSWORD_CHARACTERS_MINIMUM),
        ));
    }
    if text.len() > limits::PASSWORD_BYTES {
        return Err(Invalid::field(field, format!("must not have more than {} bytes", limits::PASSWORD_BYTES)));
    }
    // The estimator's time grows with the length; its first hundred characters tell enough.
    let start: String = text.chars().take(100).collect();
    if zxcvbn::zxcvbn(&start, about_user).score() < zxcvbn::Score::Three {
        return Err(Invalid::field(field, "is too easy to guess; use more, or less common, words"));
    }
    Ok(())
}

fn hasher() -> Result<Argon2<'static>, String> {
    let parameters = Params::new(MEMORY_KIBIBYTES, PASSES, LANES, None).map_err(|error| error.to_string())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters))
}

fn hash(password: &Secret, salt: [u8; 16]) -> Result<String, String> {
    let hash: PasswordHash =
        hasher()?.hash_password_with_salt(password.expose().as_bytes(), &salt).map_err(|error| error.to_string())?;
    Ok(hash.to_string())
}

fn check(password: &Secret, stored: Option<&str>, salt: [u8; 16]) -> Checked {
    let parsed = stored.and_then(|stored| PasswordHash::new(stored).ok());
    let Some(parsed) = parsed else {
        // The time of a real check is spent, so that an unknown address cannot be told from a known one.
        let _ = hash(password, salt);
        return Checked::Wrong;
    };
    if Argon2::default().verify_password(password.expose().as_bytes(), &parsed).is_err() {
        return Checked::Wrong;
    }
    let parameters = Params::try_from(&parsed).ok();
    let strong = parameters.is_some_and(|found| found.m_cost() >= MEMORY_KIBIBYTES && found.t_cost() >= PASSES);
    if strong {
        return Checked::Right;
    }
    hash(password, salt).map_or(Checked::Right, Checked::RightButWeak)
}
