//! Entity tags, `If-Match` and `Idempotency-Key` make repeated and concurrent requests safe.

use crate::world::{Call, World};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_change_of_what_was_read_is_made_and_of_anything_else_is_not() {
    let world = World::new().await;
    let root = &world.root.token;
    let (token, _) = world.token(&world.acme.member).await;
    let records = [
        (format!("/v1/tokens/{token}"), json!({"name": "b"})),
        (format!("/v1/users/{}", world.acme.member.id), json!({"name": "b"})),
        (format!("/v1/service-accounts/{}", world.acme.robot.id), json!({"name": "b"})),
        (format!("/v1/organisations/{}", world.acme.id), json!({"name": "b"})),
    ];
    for (path, change) in records {
        let read = world.get(&path).bearer(root).await;
        let tag = read.field("etag").unwrap().to_owned();
        assert_eq!(tag, format!("\"{}\"", read.expect(200)["revision"]));
        let patch = |tag: &str| world.patch(&path, change.clone()).bearer(root).field("if-match", tag);
        let changed = patch(&tag).await;
        let newer = changed.field("etag").unwrap().to_owned();
        assert_ne!(newer, tag);
        changed.expect(200);
        let position = world.position().await;
        let problem = patch(&tag).await.problem(412, "precondition-failed");
        assert!(problem["detail"].as_str().unwrap().contains(newer.trim_matches('"')), "{problem}");
        for malformed in ["1", "W/\"1\"", "\"1\", \"2\"", "\"x\"", "\"-1\"", "\"\"", "\"99999999999999999999\""] {
            assert_eq!(patch(malformed).await.refused(), ["If-Match"], "{malformed}");
        }
        assert_eq!(world.position().await, position);
        patch("*").await.expect(200);
        assert_eq!(world.get(&path).bearer(root).await.field("etag"), Some(newer.as_str()), "nothing differed");
    }
}

#[tokio::test]
async fn every_verb_on_a_token_can_be_conditional() {
    let world = World::new().await;
    let (id, secret) = world.token(&world.acme.member).await;
    let path = format!("/v1/tokens/{id}");
    let calls: [(Method, String); 4] = [
        (Method::POST, format!("{path}/disable")),
        (Method::POST, format!("{path}/enable")),
        (Method::POST, format!("{path}/rotate")),
        (Method::DELETE, path.clone()),
    ];
    let call = |(method, path): &(Method, String), tag: &str| {
        world.call(method.clone(), path).bearer(&world.acme.member.token).field("if-match", tag)
    };
    for one in &calls {
        call(one, "\"7\"").await.problem(412, "precondition-failed");
    }
    assert!(world.accepts(&secret).await);
    for one in &calls {
        let tag = world.get(&path).bearer(&world.acme.member.token).await.field("etag").unwrap().to_owned();
        assert!(call(one, &tag).await.status < 300, "{one:?}");
    }
}

impl World {
    fn issue_with_key(&self, key: impl AsRef<[u8]>, body: Value) -> Call<'_> {
        self.post("/v1/tokens", body).bearer(&self.acme.member.token).field("idempotency-key", key)
    }
}

#[tokio::test]
async fn a_creation_that_lost_its_answer_is_repeated_and_not_made_twice() {
    let world = World::new().await;
    let body = || json!({"name": "a", "labels": {"x": "1", "y": "2"}});
    let first = world.issue_with_key("key 1", body()).await;
    assert_eq!(first.field("idempotent-replayed"), None);
    let first = first.expect(201);
    // The same request, spelled otherwise.
    let again = world.issue_with_key("key 1", json!({"labels": {"y": "2", "x": "1"}, "name": "a"})).await;
    assert_eq!(again.field("idempotent-replayed"), Some("true"));
    let again = again.expect(201);
    assert_eq!(first["id"], again["id"]);
    assert!(!world.accepts(first["secret"].as_str().unwrap()).await, "the lost secret has died");
    assert!(world.accepts(again["secret"].as_str().unwrap()).await);

    world.issue_with_key("key 1", json!({"name": "b"})).await.problem(409, "idempotency-conflict");
    let other =
        world.post("/v1/tokens", body()).bearer(&world.acme.colleague.token).field("idempotency-key", "key 1").await;
    assert_ne!(other.expect(201)["id"], first["id"], "a key is its caller's own");
    let path = format!("/v1/tokens/{}", first["id"].as_str().unwrap());
    world.delete(path).bearer(&world.acme.member.token).await.expect(204);
    world.issue_with_key("key 1", body()).await.problem(409, "idempotency-conflict");
    world.wait(domain::limits::IDEMPOTENCY_RETENTION);
    let fresh = world.issue_with_key("key 1", body()).await.expect(201);
    assert_ne!(fresh["id"], first["id"]);
}

#[tokio::test]
async fn parallel_repetitions_make_one_token() {
    let world = World::new().await;
    let mut ids = Vec::new();
    let calls: Vec<_> = (0..16).map(|_| world.issue_with_key("at once", json!({"name": "a"}))).collect();
    let position = world.position().await;
    for call in calls {
        ids.push(call.await.expect(201)["id"].as_str().unwrap().to_owned());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    let issued = format!("/v1/journal?kind=token.issued&actor={}", world.acme.member.id);
    let entries = world.get(issued).bearer(&world.root.token).await.expect(200);
    assert_eq!(entries["items"].as_array().unwrap().len(), 1);
    assert!(world.position().await > position);
}

#[tokio::test]
async fn owners_and_organisations_are_not_made_twice_either() {
    let world = World::new().await;
    for (path, body) in [
        ("/v1/organisations", json!({"name": "Initech"})),
        ("/v1/users", json!({"name": "Ken", "email": "ken@people.example"})),
        ("/v1/service-accounts", json!({"name": "Builder"})),
    ] {
        let create = |body: &Value| {
            world.post(path, body.clone()).bearer(&world.root.token).field("idempotency-key", path.as_bytes())
        };
        let first = create(&body).await;
        assert_eq!(first.field("idempotent-replayed"), None, "{path}");
        let again = create(&body).await;
        assert_eq!(again.field("idempotent-replayed"), Some("true"), "{path}");
        assert_eq!(first.expect(201)["id"], again.expect(201)["id"]);
        assert_eq!(first.field("location"), again.field("location"));
        let mut other = body.clone();
        other["name"] = json!("Other");
        create(&other).await.problem(409, "idempotency-conflict");
    }
}

#[tokio::test]
async fn a_key_is_visible_ascii_of_some_length() {
    let world = World::new().await;
    let position = world.position().await;
    let long = "k".repeat(256);
    for key in [b"".as_slice(), b"\xff", "é".as_bytes(), b"a\tb", long.as_bytes()] {
        let answer = world.issue_with_key(key, json!({"name": "a"})).await;
        assert_eq!(answer.refused(), ["Idempotency-Key"], "{key:?}");
    }
    let twice = world.issue_with_key("a", json!({"name": "a"})).field("idempotency-key", "a").await;
    twice.problem(400, "malformed-request");
    assert_eq!(world.position().await, position);
    world.issue_with_key(&long[..255], json!({"name": "a"})).await.expect(201);
    world.wait(Duration::from_secs(1));
}
