//! Service accounts own tokens and nothing else: they have no address and no password, and are no users.

use crate::world::World;
use serde_json::json;

#[tokio::test]
async fn a_service_account_is_made_given_a_token_and_switched_off() {
    let world = World::new().await;
    let administrator = &world.acme.administrator.token;
    let body = json!({"name": "Builder", "scopes": ["deploy:web"]});
    let answer = world.post("/v1/service-accounts", body).bearer(administrator).await;
    let made = answer.expect(201);
    let id = made["id"].as_str().unwrap();
    let place = format!("/v1/service-accounts/{id}");
    assert_eq!(answer.field("location"), Some(place.as_str()));
    assert!(made.get("email").is_none() && made.get("has_password").is_none(), "{made}");
    let token = world.post("/v1/tokens", json!({"name": "ci", "owner": id})).bearer(administrator).await.expect(201);
    assert_eq!(
        (&token["owner_kind"], &token["author"]),
        (&json!("service_account"), &json!(world.acme.administrator.id))
    );
    let secret = token["secret"].as_str().unwrap();
    assert!(world.accepts(secret).await);
    world.patch(&place, json!({"active": false, "name": "Old builder"})).bearer(administrator).await.expect(200);
    assert_eq!(world.verdict(secret).await["reason"], "owner_inactive");
    let listed = world.get("/v1/service-accounts?active=false").bearer(administrator).await.expect(200);
    assert_eq!((&listed["items"][0]["id"], &listed["next_cursor"]), (&json!(id), &json!(null)));
}

#[tokio::test]
async fn it_is_no_user() {
    let world = World::new().await;
    let administrator = &world.acme.administrator.token;
    let (robot, user) = (&world.acme.robot.id, &world.acme.member.id);
    world.get(format!("/v1/users/{robot}")).bearer(administrator).await.problem(404, "not-found");
    world.get(format!("/v1/service-accounts/{user}")).bearer(administrator).await.problem(404, "not-found");
    let rename = || json!({"name": "x"});
    world.patch(format!("/v1/users/{robot}"), rename()).bearer(administrator).await.problem(404, "not-found");
    world.patch(format!("/v1/service-accounts/{user}"), rename()).bearer(administrator).await.problem(404, "not-found");
    let invite = world.call(http::Method::POST, format!("/v1/users/{robot}/invitation")).bearer(administrator).await;
    invite.problem(404, "not-found");
    let with_address = json!({"name": "x", "email": "x@people.example"});
    let answer = world.post("/v1/service-accounts", with_address).bearer(administrator).await;
    assert_eq!(answer.refused(), ["email"]);
    let change = world.patch(format!("/v1/service-accounts/{robot}"), json!({"email": "x@people.example"}));
    assert_eq!(change.bearer(administrator).await.refused(), ["email"]);
}
