//! Promise: a change that was asked for at the door of any contract says in the journal from where; so does a sign-in.

use super::{dfns, rncv, softwareone, vectorai};
use crate::{
    origins::{AGENT, changes_carry_their_origin, entries_after},
    world::World,
};
use serde_json::json;

#[tokio::test]
async fn rncv_carries_it() {
    changes_carry_their_origin(&World::with_contracts().await, rncv::AtRncv, 6).await;
}

#[tokio::test]
async fn vectorai_carries_it() {
    changes_carry_their_origin(&World::with_contracts().await, vectorai::AtVectorAi, 2).await;
}

#[tokio::test]
async fn softwareone_carries_it() {
    changes_carry_their_origin(&World::with_contracts().await, softwareone::AtSoftwareOne, 5).await;
}

#[tokio::test]
async fn dfns_carries_it() {
    changes_carry_their_origin(&World::with_contracts().await, dfns::AtDfns::default(), 10).await;
}

#[tokio::test]
async fn sign_ins_carry_it() {
    let world = World::with_contracts().await;
    let before = world.position().await;
    let password = json!({"password": "Correct-horse-7"});
    let reset = json!({"old_password": "Correct-horse-7", "new_password": "Another-horse-8"});
    let again = json!({"password": "Another-horse-8"});
    for (path, body) in [
        ("/auth/admin", password.clone()),
        ("/auth/admin/login", password),
        ("/auth/admin/reset-password", reset),
        ("/auth/admin/login", again),
    ] {
        world.post(path, body).field("user-agent", AGENT).await.expect(200);
    }
    let entries = entries_after(&world, before).await;
    let seated = |entry: &&serde_json::Value| entry["kind"] != "owner.created";
    assert!(entries.iter().filter(seated).count() >= 4);
    for entry in entries.iter().filter(seated) {
        assert_eq!((&entry["address"], &entry["user_agent"]), (&json!("127.0.0.1"), &json!(AGENT)), "{entry}");
    }

    let company = dfns::Company::new().await;
    let before = company.position().await;
    company.second_login().await;
    let entries = entries_after(&company, before).await;
    assert_eq!((&entries[0]["kind"], &entries[0]["address"]), (&json!("session.opened"), &json!("127.0.0.1")));
}
