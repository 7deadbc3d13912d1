//! Under `/auth/api_key…`, everything is said as the released clients expect it, about the same tokens.

use super::database::{Database, UNAUTHORIZED, refused};
use http::Method;
use serde_json::{Value, json};

/// The body that the released clients send, in which no field is ever left out.
fn body(name: &str) -> Value {
    json!({"name": name, "description": "", "permission": "read,write", "will_expire": false, "expires_in_seconds": 0})
}

#[tokio::test]
async fn a_key_is_created_listed_rotated_and_deleted() {
    let database = Database::new().await;
    let made = database.sent(Method::POST, "/auth/api_key", body("one")).await.expect(200);
    let secret = made["api_key"].as_str().unwrap();
    assert!(made.get("token").is_none() && made["description"] == "" && made["permission"] == "read,write");
    refused(&database.sent(Method::POST, "/auth/api_key", body("one")).await, 409, "API key name already exists");

    let list = database.by_admin(Method::GET, "/auth/api_keys").await.expect(200);
    assert_eq!(list["api_keys"], Value::from(database.listed().await), "both dialects list the same tokens");

    let path = format!("/auth/api_key/{}", made["id"]);
    let rotated = database.by_admin(Method::POST, format!("{path}/rotate")).await.expect(200);
    let new = rotated["api_key"].as_str().unwrap();
    assert!(!database.accepts(secret).await && database.accepts(new).await);
    let deleted = database.by_admin(Method::DELETE, path.as_str()).await.expect(200);
    assert_eq!(deleted, json!({"status": "success", "message": "API key deleted successfully"}));
    assert!(!database.accepts(new).await);
    refused(&database.by_admin(Method::DELETE, path.as_str()).await, 404, "API key not found");
    refused(&database.by_admin(Method::POST, format!("{path}/rotate")).await, 404, "API key not found");
}

#[tokio::test]
async fn an_expired_key_is_a_conflict_when_it_is_rotated() {
    let database = Database::new().await;
    let body = json!({"name": "old", "permission": "read", "will_expire": true, "expires_in_seconds": 0});
    let made = database.sent(Method::POST, "/auth/api_key", body).await.expect(200);
    let rotated = database.by_admin(Method::POST, format!("/auth/api_key/{}/rotate", made["id"])).await;
    refused(&rotated, 409, "Cannot rotate an expired API key");
}

#[tokio::test]
async fn what_is_refused_is_said_in_this_dialect() {
    let database = Database::new().await;
    let calls = [
        (Method::POST, "/auth/api_key"),
        (Method::GET, "/auth/api_keys"),
        (Method::POST, "/auth/api_key/4711/rotate"),
        (Method::DELETE, "/auth/api_key/4711"),
    ];
    database.switch(false).await;
    for (method, path) in calls {
        refused(&database.call(method.clone(), path).json(body("x")).await, 401, UNAUTHORIZED);
        let off = database.sent(method, path, body("x")).await;
        refused(&off, 403, "API key management API requires auth_enabled=true");
    }
}
