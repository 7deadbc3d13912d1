//! An invited person signs in with the link that was handed over, which is shown once and works once; and so does
//! whoever gets a new one.

use crate::{
    console::{Page, Visit},
    world::{PASSWORD, World},
};

const USERS: &str = "/console/settings/users";
const ACCOUNTS: &str = "/console/settings/service-accounts";
const INVITE: &str = "/console/settings/users/invite";

/// The path of the link that a page shows.
fn shown_link(page: &Page) -> String {
    let text = page.texts("code").concat();
    text[text.find("/console/links/").expect("a link")..].to_owned()
}

/// Sets the password with a link and signs in.
async fn come_in<'a>(world: &'a World, link: &str, email: &str) -> Visit<'a> {
    let visit = world.stranger();
    let form = visit.open(link).await.form("/console/links").set("password", PASSWORD);
    let page = visit.submit(&form).await.expect(200).says("The password is set. Sign in with it.");
    let form = page.form("/console/sign-in").set("email", email).set("password", PASSWORD);
    visit.send(&form).await.expect(303);
    visit
}

#[tokio::test]
async fn an_invited_person_signs_in_with_the_link() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.administrator).await;
    let page = visit.open(USERS).await;
    assert_eq!(page.links("Invite user"), [INVITE]);
    let form = visit.open(INVITE).await.form(INVITE);
    let form = form.set("name", "Ada Lovelace").set("email", "Ada@Example.org").set("scopes", "reports:read deploy:*");
    let page = visit.send(&form).await.expect(200).says("Ada Lovelace is invited").says("It is shown only once");
    let link = shown_link(&page);
    // A double click makes another link, and nobody twice.
    let again = visit.send(&form).await.expect(200);
    assert_ne!(shown_link(&again), link);
    let listed = visit.open(USERS).await.says("ada@example.org").says("No password yet");
    assert_eq!(listed.links("Ada Lovelace").len(), 1);
    assert!(!listed.answer.text().contains("/console/links/"), "a link is shown once only");

    let stranger = world.stranger();
    stranger.get(&link).await.expect(409).says("The link was used, replaced or is too old.");
    let form = stranger.open(&shown_link(&again)).await.form("/console/links").set("password", PASSWORD);
    let ada = come_in(&world, &shown_link(&again), "ada@example.org").await;
    ada.open("/console/settings/api-tokens").await;
    ada.get(USERS).await.expect(404);
    let href = listed.links("Ada Lovelace").remove(0);
    let details = visit.open(&href).await.says("Member").says("deploy:*").says("reports:read");
    assert_eq!(details.texts(".badge"), ["Active"]);
    stranger.get(&shown_link(&again)).await.expect(409);
    stranger.send(&form).await.expect(409).says("The link was used, replaced or is too old.");
}

#[tokio::test]
async fn a_new_link_sets_a_new_password() {
    let world = World::new().await;
    let (visit, member) = (world.visit(&world.acme.administrator).await, &world.acme.member);
    let path = format!("{USERS}/{}/link", member.id);
    let form = visit.open(&path).await.says("can set a new password").form(&path);
    let page = visit.send(&form).await.expect(200).says("A new link for Acme Linus");
    come_in(&world, &shown_link(&page), &member.email).await;
}

#[tokio::test]
async fn every_wrong_field_is_named_beside_it() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.administrator).await;
    let form = visit.open(INVITE).await.form(INVITE);
    let sent = form.set("name", " ").set("email", "nobody").set("scopes", "a b*").forge("role", "king");
    let page = visit.send(&sent).await.expect(422);
    for field in ["name", "email", "scopes", "role"] {
        assert!(page.error(field).contains(" must "), "{field}: {}", page.error(field));
    }
    assert_eq!(page.form(INVITE).value("email"), Some("nobody"));
    let form = page.form(INVITE).set("name", "A").set("email", &world.acme.member.email).set("role", "member");
    visit.send(&form.set("scopes", "")).await.expect(409).says("Another user has this email address");
}

#[tokio::test]
async fn nobody_is_invited_to_more_than_the_visitor_has_or_elsewhere() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.administrator).await;
    let page = visit.open(INVITE).await.says_nothing_of("Application administrator");
    let form = page.form(INVITE).set("name", "Eve").set("email", "eve@example.org");
    visit.send(&form.clone().forge("role", "application_administrator")).await.expect(403).says("above your own");
    // An organisation that was slipped in is not looked at.
    visit.send(&form.forge("organisation", &world.globex.id)).await.expect(200);
    visit.open(&format!("{USERS}?q=eve")).await.says("eve@example.org");

    let root = world.visit(&world.root).await;
    let form = root.open(&format!("{INVITE}?organisation={}", world.globex.id)).await.form(INVITE);
    assert_eq!(form.value("organisation"), Some(world.globex.id.as_str()));
    let form = form.set("name", "Uma").set("email", "uma@example.org").set("role", "application_administrator");
    root.send(&form).await.expect(200).says("Uma is invited");
    let page = root.open(&format!("{USERS}?organisation={}&role=application_administrator", world.globex.id)).await;
    assert_eq!(page.texts(".name"), ["Uma"]);
}

#[tokio::test]
async fn a_service_account_is_added_once() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.administrator).await;
    let path = format!("{ACCOUNTS}/add");
    let form = visit.open(&path).await.form(&path).set("name", "Deployment").set("scopes", "deploy:*");
    let page = visit.send(&form).await;
    let place = page.location().to_owned();
    assert_eq!(visit.send(&form).await.location(), place);
    visit.open(&place).await.says("Deployment was added").says("deploy:*").says_nothing_of("New link");
    assert_eq!(visit.open(ACCOUNTS).await.links("Deployment"), [place]);
}

#[tokio::test]
async fn names_are_text_wherever_they_stand() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.administrator).await;
    let name = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let form = visit.open(INVITE).await.form(INVITE).set("name", name).set("email", "\"<b>x\"@example.org");
    let page = visit.send(&form).await.expect(200);
    let href = page.links("Close").remove(0);
    let id = href.rsplit('/').next().unwrap().to_owned();
    // Reading a page fails where a script or a handler stands in it.
    for path in ["", "/edit", "/deactivate", "/activate", "/link"] {
        visit.open(&format!("{href}{path}")).await.says("<script>alert(1)</script>");
    }
    for path in [USERS.to_owned(), format!("{USERS}?q=%3Cscript%3E"), format!("/console/settings/journal?actor={id}")] {
        let page = visit.get(&path).await;
        assert!(!page.answer.text().contains("<img src=x"), "{path}");
    }
}
