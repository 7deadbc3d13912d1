//! The page of a token shows everything about it but its secret, to whoever may see it and to nobody else.

use crate::world::{Person, World};
use serde_json::json;

const HOME: &str = "/console/settings/api-tokens";

#[tokio::test]
async fn the_page_shows_everything_but_the_secret() {
    let world = World::new().await;
    let linus = &world.acme.member;
    let body = json!({
        "name": "Nightly build", "description": "Line one\nline two", "owner": linus.id,
        "scopes": ["deploy:staging", "tokens:read"], "networks": ["192.0.2.0/24"],
        "labels": {"env": "prod", "team": ""}, "expires_at": "2030-01-31T12:00:00Z",
    });
    let issued = world.post("/v1/tokens", body).bearer(&world.acme.administrator.token).await.expect(201);
    let (id, secret) = (issued["id"].as_str().unwrap(), issued["secret"].as_str().unwrap());
    let page = format!("{HOME}/{id}");
    world.accepts(secret).await;
    for who in [linus, &world.acme.administrator, &world.root] {
        let visit = world.visit(who).await;
        let general = visit.open(&page).await;
        assert_eq!(general.heading(), "Nightly build");
        for said in [
            "Active",
            id,
            "Acme",
            "Line one line two",
            "Acme Linus",
            "2027-01-15",
            "2030-01-31",
            "192.0.2.0/24",
            "env=prod",
            "team",
            "jtn_…",
            "/v1",
            "Last access",
        ] {
            assert!(general.text().contains(said), "{}: no {said} in {}", who.email, general.text());
        }
        let scopes =
            visit.open(&format!("{page}/scopes")).await.says("deploy:staging").says("See API tokens, never a secret.");
        for page in [&general, &scopes] {
            assert!(!page.answer.text().contains(secret), "the secret was shown once");
            assert_eq!(page.links("Edit"), [format!("{HOME}/{id}/edit")]);
            assert_eq!(page.links("Delete"), [format!("{HOME}/{id}/delete")]);
            assert_eq!((page.links("Disable").len(), page.links("Enable").len()), (1, 0));
            assert_eq!(page.links("Back to the API tokens"), [HOME]);
        }
    }
}

#[tokio::test]
async fn what_lies_outside_the_reach_of_a_visitor_does_not_exist() {
    let world = World::new().await;
    let (foreign, _) = world.token(&world.globex.member).await;
    let (colleagues, _) = world.token(&world.acme.colleague).await;
    let outside = |who: Person, ids: Vec<String>| (who, ids);
    let unknown = "019a0000-0000-7000-8000-000000000001".to_owned();
    for (who, ids) in [
        outside(world.acme.member.clone(), vec![foreign.clone(), colleagues.clone(), unknown.clone(), "1".into()]),
        outside(world.acme.administrator.clone(), vec![foreign.clone(), unknown.clone()]),
        outside(world.root.clone(), vec![unknown, "nonsense".into()]),
    ] {
        let visit = world.visit(&who).await;
        let own = visit
            .open(&format!("{HOME}/{}/delete", who.token_id))
            .await
            .form(&format!("{HOME}/{}/delete", who.token_id));
        let position = world.position().await;
        for id in &ids {
            for tab in ["", "/scopes", "/delete", "/disable", "/enable"] {
                visit.get(&format!("{HOME}/{id}{tab}")).await.expect(404).says("There is nothing here");
            }
            for action in ["delete", "disable", "enable"] {
                let mut form = own.clone();
                form.action = format!("{HOME}/{id}/{action}");
                visit.send(&form).await.expect(404);
            }
        }
        assert_eq!(world.position().await, position, "nothing was changed");
    }
}

#[tokio::test]
async fn states_are_shown_with_what_can_be_done_about_them() {
    let world = World::new().await;
    let linus = &world.acme.member;
    let (id, _) = world.token(linus).await;
    let path = format!("/v1/tokens/{id}");
    world.post(format!("{path}/disable"), json!({})).bearer(&linus.token).await.expect(200);
    let visit = world.visit(linus).await;
    let page = visit.open(&format!("{HOME}/{id}")).await.says("Disabled");
    assert_eq!((page.links("Disable").len(), page.links("Enable").len(), page.links("Rotate").len()), (0, 1, 1));
    world.patch(&path, json!({"expires_at": "2027-01-15T09:00:00Z"})).bearer(&linus.token).await.expect(200);
    world.wait(std::time::Duration::from_secs(3_599));
    let form = visit.open(&format!("{HOME}/{id}/enable")).await.form(&format!("{HOME}/{id}/enable"));
    visit.submit(&form).await.expect(200);
    world.wait(std::time::Duration::from_secs(1));
    let visit = world.visit_again(linus).await;
    let page = visit.open(&format!("{HOME}/{id}")).await.says("Expired");
    assert_eq!((page.links("Disable").len(), page.links("Enable").len(), page.links("Rotate").len()), (0, 0, 0));
}
