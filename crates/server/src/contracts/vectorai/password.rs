//! The contract's own rule about the admin's password, with its own words.

use crate::problem::{Problem, ProblemKind};
use domain::{limits, secret::Secret};

/// The name that the one user signs in with.
pub(super) const ADMIN: &str = "admin";
/// The fewest bytes, blanks at both ends not counted.
const BYTES_MINIMUM: usize = 12;

/// Checks a new password. What is checked has no blanks at its ends; what is kept is the whole text.
///
/// # Errors
/// The first rule that is broken.
pub(super) fn new(field: &str, password: Option<Secret>) -> Result<Secret, Problem> {
    let password = given(field, password)?;
    let text = without_blanks(&password);
    let has = |kind: fn(&u8) -> bool| text.bytes().any(|byte| kind(&byte));
    let message = if text.len() < BYTES_MINIMUM {
        "Password must be at least 12 characters long"
    } else if text.eq_ignore_ascii_case(ADMIN) {
        "Password must not match the username"
    } else if !(has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_punctuation))
    {
        "Password must include uppercase, lowercase, digit, and special characters"
    } else if password.expose().len() > limits::PASSWORD_BYTES {
        "Password is too long"
    } else {
        return Ok(password);
    };
    Err(Problem::new(ProblemKind::InvalidRequest).detail(message))
}

/// A password that is more than blanks.
///
/// # Errors
/// The message for a field that is missing.
pub(super) fn given(field: &str, password: Option<Secret>) -> Result<Secret, Problem> {
    password.filter(|password| !without_blanks(password).is_empty()).ok_or_else(|| missing(field))
}

fn without_blanks(password: &Secret) -> &str {
    password.expose().trim_matches(|character: char| character.is_ascii_whitespace())
}

/// The answer to a request without a field that it needs.
pub(super) fn missing(field: &str) -> Problem {
    Problem::new(ProblemKind::InvalidRequest).detail(format!("Missing required field: {field}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(password: &str) -> Option<String> {
        let refused = new("password", Some(Secret::new(password.to_owned()))).err()?;
        refused.said().map(str::to_owned)
    }

    #[test]
    fn the_first_broken_rule_is_told() {
        for (password, start) in [
            (" \t\r\n ", "Missing required field: password"),
            ("Short1!", "Password must be at least 12"),
            ("   Short1!      ", "Password must be at least 12"),
            ("admin", "Password must be at least 12"),
            ("alllowercase1!", "Password must include"),
            ("ALLUPPERCASE1!", "Password must include"),
            ("NoDigitsHere!!", "Password must include"),
            ("NoSpecials1234", "Password must include"),
        ] {
            assert!(said(password).unwrap().starts_with(start), "{password}");
        }
        assert_eq!(said("Admin-Pass-2026"), None);
        assert_eq!(said(" Admin Pass 2026! "), None);
        assert!(said(&format!("Aa1!{}", "x".repeat(1_024))).is_some());
    }
}
