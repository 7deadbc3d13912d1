//! In a browser, people come in with a link and a password, come back to where they were, and go out everywhere.

use super::{Person, twice};
use crate::world::{PASSWORD, Running, Setting, World};
use authority::{link::Purpose, redeem::administrator_link};

twice! { setting_up coming_and_going choosing_a_theme }

async fn setting_up(scripts: bool) {
    let running = Running::start(Setting::usual()).await;
    let now = running.authority().now();
    let (link, _) = administrator_link(&running.keyring, Purpose::SetUp, now, &authority::clock::SystemRandomness);
    let person = Person::new(&running, scripts);
    person.open(&format!("/console/links/{}", link.expose()));
    person.wait_for_title("Set up Jeton");
    person.fill("name", "Ada Lovelace");
    person.fill("email", "ada@example.org");
    person.fill("organisation", "Analytical Engines");
    person.fill("password", PASSWORD);
    person.press("Set up");
    person.wait_for_notice("Jeton is set up");
    person.fill("email", "ada@example.org");
    person.fill("password", PASSWORD);
    person.press("Sign in");
    person.wait_for_title("API tokens");
    assert!(person.says("Analytical Engines"));
}

async fn coming_and_going(scripts: bool) {
    let world = World::new().await;
    let who = &world.acme.member;
    world.give_password(who).await;
    let person = Person::new(&world, scripts);
    // What was asked for first is shown after the sign-in.
    person.open("/console/profile");
    person.wait_for_title("Sign in");
    person.fill("email", &who.email);
    person.fill("password", "not-his-password-at-all");
    person.press("Sign in");
    person.wait_for("do not belong together");
    person.fill("password", PASSWORD);
    person.press("Sign in");
    person.wait_for_title("Profile");
    assert_eq!(person.path(), "/console/profile");
    assert!(person.says("This browser") && person.says(&who.email));

    person.press("Sign out everywhere");
    person.wait_for_title("Sign out");
    person.click("[name='everywhere']");
    person.press_button("Sign out");
    person.wait_for_notice("You are signed out.");
    // Going back shows nothing that was his.
    person.window.back();
    person.window.reload();
    person.wait_for_title("Sign in");
    assert!(!person.says(&who.email));
}

async fn choosing_a_theme(scripts: bool) {
    let world = World::new().await;
    world.give_password(&world.acme.member).await;
    let person = Person::signed_in(&world, &world.acme.member, scripts);
    let theme = || person.run("return document.documentElement.dataset.theme");
    assert_eq!(theme(), "system");
    for (button, word) in [("Dark", "dark"), ("Light", "light"), ("As the system", "system")] {
        if person.run("return document.querySelector('header.top details.menu:not(.left)').open") == false {
            person.click("header.top details.menu:not(.left) > summary");
        }
        person.press(button);
        let mut shown = false;
        for _ in 0..100 {
            shown = theme() == word;
            if shown {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert!(shown, "{word}");
        assert!(person.path().starts_with("/console/settings/api-tokens"));
    }
}
