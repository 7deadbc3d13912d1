//! Under `/auth/access_token…`, everything is said as the published documents say it, word for word.

use super::database::{Database, OFF, UNAUTHORIZED, refused};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_deletion_has_the_words_of_its_document() {
    let database = Database::new().await;
    let key = database.key("one", "read").await;
    let path = format!("/auth/access_token/{}", key.id);
    refused(&database.delete(&path).await, 401, UNAUTHORIZED);
    refused(&database.delete(&path).bearer("vdai_nobody").await, 401, UNAUTHORIZED);
    database.switch(false).await;
    refused(&database.delete_key(key.id).await, 403, OFF);
    database.switch(true).await;
    assert!(database.accepts(&key.secret).await, "nothing was deleted so far");
    let deleted = database.delete_key(key.id).await;
    assert_eq!(deleted.expect(200), json!({"status": "success", "message": "Access token deleted successfully"}));
    assert!(!database.accepts(&key.secret).await);
    refused(&database.delete_key(key.id).await, 404, "Access token not found");
    refused(&database.delete_key(4_711).await, 404, "Access token not found");
}

#[tokio::test]
async fn a_creation_shows_the_token_and_its_secret_once() {
    let database = Database::new().await;
    let body = json!({"name": "one", "description": "for tests", "permission": "read,write",
        "will_expire": true, "expires_in_seconds": 90});
    let mut made = database.sent(Method::POST, "/auth/access_token", body).await.expect(200);
    let secret = made.as_object_mut().unwrap().remove("token").unwrap();
    let secret = secret.as_str().unwrap();
    let random = secret.strip_prefix("vdai_").unwrap();
    assert!(random.len() == 48 && random.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let expected = json!({"id": made["id"], "name": "one", "description": "for tests", "permission": "read,write",
        "will_expire": true, "created_at": "2027-01-15T08:00:00Z", "expired_at": "2027-01-15T08:01:30Z"});
    assert_eq!(made, expected);
    let list = database.by_admin(Method::GET, "/auth/access_tokens").await;
    assert!(list.expect(200).as_array().unwrap().contains(&expected), "{}", list.text());
    assert!(!list.text().contains(random), "a list shows no secret");
}

#[tokio::test]
async fn what_is_left_out_is_not_made_up() {
    let database = Database::new().await;
    for body in [
        json!({"name": "a", "permission": "read"}),
        json!({"name": "b", "permission": "read", "description": null, "will_expire": null, "expires_in_seconds": null}),
        json!({"name": "c", "permission": "read", "will_expire": false, "expires_in_seconds": 60}),
    ] {
        let made = database.sent(Method::POST, "/auth/access_token", body).await.expect(200);
        assert_eq!((&made["description"], &made["will_expire"]), (&json!(""), &json!(false)));
        assert_eq!(made["expired_at"], Value::Null);
    }
}

#[tokio::test]
async fn a_rotation_keeps_everything_but_the_secret() {
    let database = Database::new().await;
    let body = json!({"name": "one", "permission": "write", "will_expire": true, "expires_in_seconds": 60});
    let made = database.sent(Method::POST, "/auth/access_token", body).await.expect(200);
    let path = format!("/auth/access_token/{}/rotate", made["id"]);
    let mut rotated = database.by_admin(Method::POST, path.as_str()).await.expect(200);
    let (old, new) = (made["token"].as_str().unwrap(), rotated["token"].as_str().unwrap().to_owned());
    assert!(!database.accepts(old).await && database.accepts(&new).await);
    rotated["token"] = made["token"].clone();
    assert_eq!(rotated, made);

    database.wait(std::time::Duration::from_mins(1));
    let expired = database.by_admin(Method::POST, path).await;
    refused(&expired, 400, "Cannot rotate an expired access token");
    let unknown = database.by_admin(Method::POST, "/auth/access_token/4711/rotate").await;
    refused(&unknown, 404, "Access token not found");
}

#[tokio::test]
async fn names_are_unique_at_this_door_only() {
    let database = Database::new().await;
    let body = || json!({"name": "everyday", "permission": "read"});
    let create = || database.sent(Method::POST, "/auth/access_token", body());
    // Every person of this world has a native token of that name.
    assert!(database.listed().await.iter().filter(|token| token["name"] == "everyday").count() > 3);
    let first = create().await.expect(200);
    refused(&create().await, 409, "Access token name already exists");
    let native = database.post("/v1/tokens", json!({"name": "everyday"})).bearer(&database.acme.administrator.token);
    native.await.expect(201);
    database.delete_key(first["id"].as_u64().unwrap()).await.expect(200);
    let (one, two) = tokio::join!(create().into_future(), create().into_future());
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "the name was free again, once");
}
