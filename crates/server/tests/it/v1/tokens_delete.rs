//! Deleted means deleted: one by one, by a filter that was reviewed, in steps, and by whoever holds the secret.

use crate::world::{Person, World};
use serde_json::{Value, json};
use std::time::Duration;

impl World {
    async fn make(&self, owner: &Person, body: Value) -> Value {
        self.post("/v1/tokens", body).bearer(&owner.token).await.expect(201)
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test]
async fn a_deleted_token_is_refused_everywhere_and_for_good() {
    let world = World::new().await;
    let member = &world.acme.member;
    let (id, secret) = world.token(member).await;
    let path = format!("/v1/tokens/{id}");
    world.get("/v1/whoami").bearer(&secret).await.expect(200);
    let answer = world.delete(format!("{path}?reason=left%20the%20company")).bearer(&member.token).await;
    assert!(answer.expect(204).is_null());
    assert_eq!(world.verdict(&secret).await, json!({"active": false, "reason": "deleted"}));
    world.get("/v1/whoami").bearer(&secret).await.problem(401, "unauthenticated");
    world.get(&path).bearer(&member.token).await.problem(404, "not-found");
    world.delete(&path).bearer(&member.token).await.problem(404, "not-found");
    world.patch(&path, json!({"name": "b"})).bearer(&member.token).await.problem(404, "not-found");
    for verb in ["disable", "enable", "rotate"] {
        world.call(http::Method::POST, format!("{path}/{verb}")).bearer(&member.token).await.problem(404, "not-found");
    }
    world.get(format!("{path}/usage")).bearer(&world.acme.colleague.token).await.problem(404, "not-found");

    for call in [world.get(format!("{path}?deleted=include")), world.delete(format!("{path}?deleted=include"))] {
        let gone = call.bearer(&member.token).await.problem(410, "gone");
        assert_eq!((&gone["token"]["id"], &gone["token"]["state"]), (&json!(id), &json!("deleted")));
        let deleted = json!({"at": "2027-01-15T08:00:00.000Z", "by": member.id, "reason": "left the company"});
        assert_eq!(gone["token"]["deleted"], deleted);
        assert!(gone["token"].get("secret").is_none());
    }
    // Outside the reach, a tombstone is as unknown as a token.
    for other in [&world.acme.colleague, &world.globex.administrator] {
        let answer = world.get(format!("{path}?deleted=include")).bearer(&other.token).await;
        answer.problem(404, "not-found");
    }
    let listed = world.get("/v1/tokens?state=deleted").bearer(&member.token).await.expect(200);
    assert_eq!(listed["items"][0]["id"], json!(id));
}

#[tokio::test]
async fn a_token_can_delete_itself() {
    let world = World::new().await;
    let (id, secret) = world.token_with(&world.acme.member, "tokens:write").await;
    world.delete(format!("/v1/tokens/{id}")).bearer(&secret).await.expect(204);
    world.delete(format!("/v1/tokens/{id}")).bearer(&secret).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn what_was_reviewed_is_what_is_deleted() {
    let world = World::new().await;
    let member = &world.acme.member;
    let mut secrets = Vec::new();
    for name in ["one", "two", "three"] {
        secrets.push(
            text(&world.make(member, json!({"name": name, "labels": {"env": "test"}})).await["secret"]).to_owned(),
        );
        world.wait(Duration::from_secs(1));
    }
    let kept = world.make(member, json!({"name": "kept", "labels": {"env": "testing"}})).await;
    world.verdict(&secrets[1]).await;
    world.authority().write_uses().await.unwrap();
    let delete = |more: Value| {
        let mut body = json!({"filter": {"labels": ["env=test"]}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.post("/v1/tokens/delete", body).bearer(&member.token)
    };
    let position = world.position().await;
    let preview = delete(json!({"dry_run": true})).await.expect(200);
    assert_eq!(preview["count"], 3);
    let names = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|token| text(&token["name"]).to_owned()).collect()
    };
    assert_eq!(names(&preview["sample"]), ["three", "two", "one"]);
    assert_eq!(names(&preview["recently_used"]), ["two"]);
    assert_eq!(world.position().await, position, "a dry run deletes nothing");

    let late = world.make(member, json!({"name": "late", "labels": {"env": "test"}})).await;
    let stale = delete(json!({"preview": preview["preview"]})).await;
    stale.problem(409, "preview-changed");
    let preview = delete(json!({"dry_run": true})).await.expect(200);
    let done = delete(json!({"preview": preview["preview"], "reason": "the test is over"})).await.expect(200);
    assert_eq!(done, json!({"deleted": 4}));
    for secret in secrets.iter().map(String::as_str).chain([text(&late["secret"])]) {
        assert_eq!(world.verdict(secret).await["reason"], "deleted");
    }
    assert!(world.accepts(text(&kept["secret"])).await);
    assert_eq!(delete(json!({})).await.expect(200), json!({"deleted": 0}));
}

#[tokio::test]
async fn every_part_of_a_filter_selects() {
    let world = World::new().await;
    let root = &world.root.token;
    let made = world
        .make(
            &world.acme.member,
            json!({"name": "Needle", "scopes": ["reports:read"],
        "labels": {"env": "prod", "team": "a"}, "expires_in_seconds": 600}),
        )
        .await;
    world.wait(Duration::from_secs(10));
    let secret = text(&made["secret"]);
    world.verdict(secret).await;
    world.authority().write_uses().await.unwrap();
    let (before, after) = ("2027-01-15T08:00:01Z", "2027-01-15T08:00:05Z");
    let others = json!({"name_contains": "needle"});
    for (filter, selects) in [
        (json!({"owner": world.acme.member.id}), true),
        (json!({"owner": world.acme.colleague.id}), false),
        (json!({"author": world.acme.member.id}), true),
        (json!({"author": world.root.id}), false),
        (json!({"organisation": world.acme.id}), true),
        (json!({"organisation": world.globex.id}), false),
        (json!({"scope": "reports:read"}), true),
        (json!({"scope": "reports:*"}), false),
        (json!({"labels": ["env"]}), true),
        (json!({"labels": ["env=prod", "team=a"]}), true),
        (json!({"labels": ["env=prod", "team=b"]}), false),
        (json!({"labels": ["env=pro"]}), false),
        (json!({"state": "active"}), true),
        (json!({"state": "disabled"}), false),
        (json!({"state": "expired"}), false),
        (json!({"created_before": before}), true),
        (json!({"created_after": after}), false),
        (json!({"expires_before": "2027-01-15T08:10:01Z"}), true),
        (json!({"expires_before": "2027-01-15T08:10:00Z"}), false),
        (json!({"expires_after": "2027-01-15T08:10:00Z"}), true),
        (json!({"last_used_after": after}), true),
        (json!({"last_used_before": after}), false),
        (json!({"secret_prefix": &secret[..8]}), true),
        (json!({"secret_prefix": "jtn_!!!!"}), false),
        (json!({"name_contains": "NEEDLE"}), true),
        (json!({"name_contains": "needles"}), false),
    ] {
        let mut whole = others.clone();
        whole.as_object_mut().unwrap().extend(filter.as_object().unwrap().clone());
        let body = json!({"filter": whole, "dry_run": true});
        let preview = world.post("/v1/tokens/delete", body).bearer(root).await.expect(200);
        assert_eq!(preview["count"], u64::from(selects), "{filter}");
    }
}

#[tokio::test]
async fn a_filter_says_something() {
    let world = World::new().await;
    let position = world.position().await;
    for (body, field) in [
        (json!({"filter": {}}), "filter"),
        (json!({"filter": {"labels": []}}), "filter"),
        (json!({}), "filter"),
        (json!({"filter": {"state": "deleted"}}), "filter.state"),
        (json!({"filter": {"state": "active"}, "preview": "00"}), "preview"),
        (json!({"filter": {"state": "active"}, "preview": "é".repeat(32)}), "preview"),
        (json!({"filter": {"state": "active"}, "reason": " "}), "reason"),
    ] {
        let answer = world.post("/v1/tokens/delete", body.clone()).bearer(&world.root.token).await;
        assert_eq!(answer.refused(), [field], "{body}");
    }
    let body = json!({"filter": {"state": "gone", "owner": "me"}, "preview": "x", "reason": ""});
    let all = world.post("/v1/tokens/delete", body).bearer(&world.root.token).await.refused();
    assert_eq!(all, ["filter.owner", "filter.state", "preview", "reason"]);
    assert_eq!(world.position().await, position);
}

#[tokio::test]
async fn more_than_one_commit_deletes_runs_in_steps_beside_the_caller() {
    let world = World::new().await;
    let count = domain::limits::DELETE_STEP + 1;
    let last = world.issue_many(&world.acme.robot, count).await;
    assert!(world.accepts(&last).await);
    let body = json!({"filter": {"owner": world.acme.robot.id, "name_contains": "many"}, "reason": "too many"});
    let answer = world.post("/v1/tokens/delete", body).bearer(&world.acme.administrator.token).await;
    let started = answer.expect(202)["deletion"].clone();
    assert_eq!((&started["total"], &started["reason"]), (&json!(count), &json!("too many")));
    assert_eq!(started["author"], json!(world.acme.administrator.id));
    let place = answer.field("location").unwrap().to_owned();
    assert_eq!(place, format!("/v1/deletions/{}", text(&started["id"])));
    let finished = loop {
        let deletion = world.get(&place).bearer(&world.acme.administrator.token).await.expect(200);
        if !deletion["finished_at"].is_null() {
            break deletion;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(finished["deleted"], json!(count));
    assert_eq!(world.verdict(&last).await["reason"], "deleted");
    assert!(world.accepts(&world.acme.robot.token).await, "the filter did not mean this one");
    world.get(&place).bearer(&world.acme.member.token).await.problem(404, "not-found");
    // Whoever may delete may follow what he began; whoever may do neither is told what is missing.
    let (_, writes) = world.token_with(&world.acme.administrator, "tokens:write").await;
    assert_eq!(world.get(&place).bearer(&writes).await.expect(200), finished);
    let (_, neither) = world.token_with(&world.acme.administrator, "journal:read").await;
    let problem = world.get(&place).bearer(&neither).await.problem(403, "insufficient-scope");
    assert_eq!(problem["scope"], "tokens:read");
}

#[tokio::test]
async fn whoever_holds_a_secret_may_end_it() {
    let world = World::new().await;
    let (id, secret) = world.token(&world.acme.member).await;
    let unknown = world.authority().generate(domain::format::Kind::Token);
    let revoke = |token: &str| world.post("/v1/tokens/revoke-by-secret", json!({"token": token, "reason": "found it"}));
    let mut answers = Vec::new();
    for token in [secret.as_str(), secret.as_str(), unknown.expose(), "no such shape", "jtn_short"] {
        let answer = revoke(token).await;
        answer.expect(204);
        let names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        answers.push(names);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    assert_eq!(world.verdict(&secret).await["reason"], "deleted");
    let gone =
        world.get(format!("/v1/tokens/{id}?deleted=include")).bearer(&world.root.token).await.problem(410, "gone");
    assert_eq!(
        (&gone["token"]["deleted"]["by"], &gone["token"]["deleted"]["reason"]),
        (&Value::Null, &json!("found it"))
    );
}
