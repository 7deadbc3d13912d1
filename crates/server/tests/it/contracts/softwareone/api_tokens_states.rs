//! Promise: a transition that there is not is refused, and changes nothing.

use super::accounts::{MARKETPLACE, Marketplace, PLATFORM, TOKENS, fields, text};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn what_is_so_already_is_refused() {
    let market = Marketplace::new().await;
    let bearer = &market.client.token;
    let id = text(&market.create(bearer, json!({"name": "CI"})).await["id"]);
    let position = market.position().await;
    assert_eq!(fields(&market.one(Method::POST, &id, "/enable").bearer(bearer).await), ["status"]);
    assert_eq!(market.position().await, position);
    market.one(Method::POST, &id, "/disable").bearer(bearer).await.expect(200);
    assert_eq!(fields(&market.one(Method::POST, &id, "/disable").bearer(bearer).await), ["status"]);
    assert_eq!(market.position().await, position + 1);
}

#[tokio::test]
async fn a_token_whose_time_is_over_is_disabled_for_good() {
    let market = Marketplace::new().await;
    let body = json!({"name": "short", "scopes": ["tokens:read"], "expires_at": market.authority().now().after(Duration::from_secs(60)).to_string()});
    let made = market.post("/v1/tokens", body).bearer(&market.acme.administrator.token).await.expect(201);
    market.wait(Duration::from_secs(61));
    let found = market.listed("name=short&status=disabled").bearer(&market.vendor.token).await.expect(200);
    assert_eq!((found["data"][0]["status"].clone(), found["data"].as_array().unwrap().len()), (json!("Disabled"), 1));
    let id = text(&found["data"][0]["id"]);
    for verb in ["/enable", "/disable"] {
        assert_eq!(fields(&market.one(Method::POST, &id, verb).bearer(&market.vendor.token).await), ["status"]);
    }
    assert!(!market.is_active(&text(&made["secret"])).await);
    // Also when it was disabled before its time was over, or is now.
    let native = text(&made["id"]);
    let disable = market.post(format!("/v1/tokens/{native}/disable"), json!({}));
    disable.bearer(&market.acme.administrator.token).await.expect(200);
    let position = market.position().await;
    let answer = market.one(Method::POST, &id, "/enable").bearer(&market.vendor.token).await;
    assert_eq!(fields(&answer), ["status"]);
    assert_eq!(market.position().await, position);
}

#[tokio::test]
async fn whoever_runs_the_marketplace_sees_what_was_deleted_and_cannot_change_it() {
    let market = Marketplace::new().await;
    let bearer = &market.operations.token;
    let made = market.create(&market.client.token, json!({"name": "gone", "modules": [{"id": MARKETPLACE}]})).await;
    let id = text(&made["id"]);
    market.one(Method::DELETE, &id, "").bearer(&market.client.token).await.expect(204);
    let read = market.one(Method::GET, &id, "?select=audit").bearer(bearer).await.expect(200);
    assert_eq!((&read["status"], &read["modules"][0]["id"]), (&json!("Deleted"), &json!(MARKETPLACE)));
    assert!(read["audit"]["deleted"]["by"]["id"].is_string() && read["token"] == format!("idt:{id}:********"));
    assert_eq!(market.found(bearer, "status=Deleted").await, [id.as_str()]);
    let position = market.position().await;
    let put = market.one(Method::PUT, &id, "").json(json!({"name": "back"})).bearer(bearer).await;
    assert_eq!(fields(&put), ["status"]);
    for (method, verb) in [(Method::POST, "/enable"), (Method::POST, "/disable"), (Method::DELETE, "")] {
        assert_eq!(fields(&market.one(method, &id, verb).bearer(bearer).await), ["status"]);
    }
    assert_eq!(market.position().await, position);
    for bearer in [&market.client.token, &market.vendor.token] {
        market.one(Method::GET, &id, "").bearer(bearer).await.expect(404);
        assert_eq!(market.found(bearer, "status=Deleted").await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn the_reach_over_the_platform_is_decided_when_a_token_is_created() {
    let market = Marketplace::new().await;
    let modules =
        |ids: &[&str]| json!({"name": "x", "modules": ids.iter().map(|id| json!({"id": id})).collect::<Vec<Value>>()});
    let bearer = &market.operations.token;
    let plain = text(&market.create(bearer, modules(&[MARKETPLACE])).await["id"]);
    let wide = text(&market.create(bearer, modules(&[PLATFORM])).await["id"]);
    for (id, wanted) in [(&plain, modules(&[PLATFORM])), (&wide, modules(&[MARKETPLACE]))] {
        let answer = market.one(Method::PUT, id, "").json(wanted).bearer(bearer).await;
        assert_eq!(fields(&answer), ["modules"]);
    }
    let both = market.one(Method::PUT, &wide, "").json(modules(&[PLATFORM, MARKETPLACE])).bearer(bearer).await;
    assert_eq!(both.expect(200)["modules"].as_array().unwrap().len(), 2);
    // A wildcard was given elsewhere, and is not taken apart here.
    let native = market.get(format!("{TOKENS}?order=id&limit=1")).bearer(bearer).await.expect(200);
    let native = text(&native["data"][0]["id"]);
    let answer = market.one(Method::PUT, &native, "").json(modules(&[PLATFORM])).bearer(bearer).await;
    assert_eq!(fields(&answer), ["modules"]);
}
