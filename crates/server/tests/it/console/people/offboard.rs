//! Whoever is deactivated ends with all his tokens in the same moment, and they come back with him unless they
//! were deleted; nobody locks himself or everybody out by mistake.

use crate::world::World;
use serde_json::json;
use std::time::Duration;

const USERS: &str = "/console/settings/users";
const TOKENS: &str = "/console/settings/api-tokens";
const ACCOUNTS: &str = "/console/settings/service-accounts";

#[tokio::test]
async fn a_deactivated_users_tokens_and_sessions_are_refused_until_he_is_back() {
    let world = World::new().await;
    let (visit, member) = (world.visit(&world.acme.administrator).await, &world.acme.member);
    let his = world.visit(member).await;
    let (_, spare) = world.token(member).await;
    assert!(world.accepts(&spare).await);
    let path = format!("{USERS}/{}", member.id);
    let page = visit.open(&format!("{path}/deactivate")).await.says("This stops 2 API tokens at once").says("spare");
    let page = visit.submit(&page.form(&format!("{path}/deactivate"))).await.expect(200);
    assert_eq!(page.notice(), "Acme Linus was deactivated");
    for secret in [&spare, &member.token] {
        assert!(!world.accepts(secret).await);
    }
    his.get("/console/profile").await.expect(303);
    let token = format!("{TOKENS}/{}", member.token_id);
    visit.open(&format!("{TOKENS}?owner={}", member.id)).await.says("Owner inactive");
    for page in [token.clone(), format!("{token}/rotate")] {
        visit.open(&page).await.says("every secret of this API token is refused until");
    }

    let page = visit.open(&format!("{path}/activate")).await.says("This lets 2 API tokens work again");
    let page = visit.submit(&page.form(&format!("{path}/activate"))).await.expect(200);
    assert_eq!(page.notice(), "Acme Linus is active again");
    assert!(world.accepts(&spare).await);
    visit.open(&format!("{TOKENS}?owner={}", member.id)).await.says_nothing_of("inactive");
    visit.open(&token).await.says_nothing_of("inactive");
    his.get("/console/profile").await.expect(303);
}

#[tokio::test]
async fn what_ends_is_shown_and_what_is_in_use_comes_first() {
    let world = World::new().await;
    let (visit, member) = (world.visit(&world.acme.administrator).await, &world.acme.member);
    for number in 0..9 {
        let new = json!({"name": format!("Spare {number}"), "owner": member.id, "scopes": ["tokens:read"]});
        world.post("/v1/tokens", new).bearer(&world.root.token).await.expect(201);
    }
    world.get("/v1/whoami").bearer(&member.token).await.expect(200);
    let path = format!("{USERS}/{}/deactivate", member.id);
    let page = visit.open(&path).await.says("This stops 10 API tokens at once").says("And 2 more API tokens");
    let named = page.texts("dt");
    assert_eq!((named.len(), named[0].as_str()), (8, "everyday"), "{named:?}");
    assert_eq!(page.texts("dd").iter().filter(|said| said.contains("Used within 24 hours")).count(), 1);
    page.says("All sessions end now").says("not used yet stop working").says("Passkeys and keys stay registered");
    // What ends can be looked at also while nothing can be written.
    world.get("/v1/whoami").bearer(&member.token).await.expect(200);
    world.store.arm(true);
    visit.open(&path).await.says("This stops 10 API tokens at once").says("everyday");
    world.store.arm(false);
    world.wait(Duration::from_hours(25));
    let visit = world.visit_again(&world.acme.administrator).await;
    visit.open(&path).await.says_nothing_of("Used within 24 hours").says("everyday");
}

#[tokio::test]
async fn tokens_of_a_deactivated_organisation_say_so() {
    let world = World::new().await;
    let (visit, member) = (world.visit(&world.root).await, &world.acme.member);
    let path = format!("/v1/organisations/{}", world.acme.id);
    world.patch(path, json!({"active": false})).bearer(&world.root.token).await.expect(200);
    assert!(!world.accepts(&member.token).await);
    visit.open(&format!("{TOKENS}?owner={}", member.id)).await.says("Organisation inactive");
    visit.open(&format!("{TOKENS}/{}", member.token_id)).await.says("Organisation inactive");
    visit.open(&format!("{TOKENS}?owner={}", world.globex.member.id)).await.says_nothing_of("inactive");
}

#[tokio::test]
async fn tokens_that_were_deleted_with_their_owner_never_come_back() {
    let world = World::new().await;
    let (visit, robot) = (world.visit(&world.acme.administrator).await, &world.acme.robot);
    let path = format!("{ACCOUNTS}/{}", robot.id);
    let deactivate = format!("{path}/deactivate");
    let form = visit.open(&deactivate).await.says("cannot be restored").form(&deactivate).set("delete_tokens", "true");
    let page = visit.submit(&form).await.expect(200);
    assert_eq!(page.notice(), "Acme Robot was deactivated, and all API tokens of the account are deleted");
    assert!(page.links("Delete the API tokens").is_empty(), "there are none left");
    visit.open(&format!("{path}/tokens")).await.says("No API tokens");
    // A double click does no harm.
    visit.submit(&form).await.expect(200);
    let form = visit.open(&format!("{path}/activate")).await.form(&format!("{path}/activate"));
    visit.submit(&form).await.expect(200);
    assert!(!world.accepts(&robot.token).await);
    let answer = world.get(format!("/v1/tokens/{}", robot.token_id)).bearer(&world.root.token).await;
    assert_eq!(answer.status, 404);
    assert!(world.accepts(&world.acme.member.token).await, "others keep theirs");
}

#[tokio::test]
async fn a_double_click_says_no_more_than_was_done() {
    let world = World::new().await;
    let (visit, member) = (world.visit(&world.acme.administrator).await, &world.acme.member);
    let path = format!("{USERS}/{}/deactivate", member.id);
    let form = visit.open(&path).await.form(&path);
    for _ in 0..2 {
        assert_eq!(visit.submit(&form).await.expect(200).notice(), "Acme Linus was deactivated");
    }
    world.get(format!("/v1/tokens/{}", member.token_id)).bearer(&world.root.token).await.expect(200);
}

#[tokio::test]
async fn tokens_of_somebody_who_is_deactivated_already_can_still_be_deleted() {
    let world = World::new().await;
    let (visit, member) = (world.visit(&world.acme.administrator).await, &world.acme.member);
    let path = format!("{USERS}/{}/deactivate", member.id);
    visit.submit(&visit.open(&path).await.form(&path)).await.expect(200);
    let form = visit.open(&path).await.says("is deactivated already").form(&path);
    assert_eq!(form.value("delete_tokens"), Some("true"));
    let page = visit.submit(&form).await;
    assert_eq!(page.notice(), "All API tokens of Acme Linus are deleted");
    let answer = world.get(format!("/v1/tokens/{}", member.token_id)).bearer(&world.root.token).await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn nobody_deactivates_himself_by_mistake() {
    let world = World::new().await;
    let administrator = &world.acme.administrator;
    let visit = world.visit(administrator).await;
    let path = format!("{USERS}/{}/deactivate", administrator.id);
    let form = visit.open(&path).await.says("This is your own account").form(&path);
    let page = visit.send(&form).await.expect(422);
    assert!(page.error("myself").starts_with("This box must be checked"));
    let page = visit.submit(&page.form(&path).set("myself", "true")).await.expect(200);
    assert_eq!(page.heading(), "Sign in to Jeton");
    assert!(!world.accepts(&administrator.token).await);
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let world = World::new().await;
    let visit = world.visit(&world.root).await;
    let path = format!("{USERS}/{}", world.root.id);
    let deactivate = format!("{path}/deactivate");
    let form = visit.open(&deactivate).await.form(&deactivate).set("myself", "true").set("delete_tokens", "true");
    let page = visit.send(&form).await.expect(409);
    page.says("This would leave no application administrator who can sign in.");
    let edit = format!("{path}/edit");
    let form = visit.open(&edit).await.form(&edit).set("role", "member");
    visit.send(&form).await.expect(409).says("This would leave no application administrator who can sign in.");
    assert!(world.accepts(&world.root.token).await, "nothing of it was done");
}

#[tokio::test]
async fn offboarding_is_signed_where_the_organisation_demands_it() {
    let world = World::new().await;
    let (administrator, member) = (&world.acme.administrator, &world.acme.member);
    let key = world.key_of(administrator).await;
    let visit = world.visit_again(administrator).await;
    let demand = json!({"signed_actions": "destructive"});
    world.patch(format!("/v1/organisations/{}", world.acme.id), demand).bearer(&world.root.token).await.expect(200);
    let path = format!("{USERS}/{}/deactivate", member.id);
    let form = visit.open(&path).await.form(&path).set("delete_tokens", "true");
    assert!(form.signs);
    let page = visit.send(&form).await.expect(403).says("signed with a passkey");
    assert!(page.form(&path).signs && world.accepts(&member.token).await);
    // Deactivating and deleting are one change, so one signature is enough.
    visit.send_signed(&form, &key).await.expect(303);
    assert!(!world.accepts(&member.token).await);
    let answer = world.get(format!("/v1/tokens/{}", member.token_id)).bearer(&world.root.token).await;
    assert_eq!(answer.status, 404);
}
