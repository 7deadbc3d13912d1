//! A filter of tokens as a condition with its values, and the numbers it selects.

use super::{
    conditions::{Conditions, blob, number},
    failure::Result,
    token_row::{Rows, within},
};
use crate::query::TokenFilter;
use domain::{
    caller::Reach,
    hexadecimal,
    id::{DeletionId, TokenId, TokenNumber},
    time::Timestamp,
    token::State,
};
use rusqlite::{Connection, types::Value};

/// How many characters of each secret's beginning are known.
const HINT_CHARACTERS: usize = 8;

/// How many characters of each secret's end are known.
const HINT_END_CHARACTERS: usize = 4;
/// The shortest beginning of a secret that a text is looked up as: the native prefix has four characters, and
/// a shorter text would fit every token.
const TELLING_CHARACTERS: usize = 5;

/// A part of a query: which tokens, from where, under which conditions.
#[derive(Clone)]
pub(crate) struct Selection {
    /// Live tokens or tombstones; a filter never selects from both.
    pub(crate) from: Rows,
    /// What follows `WHERE`.
    pub(crate) conditions: Conditions,
}

impl Selection {
    /// What a filter selects within reach at this instant.
    pub(crate) fn new(reach: Reach, filter: &TokenFilter, now: Timestamp) -> Self {
        let mut conditions = Conditions::new();
        within(reach, &mut conditions);
        state(filter.state, now, &mut conditions);
        whose(filter, &mut conditions);
        what(filter, &mut conditions);
        when(filter, &mut conditions);
        let from = if filter.state == Some(State::Deleted) { Rows::Deleted } else { Rows::Live };
        Self { from, conditions }
    }

    /// Only tokens after `done` and up to `upto`.
    pub(crate) fn between(mut self, done: TokenNumber, upto: TokenNumber) -> Self {
        self.conditions.and_value("t.number > ?", number(done.0));
        self.conditions.and_value("t.number <= ?", number(upto.0));
        self
    }

    /// Only these tokens.
    pub(crate) fn among(mut self, numbers: &[TokenNumber]) -> Result<Self> {
        let numbers = serde_json::to_string(&numbers.iter().map(|number| number.0).collect::<Vec<_>>())?;
        self.conditions.and_value("t.number IN (SELECT value FROM json_each(?))", numbers);
        Ok(self)
    }

    /// Without the tokens that changed since a deletion began.
    pub(crate) fn except(mut self, deletion: DeletionId) -> Self {
        let changed = "t.number NOT IN (SELECT token FROM deletion_exception WHERE deletion = ?)";
        self.conditions.and_value(changed, blob(deletion.bytes()));
        self
    }

    /// The name of the table it selects from.
    pub(crate) fn table(&self) -> &'static str {
        match self.from {
            Rows::Live => "token",
            Rows::Deleted => "tombstone",
            Rows::All => "token_all",
        }
    }
}

fn state(state: Option<State>, now: Timestamp, conditions: &mut Conditions) {
    match state {
        None | Some(State::Deleted) => {}
        Some(State::Active) => {
            conditions.and("t.disabled = 0");
            conditions.and_value("(t.expires_at IS NULL OR t.expires_at > ?)", now.milliseconds());
        }
        Some(State::Disabled) => conditions.and("t.disabled = 1"),
        Some(State::Expired) => conditions.and_value("t.disabled = 0 AND t.expires_at <= ?", now.milliseconds()),
    }
}

fn whose(filter: &TokenFilter, conditions: &mut Conditions) {
    let owner = filter.owner.map(|owner| blob(owner.bytes()));
    conditions.and_some("t.owner = (SELECT number FROM owner WHERE id = ?)", owner);
    let author = filter.author.map(|author| blob(author.bytes()));
    conditions.and_some("t.author = (SELECT number FROM owner WHERE id = ?)", author);
    let organisation = filter.organisation.map(|organisation| blob(organisation.bytes()));
    conditions.and_some("t.organisation = (SELECT number FROM organisation WHERE id = ?)", organisation);
}

fn what(filter: &TokenFilter, conditions: &mut Conditions) {
    conditions.and_some("t.number = ?", filter.number.map(|exact| number(exact.0)));
    let ids = filter.ids.as_ref().map(|ids| {
        let texts: Vec<_> = ids.iter().map(|id| format!("\"{}\"", hexadecimal::encode(&id.bytes()))).collect();
        format!("[{}]", texts.join(","))
    });
    conditions.and_some("t.id IN (SELECT unhex(value) FROM json_each(?))", ids);
    let scope = filter.scope.as_ref().map(|scope| format!(" {scope} "));
    let exact = "t.scope_set IN (SELECT number FROM scope_set WHERE instr(' ' || scopes || ' ', ?) > 0)";
    conditions.and_some(exact, scope);
    for (key, value) in &filter.labels {
        // No character that a label may hold needs an escape, so the stored JSON matches exactly.
        let part = value.as_ref().map_or_else(|| format!("\"{key}\":"), |value| format!("\"{key}\":\"{value}\""));
        conditions.and_value("instr(t.labels, ?) > 0", part);
    }
    let part = filter.name_contains.as_ref().map(|part| part.to_lowercase());
    conditions.and_some("contains_folded(t.name, ?)", part);
    let known = filter.secret_prefix.as_ref().map(|prefix| prefix.chars().take(HINT_CHARACTERS).collect::<String>());
    let begins = "EXISTS (SELECT 1 FROM secret AS s WHERE s.token = t.number AND instr(s.hint, ?) = 1)";
    conditions.and_some(begins, known);
    if let Some(text) = &filter.text {
        anywhere(text, conditions);
    }
}

/// Looks for a text wherever a person would expect to find it.
fn anywhere(text: &str, conditions: &mut Conditions) {
    let text = text.trim();
    let folded = text.to_lowercase();
    let mut parts = vec!["contains_folded(t.name, ?)", "contains_folded(t.description, ?)"];
    let mut values = vec![Value::from(folded.clone()), folded.clone().into()];
    if let Ok(id) = TokenId::parse("text", &folded) {
        parts.push("t.id = ?");
        values.push(blob(id.bytes()));
    }
    if let Some(named) = text.parse().ok().map(TokenNumber).or_else(|| TokenNumber::from_grouped(text)) {
        parts.push("t.number = ?");
        values.push(number(named.0));
    }
    // No secret has a space or a letter of another alphabet in it, and most texts with one are names.
    let may_begin = folded.len() >= TELLING_CHARACTERS && folded.bytes().all(|byte| byte.is_ascii_graphic());
    if may_begin {
        parts.push("EXISTS (SELECT 1 FROM secret AS s WHERE s.token = t.number AND instr(lower(s.hint), ?) = 1)");
        values.push(folded.chars().take(HINT_CHARACTERS).collect::<String>().into());
    }
    // What a list shows of a secret are its fixed prefix, `…` and its last characters.
    let end = folded.rsplit_once('…').map_or(folded.as_str(), |(_, end)| end);
    if end.chars().count() == HINT_END_CHARACTERS {
        parts.push("EXISTS (SELECT 1 FROM secret AS s WHERE s.token = t.number AND lower(substr(s.hint, -4)) = ?)");
        values.push(end.to_owned().into());
    }
    conditions.and(&format!("({})", parts.join(" OR ")));
    values.into_iter().for_each(|value| conditions.value(value));
}

fn when(filter: &TokenFilter, conditions: &mut Conditions) {
    let used = "(SELECT last_used_at FROM usage WHERE token = t.number)";
    let mut and = |condition: &str, instant: Option<Timestamp>| {
        conditions.and_some(condition, instant.map(Timestamp::milliseconds));
    };
    and("t.created_at < ?", filter.created_before);
    and("t.created_at >= ?", filter.created_after);
    and("t.expires_at < ?", filter.expires_before);
    and("(t.expires_at IS NULL OR t.expires_at >= ?)", filter.expires_after);
    // A token that is new has not been used yet: it is not one that nobody needs.
    and(&format!("coalesce({used}, t.created_at) < ?"), filter.last_used_before);
    and(&format!("{used} >= ?"), filter.last_used_after);
}

/// The numbers of the first live tokens that a selection holds, in their order. Tombstones are never
/// among them: what is deleted cannot be selected for anything.
pub(crate) fn numbers(connection: &Connection, selection: &Selection, limit: usize) -> Result<Vec<TokenNumber>> {
    if selection.from == Rows::Deleted {
        return Ok(Vec::new());
    }
    let sql =
        format!("SELECT t.number FROM token AS t WHERE {} ORDER BY t.number LIMIT {limit}", selection.conditions.sql());
    let mut statement = connection.prepare_cached(&sql)?;
    let numbers = statement.query_map(selection.conditions.values(), |row| row.get(0))?;
    Ok(numbers.map(|number| number.map(TokenNumber)).collect::<rusqlite::Result<_>>()?)
}

/// How many tokens a selection holds.
pub(crate) fn count(connection: &Connection, selection: &Selection) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM {} AS t WHERE {}", selection.table(), selection.conditions.sql());
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row(selection.conditions.values(), |row| row.get(0))?)
}
