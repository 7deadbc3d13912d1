//! Where an organisation demands signed actions, a change without a fresh signature of exactly that request is
//! refused, and nothing is written; with one it is made, once (S-31 to S-35).

use crate::world::{Call, Key, PASSWORD, Person, World, join_all};
use authority::issue::{NewToken, OwnKey};
use domain::{
    name::{Labels, Name},
    token::Terms,
};
use http::Method;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::time::Duration;

const BODY: &str = r#"{"description":"signed"}"#;

impl World {
    /// The secret of a new token that has this key for itself.
    async fn token_with_key(&self, owner: &Person, key: &Key) -> String {
        let authority = self.authority();
        let caller = authority.authenticate(&owner.token, &domain::origin::Origin::default()).await.unwrap();
        let own = OwnKey { token: authority.new_token_id(), credential: key.credential.clone(), pem: key.pem() };
        let new = NewToken {
            name: Name::parse("name", "with a key").unwrap(),
            description: String::new(),
            owner: None,
            scopes: None,
            networks: None,
            labels: Labels::default(),
            expires_at: None,
            terms: Terms::default(),
            permission: None,
            key: Some(own),
        };
        authority.issue_whole(&caller, new).await.unwrap().secret.expose().to_owned()
    }

    async fn demand(&self, organisation: &str, word: &str) {
        let path = format!("/v1/organisations/{organisation}");
        self.patch(path, json!({"signed_actions": word})).bearer(&self.root.token).await.expect(200);
    }

    /// The path of a token that tests try to change.
    async fn victim(&self, owner: &Person) -> String {
        let (id, _) = self.token_with(owner, "tokens:read").await;
        format!("/v1/tokens/{id}")
    }

    fn with_action<'a>(&'a self, method: Method, path: &str, token: &str, action: &str) -> Call<'a> {
        self.call(method, path).bearer(token).field("x-jeton-action", action)
    }
}

#[tokio::test]
async fn a_delete_needs_a_signature_where_it_is_demanded_and_only_there() {
    let world = World::new().await;
    let (grace, victim) = (&world.acme.administrator, world.victim(&world.acme.member).await);
    let key = world.key_of(grace).await;
    world.demand(&world.acme.id, "destructive").await;
    let position = world.position().await;
    let refused = world.delete(&victim).bearer(&grace.token).await.problem(403, "action-required");
    assert!(refused["detail"].as_str().unwrap().contains("X-Jeton-Action"));
    // The administrator of all comes from an organisation that demands nothing; the token's own does.
    world.delete(&victim).bearer(&world.root.token).await.problem(403, "action-required");
    assert_eq!(world.position().await, position);
    let action = world.sign_request(&grace.token, &key, "DELETE", &victim, "").await;
    world.with_action(Method::DELETE, &victim, &grace.token, &action).await.expect(204);
    world.get(&victim).bearer(&grace.token).await.problem(404, "not-found");
    let elsewhere = world.victim(&world.globex.member).await;
    world.delete(elsewhere).bearer(&world.globex.administrator.token).await.expect(204);
}

#[tokio::test]
async fn every_part_of_the_request_is_bound_and_one_for_another_request_is_spent() {
    let world = World::new().await;
    let grace = &world.acme.administrator;
    let (victim, other) = (world.victim(grace).await, world.victim(grace).await);
    let key = world.key_of(grace).await;
    let (_, sibling) = world.token_with(grace, "*").await;
    world.demand(&world.acme.id, "all").await;
    let patch = |path: &str, body: &str, token: &str, action: &str| {
        world.with_action(Method::PATCH, path, token, action).body("application/json", body.to_owned())
    };
    let (position, with_query, spaced) = (world.position().await, format!("{victim}?"), BODY.replace(':', ": "));
    let member = world.acme.member.token.as_str();
    for (path, body, token) in [
        (other.as_str(), BODY, grace.token.as_str()),
        (&with_query, BODY, &grace.token),
        (&victim, &spaced, &grace.token),
        (&victim, "{}", &grace.token),
        (&victim, BODY, &sibling),
        (&victim, BODY, member),
    ] {
        let action = world.sign_request(&grace.token, &key, "PATCH", &victim, BODY).await;
        patch(path, body, token, &action).await.problem(403, "action-refused");
        patch(&victim, BODY, &grace.token, &action).await.problem(403, "action-refused");
    }
    let action = world.sign_request(&grace.token, &key, "PATCH", &victim, BODY).await;
    world.with_action(Method::DELETE, &victim, &grace.token, &action).await.problem(403, "action-refused");
    assert_eq!(world.position().await, position);
    let action = world.sign_request(&grace.token, &key, "PATCH", &victim, BODY).await;
    let (twice, again) = (&action, &action);
    patch(&victim, BODY, &grace.token, twice).field("x-jeton-action", again).await.problem(400, "invalid-request");
    assert_eq!(patch(&victim, BODY, &grace.token, &action).await.expect(200)["description"], "signed");
}

#[tokio::test]
async fn an_action_works_once_however_many_show_it_at_once() {
    let world = World::new().await;
    let grace = world.acme.administrator.clone();
    let disable = format!("{}/disable", world.victim(&grace).await);
    let key = world.key_of(&grace).await;
    world.demand(&world.acme.id, "destructive").await;
    let action = world.sign_request(&grace.token, &key, "POST", &disable, "").await;
    let before = world.position().await;
    let calls =
        (0..64).map(|_| async { world.with_action(Method::POST, &disable, &grace.token, &action).await.status });
    let mut statuses = join_all(calls).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![200], vec![403; 63]].concat());
    // That it was signed, and that it was done.
    assert_eq!(world.position().await, before + 2);
}

#[tokio::test]
async fn a_challenge_is_answered_once_in_time_by_the_right_signer() {
    let world = World::new().await;
    let grace = &world.acme.administrator;
    let victim = world.victim(grace).await;
    let key = world.key_of(grace).await;
    let stranger = Key::new(&key.credential);
    let challenge = || world.challenge_request(&grace.token, "DELETE", &victim, "");
    let text = |challenge: &serde_json::Value| challenge["challenge"].as_str().unwrap().to_owned();
    let refused = |answer: crate::world::Answer| answer.problem(400, "challenge-refused");

    // Wrong answers consume the challenge too.
    let first = challenge().await;
    refused(world.answer_challenge(&grace.token, &first, stranger.answer(&text(&first))).await);
    refused(world.answer_challenge(&grace.token, &first, key.answer(&text(&first))).await);
    // Another challenge's text, another caller, another name.
    let (second, third) = (challenge().await, challenge().await);
    refused(world.answer_challenge(&grace.token, &second, key.answer(&text(&third))).await);
    refused(world.answer_challenge(&world.acme.member.token, &third, key.answer(&text(&third))).await);
    let fourth = challenge().await;
    refused(world.answer_challenge(&grace.token, &fourth, Key::new("another").answer(&text(&fourth))).await);
    // Too late.
    let fifth = challenge().await;
    world.clock.advance(Duration::from_secs(60));
    refused(world.answer_challenge(&grace.token, &fifth, key.answer(&text(&fifth))).await);
    // An action has its time as well.
    world.demand(&world.acme.id, "destructive").await;
    let action = world.sign_request(&grace.token, &key, "DELETE", &victim, "").await;
    world.clock.advance(Duration::from_secs(60));
    world.with_action(Method::DELETE, &victim, &grace.token, &action).await.problem(403, "action-refused");
    world.with_action(Method::DELETE, &victim, &grace.token, "made.up").await.problem(403, "action-refused");
}

#[tokio::test]
async fn a_signer_that_was_removed_signs_nothing_any_more() {
    let world = World::new().await;
    let grace = &world.acme.administrator;
    let (victim, key) = (world.victim(grace).await, world.key_of(grace).await);
    world.demand(&world.acme.id, "destructive").await;
    let listed = world.get("/v1/signers").bearer(&grace.token).await.expect(200);
    let signer = format!("/v1/signers/{}", listed["items"][0]["id"].as_str().unwrap());
    let ready = world.sign_request(&grace.token, &key, "DELETE", &victim, "").await;
    let open = world.challenge_request(&grace.token, "DELETE", &victim, "").await;
    let removal = world.sign_request(&grace.token, &key, "DELETE", &signer, "").await;
    world.with_action(Method::DELETE, &signer, &grace.token, &removal).await.expect(204);
    world.with_action(Method::DELETE, &victim, &grace.token, &ready).await.problem(403, "action-refused");
    let late = key.answer(open["challenge"].as_str().unwrap());
    world.answer_challenge(&grace.token, &open, late).await.problem(400, "challenge-refused");
    world.get(&victim).bearer(&grace.token).await.expect(200);
}

#[tokio::test]
async fn the_demand_cannot_be_lowered_without_a_signature() {
    let world = World::new().await;
    let root = world.root.clone();
    let key = world.key_of(&root).await;
    world.demand(&world.acme.id, "destructive").await;
    let path = format!("/v1/organisations/{}", world.acme.id);
    for body in [json!({"signed_actions": "off"}), json!({"signed_actions": "all"}), json!({"active": false})] {
        world.patch(&path, body).bearer(&root.token).await.problem(403, "action-required");
    }
    let off = json!({"signed_actions": "off"}).to_string();
    let action = world.sign_request(&root.token, &key, "PATCH", &path, &off).await;
    let lowered = world.with_action(Method::PATCH, &path, &root.token, &action).body("application/json", off).await;
    assert_eq!(lowered.expect(200)["signed_actions"], "off");
}

#[tokio::test]
async fn a_stolen_token_alone_registers_no_key() {
    let world = World::new().await;
    let (grace, robot) = (&world.acme.administrator, &world.acme.robot);
    world.give_password(grace).await;
    let (thief, own) = (Key::new("thief"), Key::new("own"));
    world.register(grace, &thief, json!({})).await.problem(403, "action-required");
    let wrong = world.register(grace, &thief, json!({"current_password": "plum-violin-8-harbour"})).await;
    assert_eq!(wrong.refused(), ["current_password"]);
    let registered = world.register(grace, &own, json!({"current_password": PASSWORD})).await.expect(201);
    assert_eq!((&registered["kind"], &registered["active"]), (&json!("key"), &json!(true)));
    world.register(grace, &own, json!({"current_password": PASSWORD})).await.problem(409, "conflict");
    let signer = format!("/v1/signers/{}", registered["id"].as_str().unwrap());
    world.delete(&signer).bearer(&grace.token).await.problem(403, "action-required");
    world.patch(&signer, json!({"active": false})).bearer(&grace.token).await.problem(403, "action-required");
    let off = json!({"active": false, "current_password": PASSWORD});
    assert_eq!(world.patch(&signer, off).bearer(&grace.token).await.expect(200)["active"], false);
    // A program without a password has its first key for the asking, and no second one.
    world.register(robot, &own, json!({})).await.expect(201);
    world.register(robot, &thief, json!({})).await.problem(403, "action-required");
    world.get(&signer).bearer(&grace.token).await.problem(405, "method-not-allowed");
    world.delete(&signer).bearer(&world.globex.administrator.token).await.problem(404, "not-found");
}

#[tokio::test]
async fn signers_are_seen_within_reach_and_an_administrator_disables_them() {
    let world = World::new().await;
    let member = &world.acme.member;
    world.key_of(member).await;
    let list = |token: &str| world.get(format!("/v1/signers?owner={}", member.id)).bearer(token);
    let own = list(&member.token).await.expect(200);
    assert_eq!(own["items"].as_array().unwrap().len(), 1);
    assert_eq!(list(&world.acme.administrator.token).await.expect(200), own);
    for other in [&world.acme.colleague, &world.globex.administrator] {
        assert_eq!(list(&other.token).await.expect(200)["items"], json!([]));
    }
    let signer = format!("/v1/signers/{}", own["items"][0]["id"].as_str().unwrap());
    let off = || world.patch(&signer, json!({"active": false}));
    off().bearer(&world.acme.colleague.token).await.problem(403, "insufficient-scope");
    off().bearer(&world.globex.administrator.token).await.problem(404, "not-found");
    assert_eq!(off().bearer(&world.acme.administrator.token).await.expect(200)["active"], false);
    // Nobody but its holder brings it back.
    let on = world.patch(&signer, json!({"active": true})).bearer(&world.acme.administrator.token).await;
    on.problem(403, "action-required");
}

#[tokio::test]
async fn whoever_lost_all_his_tokens_signs_with_his_session() {
    let world = World::new().await;
    let grace = &world.acme.administrator;
    world.give_password(grace).await;
    world.demand(&world.acme.id, "all").await;
    let cookie = world.sign_in(grace).await;
    let path = "/v1/sessions/current/tokens";
    let body = json!({"name": "first"}).to_string();
    let issue = || world.call(Method::POST, path).cookie(&cookie).body("application/json", body.clone());
    issue().await.problem(403, "action-required");

    let challenge = world.call(Method::POST, "/v1/signers/challenges").cookie(&cookie).await.expect(201);
    let key = Key::new("laptop");
    let registration = json!({
        "challenge_identifier": challenge["challenge_identifier"], "name": "Laptop", "current_password": PASSWORD,
        "registration": key.registration(challenge["challenge"].as_str().unwrap()),
    });
    world.post("/v1/signers", registration.clone()).field("cookie", &cookie).await.problem(403, "forbidden");
    world.post("/v1/signers", registration).cookie(&cookie).await.expect(201);

    let hash = domain::hexadecimal::encode(&Sha256::digest(&body));
    let asked = json!({"method": "POST", "path": path, "body_sha256": hash});
    let challenge = world.post("/v1/actions/challenges", asked).cookie(&cookie).await.expect(201);
    let answer = key.answer(challenge["challenge"].as_str().unwrap());
    let answered = json!({"challenge_identifier": challenge["challenge_identifier"], "answer": answer});
    let action = world.post("/v1/actions", answered).cookie(&cookie).await.expect(201);
    issue().field("x-jeton-action", action["action"].as_str().unwrap()).await.expect(201);
}

#[tokio::test]
async fn what_was_signed_is_what_arrived_however_it_is_spelled() {
    let world = World::new().await;
    let grace = &world.acme.administrator;
    let (key, victim) = (world.key_of(grace).await, world.victim(grace).await);
    world.demand(&world.acme.id, "all").await;
    let position = world.position().await;
    for other in [
        victim.replace('-', "%2D"),
        victim.replace("/v1/", "/v1//"),
        victim.replace("/v1/", "/v1/./"),
        format!("{victim}?a=1"),
    ] {
        let action = world.sign_request(&grace.token, &key, "DELETE", &victim, "").await;
        let answer = world.with_action(Method::DELETE, &other, &grace.token, &action).await;
        assert!([400, 403, 404].contains(&answer.status), "{other}: {}", answer.text());
        assert_eq!(world.position().await, position, "{other}");
    }
    // An empty body and none are the same bytes.
    let action = world.sign_request(&grace.token, &key, "DELETE", &victim, "").await;
    let call = world.with_action(Method::DELETE, &victim, &grace.token, &action).field("content-length", "0");
    call.await.expect(204);
}

#[tokio::test]
async fn a_stranger_is_asked_who_he_is_whatever_action_he_shows() {
    let world = World::new().await;
    let call = world.call(Method::POST, "/v1/tokens").field("x-jeton-action", "made.up");
    call.body("application/json", "{").await.problem(401, "unauthenticated");
    let known = world.call(Method::POST, "/v1/tokens").field("x-jeton-action", "made.up");
    known.bearer(&world.root.token).body("application/json", "{}").await.problem(403, "action-refused");
    world.get("/healthz").field("x-jeton-action", "made.up").await.expect(200);
}

#[tokio::test]
async fn nothing_that_a_token_with_a_key_makes_outlives_it() {
    let world = World::new().await;
    let grace = &world.acme.administrator;
    let key = Key::new("own");
    let own = world.token_with_key(grace, &key).await;
    let position = world.position().await;
    let call = |method: Method, path: &'static str, body: serde_json::Value| {
        let (world, key, own) = (&world, &key, &own);
        async move {
            let body = body.to_string();
            let action = world.sign_request(own, key, method.as_str(), path, &body).await;
            let call = world.with_action(method, path, own, &action).body("application/json", body);
            call.await.problem(403, "forbidden");
        }
    };
    call(Method::POST, "/v1/tokens", json!({"name": "longer"})).await;
    let challenge = world.call(Method::POST, "/v1/signers/challenges").bearer(&own).await.expect(201);
    let registration = json!({
        "challenge_identifier": challenge["challenge_identifier"], "name": "Mine",
        "registration": Key::new("mine").registration(challenge["challenge"].as_str().unwrap()),
    });
    call(Method::POST, "/v1/signers", registration).await;
    assert_eq!(world.position().await, position);
}
