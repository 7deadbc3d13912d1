//! Promise: a change that was made is answered whatever fails afterwards, and one that may have been made says so.

use super::accounts::{MARKETPLACE, Marketplace, TOKENS, text};
use crate::{around::Lines, world::Setting};
use http::Method;
use serde_json::json;
use server::config::{Log, LogFormat};
use tracing::Level;

#[tokio::test]
async fn what_was_changed_is_answered_though_nothing_can_be_read_any_more() {
    let market = Marketplace::new().await;
    let bearer = &market.client.token;
    market.store.blind_after_commit(true);
    let made = market.post(TOKENS, json!({"name": "made", "modules": [{"id": MARKETPLACE}]})).bearer(bearer).await;
    let made = made.expect(201);
    assert_eq!((&made["modules"][0]["id"], &made["account"]["id"]), (&json!(MARKETPLACE), &json!(market.client.id)));
    let id = text(&made["id"]);
    for (method, verb, status) in
        [(Method::PUT, "", "Active"), (Method::POST, "/disable", "Disabled"), (Method::POST, "/enable", "Active")]
    {
        market.store.blind_after_commit(false);
        let before = market.one(Method::GET, &id, "").bearer(bearer).await.expect(200);
        market.store.blind_after_commit(true);
        let call = market.one(method.clone(), &id, verb).bearer(bearer);
        let call = if method == Method::PUT { call.json(json!({"name": "changed"})) } else { call };
        let changed = call.await.expect(200);
        assert_eq!((&changed["status"], &changed["name"]), (&json!(status), &json!("changed")));
        assert_eq!(changed["revision"].as_u64(), before["revision"].as_u64().map(|revision| revision + 1));
        assert_eq!((&changed["account"], &changed["token"]), (&before["account"], &before["token"]));
        market.listed("").bearer(bearer).await.expect(503);
    }
}

async fn failing(setting: Setting, status: u16, title: &str, logged: &str) {
    let (lines, _guard) = Lines::follow(Log { format: LogFormat::Json, level: Level::INFO, requests: true });
    let market = Marketplace::with(setting).await;
    // Other tests may have met the same lines for the first time in the very moment in which this log began.
    tracing::callsite::rebuild_interest_cache();
    market.store.arm(true);
    let answer = market.post(TOKENS, json!({"name": "made"})).bearer(&market.client.token).await;
    let problem = answer.expect(status);
    assert_eq!((&problem["status"], &problem["title"]), (&json!(status), &json!(title)), "{problem}");
    assert!(problem["traceId"].is_string() && !answer.text().contains("on purpose"), "{problem}");
    let text = lines.text();
    let line = text.lines().find(|line| line.contains(logged)).unwrap_or_else(|| panic!("{logged} not in {text}"));
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["level"], &line["cause"]), (&json!("ERROR"), &json!("a fault on purpose")), "{line}");
    assert!(line["span"]["id"].is_string() && !text.contains(&market.client.token), "{line}");
}

#[tokio::test]
async fn a_change_that_was_not_made_may_be_asked_for_again() {
    failing(Setting::usual(), 503, "Service Unavailable", "the request could not be served").await;
}

#[tokio::test]
async fn a_change_whose_outcome_is_unknown_says_so() {
    let setting = Setting::usual().unknown_outcomes();
    failing(setting, 500, "Internal Server Error", "the outcome of a change is unknown").await;
}
