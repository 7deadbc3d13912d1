//! Deleting a token says what cannot be undone, asks for the name of one that is in use, is final, and does no
//! harm when it is repeated; so do disabling and enabling.

use super::Visit;
use crate::world::{Person, World};
use serde_json::json;
use std::time::Duration;

const HOME: &str = "/console/settings/api-tokens";

/// The path of a dialog.
fn dialog(id: &str, action: &str) -> String {
    format!("{HOME}/{id}/{action}")
}

impl World {
    async fn token_called(&self, owner: &Person, name: &str) -> (String, String) {
        let body = json!({"name": name, "owner": owner.id, "scopes": ["tokens:read"]});
        let issued = self.post("/v1/tokens", body).bearer(&self.root.token).await.expect(201);
        (issued["id"].as_str().unwrap().to_owned(), issued["secret"].as_str().unwrap().to_owned())
    }
}

#[tokio::test]
async fn a_deleted_token_leaves_the_list_with_a_message_and_never_works_again() {
    let world = World::new().await;
    for who in [&world.acme.member, &world.acme.administrator, &world.root] {
        let (id, secret) = world.token_called(who, "Nightly build").await;
        let visit = world.visit(who).await;
        let page = visit.open(&dialog(&id, "delete")).await;
        assert_eq!(page.heading(), "Delete API token");
        let page = page.says("never comes back").says("Never used").says("Nightly build");
        assert_eq!(page.error("name"), "");
        assert!(page.form(&dialog(&id, "delete")).value("name").is_none(), "nobody used it: no name is asked for");
        let sent = visit.send(&page.form(&dialog(&id, "delete")).set("reason", "replaced")).await;
        assert_eq!(sent.location(), HOME);
        let list = visit.follow(sent).await.expect(200);
        assert_eq!(list.notice(), "API token Nightly build deleted successfully");
        assert!(!list.hrefs().iter().any(|href| href.contains(&id)), "the row is gone");
        assert!(!world.accepts(&secret).await);
        let gone = visit.get(&format!("{HOME}/{id}")).await.expect(410);
        gone.says("This API token was deleted").says("Nightly build").says("2027-01-15").says("You").says("replaced");
    }
}

#[tokio::test]
async fn the_name_is_typed_where_the_token_was_used_within_a_day() {
    let world = World::new().await;
    let linus = &world.acme.member;
    let (id, secret) = world.token_called(linus, "Nightly build").await;
    world.accepts(&secret).await;
    world.wait(Duration::from_hours(24) - Duration::from_millis(1));
    let visit = world.visit(linus).await;
    let form = visit.open(&dialog(&id, "delete")).await.says("Type the name").form(&dialog(&id, "delete"));
    for wrong in ["", "nightly build", "Nightly", "Nightly build!"] {
        let page = visit.send(&form.clone().set("name", wrong).set("reason", "<b>why</b>")).await.expect(422);
        assert!(page.error("name").starts_with("This is not its name"), "{wrong}: {}", page.text());
        let again = page.form(&dialog(&id, "delete"));
        assert_eq!((again.value("name"), again.value("reason")), (Some(wrong), Some("<b>why</b>")));
    }
    assert!(world.accepts(&secret).await);
    world.wait(Duration::from_hours(24));
    let visit = world.visit_again(linus).await;
    let form = visit.open(&dialog(&id, "delete")).await.says_nothing_of("Type the name").form(&dialog(&id, "delete"));
    // It is used while the dialog stands open.
    world.accepts(&secret).await;
    let page = visit.send(&form).await.expect(422);
    let sent = visit.submit(&page.form(&dialog(&id, "delete")).set("name", " Nightly build ")).await.expect(200);
    assert_eq!(sent.notice(), "API token Nightly build deleted successfully");
}

#[tokio::test]
async fn a_form_that_is_sent_twice_says_the_same_and_does_nothing_more() {
    let world = World::new().await;
    let (linus, grace) = (&world.acme.member, &world.acme.administrator);
    let (id, _) = world.token_called(linus, "Nightly build").await;
    let visit = world.visit(linus).await;
    let form = visit.open(&dialog(&id, "delete")).await.form(&dialog(&id, "delete"));
    let administrator = world.visit(grace).await;
    let other = administrator.open(&dialog(&id, "delete")).await.form(&dialog(&id, "delete"));
    visit.submit(&form).await.expect(200);
    let position = world.position().await;
    assert_eq!(visit.submit(&form).await.notice(), "API token Nightly build deleted successfully");
    assert_eq!(administrator.submit(&other).await.notice(), "API token Nightly build was already deleted");
    for tab in ["", "/scopes", "/delete", "/disable", "/enable"] {
        visit.get(&format!("{HOME}/{id}{tab}")).await.expect(410);
        administrator.get(&format!("{HOME}/{id}{tab}")).await.expect(410).says("Acme Linus");
    }
    assert_eq!(world.position().await, position);
    let stranger = world.visit(&world.acme.colleague).await;
    stranger.get(&format!("{HOME}/{id}")).await.expect(404);
}

#[tokio::test]
async fn what_changed_meanwhile_is_looked_at_again() {
    let world = World::new().await;
    let linus = &world.acme.member;
    let (id, secret) = world.token_called(linus, "Nightly build").await;
    let visit = world.visit(linus).await;
    for action in ["delete", "disable"] {
        let form = visit.open(&dialog(&id, action)).await.form(&dialog(&id, action));
        let body = json!({"name": format!("Renamed before {action}")});
        world.patch(format!("/v1/tokens/{id}"), body).bearer(&linus.token).await.expect(200);
        let page = visit.send(&form).await.expect(412).says("Somebody changed it meanwhile");
        let again = page.says(&format!("Renamed before {action}")).form(&dialog(&id, action));
        assert_ne!(again.value("revision"), form.value("revision"));
        assert!(world.accepts(&secret).await);
        // Used in the test just now, so its name is asked for.
        let again = if action == "delete" { again.forge("name", "Renamed before delete") } else { again };
        if action == "disable" {
            visit.submit(&again).await.expect(200);
            assert!(!world.accepts(&secret).await);
        } else {
            visit.send(&again.forge("revision", "1")).await.expect(412);
        }
    }
}

#[tokio::test]
async fn a_token_is_switched_off_and_on_again_as_often_as_the_form_is_sent() {
    let world = World::new().await;
    for who in [&world.acme.member, &world.acme.administrator, &world.root] {
        let (id, secret) = world.token_called(who, "Nightly build").await;
        let visit = world.visit(who).await;
        let disable = visit.open(&dialog(&id, "disable")).await.form(&dialog(&id, "disable"));
        let page = visit.submit(&disable).await.expect(200);
        assert_eq!(
            (page.heading().as_str(), page.notice().as_str()),
            ("Nightly build", "API token Nightly build disabled")
        );
        assert!(!world.accepts(&secret).await);
        let position = world.position().await;
        assert_eq!(visit.submit(&disable).await.notice(), "API token Nightly build disabled");
        assert_eq!(world.position().await, position);
        let enable = visit.open(&dialog(&id, "enable")).await.form(&dialog(&id, "enable"));
        assert_eq!(visit.submit(&enable).await.notice(), "API token Nightly build enabled");
        assert!(world.accepts(&secret).await);
        // The old form of the first dialog is for an older revision now.
        visit.send(&disable).await.expect(412);
        assert!(world.accepts(&secret).await);
    }
}

#[tokio::test]
async fn dialogs_lead_back_to_the_list_as_it_was_filtered() {
    let world = World::new().await;
    let (id, _) = world.token_called(&world.acme.member, "Nightly build").await;
    let visit = world.visit(&world.acme.member).await;
    let filtered = format!("{HOME}?state=active&sort=name");
    for (action, back) in [("disable", filtered.as_str()), ("delete", filtered.as_str())] {
        let referer = format!("http://localhost{filtered}");
        let call = visit.call(http::Method::GET, &dialog(&id, action)).field("referer", referer);
        let page = visit.ask(call).await.expect(200);
        assert_eq!(page.links("Cancel"), [back]);
        assert_eq!(page.links("Close"), [back]);
        assert_eq!(visit.send(&page.form(&dialog(&id, action))).await.location(), back);
    }
}

#[tokio::test]
async fn an_organisation_that_demands_signatures_gets_them() {
    let world = World::new().await;
    let grace = &world.acme.administrator;
    let (first, _) = world.token_called(grace, "First").await;
    let key = world.key_of(grace).await;
    let visit: Visit<'_> = world.visit_again(grace).await;
    let path = format!("/v1/organisations/{}", world.acme.id);
    let unsigned = visit.open(&dialog(&first, "delete")).await.form(&dialog(&first, "delete"));
    assert!(!unsigned.signs);
    world.patch(path, json!({"signed_actions": "destructive"})).bearer(&world.root.token).await.expect(200);
    let position = world.position().await;
    let refused = visit.send(&unsigned).await.expect(403).says("signed with a passkey");
    assert!(refused.form(&dialog(&first, "delete")).signs);
    assert_eq!(world.position().await, position);
    for (action, id) in [("disable", &first), ("delete", &first)] {
        let form = visit.open(&dialog(id, action)).await.form(&dialog(id, action));
        assert!(form.signs, "{action}");
        // What was signed is this form, with these bytes, once.
        let other =
            if action == "delete" { form.clone().set("reason", "another") } else { form.clone().forge("x", "y") };
        let action_of_other = visit.signed(&other, &key).await;
        let call = visit.call(http::Method::POST, &form.action);
        let call = call.body("application/x-www-form-urlencoded", form.body()).field("x-jeton-action", action_of_other);
        visit.ask(call).await.expect(403);
        visit.send_signed(&form, &key).await.expect(303);
    }
    visit.get(&format!("{HOME}/{first}")).await.expect(410);
}
