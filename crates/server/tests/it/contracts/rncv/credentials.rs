//! Only an administrator's token opens this door, of whatever birth, and whoever is refused is told in the
//! framework's words.

use super::{key_of, new_user};
use crate::world::{Answer, World};
use serde_json::json;

fn detail(answer: &Answer, status: u16) -> String {
    answer.expect(status)["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_words_of_a_refusal_are_the_frameworks() {
    let world = World::with_contracts().await;
    let token = &world.acme.administrator.token;
    let unknown = "0123456789abcdef0123456789abcdef01234567";
    let missing = "Authentication credentials were not provided.";
    for (header, words) in [
        (String::new(), missing),
        (format!("Bearer {token}"), missing),
        (format!("Basic {token}"), missing),
        (token.clone(), missing),
        ("Token".to_owned(), "Invalid token header. No credentials provided."),
        (format!("Token {token} {token}"), "Invalid token header. Token string should not contain spaces."),
        (format!("Token {unknown}"), "Invalid token."),
        (format!("Token {token}x"), "Invalid token."),
    ] {
        let answer = world.get("/admin/tokens").field("authorization", &header).await;
        assert_eq!(detail(&answer, 401), words, "{header}");
        assert_eq!(answer.field("www-authenticate"), Some("Token"));
    }
    assert_eq!(detail(&world.get("/admin/tokens").await, 401), missing);
    let odd = world.get("/admin/tokens").field("authorization", b"Token \xff\xfe").await;
    assert_eq!(detail(&odd, 401), "Invalid token header. Token string should not contain invalid characters.");
    for scheme in ["Token", "token", "TOKEN"] {
        let answer = world.get("/admin/tokens").field("authorization", format!("{scheme} {token}")).await;
        answer.expect(200);
    }
}

#[tokio::test]
async fn a_key_is_a_credential_at_every_door_and_every_token_one_at_this() {
    let world = World::with_contracts().await;
    let (_, key) = key_of(&world, &world.acme.administrator).await;
    world.get("/admin/tokens").token(&key).await.expect(200);
    world.get("/v1/tokens").bearer(&key).await.expect(200);
    world.get("/admin/tokens").token(&world.acme.administrator.token).await.expect(200);
    let (_, member) = key_of(&world, &world.acme.member).await;
    world.get("/v1/tokens").bearer(&member).await.expect(200);
    for call in [
        world.get("/admin/tokens"),
        world.get("/admin/api-users"),
        world.post("/admin/api-users", new_user()),
        world.delete("/admin/tokens").json(json!({"token_id": 1})),
    ] {
        let answer = call.token(&member).await;
        assert_eq!(detail(&answer, 403), "You do not have permission to perform this action.");
    }
}

#[tokio::test]
async fn a_credential_without_the_scope_does_no_more_here_than_elsewhere() {
    let world = World::with_contracts().await;
    let (_, reads) = world.token_with(&world.acme.administrator, "tokens:read").await;
    world.get("/admin/tokens").token(&reads).await.expect(200);
    let answer = world.delete("/admin/tokens").json(json!({"token_id": 1})).token(&reads).await;
    assert_eq!(detail(&answer, 403), "You do not have permission to perform this action.");
}

#[tokio::test]
async fn an_inactive_users_key_is_refused_as_that() {
    let world = World::with_contracts().await;
    let (_, key) = key_of(&world, &world.acme.administrator).await;
    let path = format!("/v1/users/{}", world.acme.administrator.id);
    world.patch(path, json!({"active": false})).bearer(&world.root.token).await.expect(200);
    let answer = world.get("/admin/tokens").token(&key).await;
    assert_eq!(detail(&answer, 401), "User inactive or deleted.");
}
