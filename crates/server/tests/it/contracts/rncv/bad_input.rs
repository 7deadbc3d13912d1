//! What is malformed is refused by name in this contract's shape, and nothing is written.

use super::{BASES, new_user, number};
use crate::world::{Answer, Call, World};
use serde_json::{Value, json};

/// The fields that an answer names, each with a list of messages.
#[track_caller]
fn refused(answer: &Answer) -> Vec<String> {
    let body = answer.expect(400);
    let fields = body.as_object().unwrap();
    assert!(fields.values().all(|messages| messages.as_array().is_some_and(|list| !list.is_empty())), "{body}");
    fields.keys().cloned().collect()
}

#[tokio::test]
async fn every_field_that_is_missing_or_invalid_is_named() {
    let world = World::with_contracts().await;
    let position = world.position().await;
    let administrator = &world.acme.administrator.token;
    let member = number(&world, &world.acme.member.id).await;
    let user = format!("/admin/api-users/{member}");
    let wrong_user = json!({"name": "", "last_name": 7, "email": "x", "roles": ["Boss"], "active": "maybe",
        "organisation": -1});
    let all = ["active", "email", "last_name", "name", "organisation", "roles"];
    let cases: Vec<(Call<'_>, Vec<&str>)> = vec![
        (world.post("/admin/tokens", json!({})), vec!["user_id"]),
        (world.post("/admin/tokens", json!({"user_id": null})), vec!["user_id"]),
        (world.post("/admin/tokens", json!({"user_id": "me"})), vec!["user_id"]),
        (world.post("/admin/tokens", json!({"user_id": 1.5})), vec!["user_id"]),
        (world.post("/admin/tokens", json!({"user_id": [1]})), vec!["user_id"]),
        (world.delete("/admin/tokens"), vec!["key", "token_id", "user_id"]),
        (world.delete("/admin/tokens").json(json!({})), vec!["key", "token_id", "user_id"]),
        (world.delete("/admin/tokens").json(json!({"token": 1})), vec!["key", "token_id", "user_id"]),
        (world.delete("/admin/tokens").json(json!({"token_id": 1, "user_id": 1})), vec!["token_id", "user_id"]),
        (world.delete("/admin/tokens").json(json!({"token_id": 1, "key": "x"})), vec!["key", "token_id"]),
        (world.delete("/admin/tokens?token_id=1").json(json!({"token_id": 1})), vec!["token_id"]),
        (world.delete("/admin/tokens?token_id=1&user_id=1"), vec!["token_id", "user_id"]),
        (world.delete("/admin/tokens").json(json!({"token_id": "one"})), vec!["token_id"]),
        (world.delete("/admin/tokens").json(json!({"token_id": null})), vec!["token_id"]),
        (world.delete("/admin/tokens").json(json!({"token_id": -1})), vec!["token_id"]),
        (world.delete("/admin/tokens").json(json!({"user_id": {}})), vec!["user_id"]),
        (world.delete("/admin/tokens").json(json!({"key": 7})), vec!["key"]),
        (world.delete("/admin/tokens?colour=red"), vec!["colour"]),
        (world.get("/admin/tokens?user_id=x&page_size=0"), vec!["page_size", "user_id"]),
        (world.get("/admin/tokens?cursor=x&page_size=201"), vec!["cursor", "page_size"]),
        (world.get("/admin/tokens?limit=1"), vec!["limit"]),
        (world.get("/admin/api-users?active=maybe&email=x&organisation=x"), vec!["active", "email", "organisation"]),
        (world.post("/admin/api-users", json!({})), vec!["email", "last_name", "name"]),
        (world.post("/admin/api-users", wrong_user.clone()), all.to_vec()),
        (world.put(&user, wrong_user.clone()), all.to_vec()),
        (world.patch(&user, wrong_user), all.to_vec()),
        (world.patch(&user, json!({"name": null})), vec!["name"]),
        (world.put(&user, json!({"name": "Ken"})), vec!["email", "last_name"]),
        (world.post("/admin/tokens?user_id=1", json!({"user_id": member})), vec!["user_id"]),
    ];
    for (call, fields) in cases {
        let answer = call.token(administrator).await;
        assert_eq!(refused(&answer), fields, "{}: {}", answer.call, answer.text());
    }
    let missing = world.post("/admin/api-users", json!({})).token(administrator).await.expect(400);
    assert_eq!(missing["email"], json!(["This field is required."]));
    assert_eq!(world.position().await, position);
}

#[tokio::test]
async fn hostile_texts_are_refused_and_not_repeated() {
    let world = World::with_contracts().await;
    let position = world.position().await;
    for hostile in ["a\r\nb", "a\u{1b}[31m", "a\u{202e}b", &"é".repeat(201)] {
        for field in ["name", "last_name", "email"] {
            let mut body = new_user();
            body[field] = json!(hostile);
            let answer = world.post("/admin/api-users", body).token(&world.acme.administrator.token).await;
            assert_eq!(refused(&answer), [field], "{hostile:?}");
            assert!(!answer.text().contains(hostile));
        }
    }
    // Each is short enough, and both together are not.
    let body = json!({"name": "é".repeat(150), "last_name": "é".repeat(150), "email": "a@b.example"});
    let answer = world.post("/admin/api-users", body).token(&world.acme.administrator.token).await;
    assert_eq!(refused(&answer), ["last_name"]);
    let secret = &world.acme.member.token;
    let answer = world.delete("/admin/tokens").json(json!({"token_id": secret}));
    let answer = answer.token(&world.acme.administrator.token).await;
    assert_eq!(refused(&answer), ["token_id"]);
    assert!(!answer.text().contains(secret.as_str()));
    assert_eq!(world.position().await, position);
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused_in_this_shape() {
    let world = World::with_contracts().await;
    let position = world.position().await;
    let administrator = &world.acme.administrator.token;
    for base in BASES {
        let path = format!("{base}/admin/tokens");
        for body in ["", "{", "{\"user_id\": 1,}", "nothing"] {
            let answer =
                world.call(http::Method::POST, &path).body("application/json", body).token(administrator).await;
            let detail = answer.expect(400)["detail"].as_str().unwrap_or_default().to_owned();
            assert!(detail.starts_with("JSON parse error - "), "{body}: {}", answer.text());
        }
        let twice = r#"{"user_id": 1, "user_id": 2}"#;
        let answer = world.call(http::Method::POST, &path).body("application/json", twice).token(administrator).await;
        assert_eq!(refused(&answer), ["user_id"], "two readers could choose different ones");
        for body in ["[]", "1", "null", "\"a\""] {
            let answer =
                world.call(http::Method::POST, &path).body("application/json", body).token(administrator).await;
            assert_eq!(refused(&answer), ["non_field_errors"], "{body}");
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
            let answer = world.call(http::Method::DELETE, &path).body(kind, "token_id=1").token(administrator).await;
            assert_eq!(answer.expect(415), json!({"detail": "Unsupported media type in request."}), "{kind}");
        }
        let large = format!("{{\"user_id\": \"{}\"}}", "x".repeat(100_000));
        let answer = world.call(http::Method::POST, &path).body("application/json", large).token(administrator).await;
        answer.expect(413);
        let answer = world.put(&path, Value::Null).token(administrator).await;
        assert_eq!(answer.expect(405), json!({"detail": "Method \"PUT\" not allowed."}));
        assert_eq!(answer.field("allow"), Some("GET,HEAD,POST,DELETE"));
    }
    assert_eq!(world.position().await, position);
}

#[tokio::test]
async fn what_cannot_be_a_users_name_in_a_path_is_nobody() {
    let world = World::with_contracts().await;
    for name in ["x", "-1", "1.5", "0", "99999999999999999999", "0190aaaa-0000-7000-8000-000000000000", "%F0%9F%98%80"]
    {
        let answer = world.get(format!("/admin/api-users/{name}")).token(&world.root.token).await;
        assert_eq!(answer.expect(404), json!({"detail": "Not found."}), "{name}");
    }
}
