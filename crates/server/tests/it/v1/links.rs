//! A one-time link works once, says what it is for, and one that makes an administrator works on this host only
//! (S-21).

use crate::world::{Running, Setting, World, document, join_all};
use authority::{
    clock::{Clock, SystemRandomness},
    link::Purpose,
    redeem::administrator_link,
};
use serde_json::{Value, json};

const PASSWORD: &str = "plum-violin-7-harbour";

impl Running {
    fn administrator_link(&self, purpose: Purpose) -> String {
        let (secret, _) = administrator_link(&self.keyring, purpose, self.clock.now(), &SystemRandomness);
        self.server.link(&secret)
    }

    async fn purpose(&self, link: &str) -> Value {
        self.post("/v1/links/inspect", json!({"link": link})).await.expect(200)["purpose"].clone()
    }
}

fn set_up(link: &str) -> Value {
    json!({"link": link, "password": PASSWORD, "email": "ada@people.example", "name": "Ada", "organisation": "Home"})
}

#[tokio::test]
async fn a_set_up_link_makes_the_first_administrator_and_no_second_one() {
    let running = Running::start(Setting::usual()).await;
    document::of(&running.server);
    let (link, other) = (running.administrator_link(Purpose::SetUp), running.administrator_link(Purpose::SetUp));
    assert_eq!(running.purpose(&link).await, "set_up");
    let redeem = |body: Value| running.post("/v1/links/redeem", body);
    let without = json!({"link": link, "password": PASSWORD});
    assert_eq!(redeem(without).await.refused(), ["email", "name"]);
    let weak = redeem(json!({"link": link, "password": "ada", "email": "ada@people.example", "name": "Ada"})).await;
    assert_eq!(weak.refused(), ["password"]);
    redeem(set_up(&link)).await.expect(204);
    redeem(set_up(&link)).await.problem(409, "conflict");
    redeem(set_up(&other)).await.problem(409, "conflict");
    let sign_in = json!({"email": "ada@people.example", "password": PASSWORD});
    running.post("/v1/sessions", sign_in).field("x-jeton-request", "1").await.expect(201);
}

#[tokio::test]
async fn many_who_redeem_a_set_up_link_at_once_make_one_administrator() {
    let running = Running::start(Setting::usual()).await;
    document::of(&running.server);
    let mut statuses = Vec::new();
    let links: Vec<_> = (0..8).map(|_| running.administrator_link(Purpose::SetUp)).collect();
    let calls = links.iter().map(|link| async { running.post("/v1/links/redeem", set_up(link)).await.status });
    for status in join_all(calls).await {
        statuses.push(status);
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409, 409, 409, 409, 409, 409, 409]);
}

#[tokio::test]
async fn a_link_that_makes_an_administrator_works_on_this_host_only() {
    let running = Running::start(Setting::usual().behind_proxy()).await;
    document::of(&running.server);
    let link = running.administrator_link(Purpose::SetUp);
    let redeem = |address: &str| running.post("/v1/links/redeem", set_up(&link)).field("x-forwarded-for", address);
    for address in ["192.0.2.1", "2001:db8::1", "127.0.0.1, 192.0.2.1"] {
        let answer = redeem(address).await;
        assert_eq!(answer.refused(), ["link"], "{address}");
    }
    assert_eq!(running.position().await, 0);
    redeem("::1").await.expect(204);
}

#[tokio::test]
async fn a_recovery_link_makes_an_administrator_once() {
    let world = World::new().await;
    let link = world.administrator_link(Purpose::RecoverAdministrator);
    assert_eq!(world.purpose(&link).await, "recover_administrator");
    let body = || json!({"link": link, "password": PASSWORD, "email": world.acme.member.email, "name": "Linus"});
    world.post("/v1/links/redeem", body()).await.expect(204);
    world.post("/v1/links/redeem", body()).await.problem(409, "conflict");
    let me = world.get("/v1/whoami").bearer(&world.acme.member.token).await.expect(200);
    assert_eq!(me["role"], "application_administrator");
}

#[tokio::test]
async fn a_link_dies_of_age_and_of_every_change() {
    let world = World::new().await;
    let path = format!("/v1/users/{}/invitation", world.acme.member.id);
    let made = world.call(http::Method::POST, path).bearer(&world.root.token).await.expect(201);
    let link = made["link"].as_str().unwrap().to_owned();
    assert_eq!(world.purpose(&link).await, "set_password");
    // Its last part alone says as much.
    assert_eq!(world.purpose(&link[link.rfind("jtl_").unwrap()..]).await, "set_password");
    for wrong in ["", "jtl_", "x", &link[..link.len() - 1], &format!("{link}A"), &link.replace("jtl_", "jtl_A")] {
        world.post("/v1/links/inspect", json!({"link": wrong})).await.problem(409, "conflict");
        let body = json!({"link": wrong, "password": PASSWORD});
        world.post("/v1/links/redeem", body).await.problem(409, "conflict");
    }
    let with_more = json!({"link": link, "password": PASSWORD, "email": "mine@people.example", "name": "Mine"});
    assert_eq!(world.post("/v1/links/redeem", with_more).await.refused(), ["email", "name"]);
    world.wait(domain::limits::LINK_LIFETIME);
    world.post("/v1/links/inspect", json!({"link": link})).await.problem(409, "conflict");
    let late = world.administrator_link(Purpose::RecoverAdministrator);
    world.wait(domain::limits::SET_UP_LIFETIME);
    let body = json!({"link": late, "password": PASSWORD, "email": "a@b.example", "name": "A"});
    world.post("/v1/links/redeem", body).await.problem(409, "conflict");
}
