//! Administrators care for the users of their reach: an inactive user has no power from then on, nobody deactivates
//! himself, and nobody gives a role that is not his to give.

use super::{BASES, key_of, new_user, number, organisation_number};
use crate::world::{Person, World};
use serde_json::{Value, json};

fn user(base: &str, id: &Value) -> String {
    format!("{base}/admin/api-users/{id}")
}

#[tokio::test]
async fn a_user_is_created_shown_changed_and_listed() {
    let world = World::with_contracts().await;
    let administrator = &world.acme.administrator.token;
    let organisation = organisation_number(&world, &world.acme).await;
    for base in BASES {
        let body = new_user();
        let made = world.post(format!("{base}/admin/api-users"), body.clone()).token(administrator).await.expect(201);
        for field in ["name", "last_name", "email", "roles"] {
            assert_eq!(made[field], body[field], "{made}");
        }
        assert_eq!((&made["organisation"], &made["active"]), (&json!(organisation), &json!(true)));
        let shown = world.get(user(base, &made["id"])).token(administrator).await.expect(200);
        assert_eq!(shown, made);
        let change = json!({"last_name": "Ritchie", "roles": ["Viewer", "Organisation Approver"]});
        let changed = world.patch(user(base, &made["id"]), change).token(administrator).await.expect(200);
        assert_eq!((&changed["name"], &changed["last_name"]), (&json!("Ken"), &json!("Ritchie")));
        assert_eq!(changed["roles"], json!(["Organisation Approver", "Viewer"]));
        let whole = json!({"name": "Dennis", "last_name": "Mac Ritchie", "email": made["email"], "id": made["id"]});
        let replaced = world.put(user(base, &made["id"]), whole).token(administrator).await.expect(200);
        assert_eq!((&replaced["name"], &replaced["last_name"]), (&json!("Dennis"), &json!("Mac Ritchie")));
        assert_eq!(replaced["roles"], changed["roles"], "what is left out stays");
        let path = format!("{base}/admin/api-users?email={}", made["email"].as_str().unwrap());
        assert_eq!(world.get(path).token(administrator).await.expect(200)["results"], json!([replaced]));
    }
}

#[tokio::test]
async fn roles_are_those_of_the_core_and_scopes_beside_those_of_others() {
    let world = World::with_contracts().await;
    let native = |id: &Value| format!("/v1/users?email={}", id.as_str().unwrap());
    let mut body = new_user();
    body["roles"] = json!(["Organisation Administrator", "Editor"]);
    let made = world.post("/admin/api-users", body).token(&world.acme.administrator.token).await.expect(201);
    let core = world.get(native(&made["email"])).bearer(&world.root.token).await.expect(200);
    let core = &core["items"][0];
    assert_eq!((&core["role"], &core["scopes"]), (&json!("organisation_administrator"), &json!(["rncv:editor"])));
    assert_eq!(core["name"], "Ken Thompson");

    // The member has scopes of other services, which stay.
    let member = json!(number(&world, &world.acme.member.id).await);
    let change = json!({"roles": ["Viewer"]});
    world.patch(user("", &member), change).token(&world.acme.administrator.token).await.expect(200);
    let core = world.get(format!("/v1/users/{}", world.acme.member.id)).bearer(&world.root.token).await.expect(200);
    assert_eq!(core["scopes"], json!(["deploy:*", "reports:read", "rncv:viewer"]));
    // A user who was made elsewhere has names here too.
    let shown = world.get(user("", &member)).token(&world.acme.administrator.token).await.expect(200);
    assert_eq!((&shown["name"], &shown["last_name"]), (&json!("Acme"), &json!("Linus")));
}

#[tokio::test]
async fn an_organisation_administrator_gives_four_roles() {
    let world = World::with_contracts().await;
    let create = |roles: Value, by: &Person| {
        let mut body = new_user();
        body["roles"] = roles;
        world.post("/admin/api-users", body).token(&by.token)
    };
    for role in ["Editor", "Organisation Approver", "Organisation Administrator", "Viewer"] {
        create(json!([role]), &world.acme.administrator).await.expect(201);
    }
    let position = world.position().await;
    for role in ["Analyst", "Application Administrator"] {
        let refused = create(json!([role]), &world.acme.administrator).await.expect(403);
        assert_eq!(refused, json!({"detail": "You do not have permission to perform this action."}));
    }
    assert_eq!(world.position().await, position);
    let analyst = create(json!(["Analyst"]), &world.root).await.expect(201);
    assert_eq!(analyst["roles"], json!(["Analyst"]));
}

#[tokio::test]
async fn a_deactivated_users_key_is_dead_at_once_and_works_again_when_he_is_recovered() {
    let world = World::with_contracts().await;
    let administrator = &world.acme.administrator.token;
    let (_, key) = key_of(&world, &world.acme.member).await;
    let member = json!(number(&world, &world.acme.member.id).await);
    let whole = |active: bool| json!({"name": "Acme", "last_name": "Linus", "email": world.acme.member.email, "active": active});
    for base in BASES {
        let path = user(base, &member);
        for way in ["DELETE", "PATCH", "PUT"] {
            assert!(world.accepts(&key).await);
            let call = match way {
                "DELETE" => world.delete(&path),
                "PATCH" => world.patch(&path, json!({"active": false})),
                _ => world.put(&path, whole(false)),
            };
            assert_eq!(call.token(administrator).await.expect(200)["active"], false, "{way}");
            assert_eq!(world.verdict(&key).await["reason"], "owner_inactive", "{way}");
            let marked = world.get(format!("{base}/admin/api-users?active=false")).token(administrator).await;
            assert_eq!(marked.expect(200)["results"][0]["id"], member);
            let recover =
                if way == "PUT" { world.put(&path, whole(true)) } else { world.patch(&path, json!({"active": true})) };
            assert_eq!(recover.token(administrator).await.expect(200)["active"], true);
        }
    }
    assert!(world.accepts(&key).await);
}

#[tokio::test]
async fn nobody_deactivates_himself() {
    let world = World::with_contracts().await;
    for person in [&world.acme.administrator, &world.root] {
        let himself = user("", &json!(number(&world, &person.id).await));
        let whole = json!({"name": "A", "last_name": "B", "email": person.email, "active": false});
        for call in
            [world.delete(&himself), world.patch(&himself, json!({"active": false})), world.put(&himself, whole)]
        {
            let refused = call.token(&person.token).await.expect(403);
            assert_eq!(refused, json!({"detail": "You cannot deactivate yourself."}));
        }
        assert!(world.accepts(&person.token).await);
    }
    // A colleague of the same rank may.
    let mut body = new_user();
    body["roles"] = json!(["Organisation Administrator"]);
    let other = world.post("/admin/api-users", body).token(&world.acme.administrator.token).await.expect(201);
    let path = user("", &other["id"]);
    world.delete(path).token(&world.acme.administrator.token).await.expect(200);
}

#[tokio::test]
async fn an_address_belongs_to_one_user() {
    let world = World::with_contracts().await;
    let mut body = new_user();
    world.post("/admin/api-users", body.clone()).token(&world.acme.administrator.token).await.expect(201);
    let refused = world.post("/admin/api-users", body.clone()).token(&world.acme.administrator.token).await;
    let words = json!({"detail": "A user with this email address already exists."});
    assert_eq!(refused.expect(409), words);
    body["email"] = json!(world.globex.member.email);
    let member = json!(number(&world, &world.acme.member.id).await);
    let change = json!({"email": world.globex.member.email});
    let refused = world.patch(user("", &member), change).token(&world.acme.administrator.token).await;
    assert_eq!(refused.expect(409), words);
}

#[tokio::test]
async fn only_an_application_administrator_chooses_the_organisation() {
    let world = World::with_contracts().await;
    let globex = organisation_number(&world, &world.globex).await;
    let mut body = new_user();
    body["organisation"] = json!(globex);
    let refused = world.post("/admin/api-users", body.clone()).token(&world.acme.administrator.token).await;
    let words = json!({"organisation": ["This field must be an organisation within your reach."]});
    assert_eq!(refused.expect(400), words);
    let made = world.post("/admin/api-users", body).token(&world.root.token).await.expect(201);
    assert_eq!(made["organisation"], globex);
    let acme = json!({"organisation": organisation_number(&world, &world.acme).await});
    let refused = world.patch(user("", &made["id"]), acme).token(&world.root.token).await.expect(400);
    assert_eq!(refused, json!({"organisation": ["This field must stay as it is."]}));
    let same = json!({"organisation": globex, "last_name": "Moved"});
    world.patch(user("", &made["id"]), same).token(&world.root.token).await.expect(200);
}
