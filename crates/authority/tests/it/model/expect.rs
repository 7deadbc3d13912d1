//! What each step should do, in the plainest words.

use super::{
    Model, ModelSecret, ModelToken, Remembered,
    step::{Issue, Patch, Step},
};
use crate::world::scopes;
use authority::{
    Error,
    error::{Conflict, Denied},
};
use domain::{caller::Beyond, limits, time::Timestamp, token::has_passed};
use std::time::Duration;

/// Why a step is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    NotFound,
    RevisionChanged,
    BeyondOwner,
    Conflict(Conflict),
}

impl Expected {
    pub(super) fn is(self, error: &Error) -> bool {
        match (self, error) {
            (Self::NotFound, Error::NotFound)
            | (Self::RevisionChanged, Error::RevisionChanged { .. })
            | (Self::BeyondOwner, Error::Denied(Denied::Beyond(Beyond::OwnerScope(_)))) => true,
            (Self::Conflict(expected), Error::Conflict(conflict)) => expected == *conflict,
            _ => false,
        }
    }
}

type Result = std::result::Result<(), Expected>;

impl Model {
    /// Makes the step on the model, or says why it is refused.
    pub(super) fn expect(&mut self, step: &Step, now: Timestamp) -> Result {
        match *step {
            Step::Issue(ref issue) => self.keyed(issue.key, step, now, |model| model.issue(issue, now)),
            Step::Update { token, patch, stale, stranger } => self.update(token, patch, stale, stranger, now),
            Step::Switch { token, disabled, stranger } => {
                let token = self.reached(token, stranger)?;
                token.revision += u64::from(token.disabled != disabled);
                token.disabled = disabled;
                Ok(())
            }
            Step::Rotate { token, overlap, first_use, key, stranger } => {
                if stranger {
                    return Err(Expected::NotFound);
                }
                self.keyed(key, step, now, |model| model.rotate(token, overlap, first_use, now))
            }
            Step::Use { token, secret } => {
                self.use_secret(token, secret, now);
                Ok(())
            }
            Step::Delete { token, by_secret: _, stranger } => {
                self.reached(token, stranger)?.deleted = true;
                Ok(())
            }
            Step::DeleteGroup { group, reviewed: _ } => {
                self.tokens.iter_mut().filter(|token| token.group == group).for_each(|token| token.deleted = true);
                Ok(())
            }
            Step::SetOwner { owner, role, granted, active } => {
                let owner = &mut self.owners[owner];
                owner.role = role.unwrap_or(owner.role);
                owner.granted = granted.map_or_else(|| owner.granted.clone(), scopes);
                owner.active = active.unwrap_or(owner.active);
                Ok(())
            }
            Step::SetOrganisation { organisation, active } => {
                self.organisations[organisation].active = active;
                Ok(())
            }
            Step::WriteUses | Step::Advance(_) | Step::Restart => Ok(()),
        }
    }

    fn reached(&mut self, token: usize, stranger: bool) -> std::result::Result<&mut ModelToken, Expected> {
        let token = &mut self.tokens[token];
        if token.deleted || stranger { Err(Expected::NotFound) } else { Ok(token) }
    }

    /// A repetition replaces the lost secret; anything else under a key that is in use is refused.
    fn keyed(
        &mut self,
        key: Option<u64>,
        step: &Step,
        now: Timestamp,
        make: impl FnOnce(&mut Self) -> std::result::Result<usize, Expected>,
    ) -> Result {
        let Some(key) = key else { return make(self).map(|_| ()) };
        let remembered = self.keys.get(&key).copied();
        let remembered = remembered.filter(|first| first.at.after(limits::IDEMPOTENCY_RETENTION) > now);
        let token = match remembered {
            Some(first) if first.request != step.request() => {
                return Err(Expected::Conflict(Conflict::IdempotencyKeyReused));
            }
            Some(first) => self.replace_lost(first, now)?,
            None => make(self)?,
        };
        let secret = self.tokens[token].secrets.len() - 1;
        self.keys.insert(key, Remembered { request: step.request(), token, secret, at: now });
        Ok(())
    }

    fn replace_lost(&mut self, first: Remembered, now: Timestamp) -> std::result::Result<usize, Expected> {
        let token = &mut self.tokens[first.token];
        if token.deleted || first.secret + 1 != token.secrets.len() {
            return Err(Expected::Conflict(Conflict::IdempotencyKeyOutdated));
        }
        let lost = &mut token.secrets[first.secret];
        lost.ends_at = Some(now);
        let ends_others = lost.ends_others;
        token.secrets.push(ModelSecret { text: None, ends_at: None, ends_others });
        token.revision += 1;
        Ok(first.token)
    }

    fn issue(&mut self, wanted: &Issue, now: Timestamp) -> std::result::Result<usize, Expected> {
        if !self.has_power(wanted.owner) {
            return Err(Expected::Conflict(Conflict::OwnerInactive));
        }
        let ceiling = self.ceiling(wanted.owner);
        let granted = wanted.scopes.map_or_else(|| ceiling.clone(), scopes);
        if ceiling.first_uncovered(&granted).is_some() {
            return Err(Expected::BeyondOwner);
        }
        self.tokens.push(ModelToken {
            id: None,
            name: wanted.name.clone(),
            owner: wanted.owner,
            group: wanted.group,
            scopes: granted,
            networks: wanted.networks,
            expires_at: wanted.lifetime.map(|lifetime| now.after(lifetime)),
            disabled: false,
            deleted: false,
            revision: 1,
            secrets: vec![ModelSecret { text: None, ends_at: None, ends_others: false }],
        });
        Ok(self.tokens.len() - 1)
    }

    fn update(&mut self, token: usize, patch: Patch, stale: bool, stranger: bool, now: Timestamp) -> Result {
        let ceiling = self.ceiling(self.tokens[token].owner);
        let token = self.reached(token, stranger)?;
        if stale {
            return Err(Expected::RevisionChanged);
        }
        let mut after = token.clone();
        match patch {
            Patch::Scopes(wanted) => after.scopes = scopes(wanted),
            Patch::Lifetime(lifetime) => after.expires_at = lifetime.map(|lifetime| now.after(lifetime)),
            Patch::Networks(networks) => after.networks = networks,
            Patch::Nothing => {}
        }
        if after.expires_at != token.expires_at && token.is_expired(now) {
            return Err(Expected::Conflict(Conflict::TokenExpired));
        }
        let granted = |scope: &str| token.scopes.cover(scope) || ceiling.cover(scope);
        if !after.scopes.iter().all(|scope| granted(scope.as_str())) {
            return Err(Expected::BeyondOwner);
        }
        let changed =
            after.scopes != token.scopes || after.expires_at != token.expires_at || after.networks != token.networks;
        after.revision += u64::from(changed);
        *token = after;
        Ok(())
    }

    fn rotate(
        &mut self,
        place: usize,
        overlap: Option<Duration>,
        first_use: bool,
        now: Timestamp,
    ) -> std::result::Result<usize, Expected> {
        let token = self.reached(place, false)?;
        if token.is_expired(now) {
            return Err(Expected::Conflict(Conflict::TokenExpired));
        }
        let accepted = token.secrets.iter().filter(|secret| secret.is_accepted(now)).count();
        if overlap.is_some() && accepted + 1 > limits::SECRETS_ACCEPTED {
            return Err(Expected::Conflict(Conflict::TooManySecrets));
        }
        let end = overlap.map_or(now, |overlap| now.after(overlap));
        token.secrets.iter_mut().for_each(|older| older.end_by(end));
        token.secrets.push(ModelSecret { text: None, ends_at: None, ends_others: first_use });
        token.revision += 1;
        Ok(place)
    }

    /// An accepted first use ends the older secrets.
    fn use_secret(&mut self, token: usize, secret: usize, now: Timestamp) {
        let power = self.has_power(self.tokens[token].owner);
        let token = &mut self.tokens[token];
        let known = token.secrets[secret].text.is_some() && token.secrets[secret].is_accepted(now);
        let active = known && power && !token.deleted && !token.disabled && !token.is_expired(now);
        if active && token.secrets[secret].ends_others {
            token.secrets[..secret].iter_mut().for_each(|older| older.end_by(now));
            token.secrets[secret].ends_others = false;
        }
    }
}

impl ModelToken {
    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expiry| has_passed(expiry, now))
    }
}

impl ModelSecret {
    pub(super) fn is_accepted(&self, now: Timestamp) -> bool {
        !self.ends_at.is_some_and(|end| has_passed(end, now))
    }

    fn end_by(&mut self, end: Timestamp) {
        self.ends_at = Some(self.ends_at.map_or(end, |earlier| earlier.min(end)));
    }
}
