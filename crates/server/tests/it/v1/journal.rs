//! Every accepted change stands in the journal once, in its order, with who made it; no secret and no person's
//! name stands there.

use crate::world::World;
use serde_json::{Value, json};
use std::time::Duration;

impl World {
    async fn journal(&self, query: &str, token: &str) -> Vec<Value> {
        let list = self.get(format!("/v1/journal?{query}")).bearer(token).await.expect(200);
        list["items"].as_array().unwrap().clone()
    }
}

fn kinds(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_life_of_a_token_can_be_read() {
    let world = World::new().await;
    let member = &world.acme.member;
    let made = world.post("/v1/tokens", json!({"name": "a"})).bearer(&member.token).await.expect(201);
    let id = made["id"].as_str().unwrap();
    let path = format!("/v1/tokens/{id}");
    let post = |verb: &str| world.call(http::Method::POST, format!("{path}/{verb}")).bearer(&member.token);
    world.patch(&path, json!({"name": "b", "labels": {"k": "v"}})).bearer(&member.token).await.expect(200);
    post("disable").await.expect(200);
    post("enable").await.expect(200);
    let rotated = post("rotate").await.expect(200);
    let last = rotated["secret"].as_str().unwrap();
    let reason = format!("{path}?reason=over");
    world.delete(reason).bearer(last).await.expect(204);

    let entries = world.journal(&format!("token_id={id}&order=asc"), &member.token).await;
    let expected =
        ["token.issued", "token.updated", "token.disabled", "token.enabled", "token.rotated", "token.deleted"];
    assert_eq!(kinds(&entries), expected);
    let places: Vec<_> = entries.iter().map(|entry| entry["position"].as_u64().unwrap()).collect();
    assert!(places.windows(2).all(|pair| pair[1] == pair[0] + 1), "{places:?}");
    assert_eq!(entries[1]["data"]["changed"], json!(["name", "labels"]));
    assert_eq!(entries[5]["data"]["reason"], "over");
    for entry in &entries {
        assert_eq!((&entry["data"]["token"], &entry["organisation"]), (&json!(id), &json!(world.acme.id)));
        assert_eq!((&entry["actor"]["kind"], &entry["actor"]["owner"]), (&json!("owner"), &json!(member.id)));
        assert_eq!(entry["chain"].as_str().unwrap().len(), 64);
    }
    // Who showed which token is part of it.
    assert_eq!(entries[4]["actor"]["token"], json!(member.token_id));
    assert_eq!(entries[5]["actor"]["token"], json!(id));
}

#[tokio::test]
async fn every_filter_finds_what_it_says() {
    let world = World::new().await;
    let root = &world.root.token;
    world.wait(Duration::from_mins(1));
    let (member, colleague) = (&world.acme.member, &world.acme.colleague);
    world.post("/v1/tokens", json!({"name": "a"})).bearer(&member.token).await.expect(201);
    world.wait(Duration::from_mins(1));
    world.delete(format!("/v1/tokens/{}", colleague.token_id)).bearer(&colleague.token).await.expect(204);
    let (first, second) = ("2027-01-15T08:01:00Z", "2027-01-15T08:02:00Z");
    for (query, expected) in [
        (format!("after={first}"), vec!["token.deleted", "token.issued"]),
        (format!("after={first}&order=asc"), vec!["token.issued", "token.deleted"]),
        (format!("after={first}&before={second}"), vec!["token.issued"]),
        (format!("after={first}&kind=token.deleted"), vec!["token.deleted"]),
        (format!("after={first}&actor={}", member.id), vec!["token.issued"]),
        (format!("after={first}&organisation={}", world.acme.id), vec!["token.deleted", "token.issued"]),
        (format!("after={first}&organisation={}", world.globex.id), vec![]),
        (format!("token_id={}", colleague.token_id), vec!["token.deleted", "token.issued"]),
    ] {
        assert_eq!(kinds(&world.journal(&query, root).await), expected, "{query}");
    }
    for (query, field) in [
        ("kind=token.undeleted", "kind"),
        ("order=up", "order"),
        ("before=yesterday", "before"),
        ("actor=me", "actor"),
        ("token_id=1", "token_id"),
        ("organisation=", "organisation"),
        ("cursor=x", "cursor"),
        ("limit=1000", "limit"),
    ] {
        let answer = world.get(format!("/v1/journal?{query}")).bearer(root).await;
        assert_eq!(answer.refused(), [field], "{query}");
    }
    let all = world.get("/v1/journal?kind=x&order=x&limit=x&before=x").bearer(root).await.refused();
    assert_eq!(all.len(), 4, "{all:?}");
}

#[tokio::test]
async fn pages_go_on_where_they_ended_while_more_happens() {
    let world = World::new().await;
    let mut seen = Vec::new();
    let mut cursor = String::new();
    let end = world.position().await;
    loop {
        let path = format!("/v1/journal?limit=7{cursor}");
        let page = world.get(path).bearer(&world.root.token).await.expect(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(|entry| entry["position"].as_u64().unwrap()));
        world.token(&world.acme.member).await;
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, (1..=end).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn everybody_reads_what_concerns_him() {
    let world = World::new().await;
    let organisations = |entries: Vec<Value>| {
        let mut all: Vec<_> = entries.iter().map(|entry| entry["organisation"].to_string()).collect();
        all.sort();
        all.dedup();
        all
    };
    let own = vec![json!(world.acme.id).to_string()];
    assert_eq!(organisations(world.journal("limit=200", &world.acme.administrator.token).await), own);
    assert_eq!(organisations(world.journal("limit=200", &world.root.token).await).len(), 3);
    let member = world.journal("limit=200", &world.acme.member.token).await;
    assert_eq!(kinds(&member), ["token.issued"]);
}

#[tokio::test]
async fn neither_secrets_nor_names_of_people_stand_in_it() {
    let world = World::new().await;
    world.give_password(&world.acme.member).await;
    let cookie = world.sign_in(&world.acme.member).await;
    let answer = world.get("/v1/journal?limit=200").bearer(&world.root.token).await;
    let text = answer.text();
    let kinds: Vec<_> = answer.expect(200)["items"].as_array().unwrap().clone();
    assert!(kinds.iter().any(|entry| entry["kind"] == "session.opened"));
    let secret = cookie.split('=').nth(1).unwrap();
    for hidden in ["people.example", "Linus", "argon2", "digest", &secret[8..], &world.acme.member.token[8..]] {
        assert!(!text.contains(hidden), "{hidden}");
    }
}
