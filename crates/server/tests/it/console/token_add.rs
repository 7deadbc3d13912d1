//! A token is added step by step without a script: nothing that was filled in is lost, errors lead to the step of
//! their field, a form that is sent twice makes one token, and its secret is shown once.

use super::{Form, Page, Visit};
use crate::world::{Person, World};
use serde_json::json;

const HOME: &str = "/console/settings/api-tokens";
const ADD: &str = "/console/settings/api-tokens/add";

/// A text that would run in a page which does not escape it.
const SCRIPT: &str = "</textarea>\"'><script src=\"//evil.example\"></script><img src=x onerror=alert(1)>";

/// Presses a button of a step.
async fn press(visit: &Visit<'_>, page: &Page, button: &str) -> Page {
    visit.send(&page.form_of(ADD, button)).await
}

/// Fills in a step and goes on.
async fn next(visit: &Visit<'_>, page: &Page, fill: impl Fn(Form) -> Form) -> Page {
    visit.send(&fill(page.form_of(ADD, "Next"))).await
}

/// The page of the last step of a token of the visitor.
async fn overview(visit: &Visit<'_>, name: &str) -> Page {
    let first = visit.open(ADD).await;
    let second = next(visit, &first, |form| form.set("name", name)).await.expect(200);
    let third = next(visit, &second, |form| form).await.expect(200);
    next(visit, &third, |form| form.tick("scope", "tokens:read")).await.expect(200)
}

/// The secret that a summary shows.
fn secret(page: &Page) -> String {
    page.texts("code").into_iter().find(|text| text.starts_with("jtn_")).expect("a secret")
}

#[tokio::test]
async fn every_role_adds_a_token_and_sees_its_secret_once() {
    let world = World::new().await;
    for who in [&world.acme.member, &world.acme.administrator, &world.root] {
        let visit = world.visit(who).await;
        let first = visit.open(ADD).await;
        assert_eq!(first.heading(), "Add API token");
        let second = next(&visit, &first, |form| {
            form.set("name", "Nightly build").set("description", "One\r\ntwo").set("labels", "env=prod\r\nteam")
        });
        let second = second.await.expect(200).says("Owner and expiry");
        let third = next(&visit, &second, |form| form.set("expiry", "30").set("networks", "192.0.2.0/24, 2001:db8::1"));
        let third = third.await.expect(200).says("tokens:read").says("See API tokens, never a secret.");
        let last = next(&visit, &third, |form| form.tick("scope", "tokens:read").set("more", "journal:read"));
        let last = last.await.expect(200).says("Nothing has been added yet").says("2027-02-14").says("192.0.2.0/24");
        let position = world.position().await;
        let summary = press(&visit, &last, "Add").await.expect(200);
        assert_eq!(world.position().await, position + 1);
        let summary = summary.says("API token Nightly build added successfully").says("shown only once");
        let (secret, details) = (secret(&summary), summary.links("View details").concat());
        let asked = json!({"token": secret, "address": "192.0.2.9"});
        let verdict = world.post("/v1/tokens/verify", asked).bearer(&world.verifier.token).await.expect(200);
        assert_eq!(verdict["active"], true, "{verdict}");
        assert_eq!(summary.links("Close"), [HOME, HOME]);
        let general =
            visit.open(&details).await.says("2027-02-14").says("env=prod").says("2001:db8::1/128").says("One two");
        let scopes = visit.open(&format!("{details}/scopes")).await.says("journal:read").says("tokens:read");
        let list = visit.open(HOME).await.says("Nightly build");
        let mut pages = vec![general, scopes, list];
        for tab in ["/usage", "/history", "/edit", "/rotate", "/disable", "/delete"] {
            pages.push(visit.open(&format!("{details}{tab}")).await);
        }
        for page in pages {
            assert!(!page.answer.text().contains(&secret[4..]), "{} shows the secret", page.answer.call);
        }
    }
}

#[tokio::test]
async fn a_form_that_is_sent_twice_makes_one_token() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.member).await;
    let form = overview(&visit, "Nightly build").await.form_of(ADD, "Add");
    let position = world.position().await;
    let first = visit.send(&form).await.expect(200).says_nothing_of("sent twice");
    let second = visit.send(&form).await.expect(200).says("The form was sent twice");
    assert_eq!(first.links("View details"), second.links("View details"));
    assert!(!world.accepts(&secret(&first)).await && world.accepts(&secret(&second)).await);
    assert_eq!(world.position().await, position + 2, "one token, and one secret in place of the lost one");
    // Whoever goes back and asks for something else is told to begin anew.
    let page = visit.send(&form.forge("name", "Another")).await.expect(409);
    page.says("This form was sent before with other values");
}

#[tokio::test]
async fn errors_lead_to_the_step_of_their_field_and_nothing_is_lost() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.administrator).await;
    let first = visit.open(ADD).await;
    let wrong =
        next(&visit, &first, |form| form.set("name", " ").set("labels", "a\r\na").set("description", "kept")).await;
    let wrong = wrong.expect(422);
    assert_eq!(
        (wrong.error("name"), wrong.error("labels")),
        ("Name must not be empty.".into(), "Labels name a twice.".into())
    );
    assert_eq!(wrong.form_of(ADD, "Next").value("description"), Some("kept"));
    let second = next(&visit, &wrong, |form| form.set("name", "Nightly build").set("labels", "a")).await.expect(200);
    let wrong =
        next(&visit, &second, |form| form.set("expiry", "date").set("date", "2020-01-01").set("networks", "here"));
    let wrong = wrong.await.expect(422);
    assert!(wrong.error("date").contains("past") && wrong.error("networks").contains("CIDR"), "{}", wrong.text());
    let third = next(&visit, &wrong, |form| form.set("expiry", "never").set("networks", "")).await.expect(200);
    let none = next(&visit, &third, |form| form).await.expect(422);
    assert!(none.error("scope").contains("at least one"));
    let malformed = next(&visit, &none, |form| form.set("more", "a b::c")).await.expect(422);
    assert!(malformed.error("more").contains("b::c"), "{}", malformed.text());
    // Back and forth keeps everything, what is wrong too.
    let back = press(&visit, &malformed, "Back").await.expect(200);
    assert_eq!(back.form_of(ADD, "Next").value("expiry"), Some("never"));
    let general = press(&visit, &back, "Back").await.expect(200);
    assert_eq!(general.form_of(ADD, "Next").value("name"), Some("Nightly build"));
    let again = next(&visit, &next(&visit, &general, |form| form).await, |form| form).await.expect(200);
    assert_eq!(again.form_of(ADD, "Next").value("more"), Some("a b::c"));
    let last = next(&visit, &again, |form| form.set("more", "deploy:now")).await.expect(200);
    let changed = press(&visit, &last, "Change General").await.expect(200);
    assert_eq!(changed.form_of(ADD, "Next").value("name"), Some("Nightly build"));
    let back = press(&visit, &last, "Back").await.expect(200);
    assert_eq!(back.form_of(ADD, "Next").value("more"), Some("deploy:now"));
}

#[tokio::test]
async fn nobody_gives_what_he_or_the_owner_has_not() {
    let world = World::new().await;
    let member = world.visit(&world.acme.member).await;
    let scopes =
        next(&member, &next(&member, &member.open(ADD).await, |form| form.set("name", "a")).await, |form| form).await;
    let scopes = scopes.expect(200).says("deploy:*").says("reports:read").says_nothing_of("organisations:write");
    let last = next(&member, &scopes, |form| form.set("more", "billing:read")).await.expect(200);
    let refused = press(&member, &last, "Add").await.expect(403).says("billing:read");
    assert_eq!(refused.form_of(ADD, "Next").value("more"), Some("billing:read"), "at the step of the scopes");
    let administrator = world.visit(&world.acme.administrator).await;
    for foreign in [&world.globex.member.id, &world.root.id, &"nobody".to_owned()] {
        let form = overview(&administrator, "a").await.form_of(ADD, "Add").forge("owner", foreign);
        let page = administrator.send(&form).await.expect(422);
        assert!(!page.error("owner").is_empty(), "{}", page.text());
    }
    let position = world.position().await;
    let form = overview(&member, "a").await.form_of(ADD, "Add").forge("owner", &world.acme.colleague.id);
    member.send(&form).await.expect(422);
    assert_eq!(world.position().await, position);
}

#[tokio::test]
async fn administrators_find_the_owner_they_mean() {
    let world = World::new().await;
    for (who, foreign) in [(&world.acme.administrator, false), (&world.root, true)] {
        let visit = world.visit(who).await;
        let second = next(&visit, &visit.open(ADD).await, |form| form.set("name", "For the robot")).await.expect(200);
        let found =
            visit.send(&second.form_of(ADD, "Search").set("words", "robot").set("expiry", "365")).await.expect(200);
        let found = found.says("Acme Robot").says("Service account").says_nothing_of("Acme Margaret");
        assert_eq!(found.text().contains("Globex Robot"), foreign);
        assert_eq!(found.form_of(ADD, "Next").value("expiry"), Some("365"));
        let third = next(&visit, &found, |form| form.set("owner", &world.acme.robot.id)).await.expect(200);
        let third = third.says_nothing_of("journal:write");
        let last = next(&visit, &third, |form| form.tick("scope", "tokens:read")).await.expect(200).says("Acme Robot");
        let summary = press(&visit, &last, "Add").await.expect(200);
        let verdict = world.verdict(&secret(&summary)).await;
        assert_eq!(verdict["subject"], *world.acme.robot.id, "{verdict}");
    }
}

#[tokio::test]
async fn the_page_of_an_owner_leads_to_a_token_for_that_owner() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.administrator).await;
    let account = visit.open(&format!("/console/settings/service-accounts/{}/tokens", world.acme.robot.id)).await;
    let way = account.links("Add API token").concat();
    assert_eq!(way, format!("{ADD}?owner={}", world.acme.robot.id));
    let second = next(&visit, &visit.open(&way).await, |form| form.set("name", "Nightly build")).await.expect(200);
    assert_eq!(second.form_of(ADD, "Next").value("owner"), Some(world.acme.robot.id.as_str()));
    // Whoever may not choose that owner begins as ever.
    let member = world.visit(&world.acme.member).await;
    for (visit, owner) in
        [(&visit, &world.globex.robot.id), (&visit, &"nobody".to_owned()), (&member, &world.acme.robot.id)]
    {
        let page = visit.open(&format!("{ADD}?owner={owner}")).await;
        assert_eq!(page.form_of(ADD, "Next").value("owner"), Some(""));
    }
}

#[tokio::test]
async fn no_text_becomes_a_part_of_a_page() {
    let world = World::new().await;
    let linus: &Person = &world.acme.member;
    let visit = world.visit(linus).await;
    // Every page is read by a parser that refuses scripts, handlers and what leads elsewhere.
    let filled = |form: Form| form.set("name", SCRIPT).set("description", SCRIPT).set("labels", SCRIPT);
    let wrong = next(&visit, &visit.open(ADD).await, filled).await.expect(422);
    let form = wrong.form_of(ADD, "Next");
    assert_eq!(
        (form.value("name"), form.value("description"), form.value("labels")),
        (Some(SCRIPT), Some(SCRIPT), Some(SCRIPT))
    );
    let second = next(&visit, &wrong, |form| form.set("labels", "")).await.expect(200);
    let wrong =
        next(&visit, &second, |form| form.set("networks", SCRIPT).forge("date", SCRIPT).forge("expiry", SCRIPT)).await;
    let third =
        next(&visit, &wrong.expect(422), |form| form.set("networks", "").forge("date", "").set("expiry", "7")).await;
    let wrong =
        next(&visit, &third.expect(200), |form| form.set("more", SCRIPT).forge("scope", SCRIPT)).await.expect(422);
    let last = next(&visit, &wrong, |form| form.set("more", "").forge("scope", "tokens:read")).await.expect(200);
    let summary = visit.send(&last.form_of(ADD, "Add").forge("key", SCRIPT)).await.expect(200);
    let details = summary.links("View details").concat();
    let page = visit.open(&details).await;
    assert_eq!(page.heading(), SCRIPT);
    for tab in ["/scopes", "/usage", "/history", "/edit", "/rotate", "/disable", "/delete"] {
        let text = visit.open(&format!("{details}{tab}")).await.text();
        assert!(text.contains(SCRIPT) || ["/rotate", "/disable"].contains(&tab), "{tab}: {text}");
    }
    visit.open(HOME).await.says(SCRIPT);
    let form = visit.open(&format!("{details}/delete")).await.form(&format!("{details}/delete"));
    let list = visit.submit(&form.set("reason", SCRIPT)).await.expect(200);
    assert_eq!(list.notice(), format!("API token {SCRIPT} deleted successfully"));
    visit.get(&details).await.expect(410).says(SCRIPT);
}

#[tokio::test]
async fn where_every_change_is_signed_the_last_step_asks_for_it() {
    let world = World::new().await;
    let grace = &world.acme.administrator;
    let key = world.key_of(grace).await;
    let visit = world.visit_again(grace).await;
    let path = format!("/v1/organisations/{}", world.acme.id);
    world.patch(path, json!({"signed_actions": "all"})).bearer(&world.root.token).await.expect(200);
    let first = visit.open(ADD).await;
    assert!(!first.form(ADD).signs, "nothing is done yet");
    let form = overview(&visit, "Nightly build").await.form_of(ADD, "Add");
    assert!(form.signs);
    let position = world.position().await;
    let unsigned = visit.send(&form).await.expect(403);
    assert!(unsigned.form_of(ADD, "Add").signs);
    assert_eq!(world.position().await, position);
    visit.send_signed(&form, &key).await.expect(200).says("added successfully");
}
