//! Pages, columns and sizes of the list are links that can be kept; a page of a hundred rows is light.

use super::{LIST, names};
use crate::world::World;
use http::Method;
use serde_json::json;
use std::collections::BTreeSet;

/// The most that a page of a hundred rows may weigh, in bytes.
const WEIGHT: usize = 60 * 1024;

#[tokio::test]
async fn pages_follow_each_other() {
    let world = World::new().await;
    world.issue_many(&world.acme.colleague, 22).await;
    let visit = world.visit(&world.acme.colleague).await;
    let page = visit.open(LIST).await.says("1–10 of 23 rows").says("of 3");
    assert!(page.links("Previous").is_empty());
    let page = visit.open(&page.links("Next")[0]).await.says("11–20 of 23 rows");
    assert_eq!(page.links("Previous"), [LIST]);
    let page = visit.open(&page.links("Next")[0]).await.says("21–23 of 23 rows");
    assert!(page.links("Next").is_empty());
    assert_eq!(names(&page), ["many", "many", "everyday"]);
    visit.open(&format!("{LIST}?page=99")).await.says("21–23 of 23 rows");
    visit.open(&format!("{LIST}?page=1000000000&rows=100")).await.says("1–23 of 23 rows");
    for rows in [5, 10, 25, 50, 100] {
        let page = visit.open(&format!("{LIST}?rows={rows}")).await;
        assert_eq!(names(&page).len(), rows.min(23));
    }
}

#[tokio::test]
async fn columns_are_shown_or_hidden() {
    let world = World::new().await;
    world.called("night shift", json!({"labels": {"team": "ops"}})).await;
    let visit = world.visit(&world.acme.member).await;
    let page = visit.open(LIST).await.says_nothing_of("team=ops");
    let form = page.form(LIST).untick("columns", "scopes").untick("columns", "created").tick("columns", "labels");
    let page = visit.send(&form.tick("columns", "secret").tick("columns", "number")).await.expect(200);
    let page = page.says("team=ops").says("jtn_…").says_nothing_of("reports:read");
    assert!(page.texts("th").contains(&"Labels".to_owned()) && !page.texts("th").contains(&"Created".to_owned()));
    let sorted = visit.open(&page.links("API token")[0]).await.says("team=ops");
    assert!(!sorted.texts("th").contains(&"Scopes".to_owned()), "the columns stay with the list");
    let bare = visit.open(&format!("{LIST}?columns=token")).await;
    assert_eq!(bare.texts("th")[1..3], ["API token", "Actions"]);
}

#[tokio::test]
async fn every_way_to_another_list_leads_to_one() {
    let world = World::new().await;
    world.issue_many(&world.acme.colleague, 30).await;
    let visit = world.visit(&world.acme.administrator).await;
    let start =
        format!("{LIST}?q=a&state=active&created_after=2001-01-01&rows=5&page=2&sort=name&columns=owner,labels");
    let page = visit.open(&start).await;
    let ways: BTreeSet<_> = page.hrefs().into_iter().filter(|href| href.starts_with(&format!("{LIST}?"))).collect();
    assert!(ways.len() > 6, "{ways:?}");
    for way in ways {
        let there = visit.open(way).await;
        assert!(names(&there).len() == 5, "{way}");
        let refreshed = there.links("Refresh");
        assert_eq!(refreshed, [way], "an address says all of what is shown");
    }
}

#[tokio::test]
async fn a_page_of_a_hundred_rows_is_light() {
    let world = World::new().await;
    world.issue_many(&world.acme.colleague, 120).await;
    let visit = world.visit(&world.root).await;
    let page = visit.call(Method::GET, &format!("{LIST}?rows=100&columns=organisation,scopes,owner,author,created,last_used,expires,state,labels,secret,number"));
    let answer = page.field("accept-encoding", "gzip").await;
    assert_eq!((answer.status, answer.field("content-encoding")), (200, Some("gzip")));
    assert!(answer.body.len() < WEIGHT / 2, "{} bytes", answer.body.len());
}

#[tokio::test]
async fn what_changes_its_address_with_the_list_is_found_again_by_its_id() {
    let world = World::new().await;
    world.issue_many(&world.acme.colleague, 30).await;
    let visit = world.visit(&world.acme.administrator).await;
    let page = visit.open(&format!("{LIST}?page=2")).await;
    let ids: BTreeSet<_> =
        page.elements().filter(|element| element.name == "a").filter_map(|link| link.get("id")).collect();
    let expected = ["next", "previous", "refresh", "sort-created", "sort-expires", "sort-last_used", "sort-name"];
    assert_eq!(ids.into_iter().collect::<Vec<_>>(), expected);
}
