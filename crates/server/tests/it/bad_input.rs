//! Whatever is malformed is refused with a problem that names the field and the rule, on every route that takes
//! it, and nothing is written. What a body may hold is found from the OpenAPI document, so that a new field is
//! tried without a new test (S-40).

use crate::world::{
    Call, Person, World,
    document::{self, Operation},
    requests::{self, Content},
};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

const NOBODY: &str = "0190aaaa-0000-7000-8000-000000000000";

/// A world with the cookie of somebody who signed in.
struct Tried {
    world: World,
    cookie: String,
}

impl Tried {
    async fn new() -> Self {
        let world = World::new().await;
        world.give_password(&world.root).await;
        let cookie = world.sign_in(&world.root).await;
        Self { world, cookie }
    }

    /// What a good request of this operation is about.
    fn subject(&self, operation: &Operation) -> String {
        let acme = &self.world.acme;
        match operation.id.as_str() {
            "update_token" | "rotate_token" => acme.member.token_id.clone(),
            "update_user" | "issue_token" | "delete_tokens" => acme.member.id.clone(),
            "update_service_account" => acme.robot.id.clone(),
            "update_organisation" | "create_user" | "create_service_account" => acme.id.clone(),
            _ => NOBODY.to_owned(),
        }
    }

    /// A request to this path by somebody who may do everything.
    fn call(&self, operation: &Operation, path: &str) -> Call<'_> {
        let call = self.world.call(operation.method.clone(), path);
        let security = operation.value["security"].to_string();
        if security.contains("session") || operation.id == "sign_in" {
            return call.cookie(&self.cookie);
        }
        call.bearer(&self.world.root.token)
    }

    /// The same with a body that a good request would have, in another form.
    fn with_body(&self, operation: &Operation, body: impl Into<bytes::Bytes>) -> Call<'_> {
        let path = operation.path.replace("{id}", &self.subject(operation));
        self.call(operation, &path).body("application/json", body)
    }
}

/// Every operation that takes a JSON object, with the schema of it.
fn with_json() -> Vec<(Operation, Value)> {
    let schema = |operation: &Operation| {
        let content = &operation.value["requestBody"]["content"]["application/json"]["schema"];
        content.is_object().then(|| plain(&document::resolved(content)))
    };
    let all =
        document::operations().into_iter().filter_map(|operation| schema(&operation).map(|schema| (operation, schema)));
    all.collect()
}

/// The schema without the alternative that is null, and of several alternatives the first.
fn plain(schema: &Value) -> Value {
    let Some(Value::Array(alternatives)) = schema.get("oneOf").or(schema.get("anyOf")) else { return schema.clone() };
    alternatives.iter().find(|one| one["type"] != "null").map_or_else(|| schema.clone(), plain)
}

fn good_body(operation: &Operation, subject: &str) -> Map<String, Value> {
    match requests::content(&operation.id, subject) {
        Content::Json(Value::Object(body)) => body,
        _ => panic!("{} takes an object", operation.id),
    }
}

#[tokio::test]
async fn malformed_json_is_refused_by_every_route_that_takes_json() {
    let tried = Tried::new().await;
    let position = tried.world.position().await;
    let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
    let bodies: [(&str, &[u8]); 13] = [
        ("nothing", b""),
        ("blanks", b" \n"),
        ("no JSON", b"name=a"),
        ("half an object", b"{\"name\": \"a\""),
        ("trailing garbage", b"{} {}"),
        ("a trailing comma", b"{\"name\": \"a\",}"),
        ("a comment", b"{} // {}"),
        ("a key that stands twice", b"{\"name\": \"a\", \"name\": \"b\"}"),
        ("a key that stands twice, escaped", b"{\"name\": \"a\", \"\\u006eame\": \"b\"}"),
        ("what is no UTF-8", b"{\"name\": \"\xff\"}"),
        ("half a character", b"{\"name\": \"\\ud800\"}"),
        ("a number beyond all numbers", b"{\"name\": 1e999}"),
        ("deep nesting", deep.as_bytes()),
    ];
    let routes = with_json();
    assert!(routes.len() >= 17, "{}", routes.len());
    for (operation, _) in &routes {
        for (what, body) in &bodies {
            let answer = tried.with_body(operation, body.to_vec()).await;
            // A rotation may come without any body; blanks are one.
            if operation.id == "rotate_token" && body.is_empty() {
                continue;
            }
            let problem = answer.expect(400);
            assert_eq!(problem["type"], "/problems/malformed-json", "{} {what}: {problem}", operation.id);
            assert!(!problem.to_string().contains("line 0"), "{problem}");
        }
        for body in ["[]", "\"x\"", "null", "7", "true"] {
            let answer = tried.with_body(operation, body).await;
            let problem = answer.problem(400, "invalid-request");
            assert_eq!(problem["fields"][0]["field"], "body", "{} {body}: {problem}", operation.id);
        }
        for kind in ["text/plain", "application/xml", "application/json; charset=utf-16", "application/jsonpatch+json"]
        {
            let path = operation.path.replace("{id}", &tried.subject(operation));
            let call = tried.call(operation, &path).body(kind, "{}");
            call.await.problem(415, "unsupported-media-type");
        }
        let packed = tried.with_body(operation, "{}").field("content-encoding", "gzip").await;
        packed.problem(415, "unsupported-media-type");
    }
    for (operation, _) in routes.iter().filter(|(operation, _)| operation.id != "verify_tokens") {
        let large = format!("{{\"name\": \"{}\"}}", "a".repeat(70_000));
        tried.with_body(operation, large).await.problem(413, "payload-too-large");
    }
    // The rotations that took no body are the only changes.
    let rotations = tried.world.position().await - position;
    assert_eq!(rotations, 1);
}

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

/// The members that a schema names, in whatever alternative or part.
fn members(schema: &Value) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    if let Some(properties) = schema["properties"].as_object() {
        all.extend(properties.clone());
    }
    for parts in ["oneOf", "anyOf", "allOf"] {
        for part in schema[parts].as_array().into_iter().flatten() {
            all.extend(members(part));
        }
    }
    all
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
        let path = operation.path.replace("{id}", &tried.world.acme.member.token_id);
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

#[tokio::test]
async fn malformed_identifiers_are_refused_by_every_route_that_takes_one() {
    let tried = Tried::new().await;
    let position = tried.world.position().await;
    let ids = [
        "1",
        "x",
        "me",
        "null",
        "*",
        "0190aaaa00007000800000000000000",
        "0190aaaa000070008000000000000000",
        "{0190aaaa-0000-7000-8000-000000000000}",
        "urn:uuid:0190aaaa-0000-7000-8000-000000000000",
        "0190aaaa-0000-7000-8000-00000000000g",
        "0190aaaa-0000-7000-8000-000000000000%20",
        "%C3%A9",
        "%ff",
        "%20",
    ];
    let mut routes = 0;
    for operation in document::operations().iter().filter(|operation| operation.path.contains("{id}")) {
        routes += 1;
        for id in ids {
            let path = operation.path.replace("{id}", id);
            let mut call = tried.call(operation, &path);
            if operation.value["requestBody"].is_object() {
                call = call.json(good_body(operation, NOBODY).into());
            }
            let answer = call.await;
            // The router reads `{` and `}` as what must be escaped in a path.
            if id.contains('{') {
                assert_eq!(answer.status, 400, "{} {id}", operation.id);
                continue;
            }
            assert_eq!(answer.refused(), ["id"], "{} {id}", operation.id);
        }
        for hidden in ["..", "%2e%2e", "a%2fb", "a%5cb", "a%00", "a%25"] {
            let path = operation.path.replace("{id}", hidden);
            tried.call(operation, &path).await.problem(400, "malformed-request");
        }
    }
    assert!(routes >= 15, "{routes}");
    assert_eq!(tried.world.position().await, position);
}

#[tokio::test]
async fn words_that_break_a_rule_are_refused_by_name() {
    let world = World::new().await;
    let position = world.position().await;
    let root = &world.root.token;
    let hostile = ["a\nb", "a\rb", "a\u{1b}[31m", "a\u{202e}b", "a\u{0}b", "a\u{feff}", "a\u{2028}b", "a\u{200b}b"];
    let token = |more: Value| {
        let mut body = json!({"name": "a"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ("/v1/tokens", body)
    };
    let user = |more: Value| {
        let mut body = json!({"name": "Ken", "email": "ken@people.example"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ("/v1/users", body)
    };
    let mut cases: Vec<((&str, Value), &str)> = Vec::new();
    for text in hostile {
        cases.push((token(json!({"name": text})), "name"));
        cases.push((user(json!({"name": text})), "name"));
        cases.push((("/v1/organisations", json!({"name": text})), "name"));
        cases.push((("/v1/service-accounts", json!({"name": text})), "name"));
    }
    for text in hostile.iter().filter(|text| !text.contains('\n')) {
        cases.push((token(json!({"description": text})), "description"));
    }
    for scope in ["", " ", "a b", "a:", ":a", "a::b", "*a", "a:*:b", "a,b", "é", &"a".repeat(101)] {
        cases.push((token(json!({"scopes": ["tokens:read", scope]})), "scopes"));
        cases.push((user(json!({"scopes": [scope]})), "scopes"));
    }
    for network in
        ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "300.0.0.0/8", "::/129", "localhost", "10.0.0.0/8 ", "any"]
    {
        cases.push((token(json!({"networks": [network]})), "networks"));
    }
    for (labels, field) in [
        (json!({"": "x"}), "labels"),
        (json!({"a b": "x"}), "labels"),
        (json!({"a": "b c"}), "labels.a"),
        (json!({"a": "\""}), "labels.a"),
        (json!({"a": "x".repeat(256)}), "labels.a"),
        (json!({"a".repeat(64): "x"}), "labels"),
        (json!({"a": 1}), "labels.a"),
        ((0..33).map(|number| (format!("l{number}"), json!("x"))).collect::<Map<_, _>>().into(), "labels"),
    ] {
        cases.push((token(json!({"labels": labels})), field));
    }
    for email in ["", "ken", "@people.example", "ken@", "a@b@c", "k en@people.example", "ken@people.example\nbcc: x"] {
        cases.push((user(json!({"email": email})), "email"));
    }
    cases.push((user(json!({"role": "root"})), "role"));
    cases.push((user(json!({"organisation": NOBODY})), "organisation"));
    cases.push((token(json!({"owner": NOBODY})), "owner"));
    cases.push((token(json!({"expires_in_seconds": 0})), "expires_in_seconds"));
    cases.push((token(json!({"expires_in_seconds": u64::MAX})), "expires_in_seconds"));
    cases.push((token(json!({"expires_in_seconds": 60, "expires_at": "2030-01-01T00:00:00Z"})), "expires_in_seconds"));
    // The clock stands at this very instant.
    for past in ["2027-01-15T08:00:00Z", "2027-01-15T08:00:00.000999Z", "2020-01-01T00:00:00Z"] {
        cases.push((token(json!({"expires_at": past})), "expires_at"));
    }
    for ((path, body), field) in cases {
        let answer = world.post(path, body.clone()).bearer(root).await;
        assert_eq!(answer.status, 400, "{path} {body}: {}", answer.text());
        assert_eq!(answer.refused(), [field], "{path} {body}");
    }
    assert_eq!(world.position().await, position);
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once() {
    let world = World::new().await;
    let position = world.position().await;
    let body = json!({"name": "", "description": "x".repeat(2_001), "owner": "me", "scopes": ["a b"], "networks": ["x"],
        "labels": {"a": "\""}, "expires_at": "never"});
    let refused = world.post("/v1/tokens", body).bearer(&world.root.token).await.refused();
    assert_eq!(refused, ["name", "description", "owner", "scopes", "networks", "labels.a", "expires_at"]);
    let body = json!({"colour": 1, "name": 2, "scopes": "all", "size": []});
    let mut refused = world.post("/v1/tokens", body).bearer(&world.root.token).await.refused();
    refused.sort();
    assert_eq!(refused, ["colour", "name", "scopes", "size"]);
    let body = json!({"name": "", "email": "x", "organisation": "x", "role": "x", "scopes": [""]});
    let refused = world.post("/v1/users", body).bearer(&world.root.token).await.refused();
    assert_eq!(refused, ["name", "email", "organisation", "role", "scopes"]);
    let refused =
        world.get("/v1/users?role=x&active=x&email=x&limit=x&cursor=x").bearer(&world.root.token).await.refused();
    assert_eq!(refused, ["role", "active", "email", "limit", "cursor"]);
    assert_eq!(world.position().await, position);
}

#[tokio::test]
async fn a_refused_value_is_never_repeated() {
    let world = World::new().await;
    let secret = world.acme.member.token.clone();
    let root = &world.root;
    let answers = [
        world.post("/v1/tokens", json!({"name": {"a": secret}})).bearer(&root.token).await,
        world.post("/v1/tokens", json!({"name": "a", "owner": secret, "scopes": [secret]})).bearer(&root.token).await,
        world.post("/v1/tokens", json!({"name": "a", secret.clone(): 1})).bearer(&root.token).await,
        world.post("/v1/tokens", json!({"name": "a", "labels": {secret.clone(): "x y"}})).bearer(&root.token).await,
        world.post("/v1/tokens/verify", json!({"token": [secret]})).bearer(&world.verifier.token).await,
        world.post("/v1/tokens/verify", json!({"token": "x", secret.clone(): 1})).bearer(&world.verifier.token).await,
        world
            .post("/v1/tokens/verify", json!({"token": "x", "scope": secret.repeat(3)}))
            .bearer(&world.verifier.token)
            .await,
        world.post("/v1/tokens/revoke-by-secret", json!({"token": secret, "reason": secret.repeat(20)})).await,
        world.post("/v1/links/redeem", json!({"link": secret, "password": 7})).await,
        world.get("/v1/tokens").bearer(&root.token).field("if-match", &secret).await,
        world.post("/v1/sessions", json!({"email": secret, "password": secret})).field("x-jeton-request", "1").await,
        world.call(http::Method::POST, "/oauth2/revoke").body("text/plain", format!("token={secret}")).await,
    ];
    for answer in answers {
        assert!(!answer.text().contains(&secret[4..16]), "{}: {}", answer.call, answer.text());
        let fields: Vec<_> = answer.headers.values().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        assert!(!fields.iter().any(|field| field.contains(&secret[4..16])), "{}: {fields:?}", answer.call);
    }
    let person: &Person = &world.acme.member;
    assert!(world.accepts(&person.token).await);
}
