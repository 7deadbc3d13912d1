//! Who is asking is found out in one order: `api-key` before `Authorization`. Of several reasons to refuse, a
//! credential that is not active comes first, then a right that is missing, then what is not there.

use super::database::{Database, UNAUTHORIZED, refused, switch_on};
use crate::world::{Setting, World};
use http::Method;
use serde_json::json;

const LIST: &str = "/auth/access_tokens";
const NO_RIGHT: &str = "This call needs a token with the admin permission";

#[tokio::test]
async fn the_key_field_is_looked_at_first() {
    let database = Database::new().await;
    let key = database.key("one", "admin").await;
    let list = || database.get(LIST);
    for good in [&key.secret, &database.jwt, &database.root.token] {
        list().field("api-key", good).await.expect(200);
        list().bearer(good).await.expect(200);
        list().field("api-key", good).bearer(good).await.expect(200);
        list().field("api-key", good).bearer("vdai_nobody").await.expect(200);
        list().field("api-key", good).field("authorization", "Basic eDp5").await.expect(200);
        list().field("api-key", "").bearer(good).await.expect(200);
        refused(&list().field("api-key", "vdai_nobody").bearer(good).await, 401, UNAUTHORIZED);
        refused(&list().field("api-key", format!("Bearer {good}")).await, 401, UNAUTHORIZED);
        refused(&list().field("authorization", good).await, 401, UNAUTHORIZED);
        refused(&list().field("authorization", format!("Token {good}")).await, 401, UNAUTHORIZED);
        refused(&list().field("api-key", good).field("api-key", good).await, 401, UNAUTHORIZED);
        refused(&list().field("api-key", b"\xff").bearer(good).await, 401, UNAUTHORIZED);
    }
}

#[tokio::test]
async fn inactive_comes_before_forbidden_and_forbidden_before_unknown() {
    let database = Database::new().await;
    let reader = database.key("reader", "read,write").await;
    let unknown = || database.delete("/auth/access_token/4711");
    refused(&unknown().await, 401, UNAUTHORIZED);
    refused(&unknown().bearer(&reader.secret).await, 403, NO_RIGHT);
    refused(&unknown().bearer(&database.jwt).await, 404, "Access token not found");
    let malformed = || database.call(Method::POST, "/auth/access_token").body("application/json", "{");
    refused(&malformed().await, 401, UNAUTHORIZED);
    refused(&malformed().bearer(&reader.secret).await, 403, NO_RIGHT);
    assert_eq!(malformed().bearer(&database.jwt).await.status, 400);
}

#[tokio::test]
async fn whoever_is_active_somewhere_else_is_forbidden_and_not_unknown() {
    let database = Database::new().await;
    for token in [&database.globex.administrator.token, &database.acme.member.token, &database.verifier.token] {
        refused(&database.get(LIST).bearer(token).await, 403, NO_RIGHT);
    }
}

#[tokio::test]
async fn the_right_alone_is_nothing_without_the_role() {
    let database = Database::new().await;
    let member = &database.acme.member;
    let granted = json!({"scopes": ["vectorai:admin", "tokens:*"]});
    let path = format!("/v1/users/{}", member.id);
    database.patch(path, granted).bearer(&database.root.token).await.expect(200);
    let (_, token) = database.token_with(member, "vectorai:admin tokens:read tokens:write").await;
    refused(&database.get(LIST).bearer(&token).await, 403, NO_RIGHT);
    let body = json!({"name": "x", "permission": "read"});
    refused(&database.post("/auth/access_token", body.clone()).bearer(&token).await, 403, NO_RIGHT);
    // An administrator's credential needs the core's own scopes, too, and fills no seat without them.
    let (_, narrow) = database.token_with(&database.acme.administrator, "vectorai:admin").await;
    let position = database.position().await;
    for call in [database.get(LIST), database.post("/auth/access_token", body)] {
        assert_eq!(call.bearer(&narrow).await.expect(403)["status"], "error");
    }
    assert_eq!(database.position().await, position);
}

#[tokio::test]
async fn a_sign_in_ends_where_the_contract_is_bound_to_another_organisation() {
    let mut world = World::with_contracts().await;
    let jwt = switch_on(&world).await;
    let globex = world.globex.id.clone();
    world.running.bind_vectorai(Setting::usual().contracts(), &globex).await;
    for call in [world.get("/auth/enabled"), world.get(LIST), world.delete("/auth/admin")] {
        refused(&call.bearer(&jwt).await, 401, UNAUTHORIZED);
    }
    assert_eq!(world.get("/auth/admin/exists").await.expect(200)["result"], false);
}

#[tokio::test]
async fn a_contract_is_bound_to_the_first_organisation_unless_one_is_named() {
    let world = World::with(Setting::usual().contracts()).await;
    let jwt = switch_on(&world).await;
    let list = world.get(LIST).bearer(&jwt).await.expect(200);
    let ids: Vec<_> = list.as_array().unwrap().iter().map(|token| token["id"].clone()).collect();
    let root = world.get("/v1/whoami").bearer(&world.root.token).await.expect(200);
    assert!(ids.contains(&root["token"]["number"]) && ids.len() == 2, "{list}");

    let mut elsewhere = World::with_contracts().await;
    let nobody = "0190aaaa-0000-7000-8000-000000000000";
    elsewhere.running.bind_vectorai(Setting::usual().contracts(), nobody).await;
    assert_eq!(elsewhere.get("/auth/admin/exists").await.expect(503)["status"], "error");
}
