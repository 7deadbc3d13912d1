//! Any active token may ask about itself, whatever its scopes, and learns what it may do now.

use crate::world::World;
use serde_json::{Value, json};

#[tokio::test]
async fn a_token_learns_whom_it_speaks_for() {
    let world = World::new().await;
    let member = &world.acme.member;
    let (id, secret) = world.token_with(member, "reports:read").await;
    let me = world.get("/v1/whoami").bearer(&secret).await.expect(200);
    assert_eq!(
        (&me["owner"], &me["owner_kind"], &me["name"]),
        (&json!(member.id), &json!("user"), &json!("Acme Linus"))
    );
    assert_eq!((&me["organisation"], &me["role"]), (&json!(world.acme.id), &json!("member")));
    assert_eq!(me["scopes"], json!(["reports:read"]));
    assert_eq!((&me["token"]["id"], &me["token"]["state"]), (&json!(id), &json!("active")));
    assert!(me["token"].get("secret").is_none());
    let robot = world.get("/v1/whoami").bearer(&world.verifier.token).await.expect(200);
    assert_eq!(
        (&robot["owner_kind"], &robot["role"]),
        (&json!("service_account"), &json!("application_administrator"))
    );
}

#[tokio::test]
async fn what_a_token_may_do_shrinks_with_its_owner() {
    let world = World::new().await;
    let (_, secret) = world.token_with(&world.acme.member, "reports:read deploy:web").await;
    let member = format!("/v1/users/{}", world.acme.member.id);
    world.patch(member, json!({"scopes": ["deploy:*"]})).bearer(&world.acme.administrator.token).await.expect(200);
    let me = world.get("/v1/whoami").bearer(&secret).await.expect(200);
    assert_eq!(me["scopes"], json!(["deploy:web"]));
    assert_eq!(me["token"]["scopes"], json!(["deploy:web", "reports:read"]), "as granted");
}

#[tokio::test]
async fn a_token_bound_to_networks_works_only_from_there() {
    let world = World::new().await;
    let make = |networks: Value| {
        let body = json!({"name": "bound", "networks": networks});
        async { world.post("/v1/tokens", body).bearer(&world.acme.member.token).await.expect(201) }
    };
    let (here, elsewhere) = (make(json!(["127.0.0.0/8"])).await, make(json!(["192.0.2.0/24"])).await);
    world.get("/v1/whoami").bearer(here["secret"].as_str().unwrap()).await.expect(200);
    world.get("/v1/whoami").bearer(elsewhere["secret"].as_str().unwrap()).await.problem(401, "unauthenticated");
}
