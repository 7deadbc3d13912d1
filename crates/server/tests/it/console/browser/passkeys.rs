//! In a browser, a passkey is registered, signs in without a password, and signs what an organisation wants signed;
//! without it nothing of that is done.

use super::Person;
use crate::world::{PASSWORD, World};
use serde_json::json;

async fn with_passkey(world: &World) -> Person {
    let who = &world.acme.administrator;
    world.give_password(who).await;
    let person = Person::signed_in(world, who, true);
    person.window.authenticator(true);
    person.open("/console/profile");
    person.fill("name", "Laptop");
    person.fill("password", PASSWORD);
    person.press("Add a passkey");
    person.wait_for("Laptop");
    person
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; `./test browser` installs and runs it"]
async fn a_passkey_signs_in_by_itself() {
    let world = World::new().await;
    let person = with_passkey(&world).await;
    person.open("/console/sign-out");
    person.press_button("Sign out");
    person.wait_for_notice("You are signed out.");
    person.open("/console/profile");
    person.wait_for_title("Sign in");
    person.press("Sign in with a passkey");
    person.wait_for_title("Profile");
    assert!(person.says(&world.acme.administrator.email));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; `./test browser` installs and runs it"]
async fn a_passkey_signs_a_deletion_and_nothing_is_deleted_without_it() {
    let world = World::new().await;
    let person = with_passkey(&world).await;
    let organisation = format!("/v1/organisations/{}", world.acme.id);
    world.patch(organisation, json!({"signed_actions": "destructive"})).bearer(&world.root.token).await.expect(200);
    let new = json!({"name": "doomed", "scopes": ["tokens:read"]});
    let issued = world.post("/v1/tokens", new).bearer(&world.acme.administrator.token).await.expect(201);
    let (id, secret) = (issued["id"].as_str().unwrap(), issued["secret"].as_str().unwrap());

    person.open(&format!("/console/settings/api-tokens/{id}/delete"));
    person.wait_for_title("Delete API token");
    person.press_button("Delete");
    person.wait_for_notice("API token doomed deleted successfully");
    world.get("/v1/tokens").bearer(secret).await.expect(401);
    assert!(!person.says(id));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; `./test browser` installs and runs it"]
async fn a_passkey_that_does_not_know_its_user_signs_nothing() {
    let world = World::new().await;
    let who = &world.acme.administrator;
    world.give_password(who).await;
    let person = Person::signed_in(&world, who, true);
    let authenticator = person.window.authenticator(true);
    person.open("/console/profile");
    person.fill("name", "Laptop");
    person.fill("password", PASSWORD);
    person.press("Add a passkey");
    person.wait_for("Laptop");
    let organisation = format!("/v1/organisations/{}", world.acme.id);
    world.patch(organisation, json!({"signed_actions": "destructive"})).bearer(&world.root.token).await.expect(200);
    person.window.verify_user(&authenticator, false);
    person.open(&format!("/console/settings/api-tokens/{}/delete", who.token_id));
    person.wait_for_title("Delete API token");
    person.press_button("Delete");
    person.wait_for("Nothing was changed");
    world.get("/v1/whoami").bearer(&who.token).await.expect(200);
}
