//! A verdict is right, comes in the order of the questions, says no more than its verifier may know, and is
//! stored by nobody (S-05, S-06, S-07, S-41).

use crate::world::{Running, Setting, World};
use domain::limits;
use serde_json::{Value, json};
use std::time::Duration;

impl World {
    async fn ask(&self, body: Value, verifier: &str) -> Value {
        self.post("/v1/tokens/verify", body).bearer(verifier).await.expect(200)
    }
}

#[tokio::test]
async fn an_active_verdict_names_whom_the_token_speaks_for() {
    let world = World::new().await;
    let body = json!({"name": "a", "scopes": ["reports:read"], "expires_in_seconds": 60});
    let token = world.post("/v1/tokens", body).bearer(&world.acme.member.token).await.expect(201);
    let verdict = world.ask(json!({"token": token["secret"]}), &world.verifier.token).await;
    let expected = json!({"active": true, "token_id": token["id"], "subject": world.acme.member.id, "subject_kind": "user",
        "organisation": world.acme.id, "scopes": ["reports:read"], "expires_at": "2027-01-15T08:01:00.000Z"});
    assert_eq!(verdict, expected);
    let robot = world.verdict(&world.acme.robot.token).await;
    assert_eq!((&robot["subject_kind"], &robot["expires_at"]), (&json!("service_account"), &Value::Null));
}

#[tokio::test]
async fn every_reason_is_said_within_reach_and_none_beyond() {
    let world = World::new().await;
    let root = &world.root.token;
    let post = |path: String| async { world.call(http::Method::POST, path).bearer(root).await.expect(200) };
    let mut secrets = Vec::new();
    let disabled = world.token(&world.acme.member).await;
    post(format!("/v1/tokens/{}/disable", disabled.0)).await;
    secrets.push((disabled.1, "disabled"));
    let deleted = world.token(&world.acme.member).await;
    world.delete(format!("/v1/tokens/{}", deleted.0)).bearer(root).await.expect(204);
    secrets.push((deleted.1, "deleted"));
    let rotated = world.token(&world.acme.member).await;
    post(format!("/v1/tokens/{}/rotate", rotated.0)).await;
    secrets.push((rotated.1, "rotated"));
    let expired =
        world.post("/v1/tokens", json!({"name": "a", "expires_in_seconds": 1})).bearer(&world.acme.member.token).await;
    secrets.push((expired.expect(201)["secret"].as_str().unwrap().to_owned(), "expired"));
    let nets = json!({"name": "a", "networks": ["192.0.2.0/24"]});
    let bound = world.post("/v1/tokens", nets).bearer(&world.acme.member.token).await.expect(201);
    secrets.push((bound["secret"].as_str().unwrap().to_owned(), "address"));
    let idle = world.token(&world.acme.colleague).await;
    let colleague = format!("/v1/users/{}", world.acme.colleague.id);
    world.patch(colleague, json!({"active": false})).bearer(root).await.expect(200);
    secrets.push((idle.1, "owner_inactive"));
    secrets.push((world.authority().generate(domain::format::Kind::Token).expose().to_owned(), "unknown"));
    world.wait(Duration::from_secs(1));
    for (secret, reason) in &secrets {
        let said = json!({"active": false, "reason": reason});
        for verifier in [&world.verifier, &world.acme.verifier, &world.acme.administrator] {
            assert_eq!(world.ask(json!({"token": secret}), &verifier.token).await, said);
        }
        let beyond = world.ask(json!({"token": secret}), &world.globex.verifier.token).await;
        assert_eq!(beyond, json!({"active": false, "reason": "unknown"}), "{reason}");
    }
    let scope = json!({"token": world.acme.member.token, "scope": "billing:read"});
    assert_eq!(world.ask(scope.clone(), &world.acme.verifier.token).await["reason"], "scope");
    assert_eq!(world.ask(scope, &world.globex.verifier.token).await["reason"], "unknown");
}

#[tokio::test]
async fn a_verdict_is_made_for_its_question_alone() {
    let world = World::new().await;
    let secret = &world.acme.member.token;
    let may = |scope: &'static str| world.ask(json!({"token": secret, "scope": scope}), &world.verifier.token);
    for _ in 0..3 {
        assert_eq!(may("reports:read").await["active"], true);
        assert_eq!(may("reports:write").await["active"], false);
        assert_eq!(may("deploy:anything").await["active"], true);
        assert_eq!(may("deploy").await["active"], false);
    }
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order() {
    let world = World::new().await;
    let unknown = world.authority().generate(domain::format::Kind::Token).expose().to_owned();
    let known = [&world.acme.member, &world.acme.colleague, &world.acme.robot, &world.globex.member];
    let questions: Vec<Value> = (0..limits::VERIFY_BATCH)
        .map(|place| match place % 5 {
            4 => json!({"token": unknown}),
            kind => json!({"token": known[kind].token, "scope": "tokens:read"}),
        })
        .collect();
    let answer = world.ask(json!({"tokens": questions}), &world.acme.verifier.token).await;
    let verdicts = answer["verdicts"].as_array().unwrap();
    assert_eq!(verdicts.len(), limits::VERIFY_BATCH);
    for (place, verdict) in verdicts.iter().enumerate() {
        match place % 5 {
            // What the other organisation has is unknown to this one's verifier.
            3 | 4 => assert_eq!(verdict, &json!({"active": false, "reason": "unknown"}), "{place}"),
            kind => assert_eq!(verdict["subject"], json!(known[kind].id), "{place}"),
        }
    }
    assert_eq!(world.ask(json!({"tokens": []}), &world.verifier.token).await, json!({"verdicts": []}));
    let question = json!({"token": unknown});
    let body = json!({"tokens": vec![question; limits::VERIFY_BATCH + 1]});
    let answer = world.post("/v1/tokens/verify", body).bearer(&world.verifier.token).await;
    assert_eq!(answer.refused(), ["tokens"]);
}

#[tokio::test]
async fn a_question_that_is_none_is_refused_by_field() {
    let world = World::new().await;
    let position = world.position().await;
    let long = "x".repeat(limits::SECRET_BYTES + 1);
    for (body, field) in [
        (json!({}), "token"),
        (json!({"token": null}), "token"),
        (json!({"token": ""}), "token"),
        (json!({"token": 7}), "token"),
        (json!({"token": long}), "token"),
        (json!({"token": "x", "scope": ""}), "scope"),
        (json!({"token": "x", "scope": ["a"]}), "scope"),
        (json!({"token": "x", "address": "localhost"}), "address"),
        (json!({"token": "x", "address": "192.0.2.1/24"}), "address"),
        (json!({"token": "x", "user_agent": {}}), "user_agent"),
        (json!({"token": "x", "audience": "a"}), "audience"),
        (json!({"token": "x", "tokens": []}), "tokens"),
        (json!({"tokens": [], "scope": "a"}), "tokens"),
        (json!({"tokens": {}}), "tokens"),
        (json!({"tokens": [{"token": "x"}, {"scope": "a"}]}), "tokens[1].token"),
        (json!({"tokens": [{"token": "x"}, {"token": "x", "address": "?"}]}), "tokens[1].address"),
        (json!({"tokens": [{"token": "x"}, {"token": "x", "colour": "red"}]}), "tokens[1].colour"),
        (json!({"tokens": [{"token": "x"}, "x"]}), "tokens[1]"),
    ] {
        let answer = world.post("/v1/tokens/verify", body.clone()).bearer(&world.verifier.token).await;
        assert_eq!(answer.refused(), [field], "{body}");
    }
    assert_eq!(world.position().await, position);
}

#[tokio::test]
async fn a_verdict_is_stored_by_nobody() {
    let world = World::new().await;
    for secret in [&world.acme.member.token, "unknown"] {
        let answer = world.post("/v1/tokens/verify", json!({"token": secret})).bearer(&world.verifier.token).await;
        assert_eq!(answer.field("cache-control"), Some("no-store"));
        for validator in ["etag", "last-modified", "expires", "age", "vary"] {
            assert_eq!(answer.field(validator), None, "{validator}");
        }
    }
}

#[tokio::test]
async fn whoever_asks_needs_the_scope() {
    let world = World::new().await;
    let ask = || world.post("/v1/tokens/verify", json!({"token": world.acme.member.token}));
    let problem = ask().bearer(&world.acme.member.token).await.problem(403, "insufficient-scope");
    assert_eq!(problem["scope"], "tokens:verify");
    let missing = ask().await;
    missing.problem(401, "unauthenticated");
    assert_eq!(missing.field("www-authenticate"), Some("Bearer realm=\"jeton\""));
    let wrong = ask().bearer("jtn_wrong").await;
    assert_eq!(wrong.field("www-authenticate"), Some("Bearer realm=\"jeton\", error=\"invalid_token\""));
    for credential in ["Basic YTpi", "Bearer", "Bearer  ", "bearer\tx"] {
        ask().field("authorization", credential).await.problem(401, "unauthenticated");
    }
    let (_, secret) = world.token(&world.acme.member).await;
    assert_eq!(
        ask().field("authorization", format!("bearer {}", world.verifier.token)).await.expect(200)["active"],
        true
    );
    ask().bearer(&secret).bearer(&world.verifier.token).await.problem(400, "malformed-request");
}

#[tokio::test]
async fn a_closed_index_answers_neither_yes_nor_no() {
    let running = Running::start(Setting::usual().quarantined()).await;
    crate::world::document::of(&running.server);
    let token = running.authority().generate(domain::format::Kind::Token).expose().to_owned();
    let body = json!({"token": token});
    let verify = running.post("/v1/tokens/verify", body.clone()).bearer(&token).await;
    let batch = running.post("/v1/tokens/verify", json!({"tokens": [body]})).bearer(&token).await;
    let introspect =
        running.call(http::Method::POST, "/oauth2/introspect").form(&[("token", &token)]).bearer(&token).await;
    let whoami = running.get("/v1/whoami").bearer(&token).await;
    for answer in [verify, batch, introspect, whoami] {
        answer.problem(503, "unavailable");
        assert_eq!(answer.field("retry-after"), Some("1"), "{}", answer.call);
        assert_eq!(answer.field("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn a_body_is_bounded_before_it_is_read() {
    let world = World::with(Setting::usual().variable("JETON_LIMITS_VERIFY_BATCH_BODY_BYTES", "2048")).await;
    let ask = |body: String| {
        world.call(http::Method::POST, "/v1/tokens/verify").body("application/json", body).bearer(&world.verifier.token)
    };
    let padded = |bytes: usize| {
        let body = json!({"token": "x"}).to_string();
        body.clone() + &" ".repeat(bytes - body.len())
    };
    ask(padded(2048)).await.expect(200);
    ask(padded(2049)).await.problem(413, "payload-too-large");
    for kind in ["text/plain", "application/json; charset=latin1", "application/jsonp", ""] {
        let call = world.call(http::Method::POST, "/v1/tokens/verify").body(kind, "{\"token\":\"x\"}");
        call.bearer(&world.verifier.token).await.problem(415, "unsupported-media-type");
    }
}
