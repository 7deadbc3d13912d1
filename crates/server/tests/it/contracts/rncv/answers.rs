//! Every documented answer is the one of the snapshot, but for those that wait for a limit of time.

use super::{AtRncv, create, key_of, number};
use crate::{
    isolation::door::Door,
    snapshot::assert_snapshot,
    world::{Answer, Running, Setting, World, document::Operation},
};
use serde_json::json;
use std::{collections::BTreeSet, fmt::Write};

/// The answers, one below the other.
#[derive(Default)]
struct Transcript {
    text: String,
    met: BTreeSet<(String, u16)>,
}

impl Transcript {
    fn add(&mut self, operation: &str, answer: &Answer) {
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let target = answer.call.replace(|character: char| character.is_ascii_digit(), "0");
        let mut shown = format!("{body:#}");
        for secret in ["key", "token"].iter().filter_map(|member| body[member].as_str()) {
            shown = shown.replace(secret, "<key>");
        }
        let _ = write!(self.text, "## {operation} {}\n\n{target}\n{shown}\n\n", answer.status);
        self.met.insert((operation.to_owned(), answer.status));
    }
}

/// A body that this operation takes.
fn body(operation: &Operation, user: u64) -> Option<serde_json::Value> {
    match operation.id.as_str() {
        "create_rncv_token" => Some(json!({"user_id": user})),
        "delete_rncv_token" => Some(json!({"user_id": user})),
        "create_rncv_user" | "replace_rncv_user" => {
            Some(json!({"name": "Ken", "last_name": "Thompson", "email": format!("{}@rncv.example", operation.id)}))
        }
        "update_rncv_user" => Some(json!({"last_name": "Ritchie"})),
        _ => None,
    }
}

/// What can go wrong with any operation, and what it answers when nothing does.
async fn usual(world: &World, transcript: &mut Transcript, operation: &Operation, user: u64) {
    let good = |token: Option<&str>, path: &str| {
        let call = world.call(operation.method.clone(), path);
        let call = token.iter().fold(call, |call, token| call.token(token));
        body(operation, user).into_iter().fold(call, |call, body| call.json(body))
    };
    let administrator = world.acme.administrator.token.as_str();
    let path = operation.at(&user.to_string());
    let id = &operation.id;
    transcript.add(id, &good(Some(administrator), &path).await);
    transcript.add(id, &good(Some(administrator), &format!("{path}?colour=red")).await);
    if AtRncv.rule(id).is_open() {
        return;
    }
    transcript.add(id, &good(None, &path).await);
    transcript.add(id, &good(Some(&world.acme.colleague.token), &path).await);
    if operation.path.contains("{id}") {
        transcript.add(id, &good(Some(administrator), &operation.at("4000000")).await);
    }
    if body(operation, user).is_some() {
        let bad = |kind: &str, text: String| {
            world.call(operation.method.clone(), &path).body(kind, text).token(administrator)
        };
        transcript.add(id, &bad("application/json", format!("\"{}\"", "x".repeat(100_000))).await);
        transcript.add(id, &bad("text/plain", "user_id=1".to_owned()).await);
    }
}

/// What only one operation says, after the usual requests.
async fn own(world: &World, transcript: &mut Transcript) {
    let by = &world.acme.administrator;
    let user = number(world, &world.acme.colleague.id).await;
    key_of(world, &world.acme.colleague).await;
    transcript.add("create_rncv_token", &create(world, user, by).await);
    transcript.add("create_rncv_token", &create(world, 4_000_000, by).await);
    let nothing = world.delete("/admin/tokens").json(json!({"token_id": 4_000_000})).token(&by.token);
    transcript.add("delete_rncv_token", &nothing.await);
    let taken = || json!({"name": "Ken", "last_name": "Thompson", "email": world.globex.member.email});
    transcript.add("create_rncv_user", &world.post("/admin/api-users", taken()).token(&by.token).await);
    let path = format!("/admin/api-users/{user}");
    transcript.add("replace_rncv_user", &world.put(&path, taken()).token(&by.token).await);
    transcript.add("update_rncv_user", &world.patch(&path, taken()).token(&by.token).await);
    // A service account may do as much, but it is no user who could help the others out.
    let robot = json!({"name": "Robot", "role": "application_administrator"});
    let robot = world.post("/v1/service-accounts", robot).bearer(&world.root.token).await.expect(201);
    let token = json!({"name": "everything", "owner": robot["id"]});
    let token = world.post("/v1/tokens", token).bearer(&world.root.token).await.expect(201);
    let last = format!("/admin/api-users/{}", number(world, &world.root.id).await);
    transcript.add("deactivate_rncv_user", &world.delete(last).token(token["secret"].as_str().unwrap()).await);
}

#[tokio::test]
async fn every_documented_answer_is_that_of_the_snapshot() {
    let (world, mut transcript) = (World::with_contracts().await, Transcript::default());
    let user = number(&world, &world.acme.member.id).await;
    for operation in AtRncv.operations().iter().filter(|operation| operation.id != "show_rncv_document") {
        let recovered = world.patch(format!("/admin/api-users/{user}"), json!({"active": true}));
        recovered.token(&world.root.token).await.expect(200);
        if operation.id == "delete_rncv_token" {
            key_of(&world, &world.acme.member).await;
        }
        usual(&world, &mut transcript, operation, user).await;
    }
    own(&world, &mut transcript).await;

    let closed = Running::start(Setting::usual().contracts().quarantined()).await;
    for operation in AtRncv.operations().iter().filter(|operation| operation.id != "show_rncv_document") {
        let call = closed.call(operation.method.clone(), operation.at("1")).token("x");
        transcript.add(&operation.id, &call.await);
    }
    assert_snapshot("crates/server/tests/it/contracts/rncv/answers.txt", &transcript.text);
    for operation in AtRncv.operations().iter().filter(|operation| operation.id != "show_rncv_document") {
        for status in operation.value["responses"].as_object().unwrap().keys().filter(|status| *status != "408") {
            let documented = (operation.id.clone(), status.parse().unwrap());
            assert!(transcript.met.contains(&documented), "{documented:?} is documented and was not met");
        }
    }
}
