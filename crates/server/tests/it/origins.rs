//! Promise: an entry of the journal says from which address and with which user agent its change was asked for,
//! whichever surface it came by and whatever a client calls itself; only proxies are believed about addresses.

use crate::{
    isolation::{
        Native,
        door::{Door, Outcome, Rule, Whose},
    },
    world::{Call, PASSWORD, Setting, World},
};
use http::Method;
use serde_json::{Value, json};

/// What the clients of these tests call themselves.
pub(crate) const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// The entries behind this position, the oldest first, as an administrator of everything reads them.
pub(crate) async fn entries_after(world: &World, position: u64) -> Vec<Value> {
    let list = world.get("/v1/journal?limit=200").bearer(&world.root.token).await.expect(200);
    let items = list["items"].as_array().unwrap().iter().rev();
    items.filter(|entry| entry["position"].as_u64().unwrap() > position).cloned().collect()
}

fn expect_origin(entry: &Value, address: &str, user_agent: &str) {
    let found = (entry["address"].as_str(), entry["user_agent"].as_str());
    assert_eq!(found, (Some(address), Some(user_agent)), "{entry}");
}

/// Asks for every operation of a door in the name of an administrator of everything; at least this many of them
/// change something.
pub(crate) async fn changes_carry_their_origin(world: &World, door: impl Door, least: usize) {
    door.open(world).await;
    let mut changing = 0;
    for operation in door.operations() {
        let Rule::Token(row) = door.rule(&operation.id) else { continue };
        if row.root[0] != Outcome::Done {
            continue;
        }
        let named = door.subject(world, row.subject, Whose::Own).await;
        let user_agent = format!("agent of {}", operation.id);
        let call = door.good(world, &operation, &named).field("user-agent", &user_agent);
        let call = door.shown(call, &world.root.token).await;
        let before = world.position().await;
        call.await;
        let entries = entries_after(world, before).await;
        changing += usize::from(!entries.is_empty());
        // What the server did by itself on the way, such as filling a seat, nobody asked for.
        for entry in entries.iter().filter(|entry| entry["actor"]["kind"] != "system") {
            expect_origin(entry, "127.0.0.1", &user_agent);
        }
    }
    assert!(changing >= least, "only {changing} operations changed something");
}

#[tokio::test]
async fn every_change_of_the_native_api_carries_it() {
    changes_carry_their_origin(&World::new().await, Native, 12).await;
}

/// The same request from a browser.
fn from(call: Call<'_>) -> Call<'_> {
    call.field("user-agent", AGENT)
}

#[tokio::test]
async fn whoever_shows_no_token_carries_it_too() {
    let world = World::new().await;
    let member = &world.acme.member;
    let before = world.position().await;
    let user = format!("/v1/users/{}/invitation", member.id);
    let link = from(world.call(Method::POST, user)).bearer(&world.root.token).await.expect(201)["link"].clone();
    from(world.post("/v1/links/redeem", json!({"link": link, "password": PASSWORD}))).await.expect(204);
    let body = json!({"email": member.email, "password": PASSWORD});
    let answer = from(world.post("/v1/sessions", body)).field("x-jeton-request", "1").await;
    answer.expect(201);
    let cookie = answer.field("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    from(world.post("/v1/sessions/current/tokens", json!({"name": "a"}))).cookie(&cookie).await.expect(201);
    let new = "plum-violin-9-harbour";
    let change = json!({"current_password": PASSWORD, "new_password": new});
    from(world.post("/v1/sessions/current/password", change)).cookie(&cookie).await.expect(204);
    let (_, first) = world.token(member).await;
    from(world.post("/v1/tokens/revoke-by-secret", json!({"token": first}))).await.expect(204);
    let (_, second) = world.token(member).await;
    from(world.call(Method::POST, "/oauth2/revoke")).form(&[("token", &second)]).await.expect(200);

    let entries = entries_after(&world, before).await;
    let made = entries.iter().filter(|entry| entry["kind"] != "token.issued" || entry["data"]["name"] == "a");
    let kinds: Vec<_> =
        made.inspect(|entry| expect_origin(entry, "127.0.0.1", AGENT)).map(|entry| &entry["kind"]).collect();
    let expected = [
        "owner.updated",
        "owner.updated",
        "session.opened",
        "token.issued",
        "owner.updated",
        "session.closed",
        "token.deleted",
        "token.deleted",
    ];
    assert_eq!(kinds, expected);
}

#[tokio::test]
async fn the_first_use_of_a_secret_is_where_the_verifier_saw_it() {
    let world = World::new().await;
    let (id, _) = world.token(&world.acme.member).await;
    let rotated = world.post(format!("/v1/tokens/{id}/rotate"), json!({"until": "first-use"}));
    let rotated = rotated.bearer(&world.acme.member.token).await.expect(200);
    let before = world.position().await;
    let asked = json!({"token": rotated["secret"], "address": "2001:db8::7", "user_agent": "client/1"});
    world.post("/v1/tokens/verify", asked).bearer(&world.verifier.token).await.expect(200);
    let entries = entries_after(&world, before).await;
    assert_eq!(entries[0]["kind"], "token.rotation_finished");
    expect_origin(&entries[0], "2001:db8::7", "client/1");
}

#[tokio::test]
async fn proxies_alone_are_believed_about_addresses() {
    let issue = async |world: &World, forwarded: &str| {
        let before = world.position().await;
        let call = world.post("/v1/tokens", json!({"name": "a"})).bearer(&world.acme.member.token);
        call.field("x-forwarded-for", forwarded).field("user-agent", AGENT).await.expect(201);
        entries_after(world, before).await.remove(0)
    };
    let world = World::new().await;
    expect_origin(&issue(&world, "192.0.2.1").await, "127.0.0.1", AGENT);
    let behind = World::with(Setting::usual().behind_proxy()).await;
    expect_origin(&issue(&behind, "203.0.113.9, 192.0.2.1").await, "192.0.2.1", AGENT);
    expect_origin(&issue(&behind, "::ffff:192.0.2.1").await, "192.0.2.1", AGENT);
}

#[tokio::test]
async fn no_user_agent_breaks_an_answer() {
    let world = World::new().await;
    let long = "x".repeat(10_000);
    for (sent, kept) in [
        (&b"=cmd|' /C calc'!A0"[..], Some("=cmd|' /C calc'!A0")),
        (b"<script>alert(1)</script>\t\"", Some("<script>alert(1)</script>\"")),
        (b"a\xff\xfeb", Some("a\u{fffd}\u{fffd}b")),
        ("\u{202e}gpj.exe\u{85}".as_bytes(), Some("gpj.exe")),
        (long.as_bytes(), Some(&long[..200])),
        (b"", None),
    ] {
        let before = world.position().await;
        let call = world.post("/v1/tokens", json!({"name": "a"})).bearer(&world.acme.member.token);
        call.field("user-agent", sent).await.expect(201);
        assert_eq!(entries_after(&world, before).await[0]["user_agent"].as_str(), kept);
    }
}

#[tokio::test]
async fn nobody_of_an_organisation_learns_where_those_above_it_are() {
    let world = World::new().await;
    let (member, administrator) = (&world.acme.member, &world.acme.administrator);
    let (id, _) = world.token(member).await;
    let patch = |token: &str, name: &str| {
        let call = world.patch(format!("/v1/tokens/{id}"), json!({"name": name})).bearer(token);
        call.field("user-agent", AGENT)
    };
    patch(&world.root.token, "one").await.expect(200);
    patch(&administrator.token, "two").await.expect(200);
    patch(&member.token, "three").await.expect(200);
    for (reader, told) in
        [(&world.root, [true, true, true]), (administrator, [false, true, true]), (member, [false, false, true])]
    {
        let path = format!("/v1/journal?token_id={id}&kind=token.updated&order=asc");
        let list = world.get(path).bearer(&reader.token).await.expect(200);
        for (entry, told) in list["items"].as_array().unwrap().iter().zip(told) {
            let expected = if told { json!([AGENT, "127.0.0.1"]) } else { json!([null, null]) };
            assert_eq!(json!([entry["user_agent"], entry["address"]]), expected, "{entry}");
        }
    }
}

#[tokio::test]
async fn where_none_is_kept_there_is_none() {
    let world = World::with(Setting::usual().variable("JETON_JOURNAL_ORIGIN_DAYS", "0")).await;
    world.post("/v1/tokens", json!({"name": "a"})).bearer(&world.root.token).await.expect(201);
    for entry in entries_after(&world, 0).await {
        assert_eq!((&entry["address"], &entry["user_agent"]), (&Value::Null, &Value::Null));
    }
}
