//! Identifiers, names, dates, scopes, labels, networks and addresses keep their rules; everything that is wrong is
//! said at once, and no refused value is repeated.

use super::{NOBODY, Tried, good_body};
use crate::world::{World, document};
use serde_json::{Map, Value, json};

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
    assert!(world.accepts(&secret).await);
}
