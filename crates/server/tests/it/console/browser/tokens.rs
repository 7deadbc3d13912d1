//! The seed in a browser: a token is added, found, rotated, switched off and on, and deleted by its page and by its
//! row; many are deleted at once; the back button and a double click do no harm.

use super::{Person, twice};
use crate::world::World;
use serde_json::json;

const LIST: &str = "/console/settings/api-tokens";

twice! { adding deleting_by_its_row deleting_by_its_page rotating switching editing deleting_many filtering a_member_sees_his_own }

async fn administrator(world: &World, scripts: bool) -> Person {
    world.give_password(&world.acme.administrator).await;
    Person::signed_in(world, &world.acme.administrator, scripts)
}

/// A token of the administrator's: its identifier and its secret.
async fn issue(world: &World, name: &str) -> (String, String) {
    let new = json!({"name": name, "scopes": ["tokens:read"]});
    let issued = world.post("/v1/tokens", new).bearer(&world.acme.administrator.token).await.expect(201);
    let text = |field: &str| issued[field].as_str().unwrap().to_owned();
    (text("id"), text("secret"))
}

async fn works(world: &World, secret: &str) -> bool {
    world.get("/v1/whoami").bearer(secret).await.status == 200
}

/// Opens the menu of a row, or of a page.
fn open_menu(person: &Person, name: &str) {
    person.click(&format!("summary[aria-label*='{name}']"));
}

async fn adding(scripts: bool) {
    let world = World::new().await;
    let person = administrator(&world, scripts).await;
    person.press("Add API token");
    person.wait_for_title("Add API token");
    person.fill("name", "nightly build");
    person.press("Next");
    person.wait_for("Owner");
    person.press("Next");
    person.click("input[type='checkbox'][value='tokens:read']");
    person.press("Next");
    person.wait_for("nightly build");
    // Going back loses nothing.
    person.press("Back");
    assert_eq!(person.one("input[type='checkbox'][value='tokens:read']").property("checked"), true);
    person.press("Next");
    person.wait_for("nightly build");
    person.press("Add");
    person.wait_for("View details");
    let secret = person.one("[data-secret]").property("textContent").as_str().unwrap().to_owned();
    assert!(works(&world, secret.trim()).await);
    person.press("View details");
    person.wait_for_title("nightly build");
    assert!(
        !person.window.run("return document.documentElement.outerHTML", json!([])).to_string().contains(&secret[8..])
    );
}

async fn deleting_by_its_row(scripts: bool) {
    let world = World::new().await;
    let (id, secret) = issue(&world, "doomed").await;
    let person = administrator(&world, scripts).await;
    open_menu(&person, "doomed");
    person.press("Delete");
    person.wait_for_title("Delete API token");
    person.press("Delete");
    person.wait_for_notice("API token doomed deleted successfully");
    assert!(!works(&world, &secret).await);
    let rows = person.run("return document.querySelector('#results').innerText");
    assert!(!rows.as_str().unwrap().contains("doomed"), "{rows}");
    // Whatever the back button shows, nothing works twice and nothing breaks.
    person.window.back();
    person.open(&format!("{LIST}/{id}"));
    person.wait_for("deleted");
}

async fn deleting_by_its_page(scripts: bool) {
    let world = World::new().await;
    let (id, secret) = issue(&world, "doomed").await;
    assert!(works(&world, &secret).await);
    let person = administrator(&world, scripts).await;
    person.press("doomed");
    person.wait_for_title("doomed");
    person.click("main .head summary");
    person.press("Delete");
    person.wait_for_title("Delete API token");
    // It was used within a day: its name has to be typed.
    if scripts {
        person.fill("name", "domed");
        person.press("Delete");
        person.wait_for("This is not its name");
        assert!(works(&world, &secret).await);
    }
    person.fill("name", "doomed");
    if scripts {
        person.run("const button = [...document.querySelectorAll('dialog[open] button')].find((at) => at.innerText.trim() === 'Delete'); button.click(); button.click();");
    } else {
        person.press("Delete");
    }
    person.wait_for_notice("API token doomed deleted successfully");
    assert!(!works(&world, &secret).await);
    person.open(&format!("{LIST}/{id}/delete"));
    person.wait_for("deleted");
}

async fn rotating(scripts: bool) {
    let world = World::new().await;
    let (id, secret) = issue(&world, "turning").await;
    let person = administrator(&world, scripts).await;
    person.open(&format!("{LIST}/{id}/rotate"));
    person.wait_for_title("Rotate API token");
    person.press_button("Rotate");
    person.one("[data-secret]");
    let next = person.one("[data-secret]").property("textContent").as_str().unwrap().trim().to_owned();
    assert!(works(&world, &next).await && next != secret);
}

async fn switching(scripts: bool) {
    let world = World::new().await;
    let (_, secret) = issue(&world, "resting").await;
    let person = administrator(&world, scripts).await;
    open_menu(&person, "resting");
    person.press("Disable");
    person.wait_for_title("Disable API token");
    person.press("Disable");
    person.wait_for_notice("resting");
    assert!(!works(&world, &secret).await);
    open_menu(&person, "resting");
    person.press("Enable");
    person.wait_for_title("Enable API token");
    person.press("Enable");
    person.wait_for_notice("resting enabled");
    assert!(works(&world, &secret).await);
}

async fn editing(scripts: bool) {
    let world = World::new().await;
    let (id, _) = issue(&world, "misspeled").await;
    let person = administrator(&world, scripts).await;
    person.open(&format!("{LIST}/{id}"));
    person.wait_for_title("misspeled");
    person.press("Edit");
    person.wait_for_title("Edit misspeled");
    person.fill("name", "");
    person.fill("name", "misspelled");
    person.press("Save");
    person.wait_for_title("misspelled");
}

async fn deleting_many(scripts: bool) {
    let world = World::new().await;
    let mut secrets = Vec::new();
    for name in ["first of many", "second of many"] {
        secrets.push(issue(&world, name).await.1);
    }
    let person = administrator(&world, scripts).await;
    person.open(&format!("{LIST}?q=of+many"));
    person.wait_for("second of many");
    for row in person.window.find("tbody input[type='checkbox']") {
        row.click();
    }
    person.click("button[name='do'][value='delete']");
    person.wait_for("first of many");
    person.wait_for("can't be");
    person.click("article[data-dialog] button.danger");
    person.wait_for_notice("2 API tokens deleted successfully");
    for secret in secrets {
        assert!(!works(&world, &secret).await);
    }
}

async fn filtering(scripts: bool) {
    let world = World::new().await;
    for name in ["apple", "pear"] {
        issue(&world, name).await;
    }
    let person = administrator(&world, scripts).await;
    person.fill("q", "apple");
    if scripts {
        person.window.press(&["\u{e007}"]);
    } else {
        person.click("form[data-filter] button");
    }
    person.wait_for("1 row");
    assert!(person.says("apple") && !person.says("pear"), "{}", person.page_text());
    person.press("Refresh");
    person.wait_for("1 row");
    assert!(person.path().contains("q=apple"), "{}", person.path());
    // What is shown can be bookmarked.
    let bookmark = person.path();
    person.open(LIST);
    person.wait_for("pear");
    person.open(&bookmark);
    person.wait_for("apple");
    assert!(!person.says("pear"));
    // What was wrong is not said any more once it was corrected.
    person.open(&format!("{LIST}?state=gone"));
    person.wait_for("must be active, disabled, expired or deleted");
    person.fill("q", "pear");
    if scripts {
        person.window.press(&["\u{e007}"]);
    } else {
        person.click("form[data-filter] button");
    }
    person.wait_for("1 row");
    assert!(!person.says("must be active"), "{}", person.page_text());
    // A whole secret comes into no address.
    let (_, secret) = issue(&world, "plum").await;
    person.fill("q", &secret);
    person.window.press(&["\u{e007}"]);
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    assert!(!person.path().contains(&secret[..8]), "{}", person.path());
}

async fn a_member_sees_his_own(scripts: bool) {
    let world = World::new().await;
    issue(&world, "not his").await;
    world.give_password(&world.acme.member).await;
    let person = Person::signed_in(&world, &world.acme.member, scripts);
    assert!(person.says("everyday") && !person.says("not his"), "{}", person.page_text());
    assert!(!person.says("Users") && !person.says("Organisations"), "{}", person.page_text());
    person.open("/console/settings/users");
    person.wait_for("There is nothing here");
}
