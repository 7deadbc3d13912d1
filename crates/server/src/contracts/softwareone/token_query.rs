//! What lists of tokens may ask for, and how it becomes a search of the store.

use super::{
    account::AccountType,
    catalogue::{MODULES, Module},
    identifier,
    modules::{PARTS, record},
    rql::{
        Query,
        check::{Checked, check, sortable},
        fits::fits,
        mistake::Mistake,
        property::{Kind, Property},
        tree::Quantifier,
    },
    token_shapes::{ICON, STATES},
};
use store::query::search::{Comparison, Condition, Field, Operand, Order, Search, StateWords, Value};

/// Where a property is in the store.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    /// This field.
    Field(Field),
    /// The number of the token, as its identifier.
    Identifier,
    /// In the scopes.
    Modules,
    /// Nowhere: it only has parts.
    Parts,
}

/// The words of the states. Whatever does not work but may come back is disabled.
const WORDS: StateWords =
    StateWords { active: "Active", disabled: "Disabled", expired: "Disabled", deleted: "Deleted" };

const fn field(path: &'static str, kind: Kind, field: Field) -> Property<Place> {
    Property::new(path, kind, Place::Field(field))
}

const fn or_null(path: &'static str, kind: Kind, field: Field) -> Property<Place> {
    Property::or_null(path, kind, Place::Field(field))
}

const fn parts(path: &'static str) -> Property<Place> {
    Property::new(path, Kind::Reference, Place::Parts)
}

/// Everything that may be filtered and sorted by.
pub static PROPERTIES: [Property<Place>; 22] = [
    Property::new("id", Kind::Text, Place::Identifier),
    field("name", Kind::Text, Field::Name),
    Property::or_empty("description", Kind::Text, Place::Field(Field::Description)),
    or_null("icon", Kind::Text, Field::Fact(ICON)),
    field("status", Kind::Word(&STATES), Field::State(WORDS)),
    field("revision", Kind::Number, Field::Revision),
    or_null("lastAccessAt", Kind::Time, Field::LastUsedAt),
    parts("account"),
    field("account.id", Kind::Text, Field::OrganisationText(identifier::ACCOUNT)),
    field("account.name", Kind::Text, Field::OrganisationName),
    field("account.type", Kind::Word(AccountType::WORDS), AccountType::FIELD),
    Property::new("modules", Kind::Elements(&PARTS), Place::Modules),
    parts("audit"),
    parts("audit.created"),
    field("audit.created.at", Kind::Time, Field::CreatedAt),
    parts("audit.created.by"),
    field("audit.created.by.id", Kind::Text, Field::AuthorText(identifier::USER)),
    or_null("audit.created.by.name", Kind::Text, Field::AuthorName),
    parts("audit.updated"),
    or_null("audit.updated.at", Kind::Time, Field::UpdatedAt),
    parts("audit.created.of"),
    field("audit.created.of.account.id", Kind::Text, Field::OrganisationText(identifier::ACCOUNT)),
];

/// What a query asks for within these bounds, as a search. `always` holds whatever is asked for.
///
/// # Errors
/// Everything that was wrong with the query.
pub fn search(query: &Query, limit: usize, always: Vec<Condition>, deleted: bool) -> Result<Search, Vec<Mistake>> {
    let mut mistakes = query.mistakes.clone();
    let mut conditions = always;
    match query.filter.as_ref().map(|filter| check(filter, &PROPERTIES)) {
        Some(Ok(checked)) => conditions.push(condition(&checked)),
        Some(Err(mistake)) => mistakes.push(mistake),
        None => {}
    }
    let mut order = Vec::new();
    for key in &query.order {
        match sortable(&PROPERTIES, &key.path) {
            // By their numbers, identifiers are sorted without being written.
            Ok(property) if is_identifier(property) => {
                order.push(Order { field: Field::Number, descending: key.descending });
            }
            Ok(property) => order.push(Order { field: field_of(property), descending: key.descending }),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    Ok(Search { condition: Condition::All(conditions), order, offset: query.offset, limit, deleted })
}

/// The condition that selects one token.
pub fn is_number(number: u64) -> Condition {
    // No number is larger than what the store counts in.
    let number = Value::Number(i64::try_from(number).unwrap_or(i64::MAX));
    Condition::Compare(Field::Number, Comparison::Equal, Operand::Value(number))
}

fn condition(checked: &Checked<Place>) -> Condition {
    let all = |parts: &[Checked<Place>]| parts.iter().map(condition).collect();
    match checked {
        Checked::All(parts) => Condition::All(all(parts)),
        Checked::Any(parts) => Condition::Any(all(parts)),
        Checked::Not(part) => Condition::Not(Box::new(condition(part))),
        Checked::Compare(property, Comparison::Equal, value) if is_identifier(property) => among(&[value.clone()]),
        Checked::Compare(property, comparison, value) => {
            Condition::Compare(field_of(property), *comparison, Operand::Value(value.clone()))
        }
        Checked::CompareProperties(property, comparison, other) => {
            Condition::Compare(field_of(property), *comparison, Operand::Field(field_of(other)))
        }
        Checked::OneOf(property, values) if is_identifier(property) => among(values),
        Checked::OneOf(property, values) => Condition::OneOf(field_of(property), values.clone()),
        Checked::Null(property) => Condition::Absent(field_of(property)),
        Checked::Fits(property, pattern) => Condition::Fits(field_of(property), pattern.clone()),
        Checked::Elements(quantifier, _, condition) => modules(*quantifier, condition.as_deref()),
    }
}

/// The tokens with these identifiers, found by their numbers. What is no identifier belongs to none.
fn among(values: &[Value]) -> Condition {
    let number = |value: &Value| match value {
        Value::Text(text) => identifier::parse_token(text).and_then(|number| i64::try_from(number.0).ok()),
        Value::Number(_) => None,
    };
    Condition::OneOf(Field::Number, values.iter().filter_map(number).map(Value::Number).collect())
}

/// The catalogue is fixed, so which modules fit is known before the store is asked.
fn modules(quantifier: Quantifier, condition: Option<&Checked<()>>) -> Condition {
    let wanted = |module: &&Module| {
        let fits = condition.is_none_or(|condition| fits(&record(module), condition));
        fits == (quantifier == Quantifier::Any)
    };
    let granted = Condition::Granted(MODULES.iter().filter(wanted).map(Module::scope).collect());
    match quantifier {
        Quantifier::Any => granted,
        Quantifier::All => Condition::Not(Box::new(granted)),
    }
}

fn is_identifier(property: &Property<Place>) -> bool {
    matches!(property.at, Place::Identifier)
}

/// The field that a property is compared and sorted by.
fn field_of(property: &Property<Place>) -> Field {
    match property.at {
        Place::Field(field) => field,
        // Collections and references are compared by nothing, as `check` and `sortable` see to.
        Place::Identifier | Place::Modules | Place::Parts => Field::NumberText(identifier::TOKEN),
    }
}
