//! What was typed into a dialog is not lost by Escape, by a press beside it, by its cross or by a step back without a
//! question, which is asked of nobody who typed nothing; and no question is above a secret that is shown once.

use super::Person;
use crate::world::World;
use serde_json::json;

const ESCAPE: &str = "\u{e00c}";
const ENTER: &str = "\u{e007}";
const QUESTION: &str = "dialog.question[open]";

fn is_there(person: &Person, selector: &str) -> bool {
    person.window.run("return document.querySelector(arguments[0]) !== null", json!([selector])) == true
}

/// Presses beside the dialog.
fn press_outside(person: &Person) {
    person.run(
        "const dialog = [...document.querySelectorAll('dialog[open]')].at(-1);
            dialog.dispatchEvent(new MouseEvent('mousedown', {bubbles: true, cancelable: true}))",
    );
}

fn open_edit(person: &Person) {
    person.press("Edit");
    person.wait_for_title("Edit Acme Linus");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; `./test browser` installs and runs it"]
async fn input_is_not_lost_without_a_question() {
    let world = World::new().await;
    let who = &world.acme.administrator;
    world.give_password(who).await;
    let person = Person::signed_in(&world, who, true);
    person.open(&format!("/console/settings/users/{}", world.acme.member.id));

    // Nobody is asked who typed nothing, or took it back.
    for leave in [press_outside as fn(&Person), |person: &Person| person.window.press(&[ESCAPE])] {
        open_edit(&person);
        person.fill("name", "Linus T.");
        person.fill("name", "Acme Linus");
        leave(&person);
        assert!(!is_there(&person, "dialog[open]"));
    }

    open_edit(&person);
    person.fill("name", "Linus T.");
    for leave in [
        press_outside as fn(&Person),
        |person: &Person| person.window.press(&[ESCAPE]),
        |person: &Person| person.click("a.close"),
    ] {
        leave(&person);
        person.one(QUESTION);
        // The question has the focus and a name, and Escape turns away from it.
        assert_eq!(person.run("return document.activeElement.innerText"), "Keep editing");
        let named = "const asked = document.querySelector('dialog.question');
            const said = (name) => document.getElementById(asked.getAttribute(name)).innerText;
            return said('aria-labelledby') + ' ' + said('aria-describedby')";
        assert_eq!(person.run(named), "Discard changes? What you typed here is not saved.");
        person.window.press(&[ESCAPE]);
        assert!(!is_there(&person, QUESTION));
        let kept = "return document.querySelector('dialog[open] [name=name]').value";
        assert_eq!(person.run(kept), "Linus T.");
    }
    // Again and again: a browser stops the page from keeping a dialog only where nobody asks.
    person.window.press(&[ESCAPE]);
    person.one(QUESTION);
    person.window.press(&[ENTER]);
    assert!(!is_there(&person, QUESTION) && is_there(&person, "dialog[open] [name=name]"));
    person.window.press(&[ESCAPE]);
    person.click(&format!("{QUESTION} [data-discard]"));
    assert!(!is_there(&person, "dialog[open]"));
    // Cancel means it.
    open_edit(&person);
    person.fill("name", "Linus T.");
    person.press("Cancel");
    assert!(!is_there(&person, "dialog[open]"));
    assert!(person.says("Acme Linus") && !person.says("Linus T."));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; `./test browser` installs and runs it"]
async fn the_steps_of_a_wizard_carry_what_was_typed() {
    let world = World::new().await;
    let who = &world.acme.member;
    world.give_password(who).await;
    let person = Person::signed_in(&world, who, true);
    person.press("Add API token");
    person.wait_for_title("Add API token");
    person.press("Close");
    assert!(!is_there(&person, "dialog[open]"));
    person.press("Add API token");
    person.fill("name", "nightly");
    person.press("Next");
    person.wait_for("Networks");
    person.press("Close");
    person.one(QUESTION);
    person.click(&format!("{QUESTION} [data-keep]"));
    person.press("Back");
    let kept = "return document.querySelector('dialog[open] [name=name]').value";
    person.one("dialog[open] [name=name]");
    assert_eq!(person.run(kept), "nightly");
    person.window.press(&[ESCAPE]);
    person.click(&format!("{QUESTION} [data-discard]"));
    assert!(!is_there(&person, "dialog[open]"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; `./test browser` installs and runs it"]
async fn a_step_back_through_history_asks_too() {
    let world = World::new().await;
    let who = &world.acme.administrator;
    world.give_password(who).await;
    let person = Person::signed_in(&world, who, true);
    let page = format!("/console/settings/users/{}", world.acme.member.id);
    person.open(&page);
    person.click(&format!("a[href='{page}/tokens']"));
    person.one(&format!("a[href='{page}/tokens'][aria-current]"));
    open_edit(&person);
    person.fill("name", "Linus T.");
    person.run("history.back()");
    person.one(QUESTION);
    person.click(&format!("{QUESTION} [data-keep]"));
    let kept = "return document.querySelector('dialog[open] [name=name]').value";
    assert_eq!(person.run(kept), "Linus T.");
    assert_eq!(person.run("return location.pathname"), format!("{page}/tokens"));
    // A page that is left altogether takes the browser's own question.
    let stays = "return dispatchEvent(new Event('beforeunload', {cancelable: true}))";
    assert_eq!(person.run(stays), false);
    person.window.press(&[ESCAPE]);
    person.click(&format!("{QUESTION} [data-discard]"));
    assert_eq!(person.run(stays), true);
    person.run("history.back()");
    person.one(&format!("a[href='{page}'][aria-current]"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; `./test browser` installs and runs it"]
async fn a_secret_that_comes_while_the_question_is_asked_stays() {
    let world = World::new().await;
    let who = &world.acme.member;
    world.give_password(who).await;
    let person = Person::signed_in(&world, who, true);
    person.press("Add API token");
    person.wait_for_title("Add API token");
    person.fill("name", "nightly");
    person.press("Next");
    person.wait_for("Networks");
    person.press("Next");
    person.click("input[type='checkbox'][value='tokens:read']");
    person.press("Next");
    person.wait_for("nightly");
    person.run(
        "document.querySelector('dialog button[value=add]').click();
            dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', cancelable: true}))",
    );
    person.one("dialog[open] [data-secret]");
    assert!(!is_there(&person, QUESTION));
    person.window.press(&[ESCAPE]);
    assert!(is_there(&person, "dialog[open] [data-secret]") && !is_there(&person, QUESTION));
}
