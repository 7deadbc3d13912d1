//! RFC 7662 and RFC 7009 are answered in their own shapes, to whoever may ask.

use crate::world::{Call, World};
use http::Method;
use serde_json::json;

impl World {
    fn introspect(&self, token: &str) -> Call<'_> {
        self.call(Method::POST, "/oauth2/introspect").form(&[("token", token)]).bearer(&self.verifier.token)
    }

    fn revoke(&self, token: &str) -> Call<'_> {
        self.call(Method::POST, "/oauth2/revoke").form(&[("token", token), ("token_type_hint", "access_token")])
    }
}

#[tokio::test]
async fn an_introspection_says_what_the_standard_names() {
    let world = World::new().await;
    let body = json!({"name": "a", "scopes": ["reports:read", "deploy:web"], "expires_in_seconds": 60});
    let token = world.post("/v1/tokens", body).bearer(&world.acme.member.token).await.expect(201);
    let answer = world.introspect(token["secret"].as_str().unwrap()).await.expect(200);
    let expected = json!({"active": true, "scope": "deploy:web reports:read", "jti": token["id"],
        "sub": world.acme.member.id, "organisation": world.acme.id, "token_type": "Bearer", "exp": 1_800_000_060});
    assert_eq!(answer, expected);
    assert!(world.introspect(&world.acme.member.token).await.expect(200).get("exp").is_none());
}

#[tokio::test]
async fn whatever_is_refused_is_only_inactive() {
    let world = World::new().await;
    let (id, secret) = world.token(&world.acme.member).await;
    world.delete(format!("/v1/tokens/{id}")).bearer(&world.root.token).await.expect(204);
    for token in [secret.as_str(), "unknown", "jtn_malformed"] {
        assert_eq!(world.introspect(token).await.expect(200), json!({"active": false}));
    }
    let beyond = world.call(Method::POST, "/oauth2/introspect").form(&[("token", &world.acme.member.token)]);
    assert_eq!(beyond.bearer(&world.globex.verifier.token).await.expect(200), json!({"active": false}));
}

#[tokio::test]
async fn introspecting_needs_the_scope() {
    let world = World::new().await;
    let call = || world.call(Method::POST, "/oauth2/introspect").form(&[("token", "x")]);
    let answer = call().await;
    answer.problem(401, "unauthenticated");
    assert_eq!(answer.field("www-authenticate"), Some("Bearer realm=\"jeton\""));
    let answer = call().bearer(&world.acme.member.token).await;
    assert_eq!(answer.problem(403, "insufficient-scope")["scope"], "tokens:verify");
}

#[tokio::test]
async fn a_revocation_deletes_and_tells_nobody_whether_there_was_anything() {
    let world = World::new().await;
    let (_, secret) = world.token(&world.acme.member).await;
    for token in [secret.as_str(), &secret, "unknown", "jtn_malformed"] {
        let answer = world.revoke(token).await;
        answer.expect(200);
        assert!(answer.body.is_empty());
    }
    assert_eq!(world.verdict(&secret).await["reason"], "deleted");
}

#[tokio::test]
async fn what_is_no_such_request_is_named_in_the_standards_words() {
    let world = World::new().await;
    let position = world.position().await;
    for path in ["/oauth2/introspect", "/oauth2/revoke"] {
        let call = || world.call(Method::POST, path).bearer(&world.verifier.token);
        let form = "application/x-www-form-urlencoded";
        for body in ["", "token=", "tokens=x", "token=x&token=y"] {
            let answer = call().body(form, body).await;
            assert_eq!(answer.refused(), ["token"], "{path} {body}");
            assert_eq!(answer.expect(400)["error"], "invalid_request");
        }
        for kind in ["application/json", "text/plain"] {
            let problem = call().body(kind, "token=x").await.problem(415, "unsupported-media-type");
            assert_eq!(problem["error"], "invalid_request");
        }
        call().body(form, format!("token={}", "x".repeat(70_000))).await.problem(413, "payload-too-large");
        // Other parameters are ignored, as both standards demand.
        call().body(form, "token=unknown&colour=red").await.expect(200);
    }
    assert_eq!(world.position().await, position);
}
