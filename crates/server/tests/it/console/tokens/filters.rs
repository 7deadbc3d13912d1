//! Every filter and every order of the list gives what it says, and says what is wrong with it.

use super::{LIST, names};
use crate::world::World;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn every_filter_selects_what_fits() {
    let world = World::new().await;
    let member = &world.acme.member;
    let old = world.called("old", json!({"labels": {"team": "ops", "env": "prod"}})).await;
    world.wait(Duration::from_hours(72));
    let day = world.authority().now().to_string()[..10].to_owned();
    let later = world.authority().now().after(Duration::from_hours(48)).to_string()[..10].to_owned();
    let ends = world.authority().now().after(Duration::from_hours(24)).to_string();
    let new = world.called("new", json!({"scopes": ["deploy:a"], "expires_at": ends, "description": "by night"})).await;
    world.get("/v1/whoami").bearer(new["secret"].as_str().unwrap()).await.expect(200);
    let id = old["id"].as_str().unwrap();
    world.post(format!("/v1/tokens/{id}/disable"), json!({})).bearer(&member.token).await.expect(200);
    world.authority().write_uses().await.unwrap();
    let visit = world.visit(&world.acme.administrator).await;
    let everyday = |count: usize| vec!["everyday"; count];
    for (query, expected) in [
        ("q=NIGHT".to_owned(), vec!["new"]),
        (format!("q={id}"), vec!["old"]),
        ("state=disabled".to_owned(), vec!["old"]),
        ("state=active&q=new".to_owned(), vec!["new"]),
        (format!("owner={}", member.id), vec!["new", "old", "everyday"]),
        (format!("owner={}", member.email), vec!["new", "old", "everyday"]),
        (format!("author={}", member.id), vec!["new", "old"]),
        (format!("author={}", member.email.to_uppercase()), vec!["new", "old"]),
        ("scope=deploy:a".to_owned(), vec!["new"]),
        ("label=team".to_owned(), vec!["old"]),
        ("label=team%3Dops&label=env".to_owned(), vec!["old"]),
        ("label=team%3Dops+env".to_owned(), vec!["old"]),
        ("label=team%3Dweb".to_owned(), vec![]),
        (format!("created_after={day}"), vec!["new"]),
        (format!("created_before={day}&q=old"), vec!["old"]),
        (format!("expires_before={later}"), vec!["new"]),
        (format!("expires_after={later}&owner={}", member.id), vec!["old", "everyday"]),
        (format!("last_used_after={day}&q=new"), vec!["new"]),
        (format!("last_used_before={day}&owner={}&q=old", member.id), vec!["old"]),
        (format!("organisation={}&q=everyday", world.acme.id), everyday(5)),
        (format!("organisation={}", world.globex.id), vec![]),
    ] {
        let page = visit.open(&format!("{LIST}?{query}")).await;
        assert_eq!(names(&page), expected, "{query}");
        assert!(!page.texts(".chip").is_empty(), "{query}");
    }
}

#[tokio::test]
async fn the_form_of_the_filter_works_without_scripts_and_its_conditions_can_be_taken_away() {
    let world = World::new().await;
    world.called("night shift", json!({"labels": {"team": "ops"}})).await;
    let visit = world.visit(&world.acme.administrator).await;
    let form = visit.open(LIST).await.form(LIST);
    let page = visit.send(&form.set("q", "SHIFT").set("label", "team").set("owner", &world.acme.member.id)).await;
    let page = page.expect(200);
    assert_eq!(names(&page), ["night shift"]);
    let form = page.form(LIST);
    assert_eq!((form.value("q"), form.value("label")), (Some("SHIFT"), Some("team")));
    assert_eq!(form.value("owner"), Some(world.acme.member.id.as_str()));
    let owner = format!("Remove filter Owner: Acme Linus ({})", world.acme.member.email);
    assert_eq!(page.links(&owner), [format!("{LIST}?q=SHIFT&label=team")]);
    let less = visit.open(&page.links("Remove filter Text: SHIFT")[0]).await;
    assert_eq!(names(&less), ["night shift"]);
    assert_eq!(page.links("Clear filters"), [LIST]);
}

#[tokio::test]
async fn the_list_goes_by_what_its_headers_say() {
    let world = World::new().await;
    let at = |hours: u64| world.authority().now().after(Duration::from_hours(hours)).to_string();
    world.called("b", json!({"expires_at": at(2)})).await;
    let used = world.called("c", json!({"expires_at": at(1)})).await;
    world.called("a", json!({})).await;
    world.get("/v1/whoami").bearer(used["secret"].as_str().unwrap()).await.expect(200);
    world.authority().write_uses().await.unwrap();
    let visit = world.visit(&world.acme.member).await;
    let page = visit.open(LIST).await;
    assert_eq!(names(&page), ["a", "c", "b", "everyday"]);
    for (header, first, direction, next) in [
        ("API token", vec!["a", "b", "c", "everyday"], "ascending", "sort=-name"),
        ("Created", vec!["everyday", "b", "c", "a"], "ascending", ""),
        ("Expires", vec!["c", "b", "everyday", "a"], "ascending", "sort=-expires"),
        ("Last access", vec!["c"], "descending", "sort=last_used"),
    ] {
        let sorted = visit.open(&page.links(header)[0]).await;
        assert_eq!(names(&sorted)[..first.len()], first, "{header}");
        let marked: Vec<_> = sorted.elements().filter_map(|element| element.get("aria-sort")).collect();
        assert_eq!(marked, [direction], "{header}");
        let link = &sorted.links(header)[0];
        assert_eq!(link.split_once('?').map_or("", |(_, query)| query), next, "{header}");
        visit.open(link).await;
    }
}

#[tokio::test]
async fn what_cannot_be_understood_is_said_beside_its_field() {
    let world = World::new().await;
    let visit = world.visit(&world.root).await;
    for (query, field) in [
        ("state=gone", "state"),
        ("owner=me", "owner"),
        ("owner=nobody@people.example", "owner"),
        ("author=%00", "author"),
        ("organisation=1", "organisation"),
        ("scope=a+b", "scope"),
        ("label=%22", "label"),
        ("created_after=yesterday", "created_after"),
        ("created_before=2026-02-30", "created_before"),
        ("created_after=2026-02-02&created_before=2026-02-02", "created_before"),
        ("expires_after=1969-01-01", "expires_after"),
        ("expires_before=x", "expires_before"),
        ("last_used_after=1", "last_used_after"),
        ("last_used_before=99999-01-01", "last_used_before"),
        ("q=%01", "q"),
    ] {
        let page = visit.get(&format!("{LIST}?{query}")).await.expect(422).says("cannot be shown as asked");
        assert!(!page.error(field).is_empty(), "{query}");
        assert!(names(&page).is_empty(), "{query}");
    }
    for query in ["page=0", "page=x", "page=-1", "rows=7", "rows=1000000", "sort=size", "columns=x", "colour=red"] {
        let page = visit.get(&format!("{LIST}?{query}")).await.expect(422);
        let name = query.split('=').next().unwrap();
        assert!(page.texts(".error").iter().any(|error| error.contains(name)), "{query}: {:?}", page.texts(".error"));
    }
    let all = visit.get(&format!("{LIST}?state=gone&rows=7&scope=a+b&page=x")).await.expect(422);
    assert!(!all.error("state").is_empty() && !all.error("scope").is_empty());
    assert_eq!(all.form(LIST).value("scope"), Some("a b"));
}

#[tokio::test]
async fn a_whole_secret_is_kept_out_of_addresses_by_the_browser() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.member).await;
    let page = visit.open(LIST).await;
    let field = page.elements().find(|element| element.get("id") == Some("q")).unwrap();
    let pattern = field.get("pattern").unwrap();
    for shape in [r"jtn_\S{20,}", "idt:TKN-", r"eyJ\S{40,}", r"vdai_\S{16,}", "[0-9a-f]{40}"] {
        assert!(pattern.contains(shape), "{shape} in {pattern}");
    }
    let form = page.elements().find(|element| element.get("id") == Some("filter")).unwrap();
    assert!(form.get("data-text-secret").is_some_and(|text| text.starts_with("Never paste a whole secret here.")));
    assert!(
        field.get("title").is_some_and(|text| text.contains("Never paste a whole secret here.")),
        "without scripts, too"
    );
}

#[tokio::test]
async fn the_form_sorts_where_no_heads_of_columns_are_shown() {
    let world = World::new().await;
    for name in ["b", "c", "a"] {
        world.called(name, json!({})).await;
    }
    let visit = world.visit(&world.acme.member).await;
    let mut page = visit.open(LIST).await;
    assert_eq!(page.form(LIST).values("sort"), ["-created"], "the order stands in one field only");
    for (word, expected) in [
        ("-name", ["everyday", "c", "b", "a"]),
        ("created", ["everyday", "b", "c", "a"]),
        ("name", ["a", "b", "c", "everyday"]),
        ("-created", ["a", "c", "b", "everyday"]),
    ] {
        page = visit.send(&page.form(LIST).set("sort", word)).await.expect(200);
        assert_eq!(names(&page), expected, "{word}");
        assert_eq!(page.form(LIST).values("sort"), [word], "the form goes on with it");
    }
    for word in page.elements().filter(|option| option.name == "option").filter_map(|option| option.get("value")) {
        if ["name", "created", "expires", "last_used"].contains(&word.trim_start_matches('-')) {
            visit.open(&format!("{LIST}?sort={word}")).await.expect(200);
        }
    }
}
