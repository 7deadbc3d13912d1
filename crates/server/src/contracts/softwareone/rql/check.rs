//! Trees whose paths and values have been looked up: what remains cannot fail any more.

use super::{
    mistake::Mistake,
    property::{Kind, Property, find},
    tree::{Expression, Membership, Operator, Path, Quantifier, Term},
};
use domain::time::Timestamp;
use store::query::search::{Comparison, Pattern, Value};

/// A condition over properties that exist, with values of their types.
#[derive(Debug)]
pub enum Checked<T: 'static> {
    /// All of these.
    All(Vec<Self>),
    /// At least one of these.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// A property compared with a value. Instants are in milliseconds, and true is 1.
    Compare(&'static Property<T>, Comparison, Value),
    /// A property compared with another one of its type.
    CompareProperties(&'static Property<T>, Comparison, &'static Property<T>),
    /// A property that is one of these values.
    OneOf(&'static Property<T>, Vec<Value>),
    /// A property without a value.
    Null(&'static Property<T>),
    /// A text of this form.
    Fits(&'static Property<T>, Pattern),
    /// Elements of a collection that fit a condition; without one, there are any.
    Elements(Quantifier, &'static Property<T>, Option<Box<Checked<()>>>),
}

/// Looks up every path and value of a filter.
///
/// # Errors
/// The first mistake in it.
pub fn check<T>(filter: &Expression, properties: &'static [Property<T>]) -> Result<Checked<T>, Mistake> {
    let all = |parts: &[Expression]| parts.iter().map(|part| check(part, properties)).collect::<Result<_, _>>();
    match filter {
        Expression::All(parts) => Ok(Checked::All(all(parts)?)),
        Expression::Any(parts) => Ok(Checked::Any(all(parts)?)),
        Expression::Not(part) => Ok(Checked::Not(Box::new(check(part, properties)?))),
        Expression::Compare(operator, path, term) => compare(*operator, property(properties, path)?, term, properties),
        Expression::OneOf(membership, path, terms) => one_of(*membership, property(properties, path)?, terms),
        Expression::Elements(quantifier, path, condition) => {
            elements(*quantifier, property(properties, path)?, condition.as_deref())
        }
    }
}

/// The property that a key of an order names.
///
/// # Errors
/// When there is none, or one that has no order.
pub fn sortable<T>(properties: &'static [Property<T>], path: &str) -> Result<&'static Property<T>, Mistake> {
    match find(properties, path) {
        Some(property) if !matches!(property.kind, Kind::Reference | Kind::Elements(_)) => Ok(property),
        Some(_) | None => Err(Mistake::unknown_path(path)),
    }
}

fn property<T>(properties: &'static [Property<T>], path: &Path) -> Result<&'static Property<T>, Mistake> {
    find(properties, &path.0).ok_or_else(|| Mistake::unknown_path(&path.0))
}

fn compare<T>(
    operator: Operator,
    property: &'static Property<T>,
    term: &Term,
    properties: &'static [Property<T>],
) -> Result<Checked<T>, Mistake> {
    let refused = || Err(Mistake::not_permitted(property.path, operator.as_str()));
    match (&property.kind, operator) {
        (Kind::Reference | Kind::Elements(_), _) => return refused(),
        (Kind::Text | Kind::Word(_), Operator::Like | Operator::Ilike) => {
            let pattern = pattern(constant(term).ok_or_else(|| unfit(property, term))?, operator == Operator::Ilike);
            return Ok(Checked::Fits(property, pattern));
        }
        (_, Operator::Like | Operator::Ilike) => return refused(),
        (Kind::Boolean, Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le) => return refused(),
        (Kind::Text | Kind::Word(_) | Kind::Number | Kind::Time | Kind::Boolean, _) => {}
    }
    let (comparison, negated) = match operator {
        Operator::Eq => (Comparison::Equal, false),
        Operator::Ne => (Comparison::Equal, true),
        Operator::Gt => (Comparison::Greater, false),
        Operator::Ge => (Comparison::GreaterOrEqual, false),
        Operator::Lt => (Comparison::Less, false),
        Operator::Le => (Comparison::LessOrEqual, false),
        Operator::Like | Operator::Ilike => return refused(),
    };
    let checked = compared(property, comparison, term, properties)?;
    Ok(if negated { Checked::Not(Box::new(checked)) } else { checked })
}

fn compared<T>(
    property: &'static Property<T>,
    comparison: Comparison,
    term: &Term,
    properties: &'static [Property<T>],
) -> Result<Checked<T>, Mistake> {
    let other = match term {
        Term::Word(word) => find(properties, word),
        Term::Property(path) => Some(find(properties, &path.0).ok_or_else(|| Mistake::unknown_path(&path.0))?),
        Term::Quoted(_) | Term::Null | Term::Empty => None,
    };
    if let Some(other) = other {
        let alike = is_text(property) == is_text(other)
            && !matches!(other.kind, Kind::Reference | Kind::Elements(_))
            && matches!(property.kind, Kind::Time) == matches!(other.kind, Kind::Time);
        return if alike {
            Ok(Checked::CompareProperties(property, comparison, other))
        } else {
            Err(Mistake::unconvertible(property.path, other.path))
        };
    }
    let is_null = property.nullable && matches!(term, Term::Null);
    if (is_null || is_kept_as_none(property, term)) && comparison == Comparison::Equal {
        return Ok(Checked::Null(property));
    }
    let value = constant(term).and_then(|text| value(&property.kind, text)).ok_or_else(|| unfit(property, term))?;
    Ok(Checked::Compare(property, comparison, value))
}

fn one_of<T>(membership: Membership, property: &'static Property<T>, terms: &[Term]) -> Result<Checked<T>, Mistake> {
    if matches!(property.kind, Kind::Reference | Kind::Elements(_)) {
        return Err(Mistake::not_permitted(property.path, membership.as_str()));
    }
    let value = |term| constant(term).and_then(|text| value(&property.kind, text)).ok_or_else(|| unfit(property, term));
    let (none, some): (Vec<_>, Vec<_>) = terms.iter().partition(|term| is_kept_as_none(property, term));
    let among = Checked::OneOf(property, some.into_iter().map(value).collect::<Result<_, _>>()?);
    let among = if none.is_empty() { among } else { Checked::Any(vec![Checked::Null(property), among]) };
    Ok(match membership {
        Membership::In => among,
        Membership::Out => Checked::Not(Box::new(among)),
    })
}

fn elements<T>(
    quantifier: Quantifier,
    property: &'static Property<T>,
    condition: Option<&Expression>,
) -> Result<Checked<T>, Mistake> {
    let Kind::Elements(parts) = property.kind else {
        return Err(Mistake::not_permitted(property.path, quantifier.as_str()));
    };
    let condition = condition.map(|condition| check(condition, parts).map(Box::new)).transpose()?;
    Ok(Checked::Elements(quantifier, property, condition))
}

/// True for the empty text where it is kept as none.
fn is_kept_as_none<T>(property: &Property<T>, term: &Term) -> bool {
    property.empty_is_none && constant(term) == Some("")
}

fn is_text<T>(property: &Property<T>) -> bool {
    matches!(property.kind, Kind::Text | Kind::Word(_))
}

/// The text of a constant; none for `null()` and properties.
fn constant(term: &Term) -> Option<&str> {
    match term {
        Term::Word(text) | Term::Quoted(text) => Some(text),
        Term::Empty => Some(""),
        Term::Property(_) | Term::Null => None,
    }
}

fn unfit<T>(property: &Property<T>, term: &Term) -> Mistake {
    match term {
        Term::Word(text) | Term::Quoted(text) => Mistake::unconvertible(property.path, text),
        Term::Property(path) => Mistake::unconvertible(property.path, &path.0),
        Term::Null => Mistake::unconvertible_constant(property.path, "null()"),
        Term::Empty => Mistake::unconvertible_constant(property.path, "empty()"),
    }
}

/// A constant as a value of a type.
fn value(kind: &Kind, text: &str) -> Option<Value> {
    match kind {
        Kind::Text => Some(Value::Text(text.to_owned())),
        Kind::Word(words) => {
            let word = words.iter().find(|word| word.eq_ignore_ascii_case(text))?;
            Some(Value::Text((*word).to_owned()))
        }
        Kind::Number => text.parse().ok().map(Value::Number),
        Kind::Boolean if text.eq_ignore_ascii_case("true") => Some(Value::Number(1)),
        Kind::Boolean => text.eq_ignore_ascii_case("false").then_some(Value::Number(0)),
        Kind::Time => instant(text).map(|instant| Value::Number(instant.milliseconds())),
        Kind::Reference | Kind::Elements(_) => None,
    }
}

/// An instant; a day is its beginning, and without an offset it is in UTC.
fn instant(text: &str) -> Option<Timestamp> {
    let spellings = [text.to_owned(), format!("{text}Z"), format!("{text}T00:00:00Z")];
    spellings.iter().find_map(|text| Timestamp::parse("time", text).ok())
}

/// Only a `*` at an end stands for anything; `\*` is the character.
fn pattern(text: &str, any_case: bool) -> Pattern {
    let (text, open_start) = text.strip_prefix('*').map_or((text, false), |rest| (rest, true));
    let end = text.strip_suffix('*').filter(|rest| !rest.ends_with('\\'));
    let (text, open_end) = end.map_or((text, false), |rest| (rest, true));
    // `*` alone has both ends.
    let open_end = open_end || (open_start && text.is_empty());
    Pattern::new(&text.replace("\\*", "*"), open_start, open_end, any_case)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contracts::softwareone::rql::parser::parse;

    static PARTS: [Property<()>; 1] = [Property::new("id", Kind::Text, ())];
    static PROPERTIES: [Property<()>; 9] = [
        Property::new("id", Kind::Text, ()),
        Property::or_empty("description", Kind::Text, ()),
        Property::new("status", Kind::Word(&["Active", "Disabled"]), ()),
        Property::new("revision", Kind::Number, ()),
        Property::or_null("audit.created.at", Kind::Time, ()),
        Property::or_null("lastAccessAt", Kind::Time, ()),
        Property::new("paid", Kind::Boolean, ()),
        Property::new("account", Kind::Reference, ()),
        Property::new("modules", Kind::Elements(&PARTS), ()),
    ];

    fn checked(text: &str) -> Result<Checked<()>, Mistake> {
        check(&parse(text).unwrap(), &PROPERTIES)
    }

    #[test]
    fn words_are_properties_where_there_is_one_and_quotes_never() {
        assert!(matches!(checked("eq(id,description)").unwrap(), Checked::CompareProperties(..)));
        assert!(matches!(checked("eq(id,'description')").unwrap(), Checked::Compare(..)));
        assert!(matches!(checked("eq(id,Description2)").unwrap(), Checked::Compare(..)));
        assert!(matches!(checked("lt(audit.created.at,LASTACCESSAT)").unwrap(), Checked::CompareProperties(..)));
        assert!(matches!(checked("gt(revision,self(revision))").unwrap(), Checked::CompareProperties(..)));
    }

    #[test]
    fn values_become_what_their_property_is() {
        let value = |text: &str| match checked(text).unwrap() {
            Checked::Compare(_, _, value) => value,
            other => panic!("{other:?}"),
        };
        assert_eq!(value("status=ACTIVE"), Value::Text("Active".into()));
        assert_eq!(value("gt(revision,-3)"), Value::Number(-3));
        assert_eq!(value("paid=True"), Value::Number(1));
        let at = Value::Number(1_700_000_000_000);
        for text in ["2023-11-14T22:13:20Z", "2023-11-14T23:13:20.000+01:00", "2023-11-14T22:13:20"] {
            assert_eq!(value(&format!("ge(audit.created.at,'{text}')")), at, "{text}");
        }
        assert_eq!(value("lt(lastAccessAt,1970-01-02)"), Value::Number(86_400_000));
        for text in ["description=null()", "eq(description,'')", "description=empty()", "eq(lastAccessAt,null())"] {
            assert!(matches!(checked(text).unwrap(), Checked::Null(_)), "{text}");
        }
    }

    #[test]
    fn only_an_asterisk_at_an_end_is_open() {
        for (text, part, open_start, open_end) in [
            ("abc", "abc", false, false),
            ("*abc", "abc", true, false),
            ("abc*", "abc", false, true),
            ("*a*c*", "a*c", true, true),
            ("\\*abc\\*", "*abc*", false, false),
            ("*", "", true, true),
            ("**", "", true, true),
            ("", "", false, false),
        ] {
            let expected = Pattern { text: part.into(), open_start, open_end, any_case: false };
            assert_eq!(pattern(text, false), expected, "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_by_its_path() {
        for (text, key, words) in [
            ("size=1", "size", "Invalid property path."),
            ("eq(self(),1)", "filter", "Invalid property path."),
            ("any(modules,eq(size,1))", "size", "Invalid property path."),
            ("revision=one", "revision", "Cannot convert value: 'one'."),
            ("status=Gone", "status", "Cannot convert value: 'Gone'."),
            ("gt(lastAccessAt,soon)", "lastAccessAt", "Cannot convert value: 'soon'."),
            ("id=null()", "id", "Cannot convert value: 'null()'."),
            ("gt(description,null())", "description", "Cannot convert value: 'null()'."),
            ("revision=empty()", "revision", "Cannot convert value: 'empty()'."),
            ("revision=id", "revision", "Cannot convert value: 'id'."),
            ("in(revision,(1,x))", "revision", "Cannot convert value: 'x'."),
            ("account=x", "account", "Operator 'eq' is not permitted"),
            ("like(revision,1*)", "revision", "Operator 'like' is not permitted"),
            ("ilike(lastAccessAt,2*)", "lastAccessAt", "Operator 'ilike' is not permitted"),
            ("gt(paid,true)", "paid", "Operator 'gt' is not permitted"),
            ("in(modules,x)", "modules", "Operator 'in' is not permitted"),
            ("eq(modules,x)", "modules", "Operator 'eq' is not permitted"),
            ("any(id)", "id", "Operator 'any' is not permitted"),
        ] {
            let mistake = checked(text).unwrap_err();
            assert_eq!((mistake.key.as_str(), mistake.text.as_str()), (key, words), "{text}");
        }
        assert!(sortable(&PROPERTIES, "Account").is_err() && sortable(&PROPERTIES, "Revision").is_ok());
    }
}
