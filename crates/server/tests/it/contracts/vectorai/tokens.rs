//! A token of this door is a token like any other: what it may do are scopes, every door sees it, and where it is
//! deleted it is refused everywhere at once. Tokens of other doors are seen and deleted here.

use super::database::{Database, refused};
use http::Method;
use serde_json::{Value, json};

/// The scopes that a verdict tells.
async fn scopes(database: &Database, secret: &str) -> Value {
    database.verdict(secret).await["scopes"].clone()
}

#[tokio::test]
async fn the_three_permissions_are_independent_bits() {
    let database = Database::new().await;
    let (read, write) = (json!("vectorai:read"), json!("vectorai:write"));
    let admin = [json!("tokens:read"), json!("tokens:write"), json!("vectorai:admin")];
    for (number, bits) in (1..8).map(|bits| (bits, [bits & 1 > 0, bits & 2 > 0, bits & 4 > 0])) {
        let names: Vec<_> =
            ["read", "write", "admin"].into_iter().zip(bits).filter(|(_, on)| *on).map(|(name, _)| name).collect();
        let key = database.key(&format!("mask {number}"), &names.join(",")).await;
        let mut expected = Vec::new();
        expected.extend(if bits[2] { admin.to_vec() } else { Vec::new() });
        expected.extend(bits[0].then(|| read.clone()));
        expected.extend(bits[1].then(|| write.clone()));
        expected.sort_by_key(ToString::to_string);
        assert_eq!(scopes(&database, &key.secret).await, Value::from(expected), "{names:?}");
        let list = database.get("/auth/access_tokens").bearer(&key.secret).await;
        if bits[2] {
            list.expect(200);
        } else {
            refused(&list, 403, "This call needs a token with the admin permission");
        }
    }
    let spelled = json!({"name": "spelled", "permission": "admin, read,admin"});
    let made = database.sent(Method::POST, "/auth/access_token", spelled).await.expect(200);
    assert_eq!(made["permission"], "read,admin");
}

#[tokio::test]
async fn a_key_with_the_admin_bit_alone_hands_out_every_bit_and_nothing_else() {
    let database = Database::new().await;
    let admin = database.key("administrator", "admin").await;
    let create = json!({"name": "worker", "permission": "read,write"});
    let worker = database.post("/auth/access_token", create).bearer(&admin.secret).await.expect(200);
    let path = format!("/auth/access_token/{}", worker["id"]);
    let rotated = database.post(format!("{path}/rotate"), json!({})).bearer(&admin.secret).await.expect(200);
    assert!(database.accepts(rotated["token"].as_str().unwrap()).await);
    // At the native door it has its own scopes, and no right to hand out others.
    let native = database.post("/v1/tokens", json!({"name": "x", "scopes": ["vectorai:write"]}));
    native.bearer(&admin.secret).await.problem(403, "forbidden");
    database.delete(path).bearer(&admin.secret).await.expect(200);
    // It may also end itself.
    database.delete(format!("/auth/access_token/{}", admin.id)).bearer(&admin.secret).await.expect(200);
    assert!(!database.accepts(&admin.secret).await);
}

#[tokio::test]
async fn an_expiry_at_the_creation_is_legal() {
    let database = Database::new().await;
    let body = json!({"name": "born expired", "permission": "admin", "will_expire": true, "expires_in_seconds": 0});
    let made = database.sent(Method::POST, "/auth/access_token", body).await.expect(200);
    assert_eq!(made["expired_at"], made["created_at"]);
    let secret = made["token"].as_str().unwrap();
    assert_eq!(database.verdict(secret).await, json!({"active": false, "reason": "expired"}));
    database.get("/auth/access_tokens").bearer(secret).await.expect(401);
    assert!(database.listed().await.iter().any(|token| token["id"] == made["id"]), "it is listed");
    database.delete_key(made["id"].as_u64().unwrap()).await.expect(200);
}

#[tokio::test]
async fn what_is_deleted_here_is_refused_everywhere_at_once() {
    let database = Database::new().await;
    let key = database.key("one", "read,admin").await;
    let again = database.rotated(key.id).await;
    database.delete_key(key.id).await.expect(200);
    for secret in [&key.secret, &again.secret] {
        assert_eq!(database.verdict(secret).await["active"], false);
        database.get("/v1/whoami").bearer(secret).await.problem(401, "unauthenticated");
        for call in [database.get("/auth/access_tokens"), database.get("/auth/api_keys")] {
            call.field("api-key", secret).await.expect(401);
        }
    }
    assert!(!database.listed().await.iter().any(|token| token["id"] == key.id));
    assert_eq!(database.verdict(&again.secret).await["reason"], "deleted");
}

#[tokio::test]
async fn other_doors_see_rotate_and_delete_it_in_its_own_form() {
    let database = Database::new().await;
    let key = database.key("one", "read").await;
    let native = database.native(key.id).await;
    assert_eq!((&native["name"], &native["organisation"]), (&json!("one"), &json!(database.acme.id)));
    let path = format!("/v1/tokens/{}", native["id"].as_str().unwrap());
    let root = &database.root.token;
    let rotated = database.post(format!("{path}/rotate"), json!({})).bearer(root).await.expect(200);
    let secret = rotated["secret"].as_str().unwrap();
    assert!(secret.starts_with("vdai_") && secret.len() == key.secret.len());
    assert!(!database.accepts(&key.secret).await && database.accepts(secret).await);
    database.delete(path).bearer(root).await.expect(204);
    assert!(!database.accepts(secret).await);
    refused(&database.delete_key(key.id).await, 404, "Access token not found");
}

#[tokio::test]
async fn tokens_of_other_doors_are_listed_and_deleted_here_and_rotated_there() {
    let database = Database::new().await;
    let body = json!({"name": "native", "description": "made natively", "scopes": ["reports:read"]});
    let made = database.post("/v1/tokens", body).bearer(&database.acme.member.token).await.expect(201);
    let (id, secret) = (made["number"].as_u64().unwrap(), made["secret"].as_str().unwrap());
    let listed = database.listed().await;
    let shown = listed.iter().find(|token| token["id"] == id).unwrap();
    assert_eq!((&shown["name"], &shown["permission"]), (&json!("native"), &json!("")));
    for dialect in ["access_token", "api_key"] {
        let rotated = database.by_admin(Method::POST, format!("/auth/{dialect}/{id}/rotate")).await;
        refused(&rotated, 403, "This token was made elsewhere and is rotated there");
    }
    assert!(database.accepts(secret).await, "nothing was rotated");
    database.delete_key(id).await.expect(200);
    assert_eq!(database.verdict(secret).await["reason"], "deleted");
}

#[tokio::test]
async fn the_list_has_every_token_of_the_organisation_the_oldest_first_and_no_other() {
    let database = Database::new().await;
    database.issue_many(&database.acme.member, 1_100).await;
    database.issue_many(&database.globex.member, 3).await;
    let key = database.key("last", "read").await;
    let listed = database.listed().await;
    let ids: Vec<_> = listed.iter().map(|token| token["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.iter().filter(|id| **id == key.id).count(), 1);
    assert_eq!(listed.iter().filter(|token| token["name"] == "many").count(), 1_100, "more than are read at a time");
    assert!(ids.is_sorted() && ids.last() == Some(&key.id));
    let text = Value::from(listed).to_string();
    assert!(!database.foreign_traces().await.iter().any(|trace| text.contains(trace)));
}
