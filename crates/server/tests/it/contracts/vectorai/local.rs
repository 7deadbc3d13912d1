//! Three calls are for programs on the host alone: through a proxy, with a field that a proxy adds, or from a page
//! in a browser they are refused, and nothing is written.

use super::database::{Database, OTHER_PASSWORD, PASSWORD, refused, sign_in};
use crate::world::{Call, Setting, World};
use http::Method;
use serde_json::json;

const REFUSED: &str = "This call is only allowed from localhost";

/// The three calls, by somebody who may make them.
fn calls<'a>(world: &'a World, jwt: &str) -> [Call<'a>; 3] {
    [
        world.post("/auth/admin", json!({"password": OTHER_PASSWORD})),
        world.post("/auth/admin/reset-password", json!({"password": OTHER_PASSWORD})),
        world.call(Method::DELETE, "/auth/admin").bearer(jwt),
    ]
}

#[tokio::test]
async fn who_asks_for_somebody_else_is_refused() {
    let database = Database::new().await;
    let position = database.position().await;
    for (name, value) in [
        ("forwarded", "for=192.0.2.1"),
        ("via", "1.1 proxy"),
        ("x-forwarded-for", "127.0.0.1"),
        ("X-Forwarded-Host", "localhost"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-anything", ""),
        ("x-real-ip", "127.0.0.1"),
        ("cf-connecting-ip", "192.0.2.1"),
        ("origin", "http://localhost:6573"),
        ("origin", "null"),
    ] {
        for call in calls(&database, &database.jwt) {
            refused(&call.field(name, value).await, 403, REFUSED);
        }
    }
    assert_eq!(database.position().await, position);
    // With the old password, anybody may.
    let body = json!({"old_password": PASSWORD, "new_password": OTHER_PASSWORD});
    database.post("/auth/admin/reset-password", body).field("x-forwarded-for", "192.0.2.1").await.expect(200);
}

#[tokio::test]
async fn a_proxy_that_is_believed_is_refused_whatever_it_says() {
    let mut world = World::with_contracts().await;
    world.post("/auth/admin", json!({"password": PASSWORD})).await.expect(200);
    let jwt = sign_in(&world, PASSWORD).await;
    let acme = world.acme.id.clone();
    world.running.bind_vectorai(Setting::usual().contracts().behind_proxy(), &acme).await;
    let position = world.position().await;
    for address in [None, Some("192.0.2.1"), Some("127.0.0.1"), Some("::1")] {
        for call in calls(&world, &jwt) {
            let call = address.into_iter().fold(call, |call, address| call.field("x-forwarded-for", address));
            refused(&call.await, 403, REFUSED);
        }
    }
    assert_eq!(world.position().await, position);
}

#[tokio::test]
async fn on_the_host_nothing_but_the_credential_is_asked_for() {
    let database = Database::new().await;
    let [create, reset, delete] = calls(&database, &database.jwt);
    refused(&create.await, 409, "Username already exists");
    delete.await.expect(200);
    refused(&reset.await, 404, "User not found");
}
