//! A token that was deleted here is dead everywhere, and nobody deletes beyond his reach, however he names a token.

use super::{BASES, create, delete, key_of, number, token_number};
use crate::world::{Person, World};
use serde_json::{Value, json};

#[tokio::test]
async fn a_token_is_named_by_its_number_by_its_user_or_by_itself() {
    let world = World::with_contracts().await;
    let user = number(&world, &world.acme.member.id).await;
    for base in BASES {
        let path = format!("{base}/admin/tokens");
        for by in ["token_id", "user_id", "key", "token_id?", "user_id?"] {
            let (token, key) = key_of(&world, &world.acme.member).await;
            assert!(world.accepts(&key).await);
            let call = match by {
                "token_id" => world.delete(&path).json(json!({"token_id": token})),
                "user_id" => world.delete(&path).json(json!({"user_id": user})),
                "key" => world.delete(&path).json(json!({"key": key})),
                "token_id?" => world.delete(format!("{path}?token_id={token}")),
                _ => world.delete(format!("{path}?user_id={user}")),
            };
            let confirmed = call.token(&world.acme.administrator.token).await.expect(200);
            let wanted = json!({"detail": "The token was deleted.", "token_id": token, "user_id": user});
            assert_eq!(confirmed, wanted, "{by}");
            assert_eq!(world.verdict(&key).await, json!({"active": false, "reason": "deleted"}), "{by}");
            assert_eq!(world.get("/v1/whoami").bearer(&key).await.status, 401);
        }
    }
}

#[tokio::test]
async fn a_second_delete_finds_nothing() {
    let world = World::with_contracts().await;
    let user = number(&world, &world.acme.member.id).await;
    let (token, key) = key_of(&world, &world.acme.member).await;
    delete(&world, json!({"token_id": token}), &world.acme.administrator).await.expect(200);
    for body in [json!({"token_id": token}), json!({"user_id": user}), json!({"key": key})] {
        let answer = delete(&world, body, &world.acme.administrator).await.expect(404);
        assert_eq!(answer, json!({"detail": "Not found."}));
    }
}

/// The story of an organisation administrator: he deletes tokens of his own users only, although its written
/// precondition asks only that the token exists.
#[tokio::test]
async fn an_organisation_administrator_deletes_tokens_of_his_own_users_only() {
    let world = World::with_contracts().await;
    let foreign = number(&world, &world.globex.member.id).await;
    let (token, key) = key_of(&world, &world.globex.member).await;
    let position = world.position().await;
    for (named, unknown) in [
        (json!({"token_id": token}), json!({"token_id": 4_000_000})),
        (json!({"user_id": foreign}), json!({"user_id": 4_000_000})),
        (json!({"key": key}), json!({"key": "0123456789abcdef0123456789abcdef01234567"})),
    ] {
        let answer = delete(&world, named.clone(), &world.acme.administrator).await;
        let nothing = delete(&world, unknown, &world.acme.administrator).await;
        assert_eq!(answer.expect(404), nothing.expect(404), "{named}");
    }
    assert_eq!(world.position().await, position);
    assert!(world.accepts(&key).await);
    // An application administrator reaches everybody.
    delete(&world, json!({"key": key}), &world.root).await.expect(200);
    assert!(!world.accepts(&key).await);
}

#[tokio::test]
async fn a_member_deletes_nothing_here() {
    let world = World::with_contracts().await;
    let (token, key) = key_of(&world, &world.acme.member).await;
    for by in [&world.acme.member, &world.acme.colleague, &world.acme.robot, &world.acme.verifier] {
        delete(&world, json!({"token_id": token}), by).await.expect(403);
    }
    // The service account that verifies everywhere is an administrator by role, and its credential is not.
    delete(&world, json!({"token_id": token}), &world.verifier).await.expect(403);
    assert!(world.accepts(&key).await);
}

#[tokio::test]
async fn a_user_means_his_key_and_a_number_any_token() {
    let world = World::with_contracts().await;
    let user = number(&world, &world.acme.member.id).await;
    let by_user = json!({"user_id": user});
    delete(&world, by_user.clone(), &world.acme.administrator).await.expect(404);
    assert!(world.accepts(&world.acme.member.token).await, "a native token is no key");
    create(&world, user, &world.acme.administrator).await.expect(201);
    delete(&world, by_user, &world.acme.administrator).await.expect(200);
    assert!(world.accepts(&world.acme.member.token).await);
    let native = token_number(&world, &world.acme.member.token_id).await;
    delete(&world, json!({"token_id": native}), &world.acme.administrator).await.expect(200);
    assert!(!world.accepts(&world.acme.member.token).await);
    let (_, spare) = world.token(&world.acme.colleague).await;
    delete(&world, json!({"key": spare}), &world.acme.administrator).await.expect(200);
    assert!(!world.accepts(&spare).await);
}

#[tokio::test]
async fn a_key_dies_at_every_other_door_too() {
    let world = World::with_contracts().await;
    let user = number(&world, &world.acme.member.id).await;
    let (token, key) = key_of(&world, &world.acme.member).await;
    let list = world.get("/v1/tokens?limit=200").bearer(&world.root.token).await.expect(200);
    let native = list["items"].as_array().unwrap().iter().find(|item| item["number"] == token).unwrap();
    let id = native["id"].as_str().unwrap();
    let rotated = world.call(http::Method::POST, format!("/v1/tokens/{id}/rotate")).bearer(&world.root.token).await;
    let rotated = rotated.expect(200)["secret"].as_str().unwrap().to_owned();
    assert!(rotated.len() == 40 && !world.accepts(&key).await, "it keeps its form");
    world.delete(format!("/v1/tokens/{id}")).bearer(&world.root.token).await.expect(204);
    assert!(!world.accepts(&rotated).await);
    create(&world, user, &world.acme.administrator).await.expect(201);
}

#[tokio::test]
async fn a_secret_in_a_url_is_refused_and_not_deleted() {
    let world = World::with_contracts().await;
    let (_, key) = key_of(&world, &world.acme.member).await;
    for base in BASES {
        for target in [format!("?key={key}"), format!("?token_id={key}"), format!("/{key}"), format!("?q={key}")] {
            let path = format!("{base}/admin/tokens{target}");
            let answer = world.delete(path).token(&world.acme.administrator.token).await;
            assert_eq!(answer.expect(400), json!({"detail": "The URL carries a secret."}), "{target}");
            assert!(!answer.text().contains(&key));
        }
    }
    assert!(world.server.metrics.text().unwrap().contains("jeton_secrets_in_urls_total 8"));
    assert!(world.accepts(&key).await);
}

#[tokio::test]
async fn the_journal_says_who_deleted_what() {
    let world = World::with_contracts().await;
    let (token, _) = key_of(&world, &world.acme.member).await;
    delete(&world, json!({"token_id": token}), &world.acme.administrator).await.expect(200);
    let journal = world.get("/v1/journal?kind=token.deleted&limit=1").bearer(&world.root.token).await.expect(200);
    let entry: &Value = &journal["items"][0];
    let by: &Person = &world.acme.administrator;
    assert_eq!(entry["actor"]["owner"], json!(by.id), "{entry}");
}
