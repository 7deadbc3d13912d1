//! Promise: every answer that is documented looks as `answers.txt` beside this file has it.

use super::company::{Company, Key, PATS, Pat, org_id};
use crate::{snapshot::assert_snapshot, world::Answer};
use http::Method;
use regex::Regex;
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

const FILE: &str = "crates/server/tests/it/contracts/dfns/answers.txt";

/// A text without what differs in every run: identifiers, keys, secrets, challenges and the names of requests.
fn stable(value: &mut Value, identifiers: &Regex) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value.as_str()) {
                    ("accessToken" | "token" | "userAction" | "challenge" | "challengeIdentifier", Some(_)) => {
                        *value = json!("(differs each time)");
                    }
                    ("publicKey", Some(text)) if !text.is_empty() => *value = json!("(a public key)"),
                    ("x" | "kid", Some(_)) => *value = json!("(of the server key)"),
                    ("id", Some(text)) if text.len() == 36 && text.matches('-').count() == 4 => {
                        *value = json!("(the name of the request)");
                    }
                    _ => stable(value, identifiers),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| stable(value, identifiers)),
        Value::String(text) => *text = identifiers.replace_all(text, "$1-…").into_owned(),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

struct Transcript {
    text: String,
    statuses: BTreeSet<u16>,
    identifiers: Regex,
}

impl Transcript {
    fn take(&mut self, answer: &Answer) {
        self.statuses.insert(answer.status);
        let call = self.identifiers.replace_all(&answer.call, "$1-…").into_owned();
        let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
        stable(&mut body, &self.identifiers);
        let body = serde_json::to_string_pretty(&body).unwrap();
        self.text.push_str(&format!("{call}\n{}\n{body}\n\n", answer.status));
    }
}

#[tokio::test]
async fn every_documented_answer_is_written_down() {
    let company = Company::new().await;
    let identifiers = Regex::new("(to|us|or|ap|pm|as|cr)-[0-9a-v]{5}-[0-9a-v]{5}-[0-9a-v]{16}").unwrap();
    let mut transcript = Transcript { text: String::new(), statuses: BTreeSet::new(), identifiers };
    getting_in(&company, &mut transcript).await;
    let pat = a_life(&company, &mut transcript).await;
    refusals(&company, &mut transcript, &pat).await;
    transcript.take(&company.get("/.well-known/jwks.json").await);
    transcript.take(&company.call(Method::PUT, "/auth/logout").bearer(&company.administrator.bearer).await);
    assert_eq!(transcript.statuses, [200, 400, 401, 403, 404, 405, 409, 413, 415].into());
    assert_snapshot(FILE, &transcript.text);
}

async fn getting_in(company: &Company, transcript: &mut Transcript) {
    let login = &company.administrator;
    let who = json!({"orgId": org_id(&company.acme.id), "username": company.acme.administrator.email});
    let challenge = company.post("/auth/login/init", who).await;
    transcript.take(&challenge);
    let challenge = challenge.expect(200);
    transcript.take(&company.answered("/auth/login", &challenge, login.key.factor(&challenge)).await);
    transcript.take(&company.answered("/auth/login", &challenge, login.key.factor(&challenge)).await);
    let announced = json!({"userActionPayload": "{}", "userActionHttpMethod": "PUT", "userActionHttpPath": PATS});
    let challenge = company.post("/auth/action/init", announced).bearer(&login.bearer).await;
    transcript.take(&challenge);
    let challenge = challenge.expect(200);
    let answer = || company.answered("/auth/action", &challenge, login.key.factor(&challenge)).bearer(&login.bearer);
    transcript.take(&answer().await);
    transcript.take(&answer().await);
    let challenge = company.challenged(&login.bearer, &Method::PUT, PATS, "").await;
    let wrong = Key::new(&login.key.credential).factor(&challenge);
    transcript.take(&company.answered("/auth/action", &challenge, wrong).bearer(&login.bearer).await);
    let challenge = company.challenged(&login.bearer, &Method::PUT, PATS, "").await;
    let unknown = Key::new("nobody's").factor(&challenge);
    transcript.take(&company.answered("/auth/action", &challenge, unknown).bearer(&login.bearer).await);
}

async fn a_life(company: &Company, transcript: &mut Transcript) -> Pat {
    let login = &company.administrator;
    let permission = json!({"name": "Creator", "operations": ["Auth:Pats:Create"]});
    let permission = company.signed(login, Method::POST, "/permissions", permission).await.expect(200);
    let body = json!({
        "name": "Nightly build", "publicKey": Key::new("").pem(), "permissionId": permission["id"],
        "externalId": "build-1", "daysValid": 30,
    });
    transcript.take(&company.signed(login, Method::POST, PATS, body).await);
    let pat = company.pat("Weekly build").await;
    company.wait(Duration::from_secs(60));
    company.get(PATS).bearer(&pat.signing.bearer).await.expect(200);
    transcript.take(&company.get(PATS).bearer(&login.bearer).await);
    transcript.take(&company.get(pat.path("")).bearer(&login.bearer).await);
    for (method, verb, body) in [
        (Method::PUT, "", json!({"name": "Monthly build"})),
        (Method::PUT, "/deactivate", json!({})),
        (Method::PUT, "/activate", json!({})),
        (Method::DELETE, "", json!({})),
        (Method::DELETE, "", json!({})),
    ] {
        transcript.take(&company.signed(login, method, &pat.path(verb), body).await);
    }
    company.pat("Another").await
}

async fn refusals(company: &Company, transcript: &mut Transcript, pat: &Pat) {
    let login = &company.administrator;
    transcript.take(&company.get(PATS).await);
    transcript.take(&company.delete(pat.path("")).bearer(&login.bearer).await);
    let action = company.action(login, &Method::PUT, &pat.path("/activate"), "").await;
    for _ in 0..2 {
        let call = company.call(Method::PUT, pat.path("/activate")).bearer(&login.bearer);
        transcript.take(&call.field("x-dfns-useraction", &action).await);
    }
    let action = company.action(login, &Method::PUT, &pat.path("/activate"), "").await;
    let call = company.call(Method::PUT, pat.path("/deactivate")).bearer(&login.bearer);
    transcript.take(&call.field("x-dfns-useraction", &action).await);
    for body in [
        json!({"name": "", "publicKey": "x", "daysValid": 731, "permissionId": "pm-1"}),
        json!({"name": "x", "public_key": "x"}),
        json!({"name": "Another", "publicKey": Key::new("").pem()}),
        json!({"name": "x", "publicKey": Key::new("").pem(), "externalId": "build-1"}),
    ] {
        transcript.take(&company.signed(login, Method::POST, PATS, body).await);
    }
    let body = json!({"name": "x", "publicKey": Key::new("").pem()});
    transcript.take(&company.signed(&pat.signing, Method::POST, PATS, body).await);
    transcript.take(&company.get("/auth/users").bearer(&company.acme.member.token).await);
    transcript.take(&company.get("/auth/pats/to-1").bearer(&login.bearer).await);
    transcript.take(&company.get("/auth/nothing").bearer(&login.bearer).await);
    transcript.take(&company.call(Method::PATCH, PATS).bearer(&login.bearer).await);
    let (text, long) = ("x", "x".repeat(70_000));
    transcript.take(&company.call(Method::POST, "/auth/action").body("text/plain", text).bearer(&login.bearer).await);
    transcript
        .take(&company.call(Method::POST, "/auth/action").body("application/json", long).bearer(&login.bearer).await);
}
