//! What the document does not allow is refused by name (S-40). What to try is found from the document itself, so
//! that a new field is tried without a new test.

use super::{NOBODY, Tried, good_body, members, plain, with_json};
use crate::world::document;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

#[tokio::test]
async fn fields_that_are_unknown_or_only_read_are_refused_by_name() {
    let tried = Tried::new().await;
    let position = tried.world.position().await;
    let mut tries = 0;
    for (operation, schema) in with_json() {
        let known: BTreeSet<String> =
            members(&document::resolved(&operation.value["requestBody"]["content"]["application/json"]["schema"]))
                .into_keys()
                .collect();
        let mut shown = BTreeMap::new();
        for response in operation.value["responses"].as_object().unwrap().values() {
            shown.extend(members(&document::resolved(&response["content"]["application/json"]["schema"])));
        }
        for common in ["id", "secret", "digest", "password_hash", "admin", "__proto__", "Name", "colour"] {
            shown.entry(common.to_owned()).or_insert(Value::Null);
        }
        assert!(schema["additionalProperties"] == false, "{} does not say that it is closed", operation.id);
        for (name, _) in shown.iter().filter(|(name, _)| !known.contains(*name)) {
            for value in [json!("x"), json!(null), json!(1), json!({"a": 1})] {
                let mut body = good_body(&operation, &tried.subject(&operation));
                body.insert(name.clone(), value);
                let answer = tried.with_body(&operation, Value::from(body).to_string()).await;
                let refused = answer.refused();
                assert!(refused.contains(name), "{} {name}: {refused:?}", operation.id);
                tries += 1;
            }
        }
    }
    assert!(tries > 500, "{tries} were tried");
    assert_eq!(tried.world.position().await, position);
}

/// Values that a schema does not allow, each with what is wrong with it.
fn violations(schema: &Value) -> Vec<(&'static str, Value)> {
    let mut wrong = Vec::new();
    let fits = |value: &Value| jsonschema::draft202012::is_valid(schema, value);
    for value in [json!(7), json!("x"), json!([7]), json!({"a": {"b": 7}}), json!(true), json!(1.5), Value::Null] {
        let allowed = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
        let named = match &value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_u64() => "integer",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        if !allowed.contains(&json!(named)) && !fits(&value) {
            wrong.push(("another type", value));
        }
    }
    let plain = plain(schema);
    let number = |name: &str| plain[name].as_i64();
    let text = |count: i64| "a".repeat(usize::try_from(count).unwrap());
    if let Some(longest) = number("maxLength") {
        wrong.push(("too long", json!(text(longest + 1))));
    }
    if number("minLength").is_some() {
        wrong.push(("too short", json!("")));
        wrong.push(("only blanks", json!("  ")));
    }
    if let Some(most) = number("maxItems") {
        wrong.push(("too many", (0..=most).map(|number| json!(format!("s{number}"))).collect()));
    }
    if number("minItems").is_some() {
        wrong.push(("too few", json!([])));
    }
    if let Some(largest) = number("maximum") {
        wrong.push(("too large", json!(largest + 1)));
    }
    if let Some(smallest) = number("minimum") {
        wrong.push(("too small", json!(smallest - 1)));
    }
    if plain.get("enum").is_some() || plain.get("pattern").is_some() {
        wrong.push(("another word", json!("no-such-word")));
    }
    match plain["format"].as_str() {
        Some("uuid") => wrong
            .extend(["", "1", "not-a-uuid", &NOBODY[1..], &NOBODY.replace('-', "")].map(|id| ("no UUID", json!(id)))),
        Some("date-time") => wrong.extend(DATES.iter().map(|date| ("no date", json!(date)))),
        _ => {}
    }
    wrong
}

/// What is no instant.
const DATES: &[&str] = &[
    "",
    "yesterday",
    "2030-01-31",
    "2030-02-30T00:00:00Z",
    "2030-01-31T00:00:00",
    "2030-01-31T25:00:00Z",
    "1969-12-31T23:59:59Z",
    "10000-01-01T00:00:00Z",
    "1800000000",
    "2030-01-31T00:00:00+99:00",
];

#[tokio::test]
async fn values_outside_the_schema_are_refused_by_name() {
    let tried = Tried::new().await;
    let position = tried.world.position().await;
    let mut tries = 0;
    for (operation, schema) in with_json().into_iter().filter(|(operation, _)| operation.id != "verify_tokens") {
        let mut targets: Vec<(String, Value)> = Vec::new();
        for (name, property) in members(&schema) {
            if name == "filter" {
                targets
                    .extend(members(&property).into_iter().map(|(inner, schema)| (format!("filter.{inner}"), schema)));
            }
            targets.push((name, property));
        }
        for (name, property) in targets {
            for (what, value) in violations(&property) {
                let mut body = Value::from(good_body(&operation, &tried.subject(&operation)));
                match name.split_once('.') {
                    Some((outer, inner)) => body[outer][inner] = value.clone(),
                    None => body[&name] = value.clone(),
                }
                let answer = tried.with_body(&operation, body.to_string()).await;
                assert_eq!(answer.status, 400, "{} {name} {what} {value}: {}", operation.id, answer.text());
                let refused = answer.refused();
                let named = refused.iter().any(|field| {
                    field == &name || field.starts_with(&format!("{name}[")) || field.starts_with(&format!("{name}."))
                });
                assert!(named, "{} {name} {what} {value}: {refused:?}", operation.id);
                tries += 1;
            }
        }
    }
    assert!(tries > 400, "{tries} were tried");
    assert_eq!(tried.world.position().await, position);
}

#[tokio::test]
async fn values_of_a_query_outside_the_schema_are_refused_by_name() {
    let tried = Tried::new().await;
    let mut tries = 0;
    for operation in document::operations() {
        let path = operation.at(&tried.world.acme.member.token_id);
        let parameters = operation.value["parameters"].as_array().cloned().unwrap_or_default();
        for parameter in parameters.iter().filter(|parameter| parameter["in"] == "query") {
            let name = parameter["name"].as_str().unwrap();
            let schema = document::resolved(&parameter["schema"]);
            // A parameter that may be repeated is a list of texts, and one text is such a list.
            let listed = plain(&schema)["type"] == "array";
            for (what, value) in violations(&schema).into_iter().filter(|_| !listed) {
                let text = match (what, &value) {
                    ("another type", Value::String(text)) if schema.to_string().contains("string") => text.clone(),
                    ("another type", Value::String(_)) => "x".to_owned(),
                    (_, Value::String(text)) => text.clone(),
                    (_, Value::Number(number)) if what != "another type" => number.to_string(),
                    // A query holds only text.
                    _ => continue,
                };
                let query = form_urlencoded::Serializer::new(String::new()).append_pair(name, &text).finish();
                let answer = tried.call(&operation, &format!("{path}?{query}")).await;
                assert_eq!(answer.status, 400, "{} {name} {what} {text:?}: {}", operation.id, answer.text());
                assert_eq!(answer.refused(), [name], "{} {name} {what} {text:?}", operation.id);
                tries += 1;
            }
            for broken in ["%", "%zz", "%ff", "%C3"] {
                let answer = tried.call(&operation, &format!("{path}?{name}={broken}")).await;
                assert_eq!(answer.refused(), [name], "{} {name} {broken}", operation.id);
            }
        }
    }
    assert!(tries > 120, "{tries} were tried");
}
