//! Promise: a token is created, read, changed, switched and deleted as the clients of the marketplace expect, and
//! its secret is shown when it is created and to itself.

use super::accounts::{ACCESS, MARKETPLACE, Marketplace, TOKENS, text};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// The parts of a record that are the same in every run.
fn stable(mut record: Value) -> Value {
    for name in ["token", "$meta"] {
        record.as_object_mut().unwrap().remove(name);
    }
    record
}

#[tokio::test]
async fn a_token_lives_as_its_clients_expect() {
    let market = Marketplace::new().await;
    let bearer = &market.vendor.token;
    let body = json!({
        "account": {"id": market.vendor.id, "name": "whatever"}, "name": "O'Neil \"CI\" 1.0-b", "description": "Nightly",
        "icon": "", "modules": [{"id": MARKETPLACE}], "extensions": null, "status": "Disabled", "audit": {},
    });
    let answer = market.post(TOKENS, body).bearer(bearer).await;
    let made = answer.expect(201);
    let (id, secret) = (text(&made["id"]), text(&made["token"]));
    assert_eq!(answer.field("location"), Some(format!("{TOKENS}/{id}").as_str()));
    let expected = json!({
        "id": id, "href": format!("/accounts/api-tokens/{id}"), "status": "Active", "name": "O'Neil \"CI\" 1.0-b",
        "description": "Nightly", "icon": "", "revision": 1,
        "account": {
            "id": market.vendor.id, "href": format!("/accounts/accounts/{}", market.vendor.id), "type": "Vendor",
            "status": "Active", "name": "Acme",
        },
        "modules": [{
            "id": MARKETPLACE, "name": "Marketplace", "description": "Products, orders, agreements and subscriptions.",
        }],
    });
    assert_eq!(stable(made.clone()), expected);
    assert_eq!(made["$meta"], json!({"omitted": ["audit"]}));
    assert!(market.is_active(&secret).await);

    let read = market.one(Method::GET, &id, "").bearer(bearer).await.expect(200);
    assert_eq!(read["token"], format!("idt:{id}:********"), "others see no secret");
    assert_eq!(text(&read["lastAccessAt"]), market.authority().now().to_string(), "verifying it was a use");
    let mut read = stable(read);
    read.as_object_mut().unwrap().remove("lastAccessAt");
    assert_eq!(read, expected);

    market.wait(Duration::from_secs(5));
    let change =
        json!({"name": "Weekly", "account": {"id": market.client.id}, "icon": null, "extensions": [{"id": "EXT-1"}]});
    let changed = market.one(Method::PUT, &id, "").json(change).bearer(bearer).await.expect(200);
    assert_eq!((&changed["name"], &changed["revision"]), (&json!("Weekly"), &json!(2)));
    assert_eq!((&changed["description"], &changed["account"]), (&json!("Nightly"), &expected["account"]));
    assert_eq!((changed.get("icon"), &changed["extensions"]), (None, &json!([{"id": "EXT-1"}])));
    assert_eq!(changed["modules"], expected["modules"]);

    for account in [json!("ACC-0000-0001"), json!(7), json!({}), json!([]), json!(null)] {
        let same = market.one(Method::PUT, &id, "").json(json!({"account": account})).bearer(bearer).await.expect(200);
        assert_eq!((&same["account"], &same["revision"]), (&expected["account"], &json!(2)), "{account}");
    }
    let disabled = market.one(Method::POST, &id, "/disable").bearer(bearer).await.expect(200);
    assert_eq!((&disabled["status"], &disabled["revision"]), (&json!("Disabled"), &json!(3)));
    assert!(!market.is_active(&secret).await);
    let enabled = market.one(Method::POST, &id, "/enable").bearer(bearer).await.expect(200);
    assert_eq!((&enabled["status"], &enabled["revision"]), (&json!("Active"), &json!(4)));
    assert!(market.is_active(&secret).await);

    let deleted = market.one(Method::DELETE, &id, "").bearer(bearer).await;
    assert_eq!((deleted.status, deleted.body.len()), (204, 0));
    assert!(!market.is_active(&secret).await);
    for (method, verb) in
        [(Method::GET, ""), (Method::DELETE, ""), (Method::POST, "/enable"), (Method::POST, "/disable")]
    {
        let gone = market.one(method, &id, verb).bearer(bearer).await.expect(404);
        assert_eq!((&gone["status"], &gone["title"]), (&json!(404), &json!("Not Found")));
    }
    market.listed("").bearer(&secret).await.expect(401);
}

#[tokio::test]
async fn only_a_token_itself_is_shown_its_secret_again() {
    let market = Marketplace::new().await;
    // It may do next to nothing, and reads itself all the same.
    let made = market.create(&market.client.token, json!({"name": "weak"})).await;
    let (id, secret) = (text(&made["id"]), text(&made["token"]));
    assert_eq!(made["modules"], json!([]));
    let parts: Vec<_> = secret.splitn(3, ':').collect();
    assert_eq!((parts[0], parts[1], parts[2].len()), ("idt", id.as_str(), 64));
    let own = market.one(Method::GET, &id, "").bearer(&secret).await.expect(200);
    assert_eq!((&own["token"], &own["account"]["type"]), (&json!(secret), &json!("Client")));
    for path in [TOKENS.to_owned(), format!("{TOKENS}/{}", market.client.token_id)] {
        market.get(path).bearer(&secret).await.expect(403);
    }
    for bearer in [&market.client.token, &market.operations.token, &market.root.token] {
        for path in [format!("{TOKENS}/{id}"), TOKENS.to_owned(), format!("{TOKENS}?select=*")] {
            let text = market.get(path).bearer(bearer).await.text();
            assert!(!text.contains(&parts[2][..12]) && !text.contains(&parts[2][52..]), "{text}");
        }
    }
}

#[tokio::test]
async fn what_modules_bring_comes_and_goes_with_them() {
    let market = Marketplace::new().await;
    let made = market.create(&market.vendor.token, json!({"name": "CI"})).await;
    let (id, secret) = (text(&made["id"]), text(&made["token"]));
    let put = |modules: Value| {
        market.one(Method::PUT, &id, "").json(json!({"modules": modules})).bearer(&market.vendor.token)
    };
    market.listed("").bearer(&secret).await.expect(403);
    put(json!([{"id": ACCESS}, {"id": MARKETPLACE}, {"id": ACCESS}])).await.expect(200);
    market.listed("").bearer(&secret).await.expect(200);
    let verdict =
        market.post("/v1/tokens/verify", json!({"token": secret, "scope": format!("softwareone:{MARKETPLACE}")}));
    assert_eq!(verdict.bearer(&market.verifier.token).await.expect(200)["active"], true);
    let left = put(json!([])).await.expect(200);
    assert_eq!(left["modules"], json!([]));
    market.listed("").bearer(&secret).await.expect(403);
}

#[tokio::test]
async fn a_token_of_another_door_is_one_of_these() {
    let market = Marketplace::new().await;
    let (native, secret) = market.token(&market.acme.member).await;
    let found = market.listed("order=-id&limit=1&select=modules").bearer(&market.vendor.token).await.expect(200);
    let record = &found["data"][0];
    let id = text(&record["id"]);
    assert!(text(&record["token"]).contains('…') && !record["token"].to_string().contains(&secret[8..20]));
    let rename = json!({"name": "Renamed", "modules": []});
    market.one(Method::PUT, &id, "").json(rename).bearer(&market.acme.member.token).await.expect(200);
    let shown = market.get(format!("/v1/tokens/{native}")).bearer(&market.acme.member.token).await.expect(200);
    assert_eq!(shown["name"], "Renamed");
    assert!(shown["scopes"].as_array().unwrap().len() > 1, "what has nothing to do with modules stays: {shown}");
    market.one(Method::DELETE, &id, "").bearer(&market.vendor.token).await.expect(204);
    assert!(!market.is_active(&secret).await);
    market.get("/v1/whoami").bearer(&secret).await.problem(401, "unauthenticated");
}
