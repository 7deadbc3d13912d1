//! Which records fit a condition, for the few that are not in the store: the catalogues.

use super::{
    check::Checked,
    order::Key,
    property::{Kind, Property},
    tree::Quantifier,
};
use serde_json::Value as Json;
use std::cmp::Ordering;
use store::query::search::{Comparison, Value};

/// True when a record fits.
pub fn fits(record: &Json, condition: &Checked<()>) -> bool {
    match condition {
        Checked::All(parts) => parts.iter().all(|part| fits(record, part)),
        Checked::Any(parts) => parts.iter().any(|part| fits(record, part)),
        Checked::Not(part) => !fits(record, part),
        Checked::Compare(property, comparison, value) => {
            compares(read(record, property).as_ref(), *comparison, Some(value))
        }
        Checked::CompareProperties(property, comparison, other) => {
            compares(read(record, property).as_ref(), *comparison, read(record, other).as_ref())
        }
        Checked::OneOf(property, values) => read(record, property).is_some_and(|value| values.contains(&value)),
        Checked::Null(property) => read(record, property).is_none(),
        Checked::Fits(property, pattern) => match read(record, property) {
            Some(Value::Text(text)) => pattern.fits(&text),
            Some(Value::Number(_)) | None => false,
        },
        Checked::Elements(quantifier, property, condition) => {
            let elements = at(record, property.path).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
            let fit = |element: &Json| condition.as_ref().is_none_or(|condition| fits(element, condition));
            match quantifier {
                Quantifier::Any => elements.iter().any(fit),
                Quantifier::All => elements.iter().all(fit),
            }
        }
    }
}

/// How two records are sorted by these properties, which exist.
pub fn sorted(left: &Json, right: &Json, order: &[(&'static Property<()>, &Key)]) -> Ordering {
    order.iter().fold(Ordering::Equal, |so_far, (property, key)| {
        so_far.then_with(|| {
            let ordering = rank(read(left, property).as_ref()).cmp(&rank(read(right, property).as_ref()));
            if key.descending { ordering.reverse() } else { ordering }
        })
    })
}

fn at<'a>(record: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.').try_fold(record, |value, name| value.get(name)).filter(|value| !value.is_null())
}

fn read(record: &Json, property: &Property<()>) -> Option<Value> {
    let value = at(record, property.path)?;
    match property.kind {
        Kind::Text | Kind::Word(_) => value.as_str().map(|text| Value::Text(text.to_owned())),
        Kind::Number => value.as_i64().map(Value::Number),
        Kind::Boolean => value.as_bool().map(|truth| Value::Number(truth.into())),
        // No record of a catalogue has an instant.
        Kind::Time | Kind::Reference | Kind::Elements(_) => None,
    }
}

/// Absent before numbers before texts.
fn rank(value: Option<&Value>) -> (u8, i64, &str) {
    match value {
        None => (0, 0, ""),
        Some(Value::Number(number)) => (1, *number, ""),
        Some(Value::Text(text)) => (2, 0, text),
    }
}

fn compares(left: Option<&Value>, comparison: Comparison, right: Option<&Value>) -> bool {
    let ordering = rank(left).cmp(&rank(right));
    let both = left.is_some() && right.is_some();
    match comparison {
        Comparison::Equal => ordering.is_eq(),
        Comparison::Less => both && ordering.is_lt(),
        Comparison::LessOrEqual => both && ordering.is_le(),
        Comparison::Greater => both && ordering.is_gt(),
        Comparison::GreaterOrEqual => both && ordering.is_ge(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contracts::softwareone::rql::{check::check, parser::parse};
    use serde_json::json;

    static PARTS: [Property<()>; 1] = [Property::new("id", Kind::Text, ())];
    static PROPERTIES: [Property<()>; 5] = [
        Property::new("name", Kind::Text, ()),
        Property::or_null("code", Kind::Text, ()),
        Property::new("settings.paid", Kind::Boolean, ()),
        Property::new("size", Kind::Number, ()),
        Property::new("parts", Kind::Elements(&PARTS), ()),
    ];

    #[test]
    fn records_fit_as_tokens_do_in_the_store() {
        let record = json!({"name": "One", "settings": {"paid": true}, "size": 3, "parts": [{"id": "a"}, {"id": "b"}]});
        let fits = |text: &str| fits(&record, &check(&parse(text).unwrap(), &PROPERTIES).unwrap());
        for text in [
            "name=One",
            "ne(name,'one')",
            "ilike(name,'o*')",
            "settings.paid=true",
            "code=null()",
            "not(gt(code,'a'))",
            "gt(size,2)&le(size,3)",
            "in(name,(Two,One))",
            "out(size,(1,2))",
            "any(parts,id=a)",
            "all(parts,in(id,(a,b)))",
            "any(parts)",
            "eq(name,name)",
            "name=Two;size=3",
        ] {
            assert!(fits(text), "{text}");
        }
        for text in ["name=one", "like(name,'o*')", "lt(code,'z')", "lt(size,3)", "all(parts,id=a)", "any(parts,id=c)"]
        {
            assert!(!fits(text), "{text}");
        }
    }
}
