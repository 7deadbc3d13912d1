//! A change that fails is a 500 with a message, and the log knows the cause.

use super::{key_of, number};
use crate::{
    around::Lines,
    world::{Setting, World},
};
use serde_json::json;
use server::config::{Log, LogFormat};
use tracing::Level;

async fn failing(setting: Setting, words: &str, logged: &str) {
    let (lines, _guard) = Lines::follow(Log { format: LogFormat::Json, level: Level::INFO, requests: true });
    let world = World::with(setting.contracts()).await;
    let (token, key) = key_of(&world, &world.acme.member).await;
    let user = number(&world, &world.acme.colleague.id).await;
    // Other tests may have met the same lines for the first time in the very moment in which this log began.
    tracing::callsite::rebuild_interest_cache();
    world.store.arm(true);
    let calls = [
        world.delete("/admin/tokens").json(json!({"token_id": token})),
        world.post("/admin/tokens", json!({"user_id": user})),
    ];
    for (call, words) in calls.into_iter().zip([words, "A server error occurred, and nothing was changed."]) {
        let answer = call.token(&world.acme.administrator.token).await;
        if answer.status == 401 {
            // After an unknown outcome nothing is accepted any more.
            continue;
        }
        assert_eq!(answer.expect(500), json!({"detail": words}), "{}", answer.call);
        assert!(!answer.text().contains("on purpose"), "the cause is nobody's business: {}", answer.text());
    }
    let text = lines.text();
    let line = text.lines().find(|line| line.contains(logged)).unwrap_or_else(|| panic!("{logged} not in {text}"));
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["level"], &line["cause"]), (&json!("ERROR"), &json!("a fault on purpose")), "{line}");
    assert!(line["span"]["id"].is_string(), "the line names its request: {line}");
    assert!(!text.contains(&key), "{text}");
}

#[tokio::test]
async fn a_change_that_was_not_made_says_so() {
    failing(Setting::usual(), "A server error occurred, and nothing was changed.", "the request could not be served")
        .await;
}

#[tokio::test]
async fn a_change_whose_outcome_is_unknown_says_so() {
    let words = "A server error occurred, and the outcome is not known yet.";
    failing(Setting::usual().unknown_outcomes(), words, "the outcome of a change is unknown").await;
}
