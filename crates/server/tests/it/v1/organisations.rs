//! Only application administrators make and change organisations; deactivating one ends all its power at once.

use crate::world::World;
use serde_json::json;

#[tokio::test]
async fn an_organisation_is_made_read_and_renamed() {
    let world = World::new().await;
    let root = &world.root.token;
    let answer = world.post("/v1/organisations", json!({"name": "Initech"})).bearer(root).await;
    let made = answer.expect(201);
    let place = format!("/v1/organisations/{}", made["id"].as_str().unwrap());
    assert_eq!((answer.field("location"), answer.field("etag")), (Some(place.as_str()), Some("\"1\"")));
    assert_eq!((&made["name"], &made["active"], &made["revision"]), (&json!("Initech"), &json!(true), &json!(1)));
    assert_eq!(world.get(&place).bearer(root).await.expect(200), made);
    let renamed = world.patch(&place, json!({"name": "Initrode"})).bearer(root).await;
    assert_eq!((renamed.field("etag"), &renamed.expect(200)["name"]), (Some("\"2\""), &json!("Initrode")));
    let next = world.post("/v1/organisations", json!({"name": "Next"})).bearer(root).await.expect(201);
    assert_eq!(next["number"].as_u64().unwrap(), made["number"].as_u64().unwrap() + 1);
}

#[tokio::test]
async fn what_contracts_know_of_an_organisation_is_shown_and_checked_by_them() {
    let world = World::new().await;
    let (root, place) = (&world.root.token, format!("/v1/organisations/{}", world.acme.id));
    assert_eq!(world.get(&place).bearer(root).await.expect(200)["contracts"], json!({}));
    for (contracts, field) in [
        (json!({}), "contracts"),
        (json!({"unknown": {}}), "contracts"),
        (json!({"dfns": {}}), "contracts.dfns"),
        (json!({"softwareone": {"type": "Client"}, "vectorai": {}}), "contracts"),
        (json!({"vectorai": {"auth_enabled": false}}), "contracts.vectorai"),
        (json!({"rncv": {}}), "contracts.rncv"),
        (json!({"softwareone": {"type": "King"}}), "contracts.softwareone"),
        (json!({"softwareone": null}), "contracts.softwareone"),
    ] {
        let answer = world.patch(&place, json!({"contracts": contracts.clone()})).bearer(root).await;
        assert_eq!(answer.refused(), [field], "{contracts}");
    }
    let vendor = json!({"contracts": {"softwareone": {"type": "Vendor"}}});
    world.patch(&place, vendor.clone()).bearer(&world.acme.administrator.token).await.problem(403, "forbidden");
    let changed = world.patch(&place, vendor.clone()).bearer(root).await.expect(200);
    assert_eq!(changed["contracts"], vendor["contracts"]);
    assert_eq!(world.get(&place).bearer(&world.acme.member.token).await.expect(200), changed);
}

#[tokio::test]
async fn everybody_sees_his_own() {
    let world = World::new().await;
    let list = |query: &'static str, token: &str| {
        let call = world.get(format!("/v1/organisations{query}")).bearer(token);
        async {
            let list = call.await.expect(200);
            let names = list["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned());
            names.collect::<Vec<_>>()
        }
    };
    assert_eq!(list("", &world.root.token).await, ["Operations", "Acme", "Globex"]);
    assert_eq!(list("?name_contains=GLOB", &world.root.token).await, ["Globex"]);
    assert_eq!(list("?active=false", &world.root.token).await, Vec::<String>::new());
    for token in [&world.acme.administrator.token, &world.acme.member.token] {
        assert_eq!(list("", token).await, ["Acme"]);
    }
    let page = world.get("/v1/organisations?limit=2").bearer(&world.root.token).await.expect(200);
    let next = format!("/v1/organisations?limit=2&cursor={}", page["next_cursor"].as_str().unwrap());
    let last = world.get(next).bearer(&world.root.token).await.expect(200);
    assert_eq!((&last["items"][0]["name"], &last["next_cursor"]), (&json!("Globex"), &json!(null)));
}

#[tokio::test]
async fn deactivating_an_organisation_ends_the_power_of_all_its_tokens() {
    let world = World::new().await;
    let (root, place) = (&world.root.token, format!("/v1/organisations/{}", world.acme.id));
    let deleted = world.token(&world.acme.member).await;
    world.delete(format!("/v1/tokens/{}", deleted.0)).bearer(root).await.expect(204);
    world.patch(&place, json!({"active": false})).bearer(root).await.expect(200);
    for person in [&world.acme.administrator, &world.acme.member, &world.acme.robot] {
        assert_eq!(world.verdict(&person.token).await["reason"], "owner_inactive");
        world.get("/v1/whoami").bearer(&person.token).await.problem(401, "unauthenticated");
    }
    assert!(world.accepts(&world.globex.member.token).await);
    let body = json!({"name": "late", "owner": world.acme.member.id});
    world.post("/v1/tokens", body).bearer(root).await.problem(409, "conflict");
    world.patch(&place, json!({"active": true})).bearer(root).await.expect(200);
    assert!(world.accepts(&world.acme.member.token).await);
    assert_eq!(world.verdict(&deleted.1).await["reason"], "deleted", "reactivating revives nothing that was deleted");
}

#[tokio::test]
async fn the_last_administrators_organisation_stays_active() {
    let world = World::new().await;
    let me = world.get("/v1/whoami").bearer(&world.root.token).await.expect(200);
    let place = format!("/v1/organisations/{}", me["organisation"].as_str().unwrap());
    world.patch(place, json!({"active": false})).bearer(&world.root.token).await.problem(409, "conflict");
}
