//! Users are invited by a link, own tokens, and lose all power at once when they are deactivated; nobody makes
//! anybody mightier than himself, and one administrator always stays.

use crate::world::World;
use serde_json::{Value, json};

#[tokio::test]
async fn a_new_user_sets_his_password_by_a_link_and_signs_in() {
    let world = World::new().await;
    let body = json!({"name": "Ken", "email": " Ken@People.example", "role": "member", "scopes": ["reports:read"]});
    let answer = world.post("/v1/users", body).bearer(&world.acme.administrator.token).await;
    let user = answer.expect(201);
    let place = format!("/v1/users/{}", user["id"].as_str().unwrap());
    assert_eq!(answer.field("location"), Some(place.as_str()));
    assert_eq!((&user["email"], &user["has_password"]), (&json!("ken@people.example"), &json!(false)));
    assert_eq!((&user["organisation"], &user["scopes"]), (&json!(world.acme.id), &json!(["reports:read"])));
    let shown = world.get(&place).bearer(&world.acme.administrator.token).await;
    assert_eq!(shown.field("etag"), answer.field("etag"), "the entity tag is the current one");
    assert_eq!(shown.expect(200)["revision"], user["revision"]);

    let link = user["invitation"]["link"].as_str().unwrap();
    assert!(link.starts_with(&format!("http://localhost:{}/console/links/jtl_", world.address.port())), "{link}");
    let sign_in = || {
        let body = json!({"email": "KEN@people.example", "password": "plum-violin-7-harbour"});
        world.post("/v1/sessions", body).field("x-jeton-request", "1")
    };
    sign_in().await.problem(401, "unauthenticated");
    let redeem = || world.post("/v1/links/redeem", json!({"link": link, "password": "plum-violin-7-harbour"}));
    redeem().await.expect(204);
    redeem().await.problem(409, "conflict");
    sign_in().await.expect(201);
    assert_eq!(world.get(&place).bearer(&world.acme.administrator.token).await.expect(200)["has_password"], true);
}

#[tokio::test]
async fn a_user_whom_the_caller_may_not_invite_is_not_created() {
    let world = World::new().await;
    let (_, weak) = world.token_with(&world.acme.administrator, "owners:write owners:read").await;
    let create = |token: &str| {
        let body = json!({"name": "Ken", "email": "ken@people.example", "organisation": world.acme.id});
        world.post("/v1/users", body).bearer(token)
    };
    let position = world.position().await;
    create(&weak).await.problem(403, "forbidden");
    assert_eq!(world.position().await, position);
    // The address is still free.
    let answer = create(&world.acme.administrator.token).await;
    assert_eq!(answer.expect(201)["revision"], 1);
    assert_eq!(world.position().await, position + 1);
}

#[tokio::test]
async fn a_newer_link_makes_the_older_void() {
    let world = World::new().await;
    let invite = || async {
        let path = format!("/v1/users/{}/invitation", world.acme.member.id);
        let answer = world.call(http::Method::POST, path).bearer(&world.acme.administrator.token).await.expect(201);
        assert_eq!(answer["expires_at"], "2027-01-18T08:00:00.000Z");
        answer["link"].as_str().unwrap().to_owned()
    };
    let (older, newer) = (invite().await, invite().await);
    let redeem =
        |link: &str| world.post("/v1/links/redeem", json!({"link": link, "password": "plum-violin-7-harbour"}));
    redeem(&older).await.problem(409, "conflict");
    world.wait(domain::limits::LINK_LIFETIME);
    redeem(&newer).await.problem(409, "conflict");
    let newest = invite_late(&world).await;
    redeem(&newest).await.expect(204);
}

async fn invite_late(world: &World) -> String {
    let path = format!("/v1/users/{}/invitation", world.acme.member.id);
    let answer = world.call(http::Method::POST, path).bearer(&world.root.token).await.expect(201);
    answer["link"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn deactivating_a_user_ends_his_tokens_and_sessions() {
    let world = World::new().await;
    let member = &world.acme.member;
    world.give_password(member).await;
    let cookie = world.sign_in(member).await;
    let place = format!("/v1/users/{}", member.id);
    let set = |body: Value| world.patch(&place, body).bearer(&world.acme.administrator.token);
    assert_eq!(set(json!({"active": false})).await.expect(200)["active"], false);
    assert_eq!(world.verdict(&member.token).await["reason"], "owner_inactive");
    world.get("/v1/sessions").cookie(&cookie).await.problem(401, "unauthenticated");
    let path = format!("{place}/invitation");
    world.call(http::Method::POST, path).bearer(&world.root.token).await.problem(409, "conflict");
    set(json!({"active": true})).await.expect(200);
    assert!(world.accepts(&member.token).await);
    world.get("/v1/sessions").cookie(&cookie).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn nobody_makes_anybody_mightier_than_himself() {
    let world = World::new().await;
    let administrator = &world.acme.administrator.token;
    let create = |more: Value| {
        let mut body = json!({"name": "Ken", "email": "ken@people.example"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.post("/v1/users", body)
    };
    create(json!({"role": "application_administrator"})).bearer(administrator).await.problem(403, "forbidden");
    create(json!({})).bearer(&world.acme.member.token).await.problem(403, "insufficient-scope");
    let place = format!("/v1/users/{}", world.acme.member.id);
    let promote = json!({"role": "application_administrator"});
    world.patch(&place, promote.clone()).bearer(administrator).await.problem(403, "forbidden");
    // An administrator whose credential is narrow grants no more than that credential has.
    let (_, narrow) = world.token_with(&world.acme.administrator, "owners:write").await;
    world.patch(&place, json!({"scopes": ["billing:read"]})).bearer(&narrow).await.problem(403, "forbidden");
    create(json!({"role": "organisation_administrator"})).bearer(&narrow).await.problem(403, "forbidden");
    let own = format!("/v1/users/{}", world.acme.administrator.id);
    world.patch(own, promote).bearer(administrator).await.problem(403, "forbidden");
    let root = format!("/v1/users/{}/invitation", world.root.id);
    world.call(http::Method::POST, root).bearer(administrator).await.problem(404, "not-found");
}

#[tokio::test]
async fn one_administrator_always_stays() {
    let world = World::new().await;
    let place = format!("/v1/users/{}", world.root.id);
    for change in [json!({"active": false}), json!({"role": "member"})] {
        world.patch(&place, change).bearer(&world.root.token).await.problem(409, "conflict");
    }
}

#[tokio::test]
async fn an_address_names_one_user() {
    let world = World::new().await;
    let body = json!({"name": "Twin", "email": world.acme.member.email.to_uppercase()});
    let twin = world.post("/v1/users", body).bearer(&world.acme.administrator.token).await;
    twin.problem(409, "conflict");
    let place = format!("/v1/users/{}", world.acme.colleague.id);
    let change = json!({"email": world.acme.member.email});
    world.patch(place, change).bearer(&world.acme.administrator.token).await.problem(409, "conflict");
}

#[tokio::test]
async fn a_list_finds_by_every_filter() {
    let world = World::new().await;
    let find = async |query: String| {
        let list = world.get(format!("/v1/users?{query}")).bearer(&world.root.token).await.expect(200);
        let ids = list["items"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let acme = &world.acme;
    let people = [&acme.administrator, &acme.member, &acme.colleague].map(|person| person.id.clone());
    assert_eq!(find(format!("organisation={}", acme.id)).await, people);
    assert_eq!(find("role=application_administrator".into()).await, [world.root.id.clone()]);
    assert_eq!(find(format!("role=organisation_administrator&organisation={}", acme.id)).await, people[..1]);
    assert_eq!(find("email=ACME.linus@people.example".into()).await, people[1..2]);
    assert_eq!(find("name_contains=acme+m".into()).await, people[2..]);
    assert_eq!(find("active=false".into()).await, Vec::<String>::new());
    // A member sees himself.
    let own = world.get("/v1/users").bearer(&acme.member.token).await.expect(200);
    assert_eq!((&own["items"][0]["id"], own["items"].as_array().unwrap().len()), (&json!(acme.member.id), 1));
}
