//! Each row of the list shows its token, and its menu what can be done with it.

use super::{LIST, path};
use crate::world::World;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn a_row_shows_everything_about_its_token() {
    let world = World::new().await;
    let scopes = json!(["deploy:a", "deploy:b", "reports:read"]);
    let more = json!({"scopes": scopes, "labels": {"team": "ops"}, "expires_at": "2099-01-31T12:00:00Z"});
    let token = world.called("night shift", more).await;
    let visit = world.visit(&world.acme.member).await;
    let page = visit.open(LIST).await;
    assert_eq!(page.heading(), "API tokens");
    let heads =
        ["API token", "Scopes", "Owner", "Created by", "Created", "Last access", "Expires", "Status", "Actions"];
    let texts = page.texts("th");
    assert_eq!(texts.iter().filter(|text| heads.contains(&text.as_str())).count(), heads.len(), "{texts:?}");
    let row = page.texts("tr").into_iter().find(|row| row.contains("night shift")).unwrap();
    for part in ["NS", token["id"].as_str().unwrap(), "deploy:a", "+2", "Acme Linus", "—", "2099-01-31 12:00", "Active"]
    {
        assert!(row.contains(part), "{part} in {row}");
    }
    assert_eq!(page.links("night shift"), [path(&token)]);
    assert!(page.text().contains("1–2 of 2 rows"));

    world.get("/v1/whoami").bearer(token["secret"].as_str().unwrap()).await.expect(200);
    let page = visit.open(LIST).await;
    let row = page.texts("tr").into_iter().find(|row| row.contains("night shift")).unwrap();
    assert!(!row.contains('—'), "{row}");
    page.says_nothing_of(token["secret"].as_str().unwrap());
}

#[tokio::test]
async fn a_menu_has_what_the_state_allows() {
    let world = World::new().await;
    let soon = (world.authority().now().after(Duration::from_secs(60))).to_string();
    let active = world.called("one", json!({})).await;
    let disabled = world.called("two", json!({})).await;
    let expired = world.called("three", json!({"expires_at": soon})).await;
    let ended = world.called("four", json!({"expires_at": soon})).await;
    for token in [&disabled, &ended] {
        let id = token["id"].as_str().unwrap();
        world.post(format!("/v1/tokens/{id}/disable"), json!({})).bearer(&world.acme.member.token).await.expect(200);
    }
    world.wait(Duration::from_secs(120));
    let visit = world.visit(&world.acme.member).await;
    let page = visit.open(LIST).await;
    for (token, verbs) in [
        (&active, &["disable", "edit", "rotate", "delete"][..]),
        (&disabled, &["enable", "edit", "rotate", "delete"]),
        (&expired, &["edit", "delete"]),
        (&ended, &["edit", "delete"]),
    ] {
        let way = format!("{}/", path(token));
        let found: Vec<_> = page.hrefs().into_iter().filter_map(|href| href.strip_prefix(&way)).collect();
        assert_eq!(found, verbs, "{token}");
    }
    let delete = page.elements().find(|element| element.get("href") == Some(&format!("{}/delete", path(&active))));
    assert!(delete.is_some_and(|link| link.is("danger") && link.has("data-opens-dialog")));
    let badges = page.texts(".badge");
    assert_eq!(badges, ["Disabled", "Expired", "Disabled", "Active", "Active"]);
}

#[tokio::test]
async fn a_list_with_nothing_says_what_to_do() {
    let world = World::new().await;
    let member = &world.acme.member;
    world.delete(format!("/v1/tokens/{}", member.token_id)).bearer(&world.root.token).await.expect(204);
    let visit = world.visit(member).await;
    let page = visit.open(LIST).await.says("No API tokens yet").says("0 rows");
    assert_eq!(page.links("Add API token"), [format!("{LIST}/add"), format!("{LIST}/add")]);
    let page = visit.open(&format!("{LIST}?q=nothing")).await.says("Nothing fits");
    assert!(page.links("Clear filters").iter().all(|link| link == LIST) && !page.links("Clear filters").is_empty());
    let page = visit.open(&format!("{LIST}?state=deleted")).await;
    assert_eq!((super::names(&page), page.texts(".badge")), (vec!["everyday".to_owned()], vec!["Deleted".to_owned()]));
    assert!(!page.hrefs().iter().any(|href| href.ends_with("/delete")), "what is deleted stays deleted");
}
