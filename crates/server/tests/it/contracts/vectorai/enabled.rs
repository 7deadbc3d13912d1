//! `/auth/enabled` lets the token endpoints of this door work or refuse, and nothing else: no verdict, no other
//! door and no other route of this one depends on it.

use super::database::{Database, OFF, PASSWORD, UNAUTHORIZED, refused, sign_in};
use crate::world::World;
use http::Method;
use serde_json::json;

#[tokio::test]
async fn it_is_off_until_the_admin_switches_it_on() {
    let world = World::with_contracts().await;
    world.post("/auth/admin", json!({"password": PASSWORD})).await.expect(200);
    let jwt = sign_in(&world, PASSWORD).await;
    assert_eq!(world.get("/auth/enabled").bearer(&jwt).await.expect(200)["result"], false);
    let create = || world.post("/auth/access_token", json!({"name": "a", "permission": "read"})).bearer(&jwt);
    refused(&create().await, 403, OFF);
    let on = world.patch("/auth/enabled", json!({"enabled": true})).bearer(&jwt).await.expect(200);
    assert_eq!((&on["usage"], &on["status"], &on["result"]), (&json!(null), &json!("ok"), &json!(true)));
    assert!(on["time"].as_f64().is_some_and(|time| time >= 0.0));
    create().await.expect(200);
}

#[tokio::test]
async fn off_gates_the_token_endpoints_and_nothing_else() {
    let database = Database::new().await;
    let key = database.key("one", "read,admin").await;
    database.switch(false).await;
    for (method, path) in [
        (Method::POST, "/auth/access_token".to_owned()),
        (Method::GET, "/auth/access_tokens".to_owned()),
        (Method::POST, format!("/auth/access_token/{}/rotate", key.id)),
        (Method::DELETE, format!("/auth/access_token/{}", key.id)),
    ] {
        for credential in [&key.secret, &database.jwt, &database.root.token] {
            let body = json!({"name": "two", "permission": "read"});
            let answer = database.call(method.clone(), path.as_str()).bearer(credential).json(body).await;
            refused(&answer, 403, OFF);
        }
        refused(&database.call(method, path).bearer("vdai_nobody").await, 401, UNAUTHORIZED);
    }
    assert!(database.accepts(&key.secret).await, "a verdict does not ask for the switch");
    database.get("/v1/tokens").bearer(&key.secret).await.expect(200);
    assert_eq!(database.get("/auth/admin/exists").await.expect(200)["result"], true);
    sign_in(&database, PASSWORD).await;
    database.switch(true).await;
    assert_eq!(database.listed().await.iter().filter(|token| token["id"] == key.id).count(), 1, "tokens went on");
}

#[tokio::test]
async fn the_switch_takes_the_sign_in_of_the_admin_and_no_token() {
    let database = Database::new().await;
    let key = database.key("one", "read,write,admin").await;
    let message = "This call needs the sign-in of the admin user";
    for token in [&key.secret, &database.root.token, &database.acme.administrator.token] {
        refused(&database.get("/auth/enabled").bearer(token).await, 403, message);
        let set = database.patch("/auth/enabled", json!({"enabled": false})).bearer(token).await;
        refused(&set, 403, message);
    }
    refused(&database.get("/auth/enabled").await, 401, UNAUTHORIZED);
    let missing = database.sent(Method::PATCH, "/auth/enabled", json!({})).await;
    refused(&missing, 400, "Missing required field: enabled");
    assert_eq!(database.by_admin(Method::GET, "/auth/enabled").await.expect(200)["result"], true);
}
