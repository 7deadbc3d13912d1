//! Texts that many rows share, each kept once in a small table and referred to by its number.

use super::failure::Result;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;

/// The most texts that one dictionary remembers; beyond that it asks the table again.
const REMEMBERED: usize = 20_000;

/// One such table with the texts that were met lately.
pub(crate) struct Dictionary {
    select: &'static str,
    insert: &'static str,
    numbers: HashMap<String, i64>,
}

impl Dictionary {
    /// The sets of scopes.
    pub(crate) fn scope_sets() -> Self {
        Self::new(
            "SELECT number FROM scope_set WHERE scopes = ?1",
            "INSERT INTO scope_set (scopes) VALUES (?1) RETURNING number",
        )
    }

    /// The sets of networks.
    pub(crate) fn network_sets() -> Self {
        Self::new(
            "SELECT number FROM network_set WHERE networks = ?1",
            "INSERT INTO network_set (networks) VALUES (?1) RETURNING number",
        )
    }

    /// Who makes changes.
    pub(crate) fn actors() -> Self {
        Self::new(
            "SELECT number FROM actor WHERE actor = ?1",
            // The text of an owner begins with its number; that of nobody casts to 0.
            "INSERT INTO actor (actor, owner) VALUES (?1, nullif(CAST(?1 AS INTEGER), 0)) RETURNING number",
        )
    }

    /// The kinds of events.
    pub(crate) fn event_kinds() -> Self {
        Self::new(
            "SELECT number FROM event_kind WHERE kind = ?1",
            "INSERT INTO event_kind (kind) VALUES (?1) RETURNING number",
        )
    }

    fn new(select: &'static str, insert: &'static str) -> Self {
        Self { select, insert, numbers: HashMap::new() }
    }

    /// The number of a text, which is added when it is new.
    pub(crate) fn number(&mut self, connection: &Connection, text: &str) -> Result<i64> {
        if let Some(number) = self.numbers.get(text) {
            return Ok(*number);
        }
        let found = connection.prepare_cached(self.select)?.query_row(params![text], |row| row.get(0)).optional()?;
        let number = match found {
            Some(number) => number,
            None => connection.prepare_cached(self.insert)?.query_row(params![text], |row| row.get(0))?,
        };
        if self.numbers.len() >= REMEMBERED {
            self.numbers.clear();
        }
        self.numbers.insert(text.to_owned(), number);
        Ok(number)
    }

    /// Forgets what was met: a rollback may have taken rows away.
    pub(crate) fn forget(&mut self) {
        self.numbers.clear();
    }
}
