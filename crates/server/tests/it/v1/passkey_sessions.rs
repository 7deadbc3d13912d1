//! A passkey that says whose it is opens a session: only for its own challenge, once, and from this site.
//! That a real one does is tried in a browser.

use crate::world::{Call, World};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

impl World {
    fn ask_for_challenge(&self) -> Call<'_> {
        self.call(Method::POST, "/v1/sessions/challenges").field("x-jeton-request", "1")
    }

    /// An answer that no passkey gave.
    fn guess(&self, challenge: &Value, holder: &[u8]) -> Call<'_> {
        let body = json!({
            "challenge_identifier": challenge["challenge_identifier"],
            "answer": {
                "kind": "passkey", "credential": "AAAA", "client_data": "AAAA", "signature": "AAAA",
                "authenticator_data": "AAAA", "user_handle": URL_SAFE_NO_PAD.encode(holder),
            },
        });
        self.post("/v1/sessions/passkeys", body).field("x-jeton-request", "1")
    }
}

#[tokio::test]
async fn a_challenge_names_nobody_and_is_answered_once() {
    let world = World::new().await;
    let challenge = world.ask_for_challenge().await.expect(201);
    assert_eq!((&challenge["signers"], &challenge["relying_party_id"]), (&json!([]), &json!("localhost")));
    let member: uuid::Uuid = world.acme.member.id.parse().unwrap();
    // Somebody who exists and nobody at all are refused alike.
    for holder in [member.into_bytes(), [7; 16]] {
        let challenge = world.ask_for_challenge().await.expect(201);
        world.guess(&challenge, &holder).await.problem(401, "unauthenticated");
        world.guess(&challenge, &holder).await.problem(400, "challenge-refused");
    }
    for holder in [&b""[..], b"short"] {
        let challenge = world.ask_for_challenge().await.expect(201);
        world.guess(&challenge, holder).await.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn a_challenge_is_void_after_its_minute_and_no_other_challenge_will_do() {
    let world = World::new().await;
    let challenge = world.ask_for_challenge().await.expect(201);
    world.wait(Duration::from_mins(1));
    world.guess(&challenge, &[7; 16]).await.problem(400, "challenge-refused");
    let other = world.call(Method::POST, "/v1/signers/challenges").bearer(&world.acme.member.token).await.expect(201);
    world.guess(&other, &[7; 16]).await.problem(400, "challenge-refused");
}

#[tokio::test]
async fn guesses_from_one_place_are_slowed_down() {
    let world = World::new().await;
    let mut slowed = false;
    for _ in 0..200 {
        let challenge = world.ask_for_challenge().await.expect(201);
        slowed |= world.guess(&challenge, &[7; 16]).await.status == 429;
    }
    assert!(slowed);
}

#[tokio::test]
async fn another_site_neither_asks_nor_answers() {
    let world = World::new().await;
    world.call(Method::POST, "/v1/sessions/challenges").await.problem(403, "forbidden");
    let challenge = world.ask_for_challenge().await.expect(201);
    let foreign = world.guess(&challenge, &[7; 16]).field("origin", "https://evil.example");
    foreign.await.problem(403, "forbidden");
}
