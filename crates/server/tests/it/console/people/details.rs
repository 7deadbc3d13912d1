//! The page of a user, a service account or an organisation has the tabs of a token's page: what it is, the API tokens
//! that it has with their menus, what it signs with, and what happened; and outside one's reach it does not exist.

use crate::world::World;
use authority::clock::SystemRandomness;
use domain::{
    format::{self, Kind},
    id::OwnerId,
    origin::Origin,
};
use serde_json::json;
use std::time::Duration;

const USERS: &str = "/console/settings/users";
const ACCOUNTS: &str = "/console/settings/service-accounts";
const ORGANISATIONS: &str = "/console/administration/organisations";
const TOKENS: &str = "/console/settings/api-tokens";

#[tokio::test]
async fn a_user_has_a_page_with_tabs() {
    let world = World::new().await;
    let (visit, member) = (world.visit(&world.acme.administrator).await, &world.acme.member);
    world.give_password(member).await;
    let path = format!("{USERS}/{}", member.id);
    let page = visit.open(&path).await.says("Last sign-in Never").says("deploy:*").says(&member.email);
    assert_eq!(page.links("New link"), [format!("{path}/link")]);
    assert_eq!(page.links("Deactivate"), [format!("{path}/deactivate")]);
    for (tab, name) in [("", "General"), ("/tokens", "API tokens"), ("/signers", "Passkeys"), ("/history", "Activity")]
    {
        let page = visit.open(&format!("{path}{tab}")).await;
        assert!(page.links(name).contains(&format!("{path}{tab}")), "{name}");
        assert_eq!((page.heading(), page.texts(".badge")[0].as_str()), ("Acme Linus".to_owned(), "Active"), "{name}");
    }
    world.key_of(member).await;
    world.visit_again(member).await;
    visit.open(&path).await.says_nothing_of("Last sign-in Never");
    let signers = visit.open(&format!("{path}/signers")).await;
    assert_eq!(signers.texts("code").len(), 2, "the user's identifier and the one of the key");
}

#[tokio::test]
async fn whoever_belongs_to_an_inactive_organisation_is_not_called_active() {
    let world = World::new().await;
    let (visit, member) = (world.visit(&world.root).await, &world.acme.member);
    let off = json!({"active": false});
    world.patch(format!("/v1/organisations/{}", world.acme.id), off).bearer(&world.root.token).await.expect(200);
    let page = visit.open(&format!("{USERS}/{}", member.id)).await;
    assert_eq!(page.texts(".badge")[0], "Organisation inactive");
}

#[tokio::test]
async fn a_session_opened_for_somebody_else_is_no_sign_in() {
    let world = World::new().await;
    let (visit, authority) = (world.visit(&world.root).await, world.authority());
    let (administrator, member) = (&world.acme.administrator, &world.acme.member);
    let caller = authority.authenticate(&administrator.token, &Origin::default()).await.unwrap();
    for _ in 0..2 {
        let secret = format::generate(Kind::Session, &SystemRandomness);
        let user = OwnerId::parse("id", &member.id).unwrap();
        let hour = Duration::from_hours(1);
        authority.sign_in_delegated(&caller, user, Origin::default(), hour, |_, _, _| secret).await.unwrap();
    }
    let path = format!("{USERS}/{}", administrator.id);
    visit.open(&path).await.says("Last sign-in Never");
    world.visit(administrator).await;
    visit.open(&path).await.says("Last sign-in").says_nothing_of("Last sign-in Never");
    visit.open(&format!("{path}/tokens")).await.says_nothing_of("Last sign-in");
}

#[tokio::test]
async fn the_tokens_of_an_owner_have_their_menus_and_the_way_to_all_of_them() {
    let world = World::new().await;
    let (visit, robot) = (world.visit(&world.acme.administrator).await, &world.acme.robot);
    for number in 0..11 {
        let new = json!({"name": format!("Spare {number}"), "owner": robot.id, "scopes": ["tokens:read"]});
        let issued = world.post("/v1/tokens", new).bearer(&world.root.token).await.expect(201);
        if number == 3 {
            assert!(world.accepts(issued["secret"].as_str().unwrap()).await);
            world.server.authority.write_uses().await.unwrap();
        }
    }
    let page = visit.open(&format!("{ACCOUNTS}/{}/tokens", robot.id)).await.says("12 API tokens");
    assert_eq!(page.links("Delete").len(), 10, "as many as are shown");
    assert_eq!(page.texts(".name")[0], "Spare 3", "the one that was used last");
    let all = page.links("All API tokens of Acme Robot").remove(0);
    assert_eq!(all, format!("{TOKENS}?owner={}", robot.id));
    visit.open(&all).await.says("Spare 10");
    // What is used is shown first, also when that use has not been written yet.
    world.wait(std::time::Duration::from_secs(1));
    world.get("/v1/whoami").bearer(&robot.token).await.expect(200);
    let first = visit.open(&format!("{ACCOUNTS}/{}/tokens", robot.id)).await.texts(".name").remove(0);
    assert!(!first.starts_with("Spare"), "{first}");
}

#[tokio::test]
async fn activity_leads_to_its_entries_and_to_no_others() {
    let world = World::new().await;
    let (visit, member) = (world.visit(&world.acme.administrator).await, &world.acme.member);
    world.delete(format!("/v1/tokens/{}", member.token_id)).bearer(&member.token).await.expect(204);
    let path = format!("{USERS}/{}/history", member.id);
    let page = visit.open(&path).await.says("Deleted the API token");
    let entry = page.hrefs().into_iter().find(|href| href.starts_with(&format!("{path}/"))).unwrap().to_owned();
    let dialog = visit.open(&entry).await.says("token.deleted");
    assert!(dialog.links("Close").iter().all(|way| *way == path));
    let position = entry.rsplit('/').next().unwrap();
    visit.get(&format!("{USERS}/{}/history/{position}", world.acme.administrator.id)).await.expect(404);
    visit.get(&format!("{path}/nothing")).await.expect(404);
    let robot = format!("{ACCOUNTS}/{}/history", world.acme.robot.id);
    visit.open(&robot).await.says("What Acme Robot did lately").says("No activity yet");
    assert_eq!(page.links("All of it in the journal"), [format!("/console/settings/journal?actor={}", member.id)]);
}

#[tokio::test]
async fn an_organisation_has_a_page_with_tabs() {
    let world = World::new().await;
    let visit = world.visit(&world.root).await;
    let path = format!("{ORGANISATIONS}/{}", world.acme.id);
    visit.open(&path).await.says("Signed changes None").says("Users");
    let tokens = visit.open(&format!("{path}/tokens")).await.says("5 API tokens");
    assert_eq!(tokens.links("All API tokens of Acme"), [format!("{TOKENS}?organisation={}", world.acme.id)]);
    let history = visit.open(&format!("{path}/history")).await;
    let entry = history.hrefs().into_iter().find(|href| href.starts_with(&format!("{path}/history/"))).unwrap();
    visit.open(entry).await.says("Acme");
    let position = entry.rsplit('/').next().unwrap();
    visit.get(&format!("{ORGANISATIONS}/{}/history/{position}", world.globex.id)).await.expect(404);
}

#[tokio::test]
async fn tabs_outside_the_reach_do_not_exist() {
    let world = World::new().await;
    let member = world.visit(&world.acme.member).await;
    let administrator = world.visit(&world.acme.administrator).await;
    for tab in ["", "/tokens", "/signers", "/history", "/history/1"] {
        for owner in [
            format!("{USERS}/{}", world.acme.administrator.id),
            format!("{USERS}/{}", world.acme.member.id),
            format!("{ACCOUNTS}/{}", world.acme.robot.id),
        ] {
            member.get(&format!("{owner}{tab}")).await.expect(404);
        }
        administrator.get(&format!("{USERS}/{}{tab}", world.globex.member.id)).await.expect(404);
        // A user is no service account.
        administrator.get(&format!("{ACCOUNTS}/{}{tab}", world.acme.member.id)).await.expect(404);
        administrator.get(&format!("{ORGANISATIONS}/{}{tab}", world.acme.id)).await.expect(404);
    }
}
