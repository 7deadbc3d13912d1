//! Promise: a streamed answer has every token once, in the form that was asked for, or is seen to be cut short.

use super::accounts::{Marketplace, TOKENS, ids, text};
use authority::issue::NewToken;
use domain::{
    name::{Labels, Name},
    token::Terms,
};
use http::Method;
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::Arc};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
    task::JoinSet,
};

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
    // A token that works from here alone works here to the end.
    let issue = json!({"name": "near", "networks": ["127.0.0.0/8"]});
    let near = market.post("/v1/tokens", issue).bearer(&market.globex.administrator.token).await.expect(201);
    let call = market.listed("").bearer(near["secret"].as_str().unwrap()).field("mpt-streaming", "true");
    assert!(call.await.text().lines().count() > 1);
    let usual = market.get(TOKENS).bearer(&market.client.token).field("mpt-streaming", "false").await;
    assert_eq!(usual.field("mpt-streaming"), None);
}

/// A thousand tokens of the client, each with much to say, so that no buffer holds them all.
async fn many(market: &Marketplace) {
    let caller =
        market.authority().authenticate(&market.client.token, &domain::origin::Origin::default()).await.unwrap();
    let issue = || {
        let new = NewToken {
            key: None,
            name: Name::parse("name", "CI").unwrap(),
            description: "d".repeat(2_000),
            owner: None,
            scopes: None,
            networks: None,
            labels: Labels::default(),
            expires_at: None,
            terms: Terms::default(),
            permission: None,
        };
        let (authority, caller) = (Arc::clone(market.authority()), caller.clone());
        async move { authority.issue(&caller, new, None).await.unwrap() }
    };
    let mut waiting = JoinSet::new();
    (0..1_000).for_each(|_| drop(waiting.spawn(issue())));
    waiting.join_all().await;
}

/// Asks for a streamed answer, and reads nothing but its beginning until `meanwhile` is over.
async fn slowly(market: &Marketplace, meanwhile: impl AsyncFnOnce()) -> String {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut stream = socket.connect(market.address).await.unwrap();
    let request = format!(
        "GET {TOKENS}?order=id HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\naccept: application/jsonl\r\n\
         mpt-streaming: true\r\nconnection: close\r\n\r\n",
        market.client.token
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut beginning = vec![0; 1_024];
    stream.read_exact(&mut beginning).await.unwrap();
    meanwhile().await;
    let mut answer = beginning;
    // A connection that is cut may end with an error.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_deleted_meanwhile_is_told_as_that() {
    let market = Marketplace::new().await;
    many(&market).await;
    let last = market.found(&market.client.token, "order=-id&limit=1").await.remove(0);
    let answer = slowly(&market, async || {
        market.one(Method::DELETE, &last, "").bearer(&market.client.token).await.expect(204);
    })
    .await;
    let stub = format!("{{\"$meta\":{{\"deleted\":true}},\"id\":\"{last}\"}}\n");
    let swapped = format!("{{\"id\":\"{last}\",\"$meta\":{{\"deleted\":true}}}}\n");
    assert!(answer.contains(&stub) || answer.contains(&swapped), "{}", &answer[answer.len() - 400..]);
    assert!(answer.ends_with("0\r\n\r\n"), "the answer is whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_ends_with_the_power_of_whoever_asked() {
    let market = Marketplace::new().await;
    many(&market).await;
    let answer = slowly(&market, async || {
        let own = &market.client.token_id;
        market.one(Method::DELETE, own, "").bearer(&market.operations.token).await.expect(204);
    })
    .await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("mpt-item-count: "), "{}", &answer[..400]);
    assert!(!answer.ends_with("0\r\n\r\n"), "the client cannot take it for whole");
    assert!(answer.matches("\"id\":\"TKN-").count() < 900);
}

#[tokio::test]
async fn a_streamed_list_says_what_it_leaves_out() {
    let market = Marketplace::new().await;
    let whole = streamed(&market, "select=modules,-name", "application/json").await.expect(200);
    assert_eq!(whole["$meta"]["omitted"], json!(["name", "audit"]));
    let whole = streamed(&market, "select=*", "application/json").await.expect(200);
    assert_eq!(whole["$meta"]["omitted"], json!([]));
}
