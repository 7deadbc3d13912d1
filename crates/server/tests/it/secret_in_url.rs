//! A secret in a URL is refused on every route (S-19): it opens nothing, it is not looked up, and the answer does
//! not repeat it.

use crate::world::{World, document};
use http::Method;

#[tokio::test]
async fn a_token_in_a_url_opens_nothing_anywhere() {
    let world = World::new().await;
    let token = &world.root.token;
    let position = world.position().await;
    for operation in document::operations() {
        let path = operation.at(&world.acme.member.token_id);
        for parameter in ["access_token", "token", "api_key", "Authorization"] {
            let answer = world.call(operation.method.clone(), format!("{path}?{parameter}={token}")).await;
            answer.problem(400, "secret-in-url");
            assert!(!answer.text().contains(&token[4..]), "{}", answer.text());
        }
    }
    assert_eq!(world.position().await, position);
}

#[tokio::test]
async fn a_secret_as_an_identifier_is_noticed_in_every_spelling() {
    let world = World::new().await;
    let token = &world.acme.member.token;
    let escaped: String = token.bytes().map(|byte| format!("%{byte:02x}")).collect();
    for path in [
        format!("/v1/tokens/{token}"),
        format!("/v1/tokens/{escaped}"),
        format!("/v1/tokens/{token}/rotate"),
        format!("/v1/users/{token}"),
        format!("/{token}"),
        format!("/v1/tokens?name_contains={token}"),
        format!("/v1/tokens?name_contains={escaped}"),
        format!("/v1/tokens?colour={token}"),
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let answer = world.call(method, &path).bearer(&world.root.token).await;
            answer.problem(400, "secret-in-url");
            assert!(!answer.text().contains(&token[4..]), "{path}: {}", answer.text());
        }
    }
    assert!(world.accepts(token).await, "being shown in a URL deletes nothing");
}

#[tokio::test]
async fn what_names_a_token_without_its_secret_is_welcome() {
    let world = World::new().await;
    let root = &world.root.token;
    world.get(format!("/v1/tokens/{}", world.acme.member.token_id)).bearer(root).await.expect(200);
    world.get("/v1/tokens?secret_prefix=jtn_abcd").bearer(root).await.expect(200);
    world.get("/v1/tokens?name_contains=token&scope=tokens:read").bearer(root).await.expect(200);
    world.get(format!("/v1/journal?token_id={}", world.acme.member.token_id)).bearer(root).await.expect(200);
}
