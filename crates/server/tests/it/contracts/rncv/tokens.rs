//! A user has one key, which administrators create and find: nobody else's, whatever they send at the same time.

use super::{BASES, create, delete, key_of, number};
use crate::world::{Setting, World};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn a_key_is_created_shown_once_and_works_at_once() {
    let world = World::with_contracts().await;
    for base in BASES {
        let user = number(&world, &world.acme.member.id).await;
        let path = format!("{base}/admin/tokens");
        let body = json!({"user_id": user});
        let made = world.post(&path, body).token(&world.acme.administrator.token).await.expect(201);
        let key = made["key"].as_str().unwrap();
        assert!(key.len() == 40 && key.bytes().all(|byte| b"0123456789abcdef".contains(&byte)), "{made}");
        assert_eq!((&made["token"], &made["user_id"], &made["is_key"]), (&json!(key), &json!(user), &json!(true)));
        let verdict = world.verdict(key).await;
        assert_eq!((&verdict["active"], &verdict["subject"]), (&json!(true), &json!(world.acme.member.id)));
        let listed = world.get(format!("{path}?user_id={user}")).token(&world.acme.administrator.token).await;
        assert!(!listed.text().contains(key));
        let deletion = world.delete(&path).json(json!({"user_id": user})).token(&world.acme.administrator.token);
        deletion.await.expect(200);
    }
}

#[tokio::test]
async fn a_key_may_do_what_its_user_may_today() {
    let world = World::with_contracts().await;
    let administrator = &world.acme.administrator;
    let user = number(&world, &world.acme.member.id).await;
    let made = create(&world, user, administrator).await.expect(201);
    let key = made["key"].as_str().unwrap();
    let asks = |scope: &'static str| {
        let question = json!({"token": key, "scope": scope});
        let call = world.post("/v1/tokens/verify", question).bearer(&world.verifier.token);
        async move { call.await.expect(200)["active"].clone() }
    };
    assert_eq!((asks("rncv:editor").await, asks("reports:read").await), (json!(false), json!(true)));
    let becomes = |roles: Value| {
        let path = format!("/admin/api-users/{user}");
        let call = world.patch(path, json!({"roles": roles})).token(&administrator.token);
        async move { call.await.expect(200) }
    };
    becomes(json!(["Editor"])).await;
    assert_eq!((asks("rncv:editor").await, asks("rncv:viewer").await), (json!(true), json!(false)));
    becomes(json!([])).await;
    assert_eq!((asks("rncv:editor").await, asks("owners:write").await), (json!(false), json!(false)));

    // A credential that has less than the user hands nothing of his out.
    let narrow = json!({"name": "narrow", "scopes": ["tokens:read", "tokens:write", "owners:read"]});
    let narrow = world.post("/v1/tokens", narrow).bearer(&administrator.token).await.expect(201);
    delete(&world, json!({"user_id": user}), administrator).await.expect(200);
    let call = world.post("/admin/tokens", json!({"user_id": user})).token(narrow["secret"].as_str().unwrap());
    call.await.expect(403);
}

#[tokio::test]
async fn a_second_key_is_a_conflict_and_other_tokens_do_not_count() {
    let world = World::with_contracts().await;
    let (user, other) = (number(&world, &world.acme.member.id).await, number(&world, &world.acme.colleague.id).await);
    // The member has a native token, and that is no key.
    create(&world, user, &world.acme.administrator).await.expect(201);
    for by in [&world.acme.administrator, &world.root] {
        let refused = create(&world, user, by).await.expect(409);
        assert_eq!(refused, json!({"detail": "This user already has a token."}));
    }
    create(&world, other, &world.acme.administrator).await.expect(201);
    delete(&world, json!({"user_id": user}), &world.acme.administrator).await.expect(200);
    create(&world, user, &world.acme.administrator).await.expect(201);
}

#[tokio::test]
async fn of_many_who_create_at_once_one_succeeds() {
    let world = World::with_contracts().await;
    let user = number(&world, &world.acme.member.id).await;
    for _ in 0..8 {
        let calls = (0..8).map(|_| async { create(&world, user, &world.acme.administrator).await.status });
        let statuses = side_by_side(calls).await;
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 7, "{statuses:?}");
        let deletions =
            (0..4).map(|_| async { delete(&world, json!({"user_id": user}), &world.acme.administrator).await.status });
        let statuses = side_by_side(deletions).await;
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 404).count(), 3, "{statuses:?}");
    }
}

/// Waits for all of them side by side.
async fn side_by_side<F: Future<Output = u16>>(calls: impl Iterator<Item = F>) -> Vec<u16> {
    let mut calls: Vec<_> = calls.map(Box::pin).collect();
    let mut statuses = vec![None; calls.len()];
    std::future::poll_fn(|context| {
        for (call, status) in calls.iter_mut().zip(&mut statuses) {
            if status.is_none()
                && let std::task::Poll::Ready(answer) = call.as_mut().poll(context)
            {
                *status = Some(answer);
            }
        }
        if statuses.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    statuses.into_iter().flatten().collect()
}

#[tokio::test]
async fn whom_a_key_is_for_must_exist_within_reach_and_be_active() {
    let world = World::with_contracts().await;
    let position = world.position().await;
    let foreign = number(&world, &world.globex.member.id).await;
    let unknown = create(&world, 4_000_000, &world.acme.administrator).await;
    let answer = create(&world, foreign, &world.acme.administrator).await;
    assert_eq!(answer.expect(404), unknown.expect(404), "another organisation's user is like nobody");
    let robot = json!({"user_id": world.acme.robot.id});
    world.post("/admin/tokens", robot).token(&world.acme.administrator.token).await.expect(404);
    create(&world, u64::from(u32::MAX) + 1, &world.root).await.expect(404);
    assert_eq!(world.position().await, position);
    create(&world, foreign, &world.root).await.expect(201);

    let path = format!("/v1/users/{}", world.acme.member.id);
    world.patch(path, json!({"active": false})).bearer(&world.root.token).await.expect(200);
    let inactive = number(&world, &world.acme.member.id).await;
    let refused = create(&world, inactive, &world.acme.administrator).await.expect(400);
    assert_eq!(refused, json!({"user_id": ["This field must be an active user."]}));
}

#[tokio::test]
async fn a_user_may_be_named_by_the_identifier_of_the_native_api() {
    let world = World::with_contracts().await;
    let body = json!({"user_id": world.acme.member.id});
    world.post("/admin/tokens", body.clone()).token(&world.acme.administrator.token).await.expect(201);
    delete(&world, body, &world.acme.administrator).await.expect(200);
}

#[tokio::test]
async fn nobody_creates_a_key_for_somebody_mightier() {
    let world = World::with_contracts().await;
    let administrator = number(&world, &world.root.id).await;
    create(&world, administrator, &world.acme.administrator).await.expect(404);
    // Within his organisation, but above him.
    let body = json!({"name": "Ada", "email": "ada@acme.example", "organisation": world.acme.id,
        "role": "application_administrator"});
    let above = world.post("/v1/users", body).bearer(&world.root.token).await.expect(201)["number"].as_u64().unwrap();
    create(&world, above, &world.acme.administrator).await.expect(403);
}

#[tokio::test]
async fn a_list_has_every_live_token_within_reach_whatever_its_birth() {
    let world = World::with_contracts().await;
    let (key_number, _) = key_of(&world, &world.acme.member).await;
    let list = world.get("/admin/tokens").token(&world.acme.administrator.token).await.expect(200);
    let results = list["results"].as_array().unwrap();
    let keys: Vec<_> = results.iter().filter(|token| token["is_key"] == true).collect();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0]["token_id"], key_number);
    assert_eq!(results[0], *keys[0], "the newest first");
    let native = world.get("/v1/tokens?total=true").bearer(&world.acme.administrator.token).await.expect(200);
    assert_eq!(native["total"], results.len());
    let all = world.get("/admin/tokens?page_size=200").token(&world.root.token).await.expect(200);
    assert!(all["results"].as_array().unwrap().len() > results.len());

    let user = number(&world, &world.acme.member.id).await;
    let of_user = world.get(format!("/admin/tokens?user_id={user}")).token(&world.acme.administrator.token).await;
    let of_user = of_user.expect(200);
    let of_user = of_user["results"].as_array().unwrap();
    assert_eq!(of_user.len(), 2, "his key, and the native token that he had");
    assert!(of_user.iter().all(|token| token["user_id"] == user));
    let foreign = number(&world, &world.globex.member.id).await;
    for nobody in [foreign, 4_000_000] {
        let path = format!("/admin/tokens?user_id={nobody}");
        let empty = world.get(path).token(&world.acme.administrator.token).await.expect(200);
        assert_eq!(empty, json!({"next": null, "previous": null, "results": []}));
    }
}

#[tokio::test]
async fn pages_lead_to_the_next_until_there_is_none() {
    let setting = Setting::usual().contracts().variable("JETON_PUBLIC_URL", "https://tokens.example");
    let world = World::with(setting).await;
    world.issue_many(&world.acme.member, 12).await;
    let administrator = &world.acme.administrator.token;
    let whole = world.get("/admin/tokens?page_size=200").token(administrator).await.expect(200);
    let numbers = |list: &Value| -> Vec<u64> {
        list["results"].as_array().unwrap().iter().map(|token| token["token_id"].as_u64().unwrap()).collect()
    };
    for base in BASES {
        let (mut path, mut met) = (format!("{base}/admin/tokens?page_size=5"), Vec::new());
        loop {
            let page = world.get(&path).token(administrator).await.expect(200);
            assert_eq!(page["previous"], Value::Null);
            met.extend(numbers(&page));
            let Some(next) = page["next"].as_str() else { break };
            path = next.strip_prefix("https://tokens.example").unwrap().to_owned();
            assert!(path.starts_with(&format!("{base}/admin/tokens?page_size=5&cursor=")), "{path}");
        }
        assert_eq!(met, numbers(&whole));
        assert_eq!(met.iter().collect::<BTreeSet<_>>().len(), met.len());
    }
}
