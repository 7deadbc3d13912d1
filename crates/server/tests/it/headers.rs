//! The header fields of every kind of answer are exactly these (S-29): what keeps it from being stored, guessed
//! at, framed or read by another origin, and nothing that tells about the server.

use crate::world::{Answer, Setting, World};
use http::Method;
use serde_json::json;
use std::collections::BTreeMap;

const ROUTED: &[(&str, &str)] = &[
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];
/// A page about a kind of problem is the same for everybody, so it may be kept.
const PAGE: &[(&str, &str)] = &[("cache-control", "public, max-age=3600"), ROUTED[1], ROUTED[2], ROUTED[3]];
/// A verdict is read by programs alone, so it carries only what keeps it from being stored or guessed at.
const VERDICT: &[(&str, &str)] = &[("cache-control", "no-store"), ("x-content-type-options", "nosniff")];

#[track_caller]
fn assert_fields(answer: &Answer, wanted: &[(&str, &str)], more: &[(&str, &str)]) {
    let mut found: BTreeMap<_, _> = answer
        .headers
        .keys()
        .map(|name| {
            let values: Vec<_> = answer.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect();
            (name.as_str(), values.join(" | "))
        })
        .collect();
    found.remove("date");
    found.remove("content-length");
    if wanted.len() == ROUTED.len() || answer.status >= 400 {
        let id = found.remove("x-request-id").expect("every answer but a verdict has a name");
        assert_eq!(uuid::Uuid::parse_str(&id).unwrap().get_version_num(), 7);
    }
    let wanted = wanted.iter().chain(more).map(|(name, value)| (*name, (*value).to_owned())).collect();
    assert_eq!(found, wanted, "{} {}", answer.call, answer.status);
}

const JSON: (&str, &str) = ("content-type", "application/json");
const PROBLEM: (&str, &str) = ("content-type", "application/problem+json");
const CHALLENGE: (&str, &str) = ("www-authenticate", "Bearer realm=\"jeton\"");

#[tokio::test]
async fn every_kind_of_answer_has_its_fields_and_no_others() {
    let world = World::new().await;
    let root = &world.root.token;
    let (id, _) = world.token(&world.acme.member).await;
    let path = format!("/v1/tokens/{id}");
    let verify = || world.post("/v1/tokens/verify", json!({"token": "x"}));
    let get = |path: &str| world.get(path).bearer(root);
    assert_fields(&get("/v1/tokens").await, ROUTED, &[JSON]);
    assert_fields(&get(&path).await, ROUTED, &[JSON, ("etag", "\"1\"")]);
    assert_fields(&get("/v1/openapi.json").await, ROUTED, &[JSON]);
    assert_fields(&world.get("/healthz").await, ROUTED, &[JSON]);
    assert_fields(&world.get("/problems/gone").await, PAGE, &[("content-type", "text/markdown; charset=utf-8")]);
    let made = world.post("/v1/tokens", json!({"name": "a"})).bearer(root).await;
    let place = format!("/v1/tokens/{}", made.expect(201)["id"].as_str().unwrap());
    assert_fields(&made, ROUTED, &[JSON, ("etag", "\"1\""), ("location", &place)]);
    assert_fields(&world.delete(&path).bearer(root).await, ROUTED, &[]);
    assert_fields(&world.delete(&path).bearer(root).await, ROUTED, &[PROBLEM]);
    assert_fields(&world.get(&path).await, ROUTED, &[PROBLEM, CHALLENGE]);
    assert_fields(&world.get("/nothing").await, ROUTED, &[PROBLEM]);
    assert_fields(&world.get("/v1/tokens?token=x").await, ROUTED, &[PROBLEM]);
    let post_only = world.get("/v1/tokens/verify").await;
    assert_fields(&post_only, ROUTED, &[PROBLEM, ("allow", "POST")]);
    assert_fields(&world.post("/v1/tokens", json!([])).bearer(root).await, ROUTED, &[PROBLEM]);
    let sign_in = world.post("/v1/sessions", json!({"email": "a@b.example", "password": "x"}));
    assert_fields(&sign_in.field("x-jeton-request", "1").await, ROUTED, &[PROBLEM, CHALLENGE]);
    assert_fields(&verify().bearer(&world.verifier.token).await, VERDICT, &[JSON]);
    assert_fields(&verify().await, ROUTED, &[PROBLEM, CHALLENGE]);
}

#[tokio::test]
async fn over_tls_browsers_are_told_to_stay_with_it() {
    let world = World::with(Setting::usual().behind_proxy()).await;
    for secure in [true, false] {
        let scheme = if secure { "https" } else { "http" };
        for call in [world.get("/v1/tokens"), world.get("/healthz"), world.post("/v1/tokens/verify", json!({}))] {
            let answer = call.field("x-forwarded-proto", scheme).await;
            assert_eq!(answer.field("strict-transport-security").is_some(), secure, "{}", answer.call);
        }
    }
}

#[tokio::test]
async fn no_other_origin_may_read_anything() {
    let world = World::new().await;
    for (method, path) in [(Method::GET, "/v1/tokens"), (Method::OPTIONS, "/v1/tokens"), (Method::GET, "/v1/sessions")]
    {
        let call = world.call(method, path).field("origin", "https://evil.example");
        let answer = call.field("access-control-request-method", "DELETE").bearer(&world.root.token).await;
        assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control-")), "{}", answer.call);
    }
}

#[tokio::test]
async fn nobody_else_names_a_request() {
    let world = World::new().await;
    let answer = world.get("/v1/tokens").field("x-request-id", "mine").await;
    assert_ne!(answer.field("x-request-id"), Some("mine"));
    assert_eq!(answer.expect(401)["request_id"], answer.field("x-request-id").unwrap());
}
