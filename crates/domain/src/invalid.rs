//! What was wrong with an input: every field at once, each with the rule it broke.

use std::fmt;

/// One field that was refused. Neither part ever holds a secret or the refused value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidField {
    /// Where the value stood in the request, such as `expires_at` or `labels.env`.
    pub field: String,
    /// The rule that the value broke, as a sentence part: "must not be empty".
    pub rule: String,
}

/// Why an input was refused. It names at least one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid(Vec<InvalidField>);

impl Invalid {
    /// An input refused for one field.
    pub fn field(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self(vec![InvalidField { field: field.into(), rule: rule.into() }])
    }

    /// Every refused field, in the order in which the checks met them.
    pub fn fields(&self) -> &[InvalidField] {
        &self.0
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, InvalidField { field, rule }) in self.0.iter().enumerate() {
            let separator = if place == 0 { "" } else { "; " };
            write!(out, "{separator}{field} {rule}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Invalid {}

/// Gathers the refusals of one input, so that a caller learns all of them from one answer.
#[derive(Debug, Default)]
pub struct Checks(Vec<InvalidField>);

impl Checks {
    /// Starts with nothing refused.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps a good value and remembers why a bad one was refused.
    pub fn take<T>(&mut self, checked: Result<T, Invalid>) -> Option<T> {
        checked.map_err(|invalid| self.0.extend(invalid.0)).ok()
    }

    /// Remembers one refusal.
    pub fn refuse(&mut self, field: impl Into<String>, rule: impl Into<String>) {
        self.0.push(InvalidField { field: field.into(), rule: rule.into() });
    }

    /// Ends the checks: an error when anything was refused.
    pub fn finish(self) -> Result<(), Invalid> {
        if self.0.is_empty() { Ok(()) } else { Err(Invalid(self.0)) }
    }

    /// Ends the checks with the value they produced; a missing value is always an error.
    pub fn finish_with<T>(self, value: Option<T>) -> Result<T, Invalid> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            None if self.0.is_empty() => Err(Invalid::field("request", "is incomplete")),
            Some(_) | None => Err(Invalid(self.0)),
        }
    }
}
