//! Promise: every answer that is documented looks as `answers.txt` beside this file has it.

use super::accounts::{MARKETPLACE, Marketplace, TOKENS};
use crate::{snapshot::assert_snapshot, world::Answer};
use http::Method;
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

const FILE: &str = "crates/server/tests/it/contracts/softwareone/answers.txt";

/// A text without what differs in every run: secrets and the names of requests.
fn stable(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match name.as_str() {
                    "traceId" => *value = json!("00-…-00"),
                    "token" if !value.to_string().contains("***") => *value = json!("(a secret)"),
                    _ => stable(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(stable),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[derive(Default)]
struct Transcript {
    text: String,
    statuses: BTreeSet<u16>,
}

impl Transcript {
    fn take(&mut self, answer: &Answer) {
        self.statuses.insert(answer.status);
        self.text.push_str(&format!("{}\n{}\n", answer.call, answer.status));
        if answer.field("content-type") == Some("application/jsonl") {
            answer.text().lines().for_each(|line| self.body(serde_json::from_str(line).unwrap(), false));
        } else if !answer.body.is_empty() {
            self.body(serde_json::from_slice(&answer.body).unwrap(), true);
        }
        self.text.push('\n');
    }

    fn body(&mut self, mut body: Value, pretty: bool) {
        stable(&mut body);
        let text = if pretty { serde_json::to_string_pretty(&body).unwrap() } else { body.to_string() };
        self.text.push_str(&format!("{text}\n"));
    }
}

#[tokio::test]
async fn every_documented_answer_is_written_down() {
    let market = Marketplace::new().await;
    let (vendor, operations) = (&market.vendor.token, &market.operations.token);
    let mut transcript = Transcript::default();
    let body = json!({
        "name": "Nightly build", "description": "Runs at 3", "icon": "/icons/1.png", "modules": [{"id": MARKETPLACE}],
        "extensions": [{"id": "EXT-0001"}],
    });
    transcript.take(&market.post(TOKENS, body).bearer(vendor).await);
    let id = &market.found(vendor, "name='Nightly%20build'").await[0];
    for (method, verb) in
        [(Method::PUT, ""), (Method::POST, "/disable"), (Method::POST, "/enable"), (Method::POST, "/enable")]
    {
        market.wait(Duration::from_secs(60));
        let call = market.one(method.clone(), id, verb).bearer(vendor);
        let call = if method == Method::PUT { call.json(json!({"name": "Weekly build"})) } else { call };
        transcript.take(&call.await);
    }
    for query in ["limit=2&order=-id&select=-*,+id,+name", "id=TKN-0000-0000&limit=1", "colour=red&order=size&limit=x"]
    {
        transcript.take(&market.listed(query).bearer(vendor).await);
    }
    let streamed = |accept: &'static str| {
        let call = market.listed("order=-id&limit=2&select=-account").bearer(vendor);
        call.field("mpt-streaming", "true").field("accept", accept)
    };
    for accept in ["application/jsonl", "application/json", "text/csv"] {
        transcript.take(&streamed(accept).await);
    }
    transcript.take(&market.one(Method::GET, id, "?select=audit").bearer(vendor).await);
    transcript.take(&market.one(Method::DELETE, id, "").bearer(vendor).await);
    transcript.take(&market.one(Method::DELETE, id, "").bearer(vendor).await);
    transcript.take(&market.one(Method::GET, id, "").bearer(operations).await);
    for path in [
        "accounts/modules?limit=1".to_owned(),
        "accounts/modules/MOD-1756".to_owned(),
        "audit/event-types?key=platform".to_owned(),
        "audit/event-types?limit=1".to_owned(),
        "audit/event-types/AET-0000-0001".to_owned(),
        format!("audit/records?object.id={id}&limit=1"),
        format!("audit/records?eq(object.id,'{id}')&order=timestamp&limit=1&select=documents"),
        "audit/records/AUD-0000-0000-0000-0001".to_owned(),
    ] {
        transcript.take(&market.get(format!("/public/v1/{path}")).bearer(vendor).await);
    }
    transcript.take(&market.post(TOKENS, json!({"name": "a/b", "modules": [{"id": "MOD-1"}]})).bearer(vendor).await);
    transcript.take(&market.call(Method::POST, TOKENS).body("text/plain", "x").bearer(vendor).await);
    transcript.take(&market.post(TOKENS, json!({"name": "a"})).bearer(&market.acme.member.token).await);
    transcript.take(&market.get(TOKENS).await);
    transcript.take(&market.delete(TOKENS).bearer(vendor).await);
    assert_eq!(transcript.statuses, [200, 201, 204, 400, 401, 403, 404, 405, 406, 415].into());
    assert_snapshot(FILE, &transcript.text);
}
