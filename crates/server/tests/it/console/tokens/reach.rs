//! Nobody sees in the list what lies outside his reach, and no text that somebody chose becomes markup.

use super::{LIST, names};
use crate::world::World;
use serde_json::json;

const SCRIPT: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";

#[tokio::test]
async fn each_role_sees_its_own() {
    let world = World::new().await;
    let member = world.visit(&world.acme.member).await;
    let page = member.open(LIST).await.says("1–1 of 1 row");
    let form = page.form(LIST);
    for field in ["owner", "author", "organisation"] {
        assert_eq!(form.value(field), None, "{field}");
    }
    assert!(!page.texts("th").contains(&"Organisation".to_owned()));
    assert!(!page.hrefs().iter().any(|href| href.starts_with("/console/settings/users/")));

    let administrator = world.visit(&world.acme.administrator).await;
    let page = administrator.open(LIST).await.says("1–5 of 5 rows").says_nothing_of("Globex");
    assert_eq!(page.form(LIST).value("organisation"), None);
    let way = format!("/console/settings/users/{}", world.acme.member.id);
    assert!(page.hrefs().contains(&way.as_str()));

    let root = world.visit(&world.root).await;
    let page = root.open(&format!("{LIST}?rows=25")).await.says("1–12 of 12 rows").says("Globex");
    assert!(page.texts("th").contains(&"Organisation".to_owned()));
    let page = root.send(&page.form(LIST).set("organisation", &world.globex.id)).await;
    assert_eq!(names(&page).len(), 5);
    page.says("Organisation: Globex");
}

#[tokio::test]
async fn what_lies_elsewhere_is_as_if_it_were_not_there() {
    let world = World::new().await;
    let (spare, _) = world.token(&world.globex.member).await;
    let visits = [world.visit(&world.acme.member).await, world.visit(&world.acme.administrator).await];
    for visit in &visits {
        for query in [
            format!("owner={}", world.globex.member.id),
            format!("author={}", world.root.id),
            format!("organisation={}", world.globex.id),
            format!("q={spare}"),
        ] {
            let page = visit.open(&format!("{LIST}?{query}&state=active")).await;
            assert!(!page.text().contains("Globex") && !page.text().contains("spare"), "{query}");
        }
        visit.get(&format!("{LIST}?owner={}", world.globex.member.email)).await.expect(422);
    }
    // Who is outside has no name here, and no page.
    let page = visits[1].open(LIST).await.says("Not visible to you").says_nothing_of("Root");
    assert!(!page.hrefs().iter().any(|href| href.contains(&world.root.id)));
    assert!(world.stranger().get(LIST).await.location().starts_with("/console/sign-in"));
}

#[tokio::test]
async fn no_text_becomes_markup() {
    let world = World::new().await;
    let rename = json!({"name": SCRIPT});
    let member = &world.acme.member;
    world.patch(format!("/v1/users/{}", member.id), rename.clone()).bearer(&world.root.token).await.expect(200);
    world.patch(format!("/v1/organisations/{}", world.acme.id), rename).bearer(&world.root.token).await.expect(200);
    let more = json!({"description": SCRIPT, "labels": {"a:b": "x@y+z"}, "scopes": ["deploy:Odd_.-1"]});
    world.called(SCRIPT, more).await;
    let visit = world.visit(&world.root).await;
    let escaped = form_urlencoded::byte_serialize(SCRIPT.as_bytes()).collect::<String>();
    for query in [
        format!("columns=organisation,scopes,owner,author,labels&owner={}", member.id),
        format!("q={escaped}"),
        format!("state={escaped}&owner={escaped}&author={escaped}&organisation={escaped}&scope={escaped}"),
        format!("label={escaped}&created_after={escaped}&last_used_before={escaped}&sort={escaped}&page={escaped}"),
        format!("{escaped}={escaped}&columns={escaped}&rows={escaped}"),
    ] {
        // Reading a page fails where a script stands on it.
        let page = visit.get(&format!("{LIST}?{query}")).await;
        assert!([200, 422].contains(&page.status), "{query}: {}", page.status);
        assert!(!page.answer.text().contains("<script>alert") && !page.answer.text().contains("<img src=x"), "{query}");
    }
    let page = visit.open(&format!("{LIST}?q={escaped}")).await;
    assert_eq!(names(&page), [SCRIPT]);
}
