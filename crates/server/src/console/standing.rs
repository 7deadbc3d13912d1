//! How a token stands: its state, why it is refused all the same, and what can still be done with it.

use super::texts::{ENGLISH, Phrase};
use domain::{
    time::Timestamp,
    token::{State, has_passed},
};
use std::time::Duration;
use store::query::ListedToken;

/// Whoever ends a token that was used so lately has to know what that does.
pub const LATELY: Duration = Duration::from_hours(24);

/// How a token stands at a moment.
pub struct Standing {
    /// Its state.
    pub state: State,
    /// Why it is refused whatever its state: nobody speaks for whoever is deactivated.
    pub refused: Option<&'static Phrase>,
    /// True when its time is over: no switch and no new secret makes it work again.
    pub is_over: bool,
    /// True when something used it within the last day.
    pub was_used_lately: bool,
}

impl Standing {
    /// How this token stands.
    pub fn of(listed: &ListedToken, now: Timestamp) -> Self {
        let (t, token) = (&ENGLISH.common, &listed.token);
        Self {
            state: token.state(now),
            refused: match (listed.organisation.active, listed.owner_active) {
                (true, true) => None,
                (true, false) => Some(&t.owner_inactive),
                (false, _) => Some(&t.organisation_inactive),
            },
            is_over: token.expires_at.is_some_and(|expiry| has_passed(expiry, now)),
            was_used_lately: token.last_use.as_ref().is_some_and(|last| now.since(last.at) < LATELY),
        }
    }

    /// The word for its state.
    pub fn word(&self) -> &'static str {
        self.state.as_str()
    }

    /// What its state is called.
    pub fn text(&self) -> &'static Phrase {
        state_text(self.state)
    }

    /// True when it was deleted: then nothing can be done with it.
    pub fn is_deleted(&self) -> bool {
        self.state == State::Deleted
    }

    /// True when it can be disabled.
    pub fn can_be_disabled(&self) -> bool {
        self.state == State::Active
    }

    /// True when it can be enabled.
    pub fn can_be_enabled(&self) -> bool {
        self.state == State::Disabled && !self.is_over
    }

    /// True when its secret can be replaced.
    pub fn can_be_rotated(&self) -> bool {
        !self.is_deleted() && !self.is_over
    }
}

/// What a state is called.
pub fn state_text(state: State) -> &'static Phrase {
    let t = &ENGLISH.common;
    match state {
        State::Active => &t.state_active,
        State::Disabled => &t.state_disabled,
        State::Expired => &t.state_expired,
        State::Deleted => &t.state_deleted,
    }
}
