//! What was wrong with a query, in the words that clients know.

use crate::redact;

/// One thing that was wrong: where, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The name under which an answer lists it: a path, a function, or a part of the query.
    pub key: String,
    /// What was wrong.
    pub text: String,
}

impl Mistake {
    fn new(key: &str, text: impl Into<String>) -> Self {
        Self { key: redact::name(key).to_owned(), text: text.into() }
    }

    /// A function that does not exist.
    pub fn unknown_function(name: &str) -> Self {
        Self::new(name, "Unknown expression group.")
    }

    /// A bare value where a condition belongs.
    pub fn expression_expected(value: &str) -> Self {
        Self::new(if value.is_empty() { "filter" } else { value }, "Expression expected.")
    }

    /// `and()`, `or()` or `()` with nothing in it.
    pub fn empty_group() -> Self {
        Self::new("filter", "Expression group cannot be empty.")
    }

    /// A function with too few or too many arguments, or with one of the wrong kind.
    pub fn wrong_arguments(name: &str) -> Self {
        Self::new(name, "Wrong arguments.")
    }

    /// `left=right` with anything but a constant on the right.
    pub fn wrong_shortcut(path: &str) -> Self {
        Self::new(if path.is_empty() { "filter" } else { path }, "Invalid equals shortcut expression")
    }

    /// A field that does not exist, or that cannot be asked for.
    pub fn unknown_path(path: &str) -> Self {
        Self::new(if path.is_empty() { "filter" } else { path }, "Invalid property path.")
    }

    /// A value of another type than the field.
    pub fn unconvertible(path: &str, value: &str) -> Self {
        Self::new(path, format!("Cannot convert value: '{}'.", redact::name(value)))
    }

    /// One of the language's own constants where a value of another type belongs.
    pub fn unconvertible_constant(path: &str, constant: &'static str) -> Self {
        Self::new(path, format!("Cannot convert value: '{constant}'."))
    }

    /// An operator that the type of the field does not have.
    pub fn not_permitted(path: &str, operator: &str) -> Self {
        Self::new(path, format!("Operator '{operator}' is not permitted"))
    }

    /// `in` or `out` without values.
    pub fn empty_list(path: &str) -> Self {
        Self::new(path, "Value has to be a non empty array.")
    }

    /// An order that names nothing.
    pub fn empty_order() -> Self {
        Self::new("order", "No valid ordering properties were detected")
    }

    /// Parentheses or quotes that do not close, or close too often.
    pub fn unbalanced(part: &str) -> Self {
        Self::new(part, "Parentheses and quotes must be balanced.")
    }

    /// A percent sign without two digits, or bytes that are not UTF-8.
    pub fn not_encoded(part: &str) -> Self {
        Self::new(part, "Must be percent-encoded UTF-8.")
    }

    /// A parameter that stands twice and may not.
    pub fn repeated(part: &str) -> Self {
        Self::new(part, "Must not stand twice.")
    }

    /// A query beyond one of the bounds.
    pub fn too_much(part: &str, what: &str, most: usize) -> Self {
        Self::new(part, format!("Must not have more than {most} {what}."))
    }
}
