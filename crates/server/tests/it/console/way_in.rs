//! People come in with a password or a link and go out again; what was done is said once, and nobody is led to
//! another site.

use crate::world::{PASSWORD, Running, Setting, World, document};
use authority::{
    clock::{Clock, SystemRandomness},
    link::Purpose,
    redeem::administrator_link,
};
use http::Method;
use std::time::Duration;

const HOME: &str = "/console/settings/api-tokens";

impl Running {
    /// The path of a new link that makes an administrator.
    fn console_link(&self, purpose: Purpose) -> String {
        let (secret, _) = administrator_link(&self.keyring, purpose, self.clock.now(), &SystemRandomness);
        let link = self.server.link(&secret);
        link[link.find("/console/links/").unwrap()..].to_owned()
    }
}

#[tokio::test]
async fn a_password_opens_the_page_that_was_asked_for() {
    let world = World::new().await;
    world.give_password(&world.acme.member).await;
    let visit = world.stranger();
    let asked = visit.get("/console/sign-out").await;
    assert_eq!(asked.location(), "/console/sign-in");
    let asked = visit.get("/console/settings/api-tokens?state=active&q=a%20b").await;
    let form = visit.follow(asked).await.expect(200).form("/console/sign-in");
    let form = form.set("email", &world.acme.member.email).set("password", PASSWORD);
    assert_eq!(visit.send(&form).await.location(), "/console/settings/api-tokens?state=active&q=a%20b");
    assert_eq!(visit.get("/console/sign-in").await.location(), HOME, "whoever is in goes on");
    assert_eq!(visit.get("/console").await.location(), HOME);
    visit.open("/console/sign-out").await;
}

#[tokio::test]
async fn a_wrong_password_says_the_same_as_an_unknown_address() {
    let world = World::new().await;
    world.give_password(&world.acme.member).await;
    let visit = world.stranger();
    let mut said = Vec::new();
    for (email, password) in
        [(world.acme.member.email.as_str(), "guess"), ("nobody@people.example", PASSWORD), ("no address", PASSWORD)]
    {
        let form = visit.open("/console/sign-in").await.form("/console/sign-in");
        let page = visit.send(&form.set("email", email).set("password", password)).await.expect(401);
        let again = page.form("/console/sign-in");
        assert_eq!((again.value("email"), again.value("password")), (Some(email), Some("")));
        said.push(page.texts(".error"));
    }
    assert!(said[0][0].starts_with("Email address and password do not belong together"), "{said:?}");
    assert!(said.windows(2).all(|pair| pair[0] == pair[1]), "{said:?}");
    assert!(visit.cookie().is_empty());
}

#[tokio::test]
async fn a_way_back_to_another_site_leads_home() {
    let world = World::new().await;
    world.give_password(&world.acme.member).await;
    for foreign in ["https://evil.example/", "//evil.example/console/", "/\\evil.example", "/v1/tokens"] {
        let visit = world.stranger();
        let form = visit.open("/console/sign-in").await.form("/console/sign-in").forge("return", foreign);
        let sent = visit.send(&form.set("email", &world.acme.member.email).set("password", PASSWORD)).await;
        assert_eq!(sent.location(), HOME, "{foreign}");
    }
}

#[tokio::test]
async fn a_session_that_was_planted_is_not_the_one_that_opens() {
    let world = World::new().await;
    let planted = world.visit(&world.acme.member).await;
    let before = planted.cookie();
    let form = world.stranger().open("/console/sign-in").await.form("/console/sign-in");
    planted.send(&form.set("email", &world.acme.member.email).set("password", PASSWORD)).await.expect(303);
    assert_ne!(planted.cookie(), before);
    world.get("/v1/sessions").cookie(&before).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_set_up_link_makes_the_first_administrator_and_says_so_once() {
    let running = Running::start(Setting::usual()).await;
    document::of(&running.server);
    let (visit, link) = (running.stranger(), running.console_link(Purpose::SetUp));
    let form = visit.open(&link).await.form("/console/links");
    let named = form.set("name", "Ada").set("email", "ada@people.example").set("organisation", "Home");
    let weak = visit.send(&named.clone().set("password", "ada")).await.expect(422);
    assert!(!weak.error("password").is_empty());
    assert_eq!(weak.form("/console/links").value("organisation"), Some("Home"), "nothing is typed twice");
    let page = visit.submit(&named.clone().set("password", PASSWORD)).await.expect(200);
    assert_eq!(page.notice(), "Jeton is set up. Sign in with your new password.");
    assert_eq!(visit.open("/console/sign-in").await.notice(), "", "a notice is shown once");
    let form = page.form("/console/sign-in").set("email", "ada@people.example").set("password", PASSWORD);
    assert_eq!(visit.send(&form).await.location(), HOME);
    visit.send(&named.set("password", PASSWORD)).await.expect(409);
}

#[tokio::test]
async fn an_invitation_sets_a_password_once() {
    let world = World::new().await;
    let id = domain::id::OwnerId::parse("id", &world.acme.colleague.id).unwrap();
    let invitation = world.authority().invite(&world.caller, id).await.unwrap();
    let visit = world.stranger();
    let form = visit.open(&format!("/console/links/{}", invitation.secret.expose())).await.form("/console/links");
    let page = visit.submit(&form.clone().set("password", PASSWORD)).await.expect(200);
    assert_eq!(page.notice(), "The password is set. Sign in with it.");
    visit.send(&form.set("password", "another-violin-8-harbour")).await.expect(409);
    world.visit_again(&world.acme.colleague).await;
}

#[tokio::test]
async fn signing_out_ends_this_session_or_every_one() {
    let world = World::new().await;
    let first = world.visit(&world.acme.member).await;
    let second = world.visit_again(&world.acme.member).await;
    let third = world.visit_again(&world.acme.member).await;
    let form = first.open("/console/sign-out").await.form("/console/sign-out");
    let page = first.submit(&form).await.expect(200);
    assert_eq!((page.notice().as_str(), page.heading().as_str()), ("You are signed out.", "Sign in to Jeton"));
    assert!(first.cookie().is_empty(), "neither a session nor a notice is left: {}", first.cookie());
    first.get("/console/sign-out").await.expect(303);
    second.open("/console/sign-out").await;
    let form = second.open("/console/sign-out").await.form("/console/sign-out");
    second.submit(&form.tick("everywhere", "true")).await.expect(200);
    third.get("/console/sign-out").await.expect(303);
}

#[tokio::test]
async fn a_session_ends_with_its_time() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.member).await;
    world.wait(domain::limits::SESSION_IDLE - Duration::from_secs(1));
    visit.open("/console/sign-out").await;
    world.wait(domain::limits::SESSION_IDLE);
    assert_eq!(visit.get("/console/sign-out").await.location(), "/console/sign-in");
}

#[tokio::test]
async fn no_form_of_another_site_or_another_session_does_anything() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.member).await;
    let other = world.visit(&world.acme.administrator).await;
    let form = visit.open("/console/sign-out").await.form("/console/sign-out");
    let kind = "application/x-www-form-urlencoded";
    let bare = || world.call(Method::POST, "/console/sign-out").field("cookie", visit.cookie()).body(kind, form.body());
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("accept", "nobody says where it comes from"),
    ] {
        visit.ask(bare().field(name, value)).await.expect(403);
    }
    let foreign = other.open("/console/sign-out").await.form("/console/sign-out");
    visit.send(&foreign).await.expect(403);
    visit.send(&form.clone().forge("form_token", "")).await.expect(403);
    visit.open("/console/sign-out").await;
    visit.submit(&form).await.expect(200);
}
