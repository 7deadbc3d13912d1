//! In a browser, somebody is invited, comes in with his link, and leaves: with him go his tokens.

use super::{Person, twice};
use crate::world::{PASSWORD, World};

twice! { inviting_and_leaving an_organisation_begins reading_the_journal }

async fn inviting_and_leaving(scripts: bool) {
    let world = World::new().await;
    world.give_password(&world.acme.administrator).await;
    let person = Person::signed_in(&world, &world.acme.administrator, scripts);
    person.press("Users");
    person.wait_for_title("Users");
    person.press("Invite user");
    person.fill("name", "Grace Hopper");
    person.fill("email", "grace@acme.example");
    person.press_button("Invite user");
    person.one("[data-secret]");
    let link = person.one("[data-secret]").property("textContent").as_str().unwrap().trim().to_owned();

    let invited = Person::new(&world, scripts);
    invited.window.visit(&link);
    invited.wait_for_title("Choose a password");
    invited.fill("password", PASSWORD);
    invited.press("Set the password");
    invited.wait_for_notice("The password is set");
    invited.fill("email", "grace@acme.example");
    invited.fill("password", PASSWORD);
    invited.press("Sign in");
    invited.wait_for_title("API tokens");
    // The link was for once.
    invited.window.visit(&link);
    invited.wait_for("used, replaced or is too old");

    world.get("/v1/whoami").bearer(&world.acme.member.token).await.expect(200);
    person.open(&format!("/console/settings/users/{}/deactivate", world.acme.member.id));
    person.wait_for("everyday");
    person.click("article[data-dialog] button.danger");
    person.wait_for_notice("deactivated");
    world.get("/v1/whoami").bearer(&world.acme.member.token).await.expect(401);
}

async fn an_organisation_begins(scripts: bool) {
    let world = World::new().await;
    world.give_password(&world.root).await;
    let person = Person::signed_in(&world, &world.root, scripts);
    person.press("Organisations");
    person.wait_for_title("Organisations");
    assert!(person.says("Acme") && person.says("Globex"));
    person.press("Add organisation");
    person.fill("name", "Initech");
    person.press_button("Add organisation");
    person.wait_for("Initech");
    // All tokens of everybody are his to see.
    person.open("/console/settings/api-tokens?rows=100");
    person.wait_for_title("API tokens");
    assert!(person.says("Acme") && person.says("Globex"));
}

async fn reading_the_journal(scripts: bool) {
    let world = World::new().await;
    world.give_password(&world.acme.administrator).await;
    let person = Person::signed_in(&world, &world.acme.administrator, scripts);
    person.press("Journal");
    person.wait_for_title("Journal");
    assert!(person.says("everyday"), "{}", person.page_text());
    assert!(!person.says("Globex"));
}
