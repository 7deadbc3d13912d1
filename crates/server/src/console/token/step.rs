//! The steps of filling in a token: the parts of its forms, in the order of the wizard.

use crate::console::texts::{ENGLISH, Phrase};

/// A part of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Name, description, labels.
    General,
    /// Owner, expiry, networks.
    Access,
    /// Scopes.
    Scopes,
    /// Everything once more.
    Overview,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::General, Self::Access, Self::Scopes, Self::Overview];

    /// Its number, from 1.
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// The step of this number; the first one for anything else.
    pub fn of_number(text: &str) -> Self {
        let number = text.parse().unwrap_or(1_usize);
        Self::ALL.get(number.saturating_sub(1)).copied().unwrap_or(Self::General)
    }

    /// The step that shows a field.
    pub fn of_field(field: &str) -> Self {
        match field {
            "owner" | "expiry" | "date" | "networks" | "expires_at" => Self::Access,
            "scope" | "scopes" | "more" => Self::Scopes,
            _ => Self::General,
        }
    }

    /// What all steps are called, with the summary behind them.
    pub fn titles() -> [&'static Phrase; 5] {
        let t = &ENGLISH.token;
        [&t.step_general, &t.step_access, &t.step_scopes, &t.step_overview, &t.step_summary]
    }
}
