//! Everybody cares for his own account: he changes his password, ends his sessions, and switches what he signs with.

use crate::world::{Key, PASSWORD, World};
use http::Method;
use serde_json::json;

const PROFILE: &str = "/console/profile";
const NEXT: &str = "lantern-cello-4-orchard";

#[tokio::test]
async fn a_new_password_ends_every_session() {
    let world = World::new().await;
    let who = &world.acme.member;
    let (visit, other) = (world.visit(who).await, world.visit_again(who).await);
    let action = "/console/profile/password";
    let form = visit.open(PROFILE).await.form(action);
    let wrong = form.clone().set("current_password", "not-his-password").set("new_password", NEXT);
    assert!(visit.send(&wrong).await.expect(422).error("current_password").contains("is not the current password"));
    let same = form.clone().set("current_password", PASSWORD).set("new_password", PASSWORD);
    assert!(visit.send(&same).await.expect(422).error("new_password").contains("another one"));
    let weak = form.clone().set("current_password", PASSWORD).set("new_password", "password");
    visit.send(&weak).await.expect(422);
    let page = visit.submit(&form.set("current_password", PASSWORD).set("new_password", NEXT)).await.expect(200);
    assert_eq!(page.notice(), "The password is set. Sign in with it.");
    for visit in [&visit, &other] {
        visit.get(PROFILE).await.expect(303);
    }
    let form = visit.open("/console/sign-in").await.form("/console/sign-in");
    visit.send(&form.set("email", &who.email).set("password", NEXT)).await.expect(303);
    visit.open(PROFILE).await;
}

#[tokio::test]
async fn a_session_of_another_browser_is_ended_and_nobody_elses() {
    let world = World::new().await;
    let who = &world.acme.member;
    let (visit, other) = (world.visit(who).await, world.visit_again(who).await);
    let stranger = world.visit(&world.acme.administrator).await;
    let page = visit.open(PROFILE).await;
    let sessions = world.get("/v1/sessions").cookie(&visit.cookie()).await.expect(200);
    let theirs = sessions["items"].as_array().unwrap().iter().find(|session| session["current"] == false).unwrap();
    let action = format!("/console/profile/sessions/{}/end", theirs["id"].as_str().unwrap());
    let mut form = stranger.open("/console/sign-out").await.form("/console/sign-out");
    form.action.clone_from(&action);
    stranger.submit(&form).await;
    other.open(PROFILE).await;
    for _ in 0..2 {
        let page = visit.submit(&page.form(&action)).await.expect(200);
        assert_eq!(page.notice(), "The session has ended.");
    }
    other.get(PROFILE).await.expect(303);
}

#[tokio::test]
async fn what_he_signs_with_is_switched_with_his_password() {
    let world = World::new().await;
    let who = &world.acme.member;
    let visit = world.visit(who).await;
    let key = Key::new("laptop");
    let challenge = world.call(Method::POST, "/v1/signers/challenges").bearer(&who.token).await.expect(201);
    let body = json!({
        "challenge_identifier": challenge["challenge_identifier"], "name": "Laptop", "current_password": PASSWORD,
        "registration": key.registration(challenge["challenge"].as_str().unwrap()),
    });
    let signer = world.post("/v1/signers", body).bearer(&who.token).await.expect(201);
    let path = format!("/console/profile/passkeys/{}", signer["id"].as_str().unwrap());
    visit.open(PROFILE).await.says("Laptop");
    for (verb, notice) in [
        ("disable", "Laptop signs nothing any more."),
        ("enable", "Laptop may sign again."),
        ("remove", "Laptop was removed."),
    ] {
        let action = format!("{path}/{verb}");
        let form = visit.open(&action).await.says("Laptop").form(&action);
        let wrong = form.clone().set("current_password", "not-his-password");
        assert!(visit.send(&wrong).await.expect(422).error("current_password").contains("is not"), "{verb}");
        let page = visit.submit(&form.set("current_password", PASSWORD)).await.expect(200);
        assert_eq!(page.notice(), notice);
    }
    visit.get(&format!("{path}/remove")).await.expect(404);
    visit.get(&format!("{path}/explode")).await.expect(404);
}
