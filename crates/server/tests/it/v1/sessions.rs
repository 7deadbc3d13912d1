//! Passwords open sessions in a cookie that no other site can use (S-20, S-27, S-28); they are throttled, listed
//! and ended; a cookie opens nothing else, and no token opens them.

use crate::world::{Call, Setting, World};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

const PASSWORD: &str = "plum-violin-7-harbour";

impl World {
    /// A world whose member Linus has a password.
    async fn with_password(setting: Setting) -> Self {
        let world = Self::with(setting).await;
        world.give_password(&world.acme.member).await;
        world
    }

    fn sign_in_with(&self, email: &str, password: &str) -> Call<'_> {
        self.post("/v1/sessions", json!({"email": email, "password": password})).field("x-jeton-request", "1")
    }

    async fn sessions(&self, cookie: &str) -> Vec<Value> {
        let list = self.get("/v1/sessions").cookie(cookie).await.expect(200);
        list["items"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn a_cookie_is_for_this_host_and_for_no_script() {
    let world = World::with_password(Setting::usual()).await;
    let answer = world.sign_in_with(&world.acme.member.email, PASSWORD).await;
    let opened = answer.expect(201);
    assert_eq!(opened["expires_at"], "2027-01-15T20:00:00.000Z");
    let cookie = answer.field("set-cookie").unwrap();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Strict; Max-Age=43200");
    let secret = pair.strip_prefix("jeton-session=").unwrap();
    assert!(domain::format::check(domain::format::Kind::Session, secret).is_ok());
    assert!(!answer.text().contains(&secret[4..]), "the cookie alone holds the secret");
}

#[tokio::test]
async fn behind_tls_the_cookie_is_bound_to_the_host_and_to_tls() {
    let world = World::with_password(Setting::usual().behind_proxy()).await;
    let sign_in = world.sign_in_with(&world.acme.member.email, PASSWORD).field("x-forwarded-proto", "https").await;
    sign_in.expect(201);
    let cookie = sign_in.field("set-cookie").unwrap();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert!(pair.starts_with("__Host-jeton-session=jts_"), "{pair}");
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=43200");
    let secret = pair.split_once('=').unwrap().1;
    assert_eq!(world.sessions(pair).await.len(), 1);
    // The name without the prefix, which any page of a neighbouring host could have set, is not ours here.
    world.get("/v1/sessions").cookie(&format!("jeton-session={secret}")).await.problem(401, "unauthenticated");
    let out = world.delete("/v1/sessions").cookie(pair).await;
    out.expect(204);
    let cleared = "__Host-jeton-session=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0";
    assert_eq!(out.field("set-cookie"), Some(cleared));
}

#[tokio::test]
async fn whatever_is_wrong_with_a_sign_in_it_says_the_same() {
    let world = World::with_password(Setting::usual()).await;
    let inactive = &world.globex.member;
    world.give_password(inactive).await;
    let path = format!("/v1/users/{}", inactive.id);
    world.patch(path, json!({"active": false})).bearer(&world.root.token).await.expect(200);
    let mut answers = Vec::new();
    for (email, password) in [
        (world.acme.member.email.as_str(), "not the password"),
        ("nobody@people.example", PASSWORD),
        (&world.acme.colleague.email, PASSWORD),
        (&inactive.email, PASSWORD),
    ] {
        let answer = world.sign_in_with(email, password).await;
        answer.problem(401, "unauthenticated");
        assert!(answer.field("set-cookie").is_none());
        answers.push(answer.comparable());
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
}

#[tokio::test]
async fn guessing_is_slowed_down_for_account_and_address() {
    let world = World::with_password(Setting::usual().behind_proxy()).await;
    let email = &world.acme.member.email;
    let from = |email: &str, address: &str, password: &str| {
        world.sign_in_with(email, password).field("x-forwarded-for", address)
    };
    for number in 0..6 {
        // Different spellings of one address, each guess from somewhere else.
        let spelled = if number % 2 == 0 { email.to_uppercase() } else { format!(" {email} ") };
        from(&spelled, &format!("192.0.2.{number}"), "guess").await.problem(401, "unauthenticated");
    }
    let slowed = from(email, "198.51.100.1", PASSWORD).await;
    slowed.problem(429, "too-many-requests");
    assert_eq!(slowed.field("retry-after"), Some("1"));
    world.wait(Duration::from_secs(1));
    from(email, "198.51.100.1", PASSWORD).await.expect(201);
    // One address that guesses at many accounts is slowed down too, and the accounts are not.
    for number in 0..6 {
        from(&format!("user{number}@people.example"), "203.0.113.9", "guess").await.problem(401, "unauthenticated");
    }
    from(email, "203.0.113.9", PASSWORD).await.problem(429, "too-many-requests");
    from(email, "203.0.113.10", PASSWORD).await.expect(201);
}

#[tokio::test]
async fn a_session_ends_when_idle_and_at_last() {
    let world = World::with_password(Setting::usual()).await;
    let cookie = world.sign_in(&world.acme.member).await;
    let idle = domain::limits::SESSION_IDLE;
    let step = idle - Duration::from_millis(1);
    for _ in 0..12 {
        world.wait(step);
        assert_eq!(world.sessions(&cookie).await.len(), 1);
    }
    world.wait(idle);
    world.get("/v1/sessions").cookie(&cookie).await.problem(401, "unauthenticated");
    let cookie = world.sign_in(&world.acme.member).await;
    world.wait(idle);
    world.get("/v1/sessions").cookie(&cookie).await.problem(401, "unauthenticated");
    // What has ended is not listed among those that go on.
    let cookie = world.sign_in(&world.acme.member).await;
    assert_eq!(world.sessions(&cookie).await.len(), 1);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one() {
    let world = World::with_password(Setting::usual()).await;
    let member = &world.acme.member;
    let first = world.sign_in(member).await;
    world.wait(Duration::from_secs(1));
    let answer = world.sign_in_with(&member.email, PASSWORD).field("user-agent", "Firefox").await;
    let second = answer.field("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let listed = world.sessions(&first).await;
    assert_eq!(listed.len(), 2);
    assert_eq!((&listed[0]["user_agent"], &listed[0]["address"]), (&json!("Firefox"), &json!("127.0.0.1")));
    assert_eq!((&listed[0]["current"], &listed[1]["current"]), (&json!(false), &json!(true)));

    let end = |id: &Value, cookie: &str| world.delete(format!("/v1/sessions/{}", id.as_str().unwrap())).cookie(cookie);
    let ended = end(&listed[0]["id"], &first).await;
    ended.expect(204);
    assert!(ended.field("set-cookie").is_none(), "another session's cookie is not ours to take");
    world.get("/v1/sessions").cookie(&second).await.problem(401, "unauthenticated");
    end(&listed[0]["id"], &first).await.problem(404, "not-found");
    let current = world.delete("/v1/sessions/current").cookie(&first).await;
    current.expect(204);
    assert_eq!(current.field("set-cookie"), Some("jeton-session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"));
    world.get("/v1/sessions").cookie(&first).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn nobody_ends_anothers_session() {
    let world = World::with_password(Setting::usual()).await;
    world.give_password(&world.acme.colleague).await;
    let mine = world.sign_in(&world.acme.member).await;
    let other = world.sign_in(&world.acme.colleague).await;
    let id = world.sessions(&mine).await[0]["id"].as_str().unwrap().to_owned();
    let foreign = world.delete(format!("/v1/sessions/{id}")).cookie(&other).await;
    let unknown = world.delete("/v1/sessions/0190aaaa-0000-7000-8000-000000000000").cookie(&other).await;
    foreign.problem(404, "not-found");
    assert_eq!(foreign.comparable(), unknown.comparable());
    world.delete("/v1/sessions").cookie(&other).await.expect(204);
    assert_eq!(world.sessions(&mine).await.len(), 1);
}

#[tokio::test]
async fn signing_in_replaces_the_session_that_came_along() {
    let world = World::with_password(Setting::usual()).await;
    let planted = world.sign_in(&world.acme.member).await;
    let answer = world.sign_in_with(&world.acme.member.email, PASSWORD).field("cookie", &planted).await;
    let fresh = answer.field("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    assert_ne!(planted, fresh);
    world.get("/v1/sessions").cookie(&planted).await.problem(401, "unauthenticated");
    assert_eq!(world.sessions(&fresh).await.len(), 1);
}

#[tokio::test]
async fn a_new_password_ends_every_session() {
    let world = World::with_password(Setting::usual()).await;
    let member = &world.acme.member;
    let (first, second) = (world.sign_in(member).await, world.sign_in(member).await);
    let change = |current: &str, new: &str| {
        let body = json!({"current_password": current, "new_password": new});
        world.post("/v1/sessions/current/password", body).cookie(&first)
    };
    assert_eq!(change("not the password", "teapot-glacier-9-mango").await.refused(), ["current_password"]);
    assert_eq!(change(PASSWORD, "short").await.refused(), ["new_password"]);
    assert_eq!(change(PASSWORD, "password123").await.refused(), ["new_password"]);
    assert_eq!(change(PASSWORD, PASSWORD).await.refused(), ["new_password"]);
    assert_eq!(change(PASSWORD, &"x1y2z3-".repeat(200)).await.refused(), ["new_password"]);
    let changed = change(PASSWORD, "teapot-glacier-9-mango").await;
    changed.expect(204);
    assert!(changed.field("set-cookie").unwrap().ends_with("Max-Age=0"));
    for cookie in [&first, &second] {
        world.get("/v1/sessions").cookie(cookie).await.problem(401, "unauthenticated");
    }
    world.sign_in_with(&member.email, PASSWORD).await.problem(401, "unauthenticated");
    world.sign_in_with(&member.email, "teapot-glacier-9-mango").await.expect(201);
    assert!(world.accepts(&member.token).await, "tokens are no sessions");
}

#[tokio::test]
async fn a_session_issues_a_first_token() {
    let world = World::with_password(Setting::usual()).await;
    let cookie = world.sign_in(&world.acme.member).await;
    let issue = || {
        let call = world.post("/v1/sessions/current/tokens", json!({"name": "first"})).cookie(&cookie);
        call.field("idempotency-key", "first token")
    };
    let made = issue().await.expect(201);
    assert_eq!((&made["owner"], &made["author"]), (&json!(world.acme.member.id), &json!(world.acme.member.id)));
    assert!(world.accepts(made["secret"].as_str().unwrap()).await);
    let again = issue().await;
    assert_eq!(again.field("idempotent-replayed"), Some("true"));
    assert_eq!(again.expect(201)["id"], made["id"]);
}

/// What a browser says about where a request comes from, and whether it is let in.
const ORIGINS: &[(&[(&str, &str)], bool)] = &[
    (&[("x-jeton-request", "1")], true),
    (&[("x-jeton-request", "1"), ("origin", "OWN")], true),
    (&[("x-jeton-request", "1"), ("sec-fetch-site", "same-origin"), ("origin", "OWN")], true),
    (&[("x-jeton-request", "1"), ("sec-fetch-site", "none")], true),
    // A form, or any request that cannot carry the header.
    (&[], false),
    (&[("origin", "OWN")], false),
    (&[("sec-fetch-site", "same-origin"), ("origin", "OWN")], false),
    // Another site, even with the header.
    (&[("x-jeton-request", "1"), ("origin", "https://evil.example")], false),
    (&[("x-jeton-request", "1"), ("origin", "null")], false),
    (&[("x-jeton-request", "1"), ("origin", "")], false),
    (&[("x-jeton-request", "1"), ("origin", "OWN.evil.example")], false),
    (&[("x-jeton-request", "1"), ("origin", "OWN"), ("origin", "https://evil.example")], false),
    (&[("x-jeton-request", "1"), ("sec-fetch-site", "cross-site")], false),
    (&[("x-jeton-request", "1"), ("sec-fetch-site", "same-site")], false),
    (&[("x-jeton-request", "1"), ("sec-fetch-site", "same-site"), ("origin", "OWN")], false),
];

#[tokio::test]
async fn no_other_site_can_use_a_session() {
    let world = World::with_password(Setting::usual()).await;
    let own = format!("http://localhost:{}", world.address.port());
    let calls: [(Method, &str, Option<Value>); 5] = [
        (Method::POST, "/v1/sessions", Some(json!({"email": world.acme.member.email, "password": PASSWORD}))),
        (Method::POST, "/v1/sessions/current/tokens", Some(json!({"name": "planted"}))),
        (Method::POST, "/v1/sessions/current/password", Some(json!({"current_password": "x", "new_password": "y"}))),
        (Method::DELETE, "/v1/sessions/0190aaaa-0000-7000-8000-000000000000", None),
        (Method::DELETE, "/v1/sessions", None),
    ];
    for (method, path, body) in calls {
        for (fields, let_in) in ORIGINS {
            let cookie = world.sign_in(&world.acme.member).await;
            let mut call = world.call(method.clone(), path).field("cookie", &cookie);
            if let Some(body) = &body {
                call = call.json(body.clone());
            }
            for (name, value) in *fields {
                call = call.field(name, value.replace("OWN", &own));
            }
            let position = world.position().await;
            let answer = call.await;
            if *let_in {
                assert_ne!(answer.status, 403, "{method} {path} {fields:?}: {}", answer.text());
            } else {
                answer.problem(403, "forbidden");
                assert_eq!(world.position().await, position, "{method} {path} {fields:?}");
                assert!(answer.field("set-cookie").is_none());
            }
        }
    }
}

#[tokio::test]
async fn a_form_of_another_site_is_no_json() {
    let world = World::with_password(Setting::usual()).await;
    let cookie = world.sign_in(&world.acme.member).await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let call = world.call(Method::POST, "/v1/sessions/current/tokens").cookie(&cookie);
        call.body(kind, "{\"name\":\"planted\"}").await.problem(415, "unsupported-media-type");
    }
}

#[tokio::test]
async fn cookies_and_tokens_are_not_interchangeable() {
    let world = World::with_password(Setting::usual()).await;
    let cookie = world.sign_in(&world.acme.member).await;
    let secret = cookie.split_once('=').unwrap().1;
    // A cookie opens nothing but sessions.
    for path in ["/v1/whoami", "/v1/tokens", "/v1/journal", "/v1/users"] {
        world.get(path).cookie(&cookie).await.problem(401, "unauthenticated");
        world.get(path).bearer(secret).await.problem(401, "unauthenticated");
    }
    world.post("/v1/tokens", json!({"name": "x"})).cookie(&cookie).await.problem(401, "unauthenticated");
    let verdict = world.verdict(secret).await;
    assert_eq!(verdict, json!({"active": false, "reason": "unknown"}));
    // A token opens no session, in the header or in the cookie.
    let token = &world.acme.member.token;
    world.get("/v1/sessions").cookie(&format!("jeton-session={token}")).await.problem(401, "unauthenticated");
    assert_eq!(world.get("/v1/sessions").cookie(&cookie).bearer(token).await.refused(), ["Authorization"]);
    // Nor does a cookie that stands twice, or one that was changed.
    let twice = format!("{cookie}; {cookie}");
    world.get("/v1/sessions").cookie(&twice).await.problem(401, "unauthenticated");
    let changed = format!("{}x", &cookie[..cookie.len() - 1]);
    world.get("/v1/sessions").cookie(&changed).await.problem(401, "unauthenticated");
    world.get("/v1/sessions").cookie(&format!("theme=dark; {cookie}; x")).await.expect(200);
}
