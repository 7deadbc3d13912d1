//! A token is changed, rotated and looked at: what stays is not handed out again, nobody's change is lost, and the
//! pictures say what the tables say.

use super::{Form, Page};
use crate::world::{Person, World};
use serde_json::{Value, json};
use std::time::Duration;

const HOME: &str = "/console/settings/api-tokens";

fn dialog(id: &str, action: &str) -> String {
    format!("{HOME}/{id}/{action}")
}

fn secret(page: &Page) -> String {
    page.texts("code").into_iter().find(|text| text.starts_with("jtn_")).expect("a secret")
}

impl World {
    async fn token_to_edit(&self, owner: &Person) -> (String, String) {
        let body = json!({
            "name": "Nightly build", "owner": owner.id, "scopes": ["deploy:staging", "tokens:read"],
            "labels": {"env": "prod"}, "networks": ["192.0.2.0/24"], "expires_at": "2027-03-01T12:00:00Z",
        });
        let issued = self.post("/v1/tokens", body).bearer(&self.root.token).await.expect(201);
        (issued["id"].as_str().unwrap().to_owned(), issued["secret"].as_str().unwrap().to_owned())
    }

    async fn shown(&self, id: &str) -> Value {
        self.get(format!("/v1/tokens/{id}")).bearer(&self.root.token).await.expect(200)
    }
}

#[tokio::test]
async fn both_sides_are_edited_at_will_and_saved_at_once() {
    let world = World::new().await;
    for who in [&world.acme.member, &world.acme.administrator, &world.root] {
        let (id, _) = world.token_to_edit(&world.acme.member).await;
        let (visit, path) = (world.visit(who).await, dialog(&id, "edit"));
        let general = visit.open(&path).await.form_of(&path, "Scopes").set("name", "Renamed").set("description", "New");
        let scopes = visit.send(&general).await.expect(200);
        assert_eq!(scopes.form(&path).values("scope"), ["tokens:read", "deploy:staging"]);
        let form = scopes.form_of(&path, "General").untick("scope", "deploy:staging").tick("scope", "deploy:*");
        let general = visit.send(&form).await.expect(200);
        let form = general.form_of(&path, "Save");
        assert_eq!((form.value("name"), form.value("expiry")), (Some("Renamed"), Some("keep")));
        assert_eq!(world.shown(&id).await["revision"], 1, "nothing is saved yet");
        let page = visit.submit(&form).await.expect(200);
        assert_eq!((page.heading().as_str(), page.notice().as_str()), ("Renamed", "API token Renamed saved"));
        let shown = world.shown(&id).await;
        assert_eq!((&shown["description"], &shown["scopes"]), (&json!("New"), &json!(["deploy:*", "tokens:read"])));
        assert_eq!((&shown["networks"], &shown["labels"]), (&json!(["192.0.2.0/24"]), &json!({"env": "prod"})));
        assert_eq!(shown["expires_at"], "2027-03-01T12:00:00.000Z", "what is kept is kept to the second");
        // Sent once more, it is for an older revision.
        visit.send(&form).await.expect(412);
    }
}

#[tokio::test]
async fn expiry_and_networks_can_be_changed_and_taken_away() {
    let world = World::new().await;
    let linus = &world.acme.member;
    let (id, _) = world.token_to_edit(linus).await;
    let (visit, path) = (world.visit(linus).await, dialog(&id, "edit"));
    let save = |fill: fn(Form) -> Form| {
        let (visit, path) = (&visit, path.clone());
        async move { visit.submit(&fill(visit.open(&path).await.form_of(&path, "Save"))).await }
    };
    save(|form| form.set("expiry", "date").set("date", "2027-06-30")).await.expect(200);
    assert_eq!(world.shown(&id).await["expires_at"], "2027-06-30T23:59:59.999Z");
    save(|form| form.set("expiry", "never").set("networks", "")).await.expect(200);
    let shown = world.shown(&id).await;
    assert_eq!((&shown["expires_at"], &shown["networks"]), (&Value::Null, &Value::Null));
    let wrong = save(|form| form.set("name", "").set("labels", "a b")).await.expect(422);
    assert!(!wrong.error("name").is_empty() && !wrong.error("labels").is_empty());
}

#[tokio::test]
async fn nobodys_change_is_overwritten_unseen() {
    let world = World::new().await;
    let linus = &world.acme.member;
    let (id, _) = world.token_to_edit(linus).await;
    let (visit, path) = (world.visit(linus).await, dialog(&id, "edit"));
    let form = visit.open(&path).await.form_of(&path, "Save").set("name", "Mine");
    world.patch(format!("/v1/tokens/{id}"), json!({"name": "Theirs"})).bearer(&linus.token).await.expect(200);
    let page = visit.send(&form).await.expect(412).says("Somebody changed it meanwhile").says("Theirs");
    assert_eq!(world.shown(&id).await["name"], "Theirs");
    let again = page.form_of(&path, "Save");
    assert_eq!(again.value("name"), Some("Mine"), "what was typed stays");
    visit.submit(&again).await.expect(200);
    assert_eq!(world.shown(&id).await["name"], "Mine");
}

#[tokio::test]
async fn what_was_taken_meanwhile_is_not_given_again_unseen() {
    let world = World::new().await;
    let linus = &world.acme.member;
    let (id, _) = world.token_to_edit(linus).await;
    let (visit, path) = (world.visit(linus).await, dialog(&id, "edit"));
    let form = visit.open(&path).await.form_of(&path, "Save").set("description", "Mine");
    let taken = json!({"scopes": ["deploy:staging"], "networks": ["198.51.100.0/24"]});
    world.patch(format!("/v1/tokens/{id}"), taken).bearer(&world.root.token).await.expect(200);
    let again = visit.send(&form).await.expect(412).form_of(&path, "Save");
    visit.submit(&again).await.expect(200);
    let shown = world.shown(&id).await;
    assert_eq!((&shown["description"], &shown["scopes"]), (&json!("Mine"), &json!(["deploy:staging"])));
    assert_eq!(shown["networks"], json!(["198.51.100.0/24"]));
}

#[tokio::test]
async fn a_scope_that_may_not_be_given_is_refused_and_stays_in_the_form() {
    let world = World::new().await;
    let linus = &world.acme.member;
    let (id, _) = world.token_to_edit(linus).await;
    let (visit, path) = (world.visit(linus).await, dialog(&id, "edit"));
    let form = visit.open(&format!("{path}?step=scopes")).await.form_of(&path, "Save");
    let refused = visit.send(&form.clone().set("more", "billing:read")).await.expect(403).says("billing:read");
    assert_eq!(refused.form(&path).value("more"), Some("billing:read"));
    let none = form.untick("scope", "deploy:staging").untick("scope", "tokens:read");
    assert!(visit.send(&none).await.expect(422).error("scope").contains("at least one"));
}

#[tokio::test]
async fn a_change_keeps_a_scope_that_its_maker_could_not_give() {
    let world = World::new().await;
    let new = json!({"name": "Invoices", "organisation": world.acme.id, "scopes": ["billing:read"]});
    let robot = world.post("/v1/service-accounts", new).bearer(&world.root.token).await.expect(201);
    let body = json!({"name": "billing", "owner": robot["id"], "scopes": ["billing:read"]});
    let issued = world.post("/v1/tokens", body).bearer(&world.root.token).await.expect(201);
    let id = issued["id"].as_str().unwrap();
    let (visit, path) = (world.visit(&world.acme.administrator).await, dialog(id, "edit"));
    let form = visit.open(&path).await.form_of(&path, "Save").set("name", "Invoices");
    visit.send(&form.clone().set("more", "billing:write")).await.expect(403);
    visit.submit(&form).await.expect(200);
    let shown = world.shown(id).await;
    assert_eq!((&shown["name"], &shown["scopes"]), (&json!("Invoices"), &json!(["billing:read"])));
}

#[tokio::test]
async fn a_new_secret_takes_over_when_the_form_says() {
    let world = World::new().await;
    let linus = &world.acme.member;
    for (overlap, hours) in [("now", "24"), ("time", "1"), ("first_use", "24")] {
        let (id, older) = world.token(linus).await;
        let (visit, path) = (world.visit(linus).await, dialog(&id, "rotate"));
        let form = visit.open(&path).await.form(&path);
        assert_eq!(form.value("overlap"), Some("now"), "nobody uses it");
        let page = visit.send(&form.set("overlap", overlap).set("hours", hours)).await.expect(200);
        let page = page.says("API token spare has a new secret").says("shown only once");
        assert_eq!(page.links("View details"), [format!("{HOME}/{id}")]);
        let newer = secret(&page);
        assert_eq!(world.accepts(&older).await, overlap != "now", "{overlap}");
        assert!(world.accepts(&newer).await);
        assert_eq!(world.accepts(&older).await, overlap == "time", "{overlap}");
        world.wait(Duration::from_hours(1));
        assert!(!world.accepts(&older).await, "{overlap}");
    }
}

#[tokio::test]
async fn a_rotation_that_is_sent_twice_leaves_one_new_secret() {
    let world = World::new().await;
    let linus = &world.acme.member;
    let (id, older) = world.token(linus).await;
    world.accepts(&older).await;
    let (visit, path) = (world.visit(linus).await, dialog(&id, "rotate"));
    let form = visit.open(&path).await.form(&path);
    assert_eq!(form.value("overlap"), Some("time"), "whoever uses it gets time");
    let first = visit.send(&form).await.expect(200);
    let second = visit.send(&form).await.expect(200).says("The form was sent twice");
    assert!(world.accepts(&older).await && !world.accepts(&secret(&first)).await);
    assert!(world.accepts(&secret(&second)).await);
    let stale = visit.open(&path).await.form(&path);
    world.patch(format!("/v1/tokens/{id}"), json!({"name": "b"})).bearer(&linus.token).await.expect(200);
    visit.send(&stale).await.expect(412).says("Somebody changed it meanwhile");
    let wrong = visit.open(&path).await.form(&path).forge("overlap", "later");
    assert!(!visit.send(&wrong).await.expect(422).error("overlap").is_empty());
}

#[tokio::test]
async fn usage_is_a_picture_and_a_table() {
    let world = World::new().await;
    let linus = &world.acme.member;
    let (id, secret) = world.token(linus).await;
    let page = world.visit(linus).await.open(&format!("{HOME}/{id}/usage")).await.says("Not used in the last 30 days");
    assert!(page.texts("svg").len() < 40 && page.texts(".bar").is_empty());
    for _ in 0..3 {
        let body = json!({"token": secret, "address": "192.0.2.7", "user_agent": "builder/1.0 <b>"});
        world.post("/v1/tokens/verify", body).bearer(&world.verifier.token).await.expect(200);
    }
    world.wait(Duration::from_hours(24));
    world.accepts(&secret).await;
    let visit = world.visit(linus).await;
    let page = visit.open(&format!("{HOME}/{id}/usage")).await.says("4 requests in 30 days").says("192.0.2.7");
    let page = page.says("builder/1.0 <b>").says("2027-01-16 1 2027-01-15 3");
    assert_eq!(page.texts(".bar"), ["2027-01-15: 3", "2027-01-16: 1"]);
    let deletes = visit.open(&dialog(&id, "delete")).await.says("Used in the last 24 hours by").says("Type the name");
    deletes.says_nothing_of("192.0.2.7");
}

#[tokio::test]
async fn the_history_tells_what_happened_to_this_token_only() {
    let world = World::new().await;
    let linus = &world.acme.member;
    let (id, _) = world.token_to_edit(linus).await;
    world.token(linus).await;
    for number in 0..22 {
        let body = json!({"name": format!("Name {number}")});
        world.patch(format!("/v1/tokens/{id}"), body).bearer(&linus.token).await.expect(200);
    }
    let visit = world.visit(linus).await;
    let page = visit.open(&format!("{HOME}/{id}/history")).await.says("1–10 of 23 rows").says("of 3");
    assert_eq!(page.texts("tr").len(), 11);
    let record = page.hrefs().into_iter().find(|href| href.contains("/history/")).unwrap().to_owned();
    let entry = visit.open(&record).await.says("token.updated").says("Acme Linus");
    assert!(entry.texts("pre").concat().contains(&id), "all particulars, as they are copied");
    let older = visit.open(&page.links("Next").concat()).await.says("11–20 of 23 rows");
    assert_eq!(older.texts("tr").len(), 11);
    let oldest = visit.open(&page.links("Time").concat()).await;
    assert!(oldest.texts(".lead")[0].starts_with("Created the API token"));
    visit.open(&format!("{HOME}/{id}/history?page=99")).await.says("21–23 of 23 rows");
    for odd in ["page=0", "page=x", "page=18446744073709551615", "rows=7", "kind=token.issued"] {
        let page = visit.get(&format!("{HOME}/{id}/history?{odd}")).await.expect(422);
        assert!(page.says("This list cannot be shown as asked").texts("td").is_empty(), "{odd}");
    }
    let (other, _) = world.token(linus).await;
    let position = record.rsplit('/').next().unwrap();
    visit.get(&format!("{HOME}/{other}/history/{position}")).await.expect(404);
    visit.get(&format!("{HOME}/{id}/history/nothing")).await.expect(404);
    world.visit(&world.globex.administrator).await.get(&record).await.expect(404);
}
