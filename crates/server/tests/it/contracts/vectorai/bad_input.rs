//! Bad input of every kind is refused in this door's shape, says no more than it must, and writes nothing.

use super::database::{Database, PASSWORD, refused};
use crate::world::Call;
use http::Method;
use serde_json::{Value, json};

/// Every operation with a body, by somebody who may call it.
const WITH_BODY: [(Method, &str); 6] = [
    (Method::POST, "/auth/access_token"),
    (Method::POST, "/auth/api_key"),
    (Method::POST, "/auth/admin"),
    (Method::POST, "/auth/admin/login"),
    (Method::POST, "/auth/admin/reset-password"),
    (Method::PATCH, "/auth/enabled"),
];

/// Fails unless the answer has this status and this door's shape; gives the message.
async fn error(call: Call<'_>, status: u16) -> String {
    let answer = call.await;
    let body = answer.expect(status);
    assert_eq!(body["status"], "error", "{}: {body}", answer.call);
    body["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_body_has_one_reading_or_is_refused() {
    let database = Database::new().await;
    let position = database.position().await;
    for (method, path) in WITH_BODY {
        let call = || database.by_admin(method.clone(), path);
        for body in [
            "",
            " ",
            "{",
            "name=a",
            "{} {}",
            "{\"name\":\"a\",}",
            "{\"password\":\"a\",\"password\":\"b\"}",
            "{\"enabled\":true,\"\\u0065nabled\":false}",
            "{\"name\":\"\\ud800\"}",
            "{\"expires_in_seconds\":1e999}",
        ] {
            error(call().body("application/json", body), 400).await;
        }
        error(call().body("application/json", b"{\"name\":\"\xff\"}".as_slice()), 400).await;
        error(call().body("application/json", "[".repeat(200)), 400).await;
        for body in ["[]", "null", "7", "\"x\"", "true"] {
            let message = error(call().body("application/json", body), 400).await;
            assert_eq!(message, "Invalid field: body must be an object", "{path} {body}");
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"] {
            error(call().body(kind, "{}"), 415).await;
        }
        error(call().body("application/json", "{}").field("content-encoding", "gzip"), 415).await;
        error(call().json(json!({"name": "a".repeat(70_000)})), 413).await;
    }
    assert_eq!(database.position().await, position);
}

#[tokio::test]
async fn every_field_keeps_its_rule_and_no_refused_value_is_repeated() {
    let database = Database::new().await;
    let position = database.position().await;
    let mut wrong: Vec<(&str, Value)> = Vec::new();
    let (number, truth, text) = (json!(7), json!(true), json!("x"));
    let others = [json!(1.5), json!(["read"]), json!({"a": 1})];
    for (field, wrong_types) in [
        ("name", [&number, &truth]),
        ("description", [&number, &truth]),
        ("permission", [&number, &truth]),
        ("will_expire", [&number, &text]),
        ("expires_in_seconds", [&truth, &text]),
    ] {
        wrong.extend(wrong_types.into_iter().chain(&others).map(|value| (field, value.clone())));
    }
    wrong.extend([("name", Value::Null), ("permission", Value::Null)]);
    for name in ["", "   ", "a\u{0}b", "a\nb", "\u{7f}", "a\u{202e}b", "canary\u{1b}[31m"] {
        wrong.push(("name", json!(name)));
    }
    wrong.extend([("name", json!("é".repeat(201))), ("description", json!("x".repeat(2_001)))]);
    for permission in ["", ",", "read,", "canary", "READ", "7", "read;write", "read,\twrite", "read write", "reаd"] {
        wrong.push(("permission", json!(permission)));
    }
    for seconds in [json!(-1), json!(31_536_000_001_i64), json!(u64::MAX), json!(i64::MIN), json!("60")] {
        wrong.push(("expires_in_seconds", seconds));
    }
    for (field, value) in wrong {
        let mut body = json!({"name": "a", "permission": "read", "will_expire": true, "expires_in_seconds": 60});
        body[field] = value.clone();
        for path in ["/auth/access_token", "/auth/api_key"] {
            let message = error(database.sent(Method::POST, path, body.clone()), 400).await;
            assert!(message.starts_with(&format!("Invalid field: {field} ")), "{value}: {message}");
            assert!(!message.contains("canary") && !message.contains('\u{1b}'), "{message}");
        }
    }
    let several = json!({"description": "", "will_expire": true});
    let message = error(database.sent(Method::POST, "/auth/access_token", several), 400).await;
    assert_eq!(message, "Missing required field: name; Missing required field: permission");
    let endless = json!({"name": "a", "permission": "read", "will_expire": true});
    let message = error(database.sent(Method::POST, "/auth/access_token", endless), 400).await;
    assert_eq!(message, "Missing required field: expires_in_seconds");
    assert_eq!(database.position().await, position);
}

#[tokio::test]
async fn passwords_and_the_switch_keep_their_types() {
    let database = Database::new().await;
    let position = database.position().await;
    for value in [json!(7), json!(true), json!(["canary"]), json!({"canary": 1})] {
        for (path, field) in [
            ("/auth/admin", "password"),
            ("/auth/admin/login", "password"),
            ("/auth/admin/reset-password", "password"),
            ("/auth/admin/reset-password", "old_password"),
            ("/auth/admin/reset-password", "new_password"),
        ] {
            let message = error(database.post(path, json!({field: value})), 400).await;
            assert!(message.starts_with(&format!("Invalid field: {field} ")), "{path} {value}: {message}");
            assert!(!message.contains("canary"), "{message}");
        }
    }
    for value in [json!(1), json!("true"), json!(null), json!([true])] {
        let message = error(database.sent(Method::PATCH, "/auth/enabled", json!({"enabled": value})), 400).await;
        assert!(message.contains(": enabled"), "{message}");
    }
    let long = "x".repeat(60_000);
    database.post("/auth/admin/login", json!({"password": long})).await.expect(401);
    assert_eq!(database.position().await, position);
}

#[tokio::test]
async fn a_number_in_a_path_is_a_number() {
    let database = Database::new().await;
    let key = database.key("one", "read").await;
    for (dialect, field, unknown) in
        [("access_token", "token_id", "Access token not found"), ("api_key", "id", "API key not found")]
    {
        for (end, method) in [("", Method::DELETE), ("/rotate", Method::POST)] {
            let call = |id: &str| database.by_admin(method.clone(), format!("/auth/{dialect}/{id}{end}"));
            for id in
                ["x", "1.0", "1e3", "+1", "%201", "0x1", "-", "1;2", "%D9%A1", "0190aaaa-0000-7000-8000-000000000000"]
            {
                let answer = call(id).await;
                refused(&answer, 400, &format!("Invalid field: {field} must be a whole number"));
            }
            for id in ["0", "-1", "4711", "9223372036854775807", "9223372036854775808", "99999999999999999999999"] {
                refused(&call(id).await, 404, unknown);
            }
            let foreign = database.get("/v1/whoami").bearer(&database.globex.member.token).await.expect(200);
            refused(&call(&foreign["token"]["number"].to_string()).await, 404, unknown);
        }
    }
    assert!(database.accepts(&key.secret).await);
    error(database.by_admin(Method::GET, format!("/auth/access_token/{}", key.id)), 405).await;
    error(database.by_admin(Method::PUT, "/auth/admin"), 405).await;
    error(database.by_admin(Method::GET, "/auth/access_tokens?limit=1"), 400).await;
    error(database.by_admin(Method::GET, format!("/auth/access_tokens?password={PASSWORD}")), 400).await;
}
