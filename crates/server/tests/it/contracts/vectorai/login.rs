//! `/auth/admin/login` gives a JWT: signed, for an hour, a session that ends with the password, and no token.

use super::database::{Database, OTHER_PASSWORD, PASSWORD, refused, sign_in};
use crate::world::{Setting, World};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::time::Duration;

fn part(jwt: &str, place: usize) -> Value {
    let part = jwt.split('.').nth(place).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn written(head: &Value, claims: &Value, signature: &str) -> String {
    format!("{}.{}.{signature}", URL_SAFE_NO_PAD.encode(head.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

#[tokio::test]
async fn it_works_for_an_hour_used_or_not() {
    let database = Database::new().await;
    let answer = database.post("/auth/admin/login", json!({"password": PASSWORD})).await.expect(200);
    let jwt = answer["token"].as_str().unwrap();
    assert_eq!(answer, json!({"token": jwt, "message": "Login successful", "expires_in": 3_600}));
    assert_eq!(part(jwt, 0), json!({"typ": "JWT", "alg": "HS256"}));
    let claims = part(jwt, 1);
    assert_eq!((&claims["sub"], &claims["exp"]), (&json!("admin"), &json!(1_800_003_600)));
    database.wait(Duration::from_secs(3_599));
    assert!(database.is_signed_in(jwt).await, "it was not used in between");
    database.wait(Duration::from_secs(1));
    assert!(!database.is_signed_in(jwt).await);
}

#[tokio::test]
async fn a_wrong_password_is_answered_in_the_shape_of_a_sign_in() {
    let world = World::with_contracts().await;
    let position = world.position().await;
    let login = || world.post("/auth/admin/login", json!({"password": "Not-The-Password-1"}));
    let expected = json!({"token": null, "message": "Invalid username or password", "expires_in": 0});
    assert_eq!(login().await.expect(401), expected, "there is no admin yet");
    assert_eq!(world.position().await, position, "a sign-in makes nobody");
    world.post("/auth/admin", json!({"password": PASSWORD})).await.expect(200);
    assert_eq!(login().await.expect(401), expected);
    for body in [json!({}), json!({"password": null}), json!({"password": " \n"})] {
        let answer = world.post("/auth/admin/login", body).await;
        refused(&answer, 400, "Missing required field: password");
    }
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let mut world = World::with_contracts().await;
    world.post("/auth/admin", json!({"password": PASSWORD})).await.expect(200);
    let acme = world.acme.id.clone();
    // He can only be made on the host, and only behind a proxy do requests come from several addresses.
    world.running.bind_vectorai(Setting::usual().contracts().behind_proxy(), &acme).await;
    let login = |password: &str, from: &str| {
        world.post("/auth/admin/login", json!({"password": password})).field("x-forwarded-for", from)
    };
    for number in 0..6 {
        login("guess", &format!("192.0.2.{number}")).await.expect(401);
    }
    let slowed = login(PASSWORD, "198.51.100.1").await;
    assert_eq!(slowed.expect(429), json!({"status": "error", "message": "There were too many attempts."}));
    assert_eq!(slowed.field("retry-after"), Some("1"));
    let body = json!({"old_password": PASSWORD, "new_password": OTHER_PASSWORD});
    world.post("/auth/admin/reset-password", body).await.expect(429);
    world.wait(Duration::from_secs(1));
    login(PASSWORD, "198.51.100.1").await.expect(200);
}

#[tokio::test]
async fn what_was_not_signed_here_or_has_ended_is_nothing() {
    let database = Database::new().await;
    let (head, claims) = (part(&database.jwt, 0), part(&database.jwt, 1));
    let signature = database.jwt.rsplit('.').next().unwrap();
    let mut longer = claims.clone();
    longer["exp"] = json!(9_999_999_999_u64);
    let other = |algorithm: &str| json!({"typ": "JWT", "alg": algorithm});
    // The same claims, signed by another server.
    let elsewhere = Database::new().await;
    for forged in [
        written(&other("none"), &claims, ""),
        written(&other("none"), &claims, signature),
        written(&other("None"), &claims, signature),
        written(&other("HS512"), &claims, signature),
        written(&other("RS256"), &claims, signature),
        written(&json!({"typ": "JWT"}), &claims, signature),
        written(&head, &longer, signature),
        written(&head, &claims, ""),
        written(&head, &claims, "AAAA"),
        database.jwt.rsplit_once('.').unwrap().0.to_owned(),
        format!("{}.", database.jwt),
        elsewhere.jwt.clone(),
    ] {
        assert!(!database.is_signed_in(&forged).await, "{forged}");
        database.get("/auth/access_tokens").bearer(&forged).await.expect(401);
    }
    assert!(database.is_signed_in(&database.jwt).await);
}

#[tokio::test]
async fn it_is_a_sign_in_and_no_token() {
    let database = Database::new().await;
    assert_eq!(database.verdict(&database.jwt).await, json!({"active": false, "reason": "unknown"}));
    database.get("/v1/whoami").bearer(&database.jwt).await.problem(401, "unauthenticated");
    database.get("/v1/sessions").cookie(&format!("jeton-session={}", database.jwt)).await.expect(401);
    database.get("/v1/whoami").cookie(&format!("jeton-session={}", database.jwt)).await.expect(401);
    let before = database.listed().await.len();
    sign_in(&database, PASSWORD).await;
    assert_eq!(database.listed().await.len(), before, "a sign-in is listed nowhere");
    let native = database.get("/v1/tokens?limit=200").bearer(&database.root.token).await;
    assert!(!native.text().contains(&database.jwt));
}

#[tokio::test]
async fn no_session_of_the_console_opens_this_door() {
    let database = Database::new().await;
    let administrator = &database.acme.administrator;
    database.give_password(administrator).await;
    let cookie = database.sign_in(administrator).await;
    let secret = cookie.split_once('=').unwrap().1.to_owned();
    for call in [database.get("/auth/enabled"), database.get("/auth/access_tokens")] {
        call.cookie(&cookie).await.expect(401);
    }
    database.get("/auth/enabled").bearer(&secret).await.expect(401);
    database.get("/auth/access_tokens").field("api-key", &secret).await.expect(401);
}
