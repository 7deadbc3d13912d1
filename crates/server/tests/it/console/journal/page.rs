//! Entries are told in sentences, found by filters and shown in full, each to those who may see it.

use crate::world::World;
use authority::permissions::PermissionDraft;
use domain::{
    id::{OrganisationId, OwnerId},
    name::Name,
    permission::Bearer,
    scope::Scopes,
};
use serde_json::json;
use std::time::Duration;

const JOURNAL: &str = "/console/settings/journal";

#[tokio::test]
async fn what_happened_is_told_in_sentences() {
    let world = World::new().await;
    let (visit, member) = (world.visit(&world.acme.administrator).await, &world.acme.member);
    let made = world.post("/v1/tokens", json!({"name": "nightly"})).bearer(&member.token).await.expect(201);
    let id = made["id"].as_str().unwrap();
    world.patch(format!("/v1/tokens/{id}"), json!({"name": "daily", "labels": {"a": "b"}})).bearer(&member.token).await;
    world.delete(format!("/v1/tokens/{id}?reason=over")).bearer(&member.token).await.expect(204);
    let path = format!("/console/settings/users/{}/deactivate", member.id);
    visit.submit(&visit.open(&path).await.form(&path)).await.expect(200);

    let page = visit.open(JOURNAL).await.says("Every change in your organisation");
    page.says("Deactivated the user Acme Linus")
        .says("Deleted the API token daily : over")
        .says("Changed the API token daily : name, labels")
        .says("Created the API token daily")
        .says("Opened a session for Acme Grace")
        .says_nothing_of("Globex");
    let page = visit.open(&format!("{JOURNAL}?token_id={id}")).await;
    assert_eq!(page.texts("time").len(), 3);
    assert!(page.links("Acme Linus").contains(&format!("/console/settings/users/{}", member.id)));
}

#[tokio::test]
async fn contracts_and_permissions_are_called_by_names_that_people_know() {
    let world = World::with_contracts().await;
    let facts = json!({"contracts": {"softwareone": {"type": "Vendor"}}});
    world.patch(format!("/v1/organisations/{}", world.acme.id), facts).bearer(&world.root.token).await.expect(200);
    let draft = PermissionDraft {
        organisation: Some(OrganisationId::parse("id", &world.acme.id).unwrap()),
        name: Name::parse("name", "Release crew").unwrap(),
        scopes: Scopes::stored("reports:read"),
        immutable: false,
    };
    let made = world.authority().create_permission(&world.caller, draft, None).await.unwrap().record;
    let bearer = Bearer::Owner(OwnerId::parse("id", &world.acme.member.id).unwrap());
    world.authority().assign_permission(&world.caller, made.id, bearer).await.unwrap();
    let visit = world.visit(&world.root).await;
    visit
        .open(JOURNAL)
        .await
        .says("Changed the organisation Acme : SoftwareOne settings")
        .says("Created the permission Release crew")
        .says("Gave the permission Release crew to Acme Linus")
        .says_nothing_of(&made.id.to_string());
}

#[tokio::test]
async fn every_filter_finds_what_it_says_and_wrong_ones_are_named() {
    let world = World::new().await;
    world.wait(Duration::from_hours(48));
    let (_, _) = world.token(&world.acme.member).await;
    let visit = world.visit(&world.root).await;
    let count = async |query: &str| visit.open(&format!("{JOURNAL}?{query}")).await.texts("time").len();
    let all = count("rows=100").await;
    let day = "2027-01-17";
    for (query, least) in [
        ("kind=token.issued", 5),
        ("kind=session.opened", 1),
        ("actor=root%40operations.example", 5),
        (&format!("organisation={}", world.acme.id), 5),
        (&format!("from={day}&to={day}"), 2),
    ] {
        let found = count(&format!("{query}&rows=100")).await;
        assert!(found >= least && found < all, "{query}: {found} of {all}");
    }
    assert_eq!(count(&format!("token_id={}", world.acme.member.token_id)).await, 1);
    assert_eq!(count("actor=Acme%20Linus").await, 0, "he did nothing");
    let nobody = "must be the name, the email address or the ID of one whom you can see.";
    for (query, field, said) in [
        ("kind=token.undeleted", "kind", "What happened must be one of those listed."),
        ("actor=nobody%20at%20all", "actor", &format!("Who did it {nobody}")),
        ("actor=Linus", "actor", "Who did it fits several; give the email address or the ID."),
        ("token_id=x", "token_id", "API token must be a UUID of 36 characters."),
        ("from=yesterday", "from", "The first day must be a day, such as 2026-11-23."),
        ("from=2026-11-02&to=2026-11-01", "to", "The last day must not be before the first day."),
        ("organisation=x", "organisation", "Organisation must be an ID of 36 characters."),
    ] {
        let page = visit.get(&format!("{JOURNAL}?{query}")).await.expect(422);
        assert_eq!(page.error(field), said, "{query}");
        let page = page.says("This list cannot be shown as asked").says_nothing_of("Nothing fits");
        assert!(page.texts("time").is_empty());
    }
    visit.get(&format!("{JOURNAL}?sort=name")).await.expect(422).says("must be time or -time.");
    for query in ["after=x", "colour=red", "sort=name", "rows=7", "page=0", "format=csv"] {
        let page = visit.get(&format!("{JOURNAL}?{query}")).await.expect(422);
        assert!(page.says("This list cannot be shown as asked").texts("time").is_empty(), "{query}");
    }
    visit.open(&format!("{JOURNAL}?kind=quarantine.lifted")).await.says("Nothing fits these filters");
}

#[tokio::test]
async fn an_entry_is_shown_in_full_to_those_who_see_it() {
    let world = World::new().await;
    let admin = world.visit(&world.acme.administrator).await;
    let page = admin.open(&format!("{JOURNAL}?token_id={}", world.acme.member.token_id)).await;
    let href = page.hrefs().into_iter().find(|href| href.starts_with(&format!("{JOURNAL}/")) && !href.contains('?'));
    let href = href.unwrap().to_owned();
    let page = admin.open(&href).await.says("Created the API token everyday").says("token.issued");
    let data: serde_json::Value = serde_json::from_str(&page.texts("pre").concat()).unwrap();
    assert_eq!((&data["kind"], &data["data"]["token"]), (&json!("token.issued"), &json!(world.acme.member.token_id)));
    assert!(data["data"].get("digest").is_none());
    let token = &world.acme.member.token_id;
    assert!(page.texts("code").contains(token), "what can be copied stands by itself");

    let member = world.visit(&world.acme.member).await;
    member.open(&href).await.says("Not visible to you").says("everyday");
    world.visit(&world.acme.colleague).await.get(&href).await.expect(404);
    world.visit(&world.globex.administrator).await.get(&href).await.expect(404);
    for strange in ["0", "x", "-1", "99999999", "18446744073709551615", "1e3"] {
        admin.get(&format!("{JOURNAL}/{strange}")).await.expect(404);
    }
}

#[tokio::test]
async fn an_entry_says_from_where_it_came_to_those_who_may_know() {
    let world = World::new().await;
    let (administrator, member) = (&world.acme.administrator, &world.acme.member);
    let visit = world.visit(administrator).await;
    // What is done on a page is told like what is done by the API.
    let path = format!("/console/settings/api-tokens/{}/disable", member.token_id);
    let form = visit.open(&path).await.form(&path);
    let browser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) <b>Gecko</b>/20100101 Firefox/140.0";
    let call = visit.call(http::Method::POST, &path).field("user-agent", browser);
    visit.ask(call.body("application/x-www-form-urlencoded", form.body())).await.expect(303);
    let page = visit.open(JOURNAL).await.says("Firefox · Linux").says("127.0.0.1");
    let href = page.hrefs().into_iter().find(|href| href.starts_with(&format!("{JOURNAL}/")) && !href.contains('?'));
    let href = href.unwrap().to_owned();
    visit.open(&href).await.says("Disabled the API token").says("127.0.0.1").says("Firefox · Linux").says(browser);

    world.visit(member).await.open(&href).await.says("Disabled the API token").says_nothing_of("Firefox");
    let path = format!("/v1/tokens/{}/enable", member.token_id);
    let call = world.call(http::Method::POST, path).bearer(&world.root.token).field("user-agent", "curl/8.5.0");
    call.await.expect(200);
    visit.open(JOURNAL).await.says("Enabled the API token").says_nothing_of("curl/8.5.0");
    world.visit(&world.root).await.open(JOURNAL).await.says("curl/8.5.0");
}

#[tokio::test]
async fn members_see_what_they_did_and_what_happened_to_their_tokens() {
    let world = World::new().await;
    let member = world.visit(&world.acme.member).await;
    let page = member.open(JOURNAL).await.says("What you did, and what happened to your API tokens");
    page.says("Opened a session for Acme Linus").says("Created the API token everyday").says_nothing_of("Acme Grace");
    let page = member.open(&format!("{JOURNAL}?organisation={}", world.globex.id)).await;
    page.says_nothing_of("Globex");
    let page = member.open(&format!("{JOURNAL}?token_id={}", world.globex.member.token_id)).await;
    assert!(page.texts("time").is_empty());
}

#[tokio::test]
async fn pages_say_how_many_entries_there_are_and_go_in_both_directions() {
    let world = World::new().await;
    world.issue_many(&world.acme.colleague, 12).await;
    for visit in [world.visit(&world.root).await, world.visit(&world.acme.administrator).await] {
        let positions = |page: &crate::console::Page| -> Vec<u64> {
            let entries = page.hrefs().into_iter().filter_map(|href| href.strip_prefix(&format!("{JOURNAL}/")));
            entries.filter_map(|position| position.parse().ok()).collect()
        };
        let first = visit.open(&format!("{JOURNAL}?rows=5")).await;
        let (mut all, mut page) = (positions(&first), first);
        while let Some(next) = page.links("Next").pop() {
            page = visit.open(&next).await;
            all.extend(positions(&page));
        }
        assert!(all.len() > 12 && all.is_sorted_by(|a, b| a > b), "{all:?}");
        page.says(&format!("of {} rows", all.len()));
        let oldest = visit.open(&format!("{JOURNAL}?rows=5&sort=time")).await;
        all.reverse();
        assert_eq!(positions(&oldest), all[..5]);
        assert_eq!(oldest.links("Time"), [format!("{JOURNAL}?rows=5")]);
        let beyond = visit.open(&format!("{JOURNAL}?rows=5&sort=time&page=1000000000")).await;
        assert_eq!(positions(&beyond).last(), all.last());
    }
}
