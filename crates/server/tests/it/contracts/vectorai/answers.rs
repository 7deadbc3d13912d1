//! Every answer that this door documents is the one of the transcript beside this file, byte for byte but for secrets
//! and times that were measured.

use super::database::{Database, OTHER_PASSWORD, PASSWORD};
use crate::{
    snapshot::assert_snapshot,
    world::{Answer, Call, World, document},
};
use http::Method;
use serde_json::{Value, json};
use server::config::Contract;
use std::{collections::BTreeSet, fmt::Write, time::Duration};

/// Statuses that have the same words at every operation, or that no request alone brings about.
const NOT_ASKED_FOR: [&str; 4] = ["408", "413", "500", "503"];

/// What was asked and answered so far.
#[derive(Default)]
struct Transcript {
    text: String,
    /// Operation and status.
    seen: BTreeSet<(String, String)>,
}

impl Transcript {
    async fn add(&mut self, operation: &str, call: Call<'_>) -> Answer {
        let answer = call.await;
        let mut body = answer.expect(answer.status);
        hide(&mut body);
        self.seen.insert((operation.to_owned(), answer.status.to_string()));
        writeln!(self.text, "{}\n{} {body}\n", answer.call, answer.status).unwrap();
        answer
    }
}

/// Takes out what differs from run to run.
fn hide(body: &mut Value) {
    let Value::Object(body) = body else { return };
    for (name, value) in body {
        match (name.as_str(), &value) {
            ("token" | "api_key", Value::String(secret)) => *value = json!(format!("{}…", &secret[..3])),
            ("time", _) => *value = json!(0.0),
            _ => {}
        }
    }
}

#[tokio::test]
async fn every_documented_answer_is_the_one_of_the_transcript() {
    let mut transcript = Transcript::default();
    before_the_admin(&mut transcript).await;
    let database = Database::new().await;
    tokens(&mut transcript, &database).await;
    admin(&mut transcript, &database).await;
    assert_snapshot("crates/server/tests/it/contracts/vectorai/answers.txt", &transcript.text);

    for operation in document::operations_of(document::of_contract(Contract::VectorAi)) {
        let documented = operation.value["responses"].as_object().unwrap().keys();
        for status in documented.filter(|status| !NOT_ASKED_FOR.contains(&status.as_str())) {
            let tried = transcript.seen.contains(&(operation.id.clone(), status.clone()));
            // That of `create_admin` is for whoever waits too long for his turn at hashing.
            let elsewhere =
                operation.id == "show_vectorai_document" || (operation.id == "create_admin" && status == "429");
            assert!(tried || elsewhere, "{} {status} is not tried", operation.id);
        }
    }
}

async fn before_the_admin(transcript: &mut Transcript) {
    let world = World::with_contracts().await;
    let reset = world.post("/auth/admin/reset-password", json!({"password": PASSWORD}));
    transcript.add("reset_admin_password", reset).await;
    transcript.add("admin_exists", world.get("/auth/admin/exists")).await;
    transcript.add("admin_exists", world.get("/auth/admin/exists?a=1")).await;
    let create = |password: &str| world.post("/auth/admin", json!({"password": password}));
    transcript.add("create_admin", create("admin")).await;
    transcript.add("create_admin", create(PASSWORD)).await;
    transcript.add("create_admin", create(PASSWORD)).await;
    transcript.add("create_admin", create(PASSWORD).field("via", "1.1 proxy")).await;
    transcript.add("create_admin", world.call(Method::POST, "/auth/admin").body("text/plain", "x")).await;
    transcript.add("admin_exists", world.get("/auth/admin/exists")).await;
}

async fn tokens(transcript: &mut Transcript, database: &Database) {
    for dialect in ["access_token", "api_key"] {
        let one = format!("/auth/{dialect}");
        let (create, list) = (format!("create_{dialect}"), format!("list_{dialect}s"));
        let new = |name: &str| {
            json!({"name": format!("{dialect} {name}"), "description": "for the transcript", "permission": "read,write",
                "will_expire": true, "expires_in_seconds": 60})
        };
        let mut made = Vec::new();
        for name in ["one", "two"] {
            let answer = transcript.add(&create, database.sent(Method::POST, &one, new(name))).await;
            made.push(answer.expect(200)["id"].as_u64().unwrap());
        }
        transcript.add(&create, database.sent(Method::POST, &one, new("one"))).await;
        transcript.add(&create, database.sent(Method::POST, &one, json!({"permission": "none"}))).await;
        transcript.add(&create, database.by_admin(Method::POST, one.as_str()).body("text/plain", "x")).await;
        transcript.add(&create, database.post(one.as_str(), new("three"))).await;
        let member = &database.acme.member.token;
        transcript.add(&create, database.post(one.as_str(), new("three")).bearer(member)).await;

        let many = format!("/auth/{dialect}s");
        transcript.add(&list, database.by_admin(Method::GET, many.as_str())).await;
        transcript.add(&list, database.by_admin(Method::GET, format!("{many}?a=1"))).await;
        transcript.add(&list, database.get(many.as_str())).await;
        transcript.add(&list, database.get(many.as_str()).bearer(member)).await;

        for (verb, method, end) in [("rotate", Method::POST, "/rotate"), ("delete", Method::DELETE, "")] {
            let operation = format!("{verb}_{dialect}");
            let path = format!("{one}/{}{end}", made[0]);
            transcript.add(&operation, database.call(method.clone(), path.as_str())).await;
            transcript.add(&operation, database.call(method.clone(), path.as_str()).bearer(member)).await;
            transcript.add(&operation, database.by_admin(method.clone(), path.as_str())).await;
            transcript.add(&operation, database.by_admin(method.clone(), format!("{one}/x{end}"))).await;
            transcript.add(&operation, database.by_admin(method, format!("{one}/4711{end}"))).await;
        }
        database.wait(Duration::from_mins(1));
        let expired = database.by_admin(Method::POST, format!("{one}/{}/rotate", made[1]));
        transcript.add(&format!("rotate_{dialect}"), expired).await;
        database.switch(false).await;
        transcript.add(&list, database.by_admin(Method::GET, many)).await;
        database.switch(true).await;
    }
}

async fn admin(transcript: &mut Transcript, database: &Database) {
    let enabled = "/auth/enabled";
    let switch = |body: Value| database.sent(Method::PATCH, enabled, body);
    transcript.add("set_auth_enabled", switch(json!({"enabled": true}))).await;
    transcript.add("set_auth_enabled", switch(json!({}))).await;
    transcript.add("set_auth_enabled", database.by_admin(Method::PATCH, enabled).body("text/plain", "x")).await;
    transcript.add("set_auth_enabled", database.patch(enabled, json!({"enabled": true}))).await;
    let by_root = |method| database.call(method, enabled).bearer(&database.root.token);
    transcript.add("set_auth_enabled", by_root(Method::PATCH).json(json!({"enabled": true}))).await;
    transcript.add("is_auth_enabled", database.by_admin(Method::GET, enabled)).await;
    transcript.add("is_auth_enabled", database.by_admin(Method::GET, "/auth/enabled?a=1")).await;
    transcript.add("is_auth_enabled", database.get(enabled)).await;
    transcript.add("is_auth_enabled", by_root(Method::GET)).await;

    let login = |body: Value| database.post("/auth/admin/login", body);
    transcript.add("sign_admin_in", login(json!({"password": PASSWORD}))).await;
    transcript.add("sign_admin_in", login(json!({}))).await;
    transcript.add("sign_admin_in", database.call(Method::POST, "/auth/admin/login").body("text/plain", "x")).await;

    let path = "/auth/admin/reset-password";
    let reset = |old: &str| database.post(path, json!({"old_password": old, "new_password": OTHER_PASSWORD}));
    transcript.add("reset_admin_password", reset("Not-The-Password-1")).await;
    transcript.add("reset_admin_password", database.post(path, json!({"password": "admin"}))).await;
    transcript.add("reset_admin_password", database.call(Method::POST, path).body("text/plain", "x")).await;
    let forwarded = database.post(path, json!({"password": OTHER_PASSWORD})).field("forwarded", "for=192.0.2.1");
    transcript.add("reset_admin_password", forwarded).await;

    let delete = || database.delete("/auth/admin");
    transcript.add("delete_admin", delete()).await;
    transcript.add("delete_admin", delete().bearer(&database.root.token)).await;
    transcript.add("delete_admin", database.delete("/auth/admin?a=1").bearer(&database.jwt)).await;
    for _ in 0..6 {
        transcript.add("sign_admin_in", login(json!({"password": "Not-The-Password-1"}))).await;
    }
    transcript.add("sign_admin_in", login(json!({"password": PASSWORD}))).await;
    transcript.add("reset_admin_password", reset(PASSWORD)).await;
    database.wait(Duration::from_secs(1));
    transcript.add("delete_admin", delete().bearer(&database.jwt)).await;
    let unmade = database.post(path, json!({"password": OTHER_PASSWORD}));
    transcript.add("reset_admin_password", unmade).await;
    // Only now, as it ends the sign-in that all others use.
    database.post("/auth/admin", json!({"password": PASSWORD})).await.expect(200);
    let here = || database.post(path, json!({"password": OTHER_PASSWORD}));
    transcript.add("reset_admin_password", here()).await;
    database.deactivate_admin().await;
    transcript.add("reset_admin_password", here()).await;
}
