//! Several tokens are disabled or deleted at once, after a look at who would notice, and nothing by accident.

use super::{LIST, chosen, names};
use crate::world::World;
use serde_json::{Value, json};
use std::time::Duration;

async fn used(world: &World, token: &Value) {
    world.get("/v1/whoami").bearer(token["secret"].as_str().unwrap()).field("user-agent", "ship/1").await.expect(200);
}

fn action() -> String {
    format!("{LIST}/selection")
}

#[tokio::test]
async fn several_are_disabled_together() {
    let world = World::new().await;
    let (one, two) = (world.called("one", json!({})).await, world.called("two", json!({})).await);
    let visit = world.visit(&world.acme.member).await;
    let list = visit.open(&format!("{LIST}?sort=name")).await;
    let dialog = visit.send(&chosen(&list, &[&one, &two]).press("Disable selected …")).await.expect(200);
    assert_eq!((dialog.heading(), names(&dialog).len()), ("Disable API tokens".to_owned(), 2));
    let form = dialog.form(&action());
    assert_eq!(form.value("count"), None);
    let page = visit.submit(&form.clone().press("Disable 2 API tokens")).await.expect(200);
    assert_eq!(page.notice(), "2 API tokens are disabled");
    assert_eq!(names(&page), ["everyday", "one", "two"]);
    assert_eq!(page.texts(".badge"), ["Active", "Disabled", "Disabled"]);
    assert!(!world.accepts(one["secret"].as_str().unwrap()).await);
    let again = visit.submit(&form).await.expect(200);
    assert_eq!(again.notice(), "2 API tokens are disabled", "a second click does no harm");
    let nothing = visit.send(&chosen(&page, &[&one, &two]).press("Disable selected …")).await.expect(200);
    assert!(!nothing.says("stay so").has_form(&action()));
}

#[tokio::test]
async fn what_has_expired_stays_as_it_is() {
    let world = World::new().await;
    let live = world.called("live", json!({})).await;
    let over = world.called("over", json!({"expires_at": "2027-01-15T08:30:00Z"})).await;
    world.wait(Duration::from_hours(1));
    let visit = world.visit(&world.acme.member).await;
    let list = visit.open(&format!("{LIST}?sort=name")).await;
    let dialog = visit.send(&chosen(&list, &[&live, &over]).press("Disable selected …")).await.expect(200);
    let page = visit.submit(&dialog.says("stays so").form(&action())).await.expect(200);
    assert_eq!(page.notice(), "1 API token is disabled");
    let shown = world.get(format!("/v1/tokens/{}", over["id"].as_str().unwrap())).bearer(&world.root.token).await;
    assert_eq!((&shown.expect(200)["state"], &shown.expect(200)["revision"]), (&json!("expired"), &json!(1)));
}

#[tokio::test]
async fn several_are_deleted_together_once() {
    let world = World::new().await;
    let (one, two) = (world.called("one", json!({})).await, world.called("two", json!({})).await);
    let visit = world.visit(&world.acme.member).await;
    let list = visit.open(LIST).await;
    let form = visit.send(&chosen(&list, &[&one, &two]).press("Delete selected …")).await.expect(200).form(&action());
    assert_eq!(form.value("count"), None, "nobody used them");
    let form = form.set("reason", "spring cleaning");
    let page = visit.submit(&form).await.expect(200);
    assert_eq!(
        (page.notice().as_str(), names(&page)),
        ("2 API tokens deleted successfully", vec!["everyday".to_owned()])
    );
    assert!(!world.accepts(two["secret"].as_str().unwrap()).await);
    let position = world.position().await;
    assert_eq!(visit.submit(&form).await.expect(200).notice(), "2 API tokens deleted successfully");
    assert_eq!(world.position().await, position, "the second time nothing is done");
    let id = one["id"].as_str().unwrap();
    let gone = world.get(format!("/v1/tokens/{id}?deleted=include")).bearer(&world.root.token).await.expect(410);
    assert_eq!(gone["token"]["deleted"]["reason"], "spring cleaning");
}

#[tokio::test]
async fn what_is_in_use_is_deleted_only_by_whoever_types_how_many() {
    let world = World::new().await;
    let (one, two) = (world.called("one", json!({})).await, world.called("two", json!({})).await);
    used(&world, &one).await;
    used(&world, &one).await;
    let visit = world.visit(&world.acme.member).await;
    let list = visit.open(LIST).await;
    let dialog = visit.send(&chosen(&list, &[&one, &two]).press("Delete selected …")).await.expect(200);
    let dialog = dialog.says("1 of them was used within the last 24 hours").says("ship/1").says("2 requests");
    assert_eq!(names(&dialog), ["one", "two"], "those in use come first");
    let form = dialog.form(&action());
    for wrong in ["", "1", "two", "22"] {
        let refused = visit.send(&form.clone().set("count", wrong)).await.expect(422);
        assert!(refused.error("count").contains("must be 2"), "{wrong}");
        assert_eq!(names(&visit.open(LIST).await).len(), 3, "{wrong}");
    }
    let page = visit.submit(&form.set("count", " 2 ")).await.expect(200);
    assert_eq!(page.notice(), "2 API tokens deleted successfully");
}

#[tokio::test]
async fn everything_that_fits_is_deleted_as_it_was_seen() {
    let world = World::new().await;
    world.issue_many(&world.acme.colleague, 12).await;
    let visit = world.visit(&world.acme.administrator).await;
    let list = visit.open(&format!("{LIST}?q=many")).await;
    let press = |page: &crate::console::Page| page.form(&action()).press("Delete all 12 that fit …");
    let form = visit.send(&press(&list)).await.expect(200).form(&action()).set("count", "12");
    world.issue_many(&world.acme.colleague, 1).await;
    let changed = visit.send(&form.set("count", "13")).await.expect(409);
    let changed = changed.says("The selection has changed since you saw it");
    let page = visit.submit(&changed.form(&action()).set("count", "13")).await.expect(200);
    assert_eq!(page.notice(), "13 API tokens deleted successfully");
    assert!(names(&page).is_empty());
    let misspelt = visit.get(&format!("{}?do=delete-all&state=active&lable=a", action())).await;
    assert_eq!(misspelt.status, 400);
    let everything = visit.get(&format!("{}?do=delete-all", action())).await;
    assert_eq!(everything.status, 400);
    let plain = visit.open(LIST).await;
    assert!(!plain.answer.text().contains("delete-all"), "everything is never offered");
}

#[tokio::test]
async fn what_lies_outside_his_reach_is_passed_over() {
    let world = World::new().await;
    let (one, two) = (world.called("one", json!({})).await, world.called("two", json!({})).await);
    let visit = world.visit(&world.acme.member).await;
    let list = visit.open(LIST).await;
    let foreign = [&world.globex.member, &world.acme.colleague];
    for verb in ["Disable selected …", "Delete selected …"] {
        let form = foreign.iter().fold(chosen(&list, &[&one, &two]), |form, person| form.tick("id", &person.token_id));
        let dialog = visit.send(&form.tick("id", "nonsense").press(verb)).await.expect(200);
        assert_eq!(names(&dialog).len(), 2, "{verb}");
        let form = foreign.iter().fold(dialog.form(&action()), |form, person| form.tick("id", &person.token_id));
        let _ = visit.send(&form).await;
        for person in foreign {
            assert!(world.accepts(&person.token).await, "{verb}");
        }
    }
    let ids = foreign.map(|person| format!("id={}", person.token_id)).join("&");
    visit.open(&format!("{}?do=delete&{ids}", action())).await.says("Nothing is chosen");
    visit.open(&format!("{}?do=disable", action())).await.says("Nothing is chosen");
    assert_eq!(visit.get(&format!("{}?do=explode&{ids}", action())).await.status, 400);
}

#[tokio::test]
async fn one_row_has_the_dialog_of_its_own() {
    let world = World::new().await;
    let one = world.called("one", json!({})).await;
    let visit = world.visit(&world.acme.member).await;
    let list = visit.open(LIST).await;
    let page = visit.send(&chosen(&list, &[&one]).press("Delete selected …")).await;
    assert_eq!(page.location(), format!("{}/delete", super::path(&one)));
}

#[tokio::test]
async fn one_signature_is_enough_for_all_of_them() {
    let world = World::new().await;
    let (one, two) = (world.called("one", json!({})).await, world.called("two", json!({})).await);
    let key = world.key_of(&world.acme.member).await;
    let visit = world.visit_again(&world.acme.member).await;
    let demand = json!({"signed_actions": "destructive"});
    world.patch(format!("/v1/organisations/{}", world.acme.id), demand).bearer(&world.root.token).await.expect(200);
    let list = visit.open(LIST).await;
    let form = visit.send(&chosen(&list, &[&one, &two]).press("Delete selected …")).await.expect(200).form(&action());
    assert!(form.signs);
    let refused = visit.send(&form).await.expect(403).says("signed with a passkey");
    assert!(refused.form(&action()).signs);
    assert_eq!(names(&visit.open(LIST).await).len(), 3);
    let page = visit.follow(visit.send_signed(&form, &key).await).await.expect(200);
    assert_eq!(page.notice(), "2 API tokens deleted successfully");
}
