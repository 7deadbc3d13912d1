//! Promise: the catalogues of modules and event types are lists like any other, the same for everybody.

use super::accounts::{ACCESS, Marketplace, PLATFORM, fields, ids};
use serde_json::json;

const MODULES: &str = "/public/v1/accounts/modules";
const TYPES: &str = "/public/v1/audit/event-types";

#[tokio::test]
async fn modules_are_listed_and_shown() {
    let market = Marketplace::new().await;
    let found = |query: &str| {
        let path = format!("{MODULES}?{query}");
        async { ids(&market.get(path).bearer(&market.client.token).await.expect(200)) }
    };
    assert_eq!(found("").await.len(), 6);
    assert_eq!(found("code=access-management").await, [ACCESS]);
    assert_eq!(found("settings.default=true&order=-name").await, ["MOD-1751", "MOD-1750"]);
    assert_eq!(found("ilike(name,'*management')&limit=1&offset=3&order=id").await, [PLATFORM]);
    let shown =
        market.get(format!("{MODULES}/{ACCESS}?select=-description")).bearer(&market.client.token).await.expect(200);
    assert_eq!((&shown["name"], &shown["code"]), (&json!("Access Management"), &json!("access-management")));
    assert_eq!(shown["accountTypes"], json!(["Operations", "Vendor", "Client"]));
    market.get(format!("{MODULES}/MOD-9999")).bearer(&market.client.token).await.expect(404);
    for (path, wrong) in [("/MOD-1", "id"), ("?colour=red", "colour"), (&format!("/{ACCESS}?limit=1"), "limit")] {
        assert_eq!(fields(&market.get(format!("{MODULES}{path}")).bearer(&market.client.token).await), [wrong]);
    }
}

#[tokio::test]
async fn event_types_are_listed_and_shown() {
    let market = Marketplace::new().await;
    let get = |path: String| market.get(path).bearer(&market.client.token);
    let all = get(format!("{TYPES}?like(key,'*.apiToken.*')&order=id")).await.expect(200);
    assert_eq!(all["data"][0]["key"], "platform.accounts.apiToken.created");
    let id = ids(&all)[0].clone();
    let by_key = get(format!("{TYPES}?key=platform.accounts.apiToken.created")).await.expect(200);
    assert_eq!(ids(&by_key), [id.as_str()]);
    assert_eq!(get(format!("{TYPES}/{id}")).await.expect(200)["name"], "API token created");
    for (path, status) in [("AET-0000-9999", 404), ("AET-0000-0000", 404), ("AET-1", 400)] {
        get(format!("{TYPES}/{path}")).await.expect(status);
    }
}
