//! A new secret takes over when it was told to: at once, after an overlap, or when it is first used.

use crate::world::World;
use serde_json::{Value, json};
use std::time::Duration;

impl World {
    async fn rotate(&self, id: &str, body: Value) -> String {
        let call = self.post(format!("/v1/tokens/{id}/rotate"), body).bearer(&self.acme.member.token);
        let rotated = call.await.expect(200);
        assert_eq!(rotated["id"], json!(id));
        rotated["secret"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn the_older_secret_ends_at_once_unless_told_otherwise() {
    let world = World::new().await;
    let (id, old) = world.token(&world.acme.member).await;
    // No body says no more than an empty one.
    let call = world.call(http::Method::POST, format!("/v1/tokens/{id}/rotate")).bearer(&world.acme.member.token);
    let answer = call.await;
    let rotated = answer.expect(200);
    let new = rotated["secret"].as_str().unwrap();
    assert_eq!((answer.field("etag"), &rotated["revision"]), (Some("\"2\""), &json!(2)));
    assert_eq!(rotated["hint"], format!("jtn_…{}", &new[new.len() - 4..]));
    assert_eq!(world.verdict(&old).await, json!({"active": false, "reason": "rotated"}));
    assert_eq!(world.verdict(new).await["token_id"], json!(id));
    let newest = world.rotate(&id, json!({"overlap_seconds": 0})).await;
    assert!(!world.accepts(new).await && world.accepts(&newest).await);
}

#[tokio::test]
async fn an_overlap_ends_to_the_millisecond() {
    let world = World::new().await;
    let (id, old) = world.token(&world.acme.member).await;
    let new = world.rotate(&id, json!({"overlap_seconds": 600})).await;
    world.wait(Duration::from_millis(599_999));
    assert!(world.accepts(&old).await && world.accepts(&new).await);
    world.wait(Duration::from_millis(1));
    assert_eq!(world.verdict(&old).await["reason"], "rotated");
    assert!(world.accepts(&new).await);
}

#[tokio::test]
async fn the_first_use_of_the_new_secret_ends_the_older_one() {
    let world = World::new().await;
    let (id, old) = world.token(&world.acme.member).await;
    let new = world.rotate(&id, json!({"until": "first-use"})).await;
    assert!(world.accepts(&old).await, "the new one was not used yet");
    assert!(world.accepts(&new).await);
    assert_eq!(world.verdict(&old).await["reason"], "rotated");
    // Unused, it still takes over after the overlap.
    let newer = world.rotate(&id, json!({"until": "first-use", "overlap_seconds": 60})).await;
    world.wait(Duration::from_mins(1));
    assert!(!world.accepts(&new).await && world.accepts(&newer).await);
}

#[tokio::test]
async fn a_lost_answer_can_be_asked_for_again() {
    let world = World::new().await;
    let (id, old) = world.token(&world.acme.member).await;
    let rotate = |body: Value| {
        let call = world.post(format!("/v1/tokens/{id}/rotate"), body).bearer(&world.acme.member.token);
        call.field("idempotency-key", "rotation 1")
    };
    let first = rotate(json!({})).await;
    assert_eq!(first.field("idempotent-replayed"), None);
    let first = first.expect(200);
    let again = rotate(json!({})).await;
    assert_eq!(again.field("idempotent-replayed"), Some("true"));
    let again = again.expect(200);
    assert_ne!(first["secret"], again["secret"]);
    let works = |answer: &Value| answer["secret"].as_str().unwrap().to_owned();
    assert!(!world.accepts(&old).await && !world.accepts(&works(&first)).await && world.accepts(&works(&again)).await);
    rotate(json!({"overlap_seconds": 5})).await.problem(409, "idempotency-conflict");
    world.rotate(&id, json!({})).await;
    rotate(json!({})).await.problem(409, "idempotency-conflict");
}

#[tokio::test]
async fn an_overlap_has_bounds_and_so_has_the_number_of_secrets() {
    let world = World::new().await;
    let (id, _) = world.token(&world.acme.member).await;
    let rotate = |body: Value| world.post(format!("/v1/tokens/{id}/rotate"), body).bearer(&world.acme.member.token);
    for (body, field) in [
        (json!({"overlap_seconds": 604_801}), "overlap_seconds"),
        (json!({"overlap_seconds": -1}), "overlap_seconds"),
        (json!({"overlap_seconds": 1.5}), "overlap_seconds"),
        (json!({"until": "later"}), "until"),
        (json!({"overlap": 5}), "overlap"),
    ] {
        assert_eq!(rotate(body.clone()).await.refused(), [field], "{body}");
    }
    for _ in 1..domain::limits::SECRETS_ACCEPTED {
        world.rotate(&id, json!({"overlap_seconds": 604_800})).await;
    }
    rotate(json!({"overlap_seconds": 604_800})).await.problem(409, "conflict");
    // Ending all of them at once is always possible.
    world.rotate(&id, json!({})).await;
}
