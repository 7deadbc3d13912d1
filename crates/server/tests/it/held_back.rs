//! A request that was open already when its credential ended changes nothing any more: what counts is the
//! moment at which the change is made, not the one at which the request began.

use crate::{
    door::raw::Raw,
    world::{Person, World},
};
use serde_json::{Value, json};
use std::time::Duration;

/// How a credential ends, or is worth less, while a request of its holder waits for its last byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// It does not: the request must succeed, or the test shows nothing.
    None,
    Deleted,
    RevokedBySecret,
    Disabled,
    Rotated,
    Expired,
    Narrowed,
    OwnerDeactivated,
    OwnerDemoted,
    OrganisationDeactivated,
    SignedOut,
    SignedOutEverywhere,
    PasswordChanged,
}

/// A request that has begun, was authenticated, and lacks the last byte of its body.
struct Held {
    raw: Raw,
    last: String,
}

impl Held {
    async fn begin(world: &World, path: &str, credential: &str, body: &Value) -> Self {
        let body = body.to_string();
        let (first, last) = body.split_at(body.len() - 1);
        let mut raw = Raw::connect(world.address).await;
        raw.send(format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\n{credential}\r\nX-Jeton-Request: 1\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
            world.address,
            body.len()
        ))
        .await;
        // The server asks for the body once the caller is known.
        let interim = raw.read_answer().await;
        assert!(interim.starts_with("HTTP/1.1 100 "), "{interim}");
        raw.send(first).await;
        Self { raw, last: last.to_owned() }
    }

    /// The status of the answer to the whole request.
    async fn finish(mut self) -> u16 {
        self.raw.send(&self.last).await;
        let (answer, _) = self.raw.read_to_end().await;
        crate::door::raw::status(&answer)
    }
}

/// The holder of the credential, with what ends it.
struct Holder<'w> {
    world: &'w World,
    person: &'w Person,
    token_id: String,
    secret: String,
    cookie: String,
}

impl Holder<'_> {
    async fn end(&self, ending: Ending) {
        let (world, root) = (self.world, &self.world.root.token);
        let token = format!("/v1/tokens/{}", self.token_id);
        let user = format!("/v1/users/{}", self.person.id);
        let call = match ending {
            Ending::None => return,
            Ending::Expired => return world.wait(Duration::from_hours(1)),
            Ending::Deleted => world.delete(token).bearer(root),
            Ending::RevokedBySecret => world.post("/v1/tokens/revoke-by-secret", json!({"token": self.secret})),
            Ending::Disabled => world.post(format!("{token}/disable"), json!({})).bearer(root),
            Ending::Rotated => world.post(format!("{token}/rotate"), json!({})).bearer(root),
            Ending::Narrowed => world.patch(token, json!({"scopes": ["tokens:read"]})).bearer(root),
            Ending::OwnerDeactivated => world.patch(user, json!({"active": false})).bearer(root),
            Ending::OwnerDemoted => world.patch(user, json!({"role": "member"})).bearer(root),
            Ending::OrganisationDeactivated => {
                world.patch(format!("/v1/organisations/{}", world.acme.id), json!({"active": false})).bearer(root)
            }
            Ending::SignedOut => world.delete("/v1/sessions/current").cookie(&self.cookie),
            Ending::SignedOutEverywhere => world.delete("/v1/sessions").cookie(&self.cookie),
            Ending::PasswordChanged => {
                let body =
                    json!({"current_password": crate::world::PASSWORD, "new_password": "copper-lantern-9-meadow"});
                world.post("/v1/sessions/current/password", body).cookie(&self.cookie)
            }
        };
        let answer = call.await;
        assert!((200..300).contains(&answer.status), "{ending:?}: {}", answer.text());
    }
}

/// Ends the credential of a request that is open: nothing comes of the request.
async fn check(ending: Ending, by_session: bool) {
    let world = World::new().await;
    let person = &world.acme.administrator;
    world.give_password(person).await;
    let cookie = world.sign_in(person).await;
    let short = json!({"name": "held", "owner": person.id, "expires_in_seconds": 600});
    let token = world.post("/v1/tokens", short).bearer(&world.root.token).await.expect(201);
    let secret = token["secret"].as_str().unwrap().to_owned();
    let (path, credential) = if by_session {
        ("/v1/sessions/current/tokens", format!("Cookie: {cookie}"))
    } else {
        ("/v1/tokens", format!("Authorization: Bearer {secret}"))
    };
    let held = Held::begin(&world, path, &credential, &json!({"name": "minted", "scopes": []})).await;
    let token_id = token["id"].as_str().unwrap().to_owned();
    Holder { world: &world, person, token_id, secret, cookie }.end(ending).await;
    let position = world.position().await;
    let status = held.finish().await;
    let (expected, made) = if ending == Ending::None { (201, 1) } else { (401, 0) };
    assert_eq!((status, world.position().await - position), (expected, made), "{ending:?}");
}

#[tokio::test]
async fn a_token_that_ended_while_its_request_was_open_mints_no_other() {
    for ending in [
        Ending::None,
        Ending::Deleted,
        Ending::RevokedBySecret,
        Ending::Disabled,
        Ending::Rotated,
        Ending::Expired,
        Ending::Narrowed,
        Ending::OwnerDeactivated,
        Ending::OwnerDemoted,
        Ending::OrganisationDeactivated,
    ] {
        check(ending, false).await;
    }
}

#[tokio::test]
async fn a_session_that_ended_while_its_request_was_open_mints_no_token() {
    for ending in [
        Ending::None,
        Ending::SignedOut,
        Ending::SignedOutEverywhere,
        Ending::PasswordChanged,
        Ending::OwnerDeactivated,
        Ending::OwnerDemoted,
        Ending::OrganisationDeactivated,
    ] {
        check(ending, true).await;
    }
}

#[tokio::test]
async fn whoever_ends_his_own_credential_is_answered() {
    let world = World::new().await;
    let (id, secret) = world.token(&world.acme.member).await;
    world.delete(format!("/v1/tokens/{id}")).bearer(&secret).await.expect(204);
    let (id, secret) = world.token(&world.acme.member).await;
    world.post(format!("/v1/tokens/{id}/rotate"), json!({})).bearer(&secret).await.expect(200);
    let person = &world.acme.administrator;
    world.patch(format!("/v1/users/{}", person.id), json!({"active": false})).bearer(&person.token).await.expect(200);
}

#[tokio::test]
async fn a_verifier_that_ended_while_its_question_was_open_learns_nothing() {
    let world = World::new().await;
    for (deleted, expected) in [(false, 200), (true, 401)] {
        let (id, secret) = world.token(&world.acme.verifier).await;
        let credential = format!("Authorization: Bearer {secret}");
        let held = Held::begin(&world, "/v1/tokens/verify", &credential, &json!({"token": "anything"})).await;
        if deleted {
            world.delete(format!("/v1/tokens/{id}")).bearer(&world.root.token).await.expect(204);
        }
        assert_eq!(held.finish().await, expected, "deleted: {deleted}");
    }
}

#[tokio::test]
async fn a_stranger_is_refused_before_his_question_is_read() {
    let world = World::new().await;
    let mut raw = Raw::connect(world.address).await;
    raw.send(format!(
        "POST /v1/tokens/verify HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer nobody\r\n\
         Content-Type: application/json\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n",
        world.address
    ))
    .await;
    let (answer, _) = raw.read_to_end().await;
    assert_eq!(crate::door::raw::status(&answer), 401, "the answer comes although nothing of the body was sent");
}
