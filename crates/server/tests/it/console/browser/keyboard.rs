//! A token is deleted by keyboard alone, and the focus is never lost.

use super::Person;
use crate::world::World;
use serde_json::json;

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const DOWN: &str = "\u{e015}";

/// What has the focus, by what it says or is called.
fn focused(person: &Person) -> String {
    let said = person.run(
        "const at = document.activeElement;
            return at === document.body ? '' : (at.ariaLabel || at.innerText || at.value || at.tagName).trim()",
    );
    said.as_str().unwrap().to_owned()
}

/// Goes on until what has the focus says this.
fn tab_to(person: &Person, wanted: &str) {
    let mut seen = Vec::new();
    for _ in 0..120 {
        if focused(person).contains(wanted) {
            return;
        }
        seen.push(focused(person));
        person.window.press(&[TAB]);
    }
    panic!("the focus never reaches {wanted:?}: {seen:?}");
}

/// Opens the menu that has the focus, and goes down to the last thing in it.
fn open_delete(person: &Person) {
    person.window.press(&[ENTER]);
    for _ in 0..8 {
        person.window.press(&[DOWN]);
        if focused(person) == "Delete" {
            return person.window.press(&[ENTER]);
        }
    }
    panic!("the menu has no Delete: {}", focused(person));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; `./test browser` installs and runs it"]
async fn a_token_is_deleted_by_keyboard_alone() {
    let world = World::new().await;
    let who = &world.acme.administrator;
    let new = json!({"name": "doomed", "scopes": ["tokens:read"]});
    let issued = world.post("/v1/tokens", new).bearer(&who.token).await.expect(201);
    world.give_password(who).await;
    let person = Person::signed_in(&world, who, true);
    person.open("/console/settings/api-tokens?q=doomed");
    person.wait_for("doomed");

    // The first thing that is reached leads past the menu.
    person.window.press(&[TAB]);
    assert_eq!(focused(&person), "Skip to content");
    person.window.press(&[ENTER]);

    tab_to(&person, "doomed");
    tab_to(&person, "Actions for doomed");
    person.window.press(&[ENTER]);
    // Arrows go through the menu, and Escape leaves it to where it was opened from.
    person.window.press(&[DOWN]);
    assert!(["Disable", "Edit"].contains(&focused(&person).as_str()), "{}", focused(&person));
    person.window.press(&[ESCAPE]);
    assert!(focused(&person).contains("Actions for doomed"), "{}", focused(&person));
    open_delete(&person);
    person.wait_for_title("Delete API token");

    // The dialog keeps the focus, and Escape closes it with nothing done.
    for _ in 0..12 {
        person.window.press(&[TAB]);
        // Behind the last control of the page the browser's own come, for which the page has no name.
        let within = "const at = document.activeElement; return at === document.body || at.closest('dialog') !== null";
        assert_eq!(person.run(within), true, "{}", focused(&person));
    }
    person.window.press(&[ESCAPE]);
    assert_eq!(person.run("return document.querySelector('dialog[open]')"), json!(null));
    world.get("/v1/whoami").bearer(issued["secret"].as_str().unwrap()).await.expect(200);

    tab_to(&person, "Actions for doomed");
    open_delete(&person);
    person.wait_for_title("Delete API token");
    // It was used just now, so its name is asked for.
    person.fill("name", "doomed");
    tab_to(&person, "Delete");
    person.window.press(&[ENTER]);
    person.wait_for_notice("API token doomed deleted successfully");
    world.get("/v1/whoami").bearer(issued["secret"].as_str().unwrap()).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; `./test browser` installs and runs it"]
async fn sorting_leaves_the_focus_where_it_was() {
    let world = World::new().await;
    let who = &world.acme.administrator;
    world.give_password(who).await;
    let person = Person::signed_in(&world, who, true);
    person.open("/console/settings/api-tokens");
    tab_to(&person, "Expires");
    for direction in ["ascending", "descending"] {
        person.window.press(&[ENTER]);
        person.one(&format!("th[aria-sort={direction}] #sort-expires"));
        assert_eq!(focused(&person), "Expires");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; `./test browser` installs and runs it"]
async fn a_menu_stays_open_and_keeps_the_focus_while_its_table_scrolls() {
    let world = World::new().await;
    let who = &world.acme.administrator;
    world.give_password(who).await;
    let person = Person::signed_in(&world, who, true);
    person.open("/console/settings/api-tokens");
    tab_to(&person, "Actions for");
    person.window.press(&[ENTER]);
    person.window.press(&[DOWN]);
    let entry = focused(&person);
    assert!(["Disable", "Edit"].contains(&entry.as_str()), "{entry}");
    person.run("document.querySelector('.scroll').dispatchEvent(new Event('scroll'))");
    person.window.press(&[DOWN]);
    assert_ne!(focused(&person), "");
    assert_ne!(focused(&person), entry);
}
