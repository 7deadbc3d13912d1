//! What follows `WHERE`, built part by part, with the values of its question marks in order.

use rusqlite::{ParamsFromIter, params_from_iter, types::Value};

/// Conditions that must all hold.
#[derive(Clone)]
pub(crate) struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    /// No condition yet.
    pub(crate) fn new() -> Self {
        Self { sql: "1".to_owned(), values: Vec::new() }
    }

    /// Adds a condition without a value.
    pub(crate) fn and(&mut self, condition: &str) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
    }

    /// Adds a condition with one value.
    pub(crate) fn and_value(&mut self, condition: &str, value: impl Into<Value>) {
        self.and(condition);
        self.values.push(value.into());
    }

    /// Adds a condition with a value that may be left out, and with it the condition.
    pub(crate) fn and_some<T: Into<Value>>(&mut self, condition: &str, value: Option<T>) {
        if let Some(value) = value {
            self.and_value(condition, value);
        }
    }

    /// Adds a value to the condition that was added last.
    pub(crate) fn value(&mut self, value: impl Into<Value>) {
        self.values.push(value.into());
    }

    /// The text.
    pub(crate) fn sql(&self) -> &str {
        &self.sql
    }

    /// The values, for a query that has no others.
    pub(crate) fn values(&self) -> ParamsFromIter<&Vec<Value>> {
        params_from_iter(&self.values)
    }
}

/// An identifier or digest as a value.
pub(crate) fn blob(bytes: [u8; 16]) -> Value {
    Value::Blob(bytes.to_vec())
}

/// A count or number as a value.
pub(crate) fn number(number: u64) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}
