//! Organisations are looked after by those who administer everything, and do not exist for anybody else.

use crate::world::World;
use serde_json::json;

const ORGANISATIONS: &str = "/console/administration/organisations";

#[tokio::test]
async fn an_organisation_is_added_named_and_found() {
    let world = World::new().await;
    let visit = world.visit(&world.root).await;
    let add = format!("{ORGANISATIONS}/add");
    let form = visit.open(&add).await.form(&add).set("name", "<b>Initech</b>");
    let page = visit.send(&form).await;
    let place = page.location().to_owned();
    assert_eq!(visit.send(&form).await.location(), place, "a double click makes one");
    visit.open(&place).await.says("The organisation <b>Initech</b> was added").says("Signed changes None");
    let edit = format!("{place}/edit");
    let form = visit.open(&edit).await.form(&edit);
    visit.submit(&form.clone().set("name", "Initech")).await.says("The organisation Initech was changed");
    let page = visit.send(&form.set("name", "Undone")).await.expect(412).says("Somebody changed it meanwhile");
    assert_eq!(page.form(&edit).value("name"), Some("Initech"));
    let page = visit.open(&format!("{ORGANISATIONS}?q=INIT")).await;
    assert_eq!(page.texts(".name"), ["Initech"]);
    let form = visit.open(&add).await.form(&add).set("name", " ");
    assert!(visit.send(&form).await.expect(422).error("name").contains(" must "));
    let page = visit.get(&format!("{ORGANISATIONS}?state=x")).await.expect(422);
    assert!(page.error("state").contains(" must "));
    visit.open(&format!("{ORGANISATIONS}?state=inactive")).await.says("No organisation fits these filters");
    // The links lead to lists that show this organisation's.
    let acme = visit.open(&format!("{ORGANISATIONS}/{}", world.acme.id)).await;
    let users = acme.links("Show the users").remove(0);
    visit.open(&users).await.says("Acme Linus").says_nothing_of("Globex Linus");
}

#[tokio::test]
async fn what_has_to_be_signed_is_changed_with_a_warning_and_holds_at_once() {
    let world = World::new().await;
    let visit = world.visit(&world.root).await;
    let edit = format!("{ORGANISATIONS}/{}/edit", world.acme.id);
    let form = visit.open(&edit).await.says("You have no passkey that may sign").form(&edit);
    visit.submit(&form.set("signed_actions", "destructive")).await.says("What takes power away");
    let path = format!("/v1/tokens/{}", world.acme.member.token_id);
    world.delete(&path).bearer(&world.acme.member.token).await.problem(403, "action-required");
    // The demand is not lifted without a signature either, and the form asks for it.
    let form = visit.open(&edit).await.form(&edit).set("signed_actions", "off");
    let page = visit.send(&form).await.expect(403).says("signed with a passkey");
    assert!(page.form(&edit).signs);
    let key = world.key_of(&world.root).await;
    let visit = world.visit_again(&world.root).await;
    let form = visit.open(&edit).await.says_nothing_of("You have no passkey").form(&edit).set("signed_actions", "off");
    visit.send_signed(&form, &key).await.expect(303);
    world.delete(&path).bearer(&world.acme.member.token).await.expect(204);
    let form = visit.open(&edit).await.form(&edit).forge("signed_actions", "perhaps");
    assert!(visit.send(&form).await.expect(422).error("signed_actions").contains(" must "));
}

#[tokio::test]
async fn a_deactivated_organisation_ends_with_all_its_tokens_until_it_is_back() {
    let world = World::new().await;
    let (visit, member) = (world.visit(&world.root).await, &world.acme.member);
    let his = world.visit(member).await;
    let path = format!("{ORGANISATIONS}/{}", world.acme.id);
    let deactivate = format!("{path}/deactivate");
    let form = visit.open(&deactivate).await.says("This stops 5 API tokens at once").form(&deactivate);
    visit.submit(&form).await.says("The organisation Acme was deactivated");
    assert!(!world.accepts(&member.token).await && world.accepts(&world.globex.member.token).await);
    his.get("/console/profile").await.expect(303);
    let activate = format!("{path}/activate");
    visit.submit(&visit.open(&activate).await.form(&activate)).await.says("The organisation Acme is active again");
    assert!(world.accepts(&member.token).await);
}

#[tokio::test]
async fn nobody_deactivates_his_own_organisation_by_mistake_nor_the_last_administrator() {
    let world = World::new().await;
    let visit = world.visit(&world.root).await;
    let own = world.get(format!("/v1/users/{}", world.root.id)).bearer(&world.root.token).await.expect(200);
    let path = format!("{ORGANISATIONS}/{}/deactivate", own["organisation"].as_str().unwrap());
    let form = visit.open(&path).await.says("This is your own organisation").form(&path);
    let page = visit.send(&form).await.expect(422);
    assert!(page.error("own").starts_with("This box must be checked"));
    let page = visit.send(&page.form(&path).set("own", "true")).await.expect(409);
    page.says("This would leave no application administrator who can sign in.");
    assert!(world.accepts(&world.root.token).await);
}

#[tokio::test]
async fn organisations_do_not_exist_for_anybody_else() {
    let world = World::new().await;
    for person in [&world.acme.administrator, &world.acme.member] {
        let visit = world.visit(person).await;
        let mut form = visit.open("/console/sign-out").await.form("/console/sign-out");
        assert!(visit.open("/console/profile").await.links("Organisations").is_empty());
        let own = format!("{ORGANISATIONS}/{}", world.acme.id);
        for path in [ORGANISATIONS.to_owned(), format!("{ORGANISATIONS}/add"), own.clone(), format!("{own}/edit")] {
            visit.get(&path).await.expect(404);
        }
        for verb in ["edit", "deactivate", "activate"] {
            form.action = format!("{own}/{verb}");
            let sent = form.clone().forge("name", "Mine").forge("signed_actions", "off").forge("own", "true");
            visit.send(&sent).await.expect(404);
        }
        form.action = format!("{ORGANISATIONS}/add");
        visit.send(&form.clone().forge("name", "Mine")).await.expect(404);
    }
    let made = world.get(format!("/v1/organisations/{}", world.acme.id)).bearer(&world.root.token).await.expect(200);
    assert_eq!((&made["name"], &made["active"]), (&json!("Acme"), &json!(true)));
    let root = world.visit(&world.root).await;
    root.get(&format!("{ORGANISATIONS}/x")).await.expect(404);
    root.get(&format!("{ORGANISATIONS}/00000000-0000-7000-8000-000000000000")).await.expect(404);
}

#[tokio::test]
async fn the_list_has_pages_a_total_and_orders_and_refuses_what_it_does_not_know() {
    let world = World::new().await;
    let visit = world.visit(&world.root).await;
    let add = format!("{ORGANISATIONS}/add");
    for name in ["zeta", "Yotta", "alpha", "Beta"] {
        visit.send(&visit.open(&add).await.form(&add).set("name", name)).await.expect(303);
    }
    let page = visit.open(&format!("{ORGANISATIONS}?rows=5")).await;
    assert_eq!(page.texts(".name")[..4], ["Beta", "alpha", "Yotta", "zeta"], "the newest first");
    let sorted = visit.open(&page.links("Name")[0]).await;
    let mut names = sorted.texts(".name");
    assert_eq!(names[..2], ["Acme", "alpha"]);
    let behind = visit.open(&sorted.links("Next")[0]).await;
    names.extend(behind.texts(".name"));
    assert_eq!(names.last().map(String::as_str), Some("zeta"));
    behind.says(&format!("6–{} of {} rows", names.len(), names.len())).says("of 2");
    for query in ["colour=red", "sort=size", "rows=7", "page=0", "after=x"] {
        let page = visit.get(&format!("{ORGANISATIONS}?{query}")).await.expect(422);
        assert!(page.says("This list cannot be shown as asked").texts(".name").is_empty(), "{query}");
    }
}
