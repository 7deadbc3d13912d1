//! A token can be issued, read, changed, disabled and enabled; its secret is shown once; what is over stays over.

use crate::world::World;
use authority::clock::Clock;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn only_a_name_is_needed() {
    let world = World::new().await;
    let member = &world.acme.member;
    let answer = world.post("/v1/tokens", json!({"name": "  mine "})).bearer(&member.token).await;
    let token = answer.expect(201);
    assert_eq!(token["name"], "mine");
    assert_eq!((&token["owner"], &token["author"]), (&json!(member.id), &json!(member.id)));
    assert_eq!((&token["owner_kind"], &token["organisation"]), (&json!("user"), &json!(world.acme.id)));
    assert_eq!((&token["state"], &token["description"], &token["labels"]), (&json!("active"), &json!(""), &json!({})));
    assert_eq!(
        (&token["expires_at"], &token["networks"], &token["last_use"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!((&token["revision"], &token["created_at"]), (&json!(1), &json!("2027-01-15T08:00:00.000Z")));
    // As much as the member may: the care of his own tokens, and what he was granted.
    let scopes = [
        "deploy:*",
        "journal:read",
        "organisations:read",
        "owners:read",
        "reports:read",
        "tokens:read",
        "tokens:write",
    ];
    assert_eq!(token["scopes"], json!(scopes));
    let secret = token["secret"].as_str().unwrap();
    assert!(domain::format::check(domain::format::Kind::Token, secret).is_ok());
    assert_eq!(token["hint"], format!("jtn_…{}", &secret[secret.len() - 4..]));
    let id = token["id"].as_str().unwrap();
    assert_eq!(answer.field("location").unwrap(), format!("/v1/tokens/{id}"));
    assert_eq!(answer.field("etag").unwrap(), "\"1\"");

    let shown = world.get(format!("/v1/tokens/{id}")).bearer(&member.token).await;
    let mut without_secret = token.clone();
    without_secret.as_object_mut().unwrap().remove("secret");
    assert_eq!(shown.expect(200), without_secret);
    // Last, because a use shows at once.
    assert!(world.accepts(secret).await);
}

#[tokio::test]
async fn everything_that_was_said_is_kept() {
    let world = World::new().await;
    let said = json!({
        "name": "déploiement ✓", "description": "two\nlines", "owner": world.acme.member.id,
        "scopes": ["reports:read", "deploy:web"], "networks": ["10.0.0.0/8", "2001:db8::/32"],
        "labels": {"env": "prod", "team/owner": ""}, "expires_at": "2027-02-01T00:00:00+01:00",
    });
    let token = world.post("/v1/tokens", said).bearer(&world.acme.administrator.token).await.expect(201);
    assert_eq!((&token["name"], &token["description"]), (&json!("déploiement ✓"), &json!("two\nlines")));
    assert_eq!(
        (&token["owner"], &token["author"]),
        (&json!(world.acme.member.id), &json!(world.acme.administrator.id))
    );
    assert_eq!(token["scopes"], json!(["deploy:web", "reports:read"]));
    assert_eq!(token["networks"], json!(["10.0.0.0/8", "2001:db8::/32"]));
    assert_eq!(token["labels"], json!({"env": "prod", "team/owner": ""}));
    assert_eq!(token["expires_at"], "2027-01-31T23:00:00.000Z");
}

#[tokio::test]
async fn a_change_keeps_what_it_leaves_out_and_null_takes_away() {
    let world = World::new().await;
    let bearer = &world.acme.member.token;
    let said = json!({"name": "a", "description": "d", "scopes": ["reports:read"], "networks": ["10.0.0.0/8"],
        "labels": {"k": "v"}, "expires_in_seconds": 3600});
    let before = world.post("/v1/tokens", said).bearer(bearer).await.expect(201);
    let path = format!("/v1/tokens/{}", before["id"].as_str().unwrap());
    world.wait(Duration::from_secs(5));
    let after = world.patch(&path, json!({"name": "b", "networks": null})).bearer(bearer).await;
    assert_eq!(after.field("etag"), Some("\"2\""));
    let after = after.expect(200);
    assert_eq!((&after["name"], &after["networks"], &after["revision"]), (&json!("b"), &Value::Null, &json!(2)));
    assert_eq!(after["updated_at"], "2027-01-15T08:00:05.000Z");
    for kept in ["id", "number", "description", "scopes", "labels", "expires_at", "created_at", "hint", "author"] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    let change = json!({"expires_at": null, "labels": {}, "scopes": [], "description": ""});
    let after = world.patch(&path, change).bearer(bearer).await.expect(200);
    assert_eq!((&after["expires_at"], &after["labels"], &after["scopes"]), (&Value::Null, &json!({}), &json!([])));
    // A change that changes nothing is no change.
    let position = world.position().await;
    let same = world.patch(&path, json!({"name": "b"})).bearer(bearer).await.expect(200);
    assert_eq!((same["revision"].clone(), world.position().await), (after["revision"].clone(), position));
}

#[tokio::test]
async fn a_change_that_takes_power_away_is_in_force_when_it_is_answered() {
    let world = World::new().await;
    let (id, secret) = world.token(&world.acme.member).await;
    let (path, bearer) = (format!("/v1/tokens/{id}"), &world.acme.member.token);
    let verify = |extra: Value| {
        let mut body = json!({"token": secret});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        async {
            world.post("/v1/tokens/verify", body).bearer(&world.verifier.token).await.expect(200)["reason"].clone()
        }
    };
    assert_eq!(verify(json!({"scope": "reports:read"})).await, Value::Null);
    world.patch(&path, json!({"scopes": ["deploy:web"]})).bearer(bearer).await.expect(200);
    assert_eq!(verify(json!({"scope": "reports:read"})).await, "scope");
    assert_eq!(verify(json!({"scope": "deploy:web"})).await, Value::Null);
    world.patch(&path, json!({"networks": ["192.0.2.0/24"]})).bearer(bearer).await.expect(200);
    assert_eq!(verify(json!({})).await, "address");
    assert_eq!(verify(json!({"address": "198.51.100.1"})).await, "address");
    assert_eq!(verify(json!({"address": "192.0.2.77"})).await, Value::Null);
    world.patch(&path, json!({"expires_at": "2027-01-15T08:00:00.001Z"})).bearer(bearer).await.expect(200);
    assert_eq!(verify(json!({"address": "192.0.2.77"})).await, Value::Null);
    world.wait(Duration::from_millis(1));
    assert_eq!(verify(json!({"address": "192.0.2.77"})).await, "expired");
}

#[tokio::test]
async fn a_disabled_token_is_refused_until_it_is_enabled() {
    let world = World::new().await;
    let (id, secret) = world.token(&world.acme.member).await;
    let switch =
        |word: &str| world.call(http::Method::POST, format!("/v1/tokens/{id}/{word}")).bearer(&world.acme.member.token);
    assert_eq!(switch("disable").await.expect(200)["state"], "disabled");
    assert_eq!(world.verdict(&secret).await, json!({"active": false, "reason": "disabled"}));
    let again = switch("disable").await;
    assert_eq!((again.expect(200)["state"].clone(), again.field("etag")), (json!("disabled"), Some("\"2\"")));
    assert_eq!(switch("enable").await.expect(200)["state"], "active");
    assert!(world.accepts(&secret).await);
}

#[tokio::test]
async fn what_has_expired_stays_expired() {
    let world = World::new().await;
    let bearer = &world.acme.member.token;
    let body = json!({"name": "short", "expires_in_seconds": 60});
    let token = world.post("/v1/tokens", body).bearer(bearer).await.expect(201);
    let (path, secret) = (format!("/v1/tokens/{}", token["id"].as_str().unwrap()), token["secret"].as_str().unwrap());
    world.wait(Duration::from_millis(59_999));
    assert!(world.accepts(secret).await);
    world.wait(Duration::from_millis(1));
    assert_eq!(world.verdict(secret).await, json!({"active": false, "reason": "expired"}));
    assert_eq!(world.get(&path).bearer(bearer).await.expect(200)["state"], "expired");
    world.get("/v1/whoami").bearer(secret).await.problem(401, "unauthenticated");
    for revival in [json!({"expires_at": null}), json!({"expires_at": "2030-01-01T00:00:00Z"})] {
        world.patch(&path, revival).bearer(bearer).await.problem(409, "conflict");
    }
    world.post(format!("{path}/rotate"), json!({})).bearer(bearer).await.problem(409, "conflict");
    assert!(!world.accepts(secret).await);
    world.delete(&path).bearer(bearer).await.expect(204);
}

#[tokio::test]
async fn nobody_hands_out_what_he_has_not() {
    let world = World::new().await;
    let issue = |body: Value, token: &str| world.post("/v1/tokens", body).bearer(token);
    let (_, narrow) = world.token_with(&world.acme.administrator, "tokens:write reports:read").await;
    let member = &world.acme.member;
    for (body, token) in [
        // Beyond the member's own scopes, beyond the credential's, and beyond the owner's.
        (json!({"name": "a", "scopes": ["billing:read"]}), &member.token),
        (json!({"name": "a", "scopes": ["*"]}), &member.token),
        (json!({"name": "a", "scopes": ["reports:write"]}), &narrow),
        (json!({"name": "a", "scopes": ["billing:read"], "owner": member.id}), &world.acme.administrator.token),
    ] {
        issue(body, token).await.problem(403, "forbidden");
    }
    let made = issue(json!({"name": "a"}), &narrow).await.expect(201);
    assert_eq!(made["scopes"], json!(["reports:read", "tokens:write"]));
    let path = format!("/v1/tokens/{}", made["id"].as_str().unwrap());
    world.patch(&path, json!({"scopes": ["*"]})).bearer(&narrow).await.problem(403, "forbidden");
    // A narrow credential does not get at a mightier token's new secret either.
    let mightier = format!("/v1/tokens/{}/rotate", world.acme.administrator.token_id);
    world.post(mightier, json!({})).bearer(&narrow).await.problem(403, "forbidden");
}

#[tokio::test]
async fn uses_are_counted_and_shown_by_day() {
    let world = World::new().await;
    let (id, secret) = world.token(&world.acme.member).await;
    for (address, agent) in [("192.0.2.1", "curl/8"), ("2001:db8::7", "a \"browser\"")] {
        let body = json!({"token": secret, "address": address, "user_agent": agent});
        world.post("/v1/tokens/verify", body).bearer(&world.verifier.token).await.expect(200);
        world.wait(Duration::from_hours(24));
    }
    world.authority().write_uses().await.unwrap();
    let token = world.get(format!("/v1/tokens/{id}")).bearer(&world.acme.member.token).await.expect(200);
    let last_use =
        json!({"at": "2027-01-16T08:00:00.000Z", "address": "2001:db8::7", "user_agent": "a \"browser\"", "count": 2});
    assert_eq!(token["last_use"], last_use);
    assert_eq!(token["revision"], 1, "a use is no change");
    let usage = world.get(format!("/v1/tokens/{id}/usage")).bearer(&world.acme.member.token).await.expect(200);
    let days = json!([{"day": "2027-01-15", "count": 1}, {"day": "2027-01-16", "count": 1}]);
    let caller = |address: &str, user_agent: &str, at: &str| json!({"address": address, "user_agent": user_agent, "last_used_at": at, "count": 1});
    let callers = [
        caller("2001:db8::7", "a \"browser\"", "2027-01-16T08:00:00.000Z"),
        caller("192.0.2.1", "curl/8", "2027-01-15T08:00:00.000Z"),
    ];
    assert_eq!(usage, json!({"days": days, "callers": callers}));
}

#[tokio::test]
async fn the_latest_expiry_there_is_can_be_asked_for_and_nothing_later() {
    let world = World::new().await;
    let bearer = &world.acme.member.token;
    let latest = "9999-12-30T22:00:00.000Z";
    let until_then = (domain::limits::TIME_LATEST_MILLISECONDS - world.clock.now().milliseconds()) / 1_000;
    for (field, value, beyond) in [
        ("expires_at", json!(latest), json!("9999-12-31T23:59:59.999Z")),
        ("expires_in_seconds", json!(until_then), json!(until_then + 1)),
    ] {
        let token = world.post("/v1/tokens", json!({"name": "long", field: value})).bearer(bearer).await.expect(201);
        assert_eq!(token["expires_at"], latest);
        let answer = world.post("/v1/tokens", json!({"name": "longer", field: beyond})).bearer(bearer).await;
        assert_eq!(answer.refused(), [field]);
    }
    // The writer still works, and what it wrote is read back.
    assert_eq!(world.get("/v1/journal").bearer(bearer).await.expect(200)["items"][0]["kind"], "token.issued");
}

#[tokio::test]
async fn a_token_may_have_every_scope_of_an_owner_who_has_as_many_as_can_be_granted() {
    let world = World::new().await;
    let granted: Vec<_> = (0..domain::limits::SCOPES).map(|number| format!("module:{number}")).collect();
    let person = json!({"name": "Many", "scopes": granted, "organisation": world.acme.id});
    let robot = world.post("/v1/service-accounts", person).bearer(&world.root.token).await.expect(201);
    let token = world.post("/v1/tokens", json!({"name": "all", "owner": robot["id"]})).bearer(&world.root.token).await;
    assert_eq!(token.expect(201)["scopes"].as_array().unwrap().len(), granted.len() + 5);
    let journal = world.get("/v1/journal").bearer(&world.root.token).await.expect(200);
    assert_eq!(journal["items"][0]["kind"], "token.issued");
}
