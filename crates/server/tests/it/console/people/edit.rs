//! Names, addresses, roles and scopes change as they were typed; nobody gives more than he has, and nobody undoes
//! unseen what somebody else changed meanwhile.

use crate::world::World;
use serde_json::json;

const USERS: &str = "/console/settings/users";

#[tokio::test]
async fn what_was_typed_is_what_changes() {
    let world = World::new().await;
    let (visit, member) = (world.visit(&world.acme.administrator).await, &world.acme.member);
    let (path, edit) = (format!("{USERS}/{}", member.id), format!("{USERS}/{}/edit", member.id));
    let form = visit.open(&edit).await.form(&edit);
    assert_eq!((form.value("role"), form.value("scopes")), (Some("member"), Some("deploy:*\nreports:read")));
    let form = form.set("name", "Linus T.").set("email", "linus@example.org");
    let form = form.set("role", "organisation_administrator").set("scopes", "a:b\nc");
    let page = visit.submit(&form).await.expect(200);
    assert_eq!(page.notice(), "Linus T. was changed");
    page.says("linus@example.org").says("Organisation administrator").says("a:b");
    let changed = world.get(format!("/v1/users/{}", member.id)).bearer(&world.root.token).await.expect(200);
    assert_eq!((&changed["scopes"], &changed["name"]), (&json!(["a:b", "c"]), &json!("Linus T.")));
    visit.open(&path).await.says_nothing_of("deploy:*");
}

#[tokio::test]
async fn a_change_of_somebody_else_is_not_undone_unseen() {
    let world = World::new().await;
    let (visit, member) = (world.visit(&world.acme.administrator).await, &world.acme.member);
    let edit = format!("{USERS}/{}/edit", member.id);
    let form = visit.open(&edit).await.form(&edit).set("name", "Mine");
    let theirs = json!({"name": "Theirs"});
    world.patch(format!("/v1/users/{}", member.id), theirs).bearer(&world.root.token).await.expect(200);
    let page = visit.send(&form).await.expect(412).says("Somebody changed it meanwhile");
    let form = page.form(&edit);
    assert_eq!(form.value("name"), Some("Theirs"));
    visit.send(&form.set("name", "Mine")).await.expect(303);
}

#[tokio::test]
async fn nobody_gives_or_touches_more_than_he_has() {
    let world = World::new().await;
    let (visit, member) = (world.visit(&world.acme.administrator).await, &world.acme.member);
    let edit = format!("{USERS}/{}/edit", member.id);
    let form = visit.open(&edit).await.form(&edit).forge("role", "application_administrator");
    visit.send(&form).await.expect(403).says("above your own");

    // Somebody of a higher role in the same organisation is seen, and left alone.
    let role = json!({"role": "application_administrator"});
    world.patch(format!("/v1/users/{}", member.id), role).bearer(&world.root.token).await.expect(200);
    let path = format!("{USERS}/{}", member.id);
    let page = visit.open(&path).await;
    assert!(page.links("Edit").is_empty() && page.links("Deactivate").is_empty());
    let mut form = visit.open("/console/sign-out").await.form("/console/sign-out");
    for verb in ["edit", "deactivate", "activate", "link"] {
        form.action = format!("{path}/{verb}");
        visit.get(&form.action).await.expect(403).says("has a higher role than you");
        visit.send(&form).await.expect(403).says("has a higher role than you");
    }
    assert!(world.accepts(&member.token).await);
}
