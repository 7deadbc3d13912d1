//! A body has one reading, and everything that is wrong with it is said at once without repeating it.

use serde::Deserialize;
use server::{json, problem::ProblemKind};
use std::collections::BTreeMap;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Body {
    name: String,
    count: u32,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    items: Vec<Item>,
    ratio: Option<f64>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Item {
    scope: String,
    at: Option<domain::time::Timestamp>,
}

fn refused(body: &str) -> (ProblemKind, Vec<(String, String)>) {
    let problem = json::parse::<Body>(body.as_bytes()).expect_err(body);
    let mut fields: Vec<_> = problem.fields().iter().map(|field| (field.field.clone(), field.rule.clone())).collect();
    fields.sort();
    (problem.kind(), fields)
}

fn fields(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(field, rule)| ((*field).to_owned(), (*rule).to_owned())).collect()
}

#[test]
fn a_good_body_is_read() {
    let body = r#"{"name":"n","count":4294967295,"labels":{"a":"b"},"items":[{"scope":"s"}],"ratio":0.5}"#;
    let read = json::parse::<Body>(body.as_bytes()).unwrap();
    assert_eq!((read.count, read.labels["a"].as_str(), read.items[0].scope.as_str()), (u32::MAX, "b", "s"));
}

#[test]
fn every_refused_field_is_named_at_once() {
    let body = r#"{"name":1,"colour":"red","labels":{"env":5},"items":[{"scope":"s"},{"scop":"s","at":"never"}],"size":2,"ratio":"x"}"#;
    let expected = fields(&[
        ("colour", "is not known here"),
        ("count", "is required"),
        ("items[1].at", "must be an RFC 3339 date and time, such as 2030-01-31T12:00:00Z"),
        ("items[1].scop", "is not known here"),
        ("items[1].scope", "is required"),
        ("labels.env", "must be a string"),
        ("name", "must be a string"),
        ("ratio", "must be a number"),
        ("size", "is not known here"),
    ]);
    assert_eq!(refused(body), (ProblemKind::InvalidRequest, expected));
}

#[test]
fn what_is_missing_is_named_at_once() {
    assert_eq!(refused("{}").1, fields(&[("count", "is required"), ("name", "is required")]));
    assert_eq!(refused("[]").1, fields(&[("body", "must be an object")]));
    assert_eq!(refused("null").1, fields(&[("body", "must be an object")]));
}

#[test]
fn keys_that_stand_twice_are_refused_at_any_depth() {
    let body = r#"{"name":"a","name":"b","items":[{"scope":"s","scope":"t"}],"labels":{"x":"1","\u0078":"2"}}"#;
    let (kind, names) = refused(body);
    assert_eq!(kind, ProblemKind::MalformedJson);
    let twice = "must not stand twice";
    assert_eq!(names, fields(&[("items[0].scope", twice), ("labels.x", twice), ("name", twice)]));
}

#[test]
fn numbers_that_would_lose_digits_are_refused() {
    for number in ["18446744073709551616", "-9223372036854775809", "1e300", "9007199254740993.0", "-1e17"] {
        let (kind, names) = refused(&format!(r#"{{"name":"n","count":{number}}}"#));
        assert_eq!(
            (kind, names),
            (ProblemKind::MalformedJson, fields(&[("count", "is a number that is too large")])),
            "{number}"
        );
    }
    assert_eq!(refused(r#"{"name":"n","count":1e999}"#).0, ProblemKind::MalformedJson);
    assert_eq!(refused(r#"{"name":"n","count":4294967296}"#).0, ProblemKind::InvalidRequest);
}

#[test]
fn what_is_no_json_is_refused() {
    for body in [
        "",
        " ",
        "{",
        "{}}",
        "{} {}",
        "{}x",
        "{'name':1}",
        "{name:1}",
        "[1,]",
        "{\"a\":1,}",
        "nul",
        "NaN",
        "01",
        "+1",
        "\"\\x\"",
        "\"\\ud800\"",
        "\"a\nb\"",
        "\u{feff}{}",
        "/* */{}",
        "{}\0",
    ] {
        assert_eq!(refused(body).0, ProblemKind::MalformedJson, "{body:?}");
    }
    let problem = json::parse::<Body>(b"{\"name\":\"\xff\"}").unwrap_err();
    assert_eq!(problem.kind(), ProblemKind::MalformedJson);
}

#[test]
fn nesting_ends_at_thirty_two() {
    // The object around the arrays is the first level.
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    assert!(json::parse::<serde_json::Value>(nested(32).as_bytes()).is_ok());
    assert!(json::parse::<serde_json::Value>(nested(33).as_bytes()).is_err());
    assert!(json::parse::<serde_json::Value>("[".repeat(1_000_000).as_bytes()).is_err());
    assert!(json::parse::<serde_json::Value>("{\"a\":".repeat(33).as_bytes()).is_err());
}

#[test]
fn refused_values_and_secret_names_are_not_repeated() {
    let body = r#"{"name":{"hunter2":1},"count":"hunter2","jtn_0123456789abcdef":1,"items":"hunter2"}"#;
    let problem = json::parse::<Body>(body.as_bytes()).unwrap_err();
    let answer = String::from_utf8(problem.answer().body().to_vec()).unwrap();
    assert!(problem.fields().len() >= 4, "{answer}");
    assert!(!answer.contains("hunter2") && !answer.contains("0123456789"), "{answer}");
}
