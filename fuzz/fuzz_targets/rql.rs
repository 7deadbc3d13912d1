//! Queries of lists: a tree within bounds, or mistakes that name where; and any selection leaves less.
#![no_main]

use domain::limits;
use libfuzzer_sys::fuzz_target;
use serde_json::json;
use server::contracts::softwareone::rql::{Query, tree::Expression};

fn conditions(expression: &Expression, depth: usize) -> usize {
    // A level of the text can make three of the tree: a choice, what stands together in it, and a negation.
    assert!(depth <= 3 * (limits::SEARCH_DEPTH + 1));
    match expression {
        Expression::All(parts) | Expression::Any(parts) => {
            assert!(!parts.is_empty());
            parts.iter().map(|part| conditions(part, depth + 1)).sum()
        }
        Expression::Not(part) => conditions(part, depth + 1),
        Expression::Compare(..) => 1,
        Expression::OneOf(_, _, values) => {
            assert!((1..=limits::SEARCH_VALUES).contains(&values.len()));
            1
        }
        Expression::Elements(_, _, condition) => 1 + condition.as_ref().map_or(0, |part| conditions(part, depth + 1)),
    }
}

fuzz_target!(|text: &str| {
    let query = Query::parse(text);
    assert!(query.mistakes.iter().all(|mistake| !mistake.key.is_empty() && !mistake.text.is_empty()));
    assert!(query.order.len() <= limits::SEARCH_KEYS);
    if let Some(filter) = &query.filter {
        assert!(conditions(filter, 0) <= limits::SEARCH_CONDITIONS);
    }
    let mut record = json!({"id": "a", "modules": [{"id": "b", "name": "c"}], "audit": {"created": {"at": 1}}});
    let before = record.to_string().len();
    if let Some(record) = record.as_object_mut() {
        query.select.project(record, &["modules"]);
    }
    assert!(record.to_string().len() <= before);
});
