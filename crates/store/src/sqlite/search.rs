//! Searches as parameterised SQL: fields are fixed expressions, and whatever comes from outside is a value.

use super::{
    conditions::{Conditions, number},
    failure::{Failure, Result},
    owner_row,
    token_row::{self, Rows, within},
};
use crate::query::search::{
    Comparison, Condition, Fact, Field, Found, FoundToken, Operand, Pattern, Person, Search, StateWords, Value,
};
use domain::{
    caller::Reach,
    id::{OrganisationNumber, OwnerNumber, TokenNumber},
    name::Name,
    time::Timestamp,
};
use rusqlite::{Connection, Row, types::Value as Parameter};

/// The part of a search that was asked for, and how many tokens fit.
pub(crate) fn search(
    connection: &Connection,
    reach: Reach,
    search: &Search,
    now: Timestamp,
) -> Result<Found<FoundToken>> {
    let conditions = condition(reach, search, now);
    let sql = format!("SELECT count(*) {} WHERE {}", token_row::tables(from(search)), conditions.sql());
    let total = connection.prepare(&sql)?.query_row(conditions.values(), |row| row.get(0))?;
    let mut items = Vec::new();
    if search.limit > 0 {
        let (sql, conditions) = query(&columns(from(search)), reach, search, now);
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query(conditions.values())?;
        while let Some(row) = rows.next()? {
            items.push(read(row, reach)?);
        }
    }
    Ok(Found { items, total, more: false })
}

/// A token with those that it names; [`read`] knows the order.
pub(super) fn columns(from: Rows) -> String {
    let deleter = match from {
        Rows::Live => "NULL, NULL, NULL, NULL",
        Rows::Deleted | Rows::All => "d.number, d.name, d.kind, d.organisation",
    };
    format!(
        "{}, {}, a.number, a.name, a.kind, a.organisation, {deleter} {}",
        token_row::values(from),
        owner_row::ORGANISATION_VALUES,
        token_row::tables(from)
    )
}

fn read(row: &Row<'_>, reach: Reach) -> Result<FoundToken> {
    let people = token_row::VALUES + owner_row::ORGANISATION_VALUE_COUNT;
    let author = person(row, people, reach)?.ok_or_else(|| Failure::Unreadable("a token without an author".into()))?;
    Ok(FoundToken {
        token: token_row::read(row)?,
        organisation: owner_row::read_organisation_at(row, token_row::VALUES)?,
        author,
        deleter: person(row, people + PERSON_VALUES, reach)?,
    })
}

/// How many columns [`person`] reads.
pub(super) const PERSON_VALUES: usize = 4;

/// A user or service account whose number, name, kind and organisation stand from this column on.
pub(super) fn person(row: &Row<'_>, first: usize, reach: Reach) -> Result<Option<Person>> {
    let Some(number) = row.get::<_, Option<u32>>(first)?.map(OwnerNumber) else { return Ok(None) };
    let kind = owner_row::kind(row.get_ref(first + 2)?.as_str().map_err(owner_row::unreadable)?)?;
    let is_known = reach.covers(OrganisationNumber(row.get(first + 3)?), number);
    let name = if is_known { Some(Name::stored(row.get(first + 1)?)) } else { None };
    Ok(Some(Person { number, name, kind }))
}

/// The numbers of the part of a search that was asked for, in its order.
pub(crate) fn numbers(
    connection: &Connection,
    reach: Reach,
    search: &Search,
    now: Timestamp,
) -> Result<Vec<TokenNumber>> {
    let columns = format!("t.number {}", token_row::tables(from(search)));
    let (sql, conditions) = query(&columns, reach, search, now);
    let mut statement = connection.prepare(&sql)?;
    let numbers = statement.query_map(conditions.values(), |row| row.get(0))?;
    Ok(numbers.map(|number| number.map(TokenNumber)).collect::<rusqlite::Result<_>>()?)
}

/// The query of the part that was asked for, and its values.
pub(super) fn query(columns: &str, reach: Reach, search: &Search, now: Timestamp) -> (String, Conditions) {
    let mut conditions = condition(reach, search, now);
    let order = order(reach, search, now);
    let sql = format!("SELECT {columns} WHERE {} ORDER BY {} LIMIT ? OFFSET ?", conditions.sql(), order.sql);
    order.values.into_iter().for_each(|value| conditions.value(value));
    conditions.value(number(search.limit as u64));
    conditions.value(number(search.offset));
    (sql, conditions)
}

fn from(search: &Search) -> Rows {
    if search.deleted { Rows::All } else { Rows::Live }
}

fn condition(reach: Reach, search: &Search, now: Timestamp) -> Conditions {
    let mut conditions = Conditions::new();
    within(reach, &mut conditions);
    let mut compiler = Compiler::new(reach, from(search), now);
    compiler.condition(&search.condition);
    conditions.and(&compiler.sql);
    compiler.values.into_iter().for_each(|value| conditions.value(value));
    conditions
}

fn order(reach: Reach, search: &Search, now: Timestamp) -> Compiler {
    let mut compiler = Compiler::new(reach, from(search), now);
    for order in &search.order {
        compiler.field(order.field);
        compiler.sql.push_str(if order.descending { " DESC NULLS LAST, " } else { " ASC NULLS FIRST, " });
    }
    compiler.sql.push_str("t.number");
    compiler
}

/// Writes SQL, and gathers the values of its question marks in their order.
struct Compiler {
    sql: String,
    values: Vec<Parameter>,
    reach: Reach,
    from: Rows,
    now: Timestamp,
}

impl Compiler {
    fn new(reach: Reach, from: Rows, now: Timestamp) -> Self {
        Self { sql: String::new(), values: Vec::new(), reach, from, now }
    }

    fn value(&mut self, value: impl Into<Parameter>) {
        self.sql.push('?');
        self.values.push(value.into());
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::All(parts) => self.joined(parts, " AND ", "1"),
            Condition::Any(parts) => self.joined(parts, " OR ", "0"),
            Condition::Not(part) => {
                self.sql.push_str("NOT ");
                self.condition(part);
            }
            Condition::Compare(field, comparison, operand) => self.compare(*field, *comparison, operand),
            Condition::OneOf(field, values) => self.one_of(*field, values),
            Condition::Absent(field) => {
                self.sql.push('(');
                self.field(*field);
                self.sql.push_str(" IS NULL)");
            }
            Condition::Fits(field, pattern) => self.fits(*field, pattern),
            Condition::Granted(scopes) => self.granted(scopes),
        }
    }

    fn joined(&mut self, parts: &[Condition], between: &str, none: &str) {
        self.sql.push('(');
        for (place, part) in parts.iter().enumerate() {
            self.sql.push_str(if place == 0 { "" } else { between });
            self.condition(part);
        }
        self.sql.push_str(if parts.is_empty() { none } else { "" });
        self.sql.push(')');
    }

    /// `IS` has no third answer; the others have one where a side is NULL, which counts as false.
    fn compare(&mut self, field: Field, comparison: Comparison, operand: &Operand) {
        let operator = match comparison {
            Comparison::Equal => " IS ",
            Comparison::Less => " < ",
            Comparison::LessOrEqual => " <= ",
            Comparison::Greater => " > ",
            Comparison::GreaterOrEqual => " >= ",
        };
        let other_is_absent = matches!(operand, Operand::Field(other) if may_be_absent(*other));
        let third_answer = comparison != Comparison::Equal && (may_be_absent(field) || other_is_absent);
        self.sql.push_str(if third_answer { "coalesce(" } else { "(" });
        self.field(field);
        self.sql.push_str(operator);
        match operand {
            Operand::Value(value) => self.value(parameter(value)),
            Operand::Field(other) => self.field(*other),
        }
        self.sql.push_str(if third_answer { ", 0)" } else { ")" });
    }

    fn one_of(&mut self, field: Field, values: &[Value]) {
        let third_answer = may_be_absent(field);
        self.sql.push_str(if third_answer { "coalesce(" } else { "(" });
        self.field(field);
        self.sql.push_str(" IN (");
        for (place, value) in values.iter().enumerate() {
            self.sql.push_str(if place == 0 { "" } else { ", " });
            self.value(parameter(value));
        }
        self.sql.push_str(if third_answer { "), 0)" } else { "))" });
    }

    fn fits(&mut self, field: Field, pattern: &Pattern) {
        self.sql.push_str("fits(");
        self.field(field);
        self.sql.push_str(", ");
        self.value(pattern.text.clone());
        for flag in [pattern.open_start, pattern.open_end, pattern.any_case] {
            self.sql.push_str(if flag { ", 1" } else { ", 0" });
        }
        self.sql.push(')');
    }

    fn granted(&mut self, scopes: &[String]) {
        let mut covering: Vec<String> = scopes.iter().flat_map(|scope| covering(scope)).collect();
        covering.sort();
        covering.dedup();
        self.sql.push_str("(t.scope_set IN (SELECT number FROM scope_set WHERE 0");
        for scope in covering {
            self.sql.push_str(" OR instr(' ' || scopes || ' ', ");
            self.value(format!(" {scope} "));
            self.sql.push_str(") > 0");
        }
        self.sql.push_str("))");
    }

    fn field(&mut self, field: Field) {
        let column = match field {
            Field::Number => "t.number",
            Field::NumberText(prefix) => return self.grouped(prefix, "t.number"),
            Field::Name => "t.name",
            Field::Description => "nullif(t.description, '')",
            Field::State(words) => return self.state(words),
            Field::CreatedAt => "t.created_at",
            Field::UpdatedAt => "t.updated_at",
            Field::LastUsedAt => "u.last_used_at",
            Field::ExpiresAt => "t.expires_at",
            Field::Revision => "t.revision",
            Field::Fact(fact) => return self.fact("t.facts", fact),
            Field::OrganisationNumber => "t.organisation",
            Field::OrganisationText(prefix) => return self.grouped(prefix, "t.organisation"),
            Field::OrganisationName => "o.name",
            Field::OrganisationFact(fact, otherwise) => {
                self.sql.push_str("coalesce(");
                self.fact("o.facts", fact);
                self.sql.push_str(", ");
                self.value(otherwise.to_owned());
                ")"
            }
            Field::AuthorNumber => "t.author",
            Field::AuthorText(prefix) => return self.grouped(prefix, "t.author"),
            Field::AuthorName => return self.author_name(),
        };
        self.sql.push_str(column);
    }

    /// As [`person`] tells it.
    fn author_name(&mut self) {
        let (within, number) = match self.reach {
            Reach::Everything => return self.sql.push_str("a.name"),
            Reach::Organisation(organisation) => ("a.organisation", organisation.0),
            Reach::Own(owner) => ("a.number", owner.0),
        };
        self.sql.push_str(&format!("CASE WHEN {within} = "));
        self.value(number);
        self.sql.push_str(" THEN a.name END");
    }

    fn grouped(&mut self, prefix: &str, number: &str) {
        self.sql.push('(');
        self.value(prefix.to_owned());
        self.sql.push_str(&format!(" || grouped({number}))"));
    }

    fn fact(&mut self, facts: &str, fact: Fact) {
        self.sql.push_str(&format!("json_extract({facts}, "));
        self.value(fact_path(fact));
        self.sql.push(')');
    }

    /// As [`domain::token::Token::state`] says it.
    fn state(&mut self, words: StateWords) {
        self.sql.push_str("CASE");
        if self.from != Rows::Live {
            self.sql.push_str(" WHEN t.deleted_at IS NOT NULL THEN ");
            self.value(words.deleted.to_owned());
        }
        self.sql.push_str(" WHEN t.disabled THEN ");
        self.value(words.disabled.to_owned());
        self.sql.push_str(" WHEN t.expires_at <= ");
        self.value(self.now.milliseconds());
        self.sql.push_str(" THEN ");
        self.value(words.expired.to_owned());
        self.sql.push_str(" ELSE ");
        self.value(words.active.to_owned());
        self.sql.push_str(" END");
    }
}

/// Where a fact stands among the facts of all contracts.
pub(super) fn fact_path(fact: Fact) -> String {
    format!("$.\"{}\".\"{}\"", fact.contract, fact.member)
}

fn parameter(value: &Value) -> Parameter {
    match value {
        Value::Text(text) => Parameter::Text(text.clone()),
        Value::Number(number) => Parameter::Integer(*number),
    }
}

fn may_be_absent(field: Field) -> bool {
    match field {
        Field::Description
        | Field::UpdatedAt
        | Field::LastUsedAt
        | Field::ExpiresAt
        | Field::Fact(_)
        | Field::AuthorName => true,
        Field::Number
        | Field::NumberText(_)
        | Field::Name
        | Field::State(_)
        | Field::CreatedAt
        | Field::Revision
        | Field::OrganisationNumber
        | Field::OrganisationText(_)
        | Field::OrganisationName
        | Field::OrganisationFact(..)
        | Field::AuthorNumber
        | Field::AuthorText(_) => false,
    }
}

/// Every scope that covers this one: itself, and a `*` in place of its last words (see `domain::scope`).
fn covering(scope: &str) -> Vec<String> {
    let beneath = scope.match_indices(':').map(|(place, _)| format!("{}:*", &scope[..place]));
    beneath.chain([scope.to_owned(), "*".to_owned()]).collect()
}
