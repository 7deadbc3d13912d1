//! Promise: what happened to a token is told to whoever reaches it, outlives the token, and holds no secret.

use super::accounts::{Marketplace, fields, ids, text};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

const RECORDS: &str = "/public/v1/audit/records";

/// A token that was changed, disabled, enabled, disabled again and deleted, with its secret.
async fn eventful(market: &Marketplace) -> (String, String) {
    let made = market.create(&market.client.token, json!({"name": "first"})).await;
    let (id, secret) = (text(&made["id"]), text(&made["token"]));
    let send = |method, verb| market.one(method, &id, verb).bearer(&market.client.token);
    for (method, verb) in
        [(Method::PUT, ""), (Method::POST, "/disable"), (Method::POST, "/enable"), (Method::POST, "/disable")]
    {
        market.wait(Duration::from_secs(60));
        let call = send(method.clone(), verb);
        let call = if method == Method::PUT { call.json(json!({"name": "second"})) } else { call };
        call.await.expect(200);
    }
    (id, secret)
}

#[tokio::test]
async fn a_token_says_what_last_happened_to_it() {
    let market = Marketplace::new().await;
    let (id, _) = eventful(&market).await;
    let read = market.one(Method::GET, &id, "?select=+audit").bearer(&market.client.token).await.expect(200);
    let audit = read["audit"].as_object().unwrap();
    assert_eq!(audit.keys().collect::<Vec<_>>(), ["created", "disabled", "enabled", "updated"]);
    let at = |name: &str| text(&audit[name]["at"]);
    assert!(at("created") < at("enabled") && at("enabled") < at("disabled"));
    // Every change counts as one, and the list is filtered by the newest.
    assert_eq!(at("updated"), at("disabled"));
    let filter = format!("name=second&audit.updated.at='{}'", at("updated"));
    assert_eq!(market.found(&market.client.token, &filter).await, [id.as_str()]);
    assert!(audit.values().all(|event| event["by"]["name"] == "SoftwareOne account"), "{audit:?}");
    assert!(audit.values().all(|event| event["of"]["account"]["id"] == json!(market.client.id)), "{audit:?}");
    assert_eq!(read["$meta"], json!({"omitted": []}));
    let new = text(&market.create(&market.client.token, json!({"name": "new"})).await["id"]);
    let read = market.one(Method::GET, &new, "?select=audit").bearer(&market.client.token).await.expect(200);
    assert_eq!(read["audit"].as_object().unwrap().keys().collect::<Vec<_>>(), ["created"]);
}

#[tokio::test]
async fn records_are_listed_by_their_token_kind_and_time() {
    let market = Marketplace::new().await;
    let (id, secret) = eventful(&market).await;
    market.one(Method::DELETE, &id, "").bearer(&market.client.token).await.expect(204);
    let get = |query: String| market.get(format!("{RECORDS}{query}")).bearer(&market.client.token);
    let events = |list: &Value| -> Vec<String> {
        let last = |record: &Value| text(&record["event"]).rsplit('.').next().unwrap().to_owned();
        list["data"].as_array().unwrap().iter().map(last).collect()
    };
    let all = get(format!("?object.id={id}&order=timestamp")).await.expect(200);
    assert_eq!(events(&all), ["created", "updated", "disabled", "enabled", "disabled", "statusChanged"]);
    assert_eq!(all["$meta"]["omitted"], json!(["documents"]));
    let first = &all["data"][0];
    assert_eq!(first["object"], json!({"id": id, "name": "second", "objectType": "ApiToken"}));
    assert_eq!((&first["actor"]["name"], &first["type"]), (&json!("SoftwareOne account"), &json!("Public")));
    let part = get(format!("?eq(object.id,'{id}')&limit=2&offset=1")).await.expect(200);
    assert_eq!(events(&part), ["disabled", "enabled"]);
    assert_eq!(part["$meta"]["pagination"], json!({"offset": 1, "limit": 2, "total": 6}));
    let at = text(&all["data"][3]["timestamp"]);
    let later = get(format!("?object.id={id}&gt(timestamp,'{at}')&event=platform.accounts.apiToken.disabled"))
        .await
        .expect(200);
    assert_eq!(events(&later), ["disabled"]);
    assert_eq!(ids(&get("?object.id=TKN-9999-9999".to_owned()).await.expect(200)), Vec::<String>::new());

    let record = ids(&all)[0].clone();
    let shown = get(format!("/{record}")).await.expect(200);
    assert_eq!(shown["documents"]["name"], "first");
    let everything = get("?select=documents&limit=100".to_owned()).await.text();
    assert!(!everything.contains(&secret[18..40]) && !everything.contains("digest"), "{everything}");
    market.get(format!("{RECORDS}/{record}")).bearer(&market.vendor.token).await.expect(404);
    market.get(format!("{RECORDS}/{record}")).bearer(&market.operations.token).await.expect(200);
    for (query, wrong) in [
        ("?order=event", "event"),
        ("?ne(event,a)", "not"),
        ("?object.id=a&object.id=b", "object.id"),
        ("?like(event,'a*')", "event"),
        ("?colour=red", "colour"),
        ("/AUD-1", "id"),
    ] {
        let refused = fields(&get(query.to_owned()).await);
        assert!(refused == [wrong] || refused == ["filter"], "{query}: {refused:?}");
    }
    market.post(RECORDS, json!({"event": "made.up"})).bearer(&market.operations.token).await.expect(405);
}

#[tokio::test]
async fn only_who_is_within_reach_has_a_name() {
    let market = Marketplace::new().await;
    // The token was made by somebody of another account.
    let (id, own, all) = (&market.client.token_id, &market.client.token, &market.operations.token);
    let by = async |bearer: &str| {
        let read = market.one(Method::GET, id, "?select=audit").bearer(bearer).await.expect(200);
        read["audit"]["created"]["by"].clone()
    };
    let (narrow, wide) = (by(own).await, by(all).await);
    assert_eq!((&narrow["id"], narrow.get("name"), &wide["name"]), (&wide["id"], None, &json!("Root")));
    let actor = async |bearer: &str| {
        let path = format!("{RECORDS}?object.id={id}&order=timestamp&limit=1");
        market.get(path).bearer(bearer).await.expect(200)["data"][0]["actor"].clone()
    };
    assert_eq!((actor(own).await, actor(all).await), (narrow, wide));
    let found = async |bearer: &str, filter: &str| {
        let found = market.found(bearer, &format!("{filter}&id={id}&order=audit.created.by.name")).await;
        !found.is_empty()
    };
    for (filter, narrow, wide) in [
        ("audit.created.by.name=Root", false, true),
        ("like(audit.created.by.name,'R*')", false, true),
        ("gt(audit.created.by.name,'A')", false, true),
        ("audit.created.by.name=null()", true, false),
        ("ne(audit.created.by.name,Root)", true, false),
    ] {
        assert_eq!((found(own, filter).await, found(all, filter).await), (narrow, wide), "{filter}");
    }
}
