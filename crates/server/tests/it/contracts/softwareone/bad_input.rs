//! Promise: whatever is wrong with a request is named, in this contract's shape, and nothing is written.

use super::accounts::{Marketplace, TOKENS, fields};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn every_field_that_breaks_a_rule_is_named() {
    let market = Marketplace::new().await;
    let bearer = &market.client.token;
    let position = market.position().await;
    let many: Vec<_> = (0..101).map(|_| json!({"id": "MOD-1751"})).collect();
    let post = |body: Value| market.post(TOKENS, body).bearer(bearer);
    for (body, wrong) in [
        (json!({}), vec!["name"]),
        (json!({"name": ""}), vec!["name"]),
        (json!({"name": null}), vec!["name"]),
        (json!({"name": "a/b"}), vec!["name"]),
        (json!({"name": "a\u{202e}b"}), vec!["name"]),
        (json!({"name": "a".repeat(201)}), vec!["name"]),
        (json!({"name": 7}), vec!["name"]),
        (json!({"name": "a", "description": "d".repeat(2_001)}), vec!["description"]),
        (json!({"name": "a", "description": "a\u{0}b", "icon": "\u{1b}"}), vec!["description", "icon"]),
        (json!({"name": "a", "icon": "i".repeat(2_001)}), vec!["icon"]),
        (json!({"name": "a", "modules": "MOD-1751"}), vec!["modules"]),
        (json!({"name": "a", "modules": [{}]}), vec!["modules[0].id"]),
        (json!({"name": "a", "modules": [{"id": "MOD-0001"}]}), vec!["modules[0].id"]),
        (json!({"name": "a", "modules": many}), vec!["modules"]),
        (json!({"name": "a", "extensions": [{"id": ""}]}), vec!["extensions[0].id"]),
        (json!({"name": "a", "account": {"id": "ACC-1"}}), vec!["account.id"]),
        (json!({"name": "a", "account": "ACC-0000-0001"}), vec!["account.id"]),
    ] {
        assert_eq!(fields(&post(body.clone()).await), wrong, "{body}");
    }
    for body in ["", "{", "[]", "null", "{\"name\":\"a\",\"name\":\"b\"}", "\u{feff}{}"] {
        let answer = market.call(Method::POST, TOKENS).body("application/json", body).bearer(bearer).await;
        assert_eq!(answer.expect(400)["title"], "Bad Request", "{body}");
    }
    for kind in ["text/plain", "application/xml", "application/x-www-form-urlencoded", "application/jsonp"] {
        let answer = market.call(Method::POST, TOKENS).body(kind, r#"{"name":"a"}"#).bearer(bearer).await;
        assert_eq!(answer.expect(415)["title"], "Unsupported Media Type", "{kind}");
    }
    assert_eq!(market.position().await, position);
    for kind in ["text/json", "application/merge-patch+json; charset=utf-8"] {
        let answer = market.call(Method::POST, TOKENS).body(kind, r#"{"name":"a"}"#).bearer(bearer).await;
        answer.expect(201);
    }
}

#[tokio::test]
async fn identifiers_have_one_spelling() {
    let market = Marketplace::new().await;
    for id in
        ["1", "TKN-1", "TKN-0000-0000-0001", "tkn-0000-0001", "ACC-0000-0001", "%C3%A9", "TKN-9999-9999-9999-9999-9999"]
    {
        for (method, verb) in
            [(Method::GET, ""), (Method::DELETE, ""), (Method::POST, "/enable"), (Method::POST, "/disable")]
        {
            assert_eq!(fields(&market.one(method, id, verb).bearer(&market.client.token).await), ["id"], "{id}");
        }
        let put = market.one(Method::PUT, id, "").json(json!({"name": "a"})).bearer(&market.client.token).await;
        assert_eq!(fields(&put), ["id"], "{id}");
    }
}

#[tokio::test]
async fn hostile_queries_are_answered_like_any_other() {
    let market = Marketplace::new().await;
    let position = market.position().await;
    for query in [
        "eq(name,'%27%20OR%201=1--')",
        "name=1);DROP%20TABLE%20token;--",
        "like(name,'%25')",
        "eq(name,'%00')",
        "order=name);--",
        "order=(SELECT%201)",
        "select=*,-*,(((",
        "in(id,('%27',%22%22))",
        "any(modules,any(modules,any(modules)))",
        "self()",
        "not(not(not(name=a)))",
        "%26%26%26",
        ";;;;",
        "limit=100&limit=100",
        "name=%F0%9F%92%A9",
    ] {
        let answer = market.listed(query).bearer(&market.client.token).await;
        assert!([200, 400].contains(&answer.status), "{query}: {}", answer.text());
    }
    let everything = market.listed("").bearer(&market.client.token).await.expect(200);
    assert!(everything["$meta"]["pagination"]["total"].as_u64().unwrap() > 0);
    assert_eq!(market.position().await, position);
    let secret = market.listed(&format!("eq(token,'{}')", market.client.token)).bearer(&market.client.token).await;
    assert!(!secret.text().contains(&market.client.token[20..40]) && secret.status == 400);
}
