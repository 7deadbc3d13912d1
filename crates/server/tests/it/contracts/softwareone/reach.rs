//! Promise: account types and modules say how far a token reaches, and what it may hand out.

use super::accounts::{ACCESS, CATALOGUE, MARKETPLACE, Marketplace, PLATFORM, TOKENS, fields, text};
use http::Method;
use serde_json::{Value, json};

fn body(account: Option<&str>, modules: &[&str]) -> Value {
    let modules: Vec<_> = modules.iter().map(|id| json!({"id": id})).collect();
    let mut body = json!({"name": "made", "modules": modules});
    if let Some(id) = account {
        body["account"] = json!({"id": id});
    }
    body
}

#[tokio::test]
async fn vendors_and_clients_have_their_account_and_whoever_runs_the_marketplace_has_all() {
    let market = Marketplace::new().await;
    let (vendor, client, operations) = (&market.vendor, &market.client, &market.operations);
    for (own, other) in [(vendor, client), (client, vendor)] {
        assert_eq!(market.create(&own.token, body(None, &[MARKETPLACE])).await["account"]["id"], json!(own.id));
        let listed = market.listed("select=account").bearer(&own.token).await.expect(200);
        assert!(listed["data"].as_array().unwrap().iter().all(|token| token["account"]["id"] == json!(own.id)));
        market.one(Method::GET, &other.token_id, "").bearer(&own.token).await.expect(404);
        let foreign = market.post(TOKENS, body(Some(&other.id), &[])).bearer(&own.token).await;
        let unknown = market.post(TOKENS, body(Some("ACC-9999-9999"), &[])).bearer(&own.token).await;
        assert_eq!(foreign.comparable(), unknown.comparable());
        assert_eq!(fields(&foreign), ["account.id"]);
    }
    let made = market.create(&operations.token, body(Some(&client.id), &[MARKETPLACE])).await;
    assert_eq!(made["account"]["id"], json!(client.id));
    market.one(Method::GET, &vendor.token_id, "").bearer(&operations.token).await.expect(200);
    market.one(Method::DELETE, &text(&made["id"]), "").bearer(&operations.token).await.expect(204);
    let accounts = market.listed("ne(account.type,Operations)&limit=1").bearer(&operations.token).await.expect(200);
    assert!(accounts["$meta"]["pagination"]["total"].as_u64().unwrap() > 5);
}

#[tokio::test]
async fn without_access_management_the_operators_own_tokens_stay_out_of_sight() {
    let market = Marketplace::new().await;
    let made = market.create(&market.operations.token, body(None, &[PLATFORM])).await;
    let (id, secret) = (text(&made["id"]), text(&made["token"]));
    market.one(Method::GET, &market.client.token_id, "").bearer(&secret).await.expect(200);
    market.one(Method::GET, &id, "").bearer(&secret).await.expect(200);
    let hidden = &market.operations.token_id;
    for (method, verb) in [(Method::GET, ""), (Method::DELETE, ""), (Method::POST, "/disable")] {
        market.one(method, hidden, verb).bearer(&secret).await.expect(404);
    }
    assert_eq!(market.found(&secret, "account.type=Operations").await, Vec::<String>::new());
    let records = |query: String| market.get(format!("/public/v1/audit/records{query}"));
    let own = records(format!("?object.id={hidden}")).bearer(&market.operations.token).await.expect(200);
    let record = text(&own["data"][0]["id"]);
    let none = records(format!("?object.id={hidden}")).bearer(&secret).await.expect(200);
    assert_eq!((&none["data"], &none["$meta"]["pagination"]["total"]), (&json!([]), &json!(0)));
    records(format!("/{record}")).bearer(&secret).await.expect(404);
    let all = records(String::new()).bearer(&secret).await;
    assert!(!all.text().contains(hidden) && all.text().contains(&market.client.token_id), "{}", all.text());
    assert_eq!(fields(&market.post(TOKENS, body(None, &[])).bearer(&secret).await), ["account.id"]);
    assert!(market.is_active(&market.operations.token).await);
}

#[tokio::test]
async fn modules_are_handed_out_to_accounts_of_their_type_by_whoever_may() {
    let market = Marketplace::new().await;
    let (vendor, client, operations) = (&market.vendor.token, &market.client.token, &market.operations.token);
    let position = market.position().await;
    for (bearer, modules, wrong) in [
        (client, vec![MARKETPLACE, CATALOGUE], vec!["modules[1].id"]),
        (client, vec![PLATFORM], vec!["modules[0].id"]),
        (vendor, vec!["MOD-9999", "mod-1756"], vec!["modules[0].id", "modules[1].id"]),
    ] {
        let answer = market.post(TOKENS, body(None, &modules)).bearer(bearer).await;
        match answer.status {
            // Whoever has no such reach is told that before he is told what it is for.
            403 => assert_eq!(modules, [PLATFORM]),
            _ => assert_eq!(fields(&answer), wrong),
        }
    }
    // Access Management alone hands nothing out over the platform, also where it would be for the account.
    assert_eq!(market.position().await, position);
    let narrow = text(&market.create(operations, body(None, &[ACCESS])).await["token"]);
    market.post(TOKENS, body(None, &[PLATFORM])).bearer(&narrow).await.expect(403);
    market.listed("account.type=Client").bearer(&narrow).await.expect(200);
    assert_eq!(market.found(&narrow, "ne(account.type,Operations)").await, Vec::<String>::new());
    // A native credential that may not hand out modules hands out none.
    let issue = json!({"name": "narrow", "scopes": ["tokens:read", "tokens:write", "organisations:read"]});
    let native = market.post("/v1/tokens", issue).bearer(&market.acme.administrator.token).await.expect(201);
    let native = text(&native["secret"]);
    market.post(TOKENS, body(None, &[MARKETPLACE])).bearer(&native).await.expect(403);
    market.post(TOKENS, body(None, &[])).bearer(&native).await.expect(201);
    market.post(TOKENS, body(None, &[])).bearer(&market.acme.member.token).await.expect(403);
}

#[tokio::test]
async fn what_a_token_hands_out_is_what_its_new_token_may_do() {
    let market = Marketplace::new().await;
    let made = market.create(&market.vendor.token, body(None, &[ACCESS, CATALOGUE])).await;
    let secret = text(&made["token"]);
    let who = market.get("/v1/whoami").bearer(&secret).await.expect(200);
    let expected = [
        "journal:read",
        "organisations:read",
        "owners:read",
        "softwareone:MOD-1752",
        "softwareone:MOD-1756",
        "tokens:read",
        "tokens:write",
    ];
    assert_eq!(who["scopes"], json!(expected), "{who}");
    market.get("/v1/tokens").bearer(&secret).await.expect(200);
    market.get("/v1/users").bearer(&secret).await.expect(200);
    let user = json!({"name": "Ken", "email": "ken@people.example"});
    market.post("/v1/users", user).bearer(&secret).await.problem(403, "insufficient-scope");
}

#[tokio::test]
async fn an_administrator_of_the_application_says_what_type_an_account_is_of() {
    let market = Marketplace::new().await;
    let path = format!("/v1/organisations/{}", market.globex.id);
    let patch = |facts: Value| market.patch(path.as_str(), json!({"contracts": {"softwareone": facts}}));
    let shown = patch(json!({"type": "Vendor"})).bearer(&market.root.token).await.expect(200);
    assert_eq!(shown["contracts"]["softwareone"], json!({"type": "Vendor"}));
    let own = market.one(Method::GET, &market.client.token_id, "").bearer(&market.client.token).await.expect(200);
    assert_eq!(own["account"]["type"], "Vendor");
    assert_eq!(
        market.create(&market.client.token, body(None, &[CATALOGUE])).await["modules"][0]["id"],
        json!(CATALOGUE)
    );
    for wrong in [json!({"type": "Operator"}), json!("Vendor"), json!({})] {
        let refused = patch(wrong).bearer(&market.root.token).await.refused();
        assert_eq!(refused, ["contracts.softwareone"]);
    }
    let denied = patch(json!({"type": "Operations"})).bearer(&market.globex.administrator.token).await;
    assert_eq!(denied.status, 403);
}

#[tokio::test]
async fn access_management_alone_hands_out_nothing_over_the_platform() {
    let market = Marketplace::new().await;
    // An application administrator's token that may administer those of accounts only.
    let scopes = "tokens:read tokens:write organisations:read softwareone:MOD-1756";
    let (_, secret) = market.token_with(&market.root, scopes).await;
    let position = market.position().await;
    market.post(TOKENS, body(None, &[PLATFORM])).bearer(&secret).await.expect(403);
    assert_eq!(market.position().await, position);
    market.post(TOKENS, body(None, &[MARKETPLACE, ACCESS])).bearer(&secret).await.expect(201);
}

#[tokio::test]
async fn an_account_that_is_not_active_gets_no_seat() {
    let market = Marketplace::new().await;
    let root = &market.root.token;
    let made = market.post("/v1/organisations", json!({"name": "Idle"})).bearer(root).await.expect(201);
    let id = text(&made["id"]);
    market.patch(format!("/v1/organisations/{id}"), json!({"active": false})).bearer(root).await.expect(200);
    let id = domain::id::OrganisationId::parse("id", &id).unwrap();
    let account = market.authority().organisation(&market.caller, id).await.unwrap();
    let position = market.position().await;
    let account = format!("ACC-{}", account.number.grouped());
    market.post(TOKENS, body(Some(&account), &[])).bearer(root).await.expect(409);
    assert_eq!(market.position().await, position);
}

/// The native identifier of the newest token of an organisation.
async fn newest(market: &Marketplace, organisation: &str) -> String {
    let path = format!("/v1/tokens?organisation={organisation}&limit=1");
    text(&market.get(path).bearer(&market.root.token).await.expect(200)["items"][0]["id"])
}

#[tokio::test]
async fn what_was_given_at_another_door_stays_when_modules_are_replaced() {
    let market = Marketplace::new().await;
    let made = market.create(&market.vendor.token, body(None, &[MARKETPLACE])).await;
    let native = newest(&market, &market.acme.id).await;
    let scopes = json!({"scopes": ["reports:read", "softwareone:MOD-1751"]});
    market.patch(format!("/v1/tokens/{native}"), scopes).bearer(&market.root.token).await.expect(200);
    let put = json!({"modules": [{"id": CATALOGUE}]});
    market.one(Method::PUT, &text(&made["id"]), "").json(put).bearer(&market.root.token).await.expect(200);
    let shown = market.get(format!("/v1/tokens/{native}")).bearer(&market.root.token).await.expect(200);
    assert_eq!(shown["scopes"], json!(["reports:read", "softwareone:MOD-1752"]));
}

#[tokio::test]
async fn whom_a_token_speaks_for_says_whether_it_is_the_platforms() {
    let market = Marketplace::new().await;
    let wide = market.create(&market.operations.token, body(None, &[PLATFORM])).await;
    let native = newest(&market, &market.caller.organisation.to_string()).await;
    let scopes = json!({"scopes": ["softwareone:MOD-1751"]});
    market.patch(format!("/v1/tokens/{native}"), scopes).bearer(&market.root.token).await.expect(200);
    let put = market.one(Method::PUT, &text(&wide["id"]), "").json(body(None, &[MARKETPLACE]));
    assert_eq!(fields(&put.bearer(&market.operations.token).await), ["modules"]);
    let put = market.one(Method::PUT, &text(&wide["id"]), "").json(body(None, &[PLATFORM]));
    put.bearer(&market.operations.token).await.expect(200);
}
