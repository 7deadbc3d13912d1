//! Promise: a streamed answer has every token once, in the form that was asked for.

use super::accounts::{Marketplace, TOKENS, ids, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn streamed<'a>(market: &'a Marketplace, query: &str, accept: &str) -> crate::world::Call<'a> {
    let call = market.listed(query).bearer(&market.client.token);
    call.field("mpt-streaming", "true").field("accept", accept)
}

#[tokio::test]
async fn every_token_is_there_once() {
    let market = Marketplace::new().await;
    for number in 0..230 {
        market.create(&market.client.token, json!({"name": format!("CI {number}")})).await;
    }
    let answer = streamed(&market, "order=-id&select=modules,-name", "application/jsonl").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let fields = ["mpt-streaming", "mpt-item-count", "content-type"].map(|name| answer.field(name).unwrap());
    let total =
        market.listed("limit=0").bearer(&market.client.token).await.expect(200)["$meta"]["pagination"]["total"].clone();
    assert_eq!(fields, ["true", &total.to_string(), "application/jsonl"]);
    let text_of = answer.text();
    let lines: Vec<Value> = text_of.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let seen: Vec<_> = lines.iter().map(|line| text(&line["id"])).collect();
    assert_eq!(seen.len(), seen.iter().collect::<BTreeSet<_>>().len());
    assert_eq!(json!(seen.len()), total);
    assert!(seen.is_sorted_by(|left, right| left > right));
    assert!(lines.iter().all(|line| line.get("name").is_none() && line["modules"].is_array()));

    let whole = streamed(&market, "like(name,'CI*')&limit=120", "application/json").await.expect(200);
    assert_eq!(ids(&whole).len(), 120, "a limit that is asked for holds, beyond what one part has");
    let none = streamed(&market, "name=none", "application/jsonl").await;
    assert_eq!((none.status, none.field("mpt-item-count"), none.body.len()), (200, Some("0"), 0));
    assert_eq!(ids(&streamed(&market, "name=none", "application/json").await.expect(200)), Vec::<String>::new());
}

#[tokio::test]
async fn a_form_that_there_is_not_is_refused() {
    let market = Marketplace::new().await;
    let refused = streamed(&market, "", "text/csv").await.expect(406);
    assert_eq!((&refused["status"], &refused["title"]), (&json!(406), &json!("Not Acceptable")));
    let usual = market.get(TOKENS).bearer(&market.client.token).field("mpt-streaming", "false").await;
    assert_eq!(usual.field("mpt-streaming"), None);
}
