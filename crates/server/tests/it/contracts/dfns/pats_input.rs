//! Promise: what a request wants of a token is checked by the documented rules, whatever is wrong is named, and what
//! nothing is said in may be left out.

use super::company::{Company, Key, PATS, Pat};
use domain::time::Timestamp;
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

async fn created(company: &Company, more: Value) -> crate::world::Answer {
    let mut body = json!({"name": "Build", "publicKey": Key::new("").pem()});
    for (member, value) in more.as_object().unwrap() {
        body[member] = value.clone();
    }
    company.signed(&company.administrator, Method::POST, PATS, body).await
}

fn fields(answer: &Value) -> Vec<String> {
    answer["error"]["details"]["fields"].as_object().unwrap().keys().cloned().collect()
}

#[tokio::test]
async fn seconds_win_over_days_and_two_years_are_the_most() {
    let company = Company::new().await;
    let now = company.authority().now();
    let day = Duration::from_hours(24);
    for (name, more, lifetime) in [
        ("a", json!({}), 730 * day),
        ("b", json!({"daysValid": 1}), day),
        ("c", json!({"daysValid": 1, "secondsValid": 5}), Duration::from_secs(5)),
    ] {
        let mut more = more;
        more["name"] = name.into();
        let shape = created(&company, more).await.expect(200);
        let expected: Timestamp = now.after(lifetime);
        assert_eq!(shape["expiresAt"], expected.to_string());
    }
    for (more, field) in [
        (json!({"daysValid": 731}), "daysValid"),
        (json!({"daysValid": 0}), "daysValid"),
        (json!({"daysValid": -1}), "daysValid"),
        (json!({"secondsValid": 63_072_001}), "secondsValid"),
        (json!({"secondsValid": "5"}), "secondsValid"),
        (json!({"name": ""}), "name"),
        (json!({"public_key": "x"}), "public_key"),
        (json!({"permissionId": "pm-1"}), "permissionId"),
        (json!({"permissionId": "pm-00000-00000-0000000000000000"}), "permissionId"),
        (json!({"publicKey": "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----"}), "publicKey"),
    ] {
        let before = company.position().await;
        let answer = created(&company, more).await.expect(400);
        assert_eq!(fields(&answer), [field], "{answer}");
        assert_eq!(company.position().await, before);
    }
    let private = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n-----END PRIVATE KEY-----";
    let answer = created(&company, json!({"publicKey": private})).await.expect(400);
    assert!(
        answer["message"].as_str().unwrap().contains("private") && !answer.to_string().contains("MC4C"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_token_that_has_expired_is_refused_and_may_still_be_switched() {
    let company = Company::new().await;
    let shape = created(&company, json!({"secondsValid": 60})).await.expect(200);
    let (id, bearer) = (shape["tokenId"].as_str().unwrap(), shape["accessToken"].as_str().unwrap());
    company.wait(Duration::from_secs(60));
    company.get(PATS).bearer(bearer).await.expect(401);
    for (verb, active) in [("deactivate", false), ("activate", true)] {
        let path = format!("{PATS}/{id}/{verb}");
        let answer = company.signed(&company.administrator, Method::PUT, &path, json!({})).await.expect(200);
        assert_eq!(answer["isActive"], active);
    }
    company.get(PATS).bearer(bearer).await.expect(401);
}

#[tokio::test]
async fn names_are_ones_own_among_the_tokens_of_a_user() {
    let company = Company::new().await;
    let login = &company.administrator;
    let pat = company.pat("Build").await;
    created(&company, json!({})).await.expect(409);
    let other = created(&company, json!({"name": "Other", "externalId": "ci-1"})).await.expect(200);
    let answer = created(&company, json!({"name": "Third", "externalId": "ci-1"})).await.expect(409);
    assert_eq!(answer["error"]["details"], json!({"duplicate": {"id": other["tokenId"], "externalId": "ci-1"}}));
    company.signed(login, Method::PUT, &pat.path(""), json!({"name": "Other"})).await.expect(409);
    company.signed(login, Method::PUT, &pat.path(""), json!({"externalId": "ci-1"})).await.expect(409);
    company.signed(login, Method::PUT, &pat.path(""), json!({"externalId": "ci-2"})).await.expect(200);
    created(&company, json!({"name": "Third", "externalId": "ci-2"})).await.expect(409);
    company.signed(login, Method::PUT, &pat.path(""), json!({})).await.expect(200);
    let answer = company.signed(login, Method::PUT, &pat.path(""), json!({"daysValid": 1})).await.expect(400);
    assert_eq!(fields(&answer), ["daysValid"]);
    company.signed(login, Method::DELETE, &pat.path(""), json!({})).await.expect(200);
    created(&company, json!({"externalId": "ci-2"})).await.expect(200);
}

#[tokio::test]
async fn of_two_that_are_called_the_same_at_once_one_is_made() {
    let company = Company::new().await;
    let of = |name: &'static str| created_with(&company, name, "ci-1");
    let (one, other) = tokio::join!(of("One"), of("Other"));
    let mut answers = [one, other];
    answers.sort_by_key(|answer| answer.status);
    let [made, refused] = answers.each_ref().map(|answer| (answer.status, answer.expect(answer.status)));
    assert_eq!((made.0, refused.0), (200, 409), "{refused:?}");
    assert_eq!(refused.1["error"]["details"]["duplicate"]["id"], made.1["tokenId"]);
    // Another name frees the first one.
    let path = format!("{PATS}/{}", made.1["tokenId"].as_str().unwrap());
    company.signed(&company.administrator, Method::PUT, &path, json!({"externalId": "ci-2"})).await.expect(200);
    created(&company, json!({"externalId": "ci-1"})).await.expect(200);
}

async fn created_with(company: &Company, name: &str, external_id: &str) -> crate::world::Answer {
    created(company, json!({"name": name, "externalId": external_id})).await
}

/// The same request in all the ways in which clients write it.
async fn sent(company: &Company, pat: &Pat, announced: &str, body: Option<(&str, &str)>) -> u16 {
    let path = pat.path("/deactivate");
    let action = company.action(&company.administrator, &Method::PUT, &path, announced).await;
    let call = company.call(Method::PUT, path).bearer(&company.administrator.bearer);
    let call = call.field("x-dfns-useraction", action);
    match body {
        Some((kind, body)) => call.body(kind, body.to_owned()).await.status,
        None => call.await.status,
    }
}

#[tokio::test]
async fn what_nothing_is_said_in_may_be_left_out() {
    let company = Company::new().await;
    let pat = company.pat("Build").await;
    for announced in ["", "{}", " { } "] {
        for body in
            [None, Some(("application/json", "")), Some(("application/json", "{}")), Some(("text/plain", "{ }"))]
        {
            assert_eq!(sent(&company, &pat, announced, body).await, 200, "{announced} {body:?}");
        }
    }
    assert_eq!(sent(&company, &pat, r#"{"a":1}"#, Some(("application/json", r#"{"a":1}"#))).await, 400);
    assert_eq!(sent(&company, &pat, r#"{"a":1}"#, Some(("text/plain", r#"{"a":1}"#))).await, 415);
    assert_eq!(sent(&company, &pat, "[]", Some(("application/json", "[]"))).await, 400);
}

/// Python's clients announce one spelling of a body and send another.
#[tokio::test]
async fn announced_and_sent_bodies_are_compared_as_what_they_mean() {
    let company = Company::new().await;
    let pat = company.pat("Build").await;
    let path = pat.path("");
    for (announced, sent) in [
        (r#"{"name":"caf\u00e9"}"#, r#"{"name":"café"}"#),
        (r#"{"name":"a","externalId":"x"}"#, r#"{ "externalId" : "x", "name": "a" }"#),
    ] {
        let action = company.action(&company.administrator, &Method::PUT, &path, announced).await;
        let call = company.call(Method::PUT, &path).bearer(&company.administrator.bearer);
        call.field("x-dfns-useraction", action).body("application/json", sent).await.expect(200);
    }
    // A query that was announced has to be there; none is known here.
    for announced in [format!("{path}?force=true"), format!("{path}?")] {
        let action = company.action(&company.administrator, &Method::DELETE, &announced, "").await;
        let call = company.delete(&path).bearer(&company.administrator.bearer).field("x-dfns-useraction", action);
        call.await.expect(if announced.ends_with('?') { 200 } else { 403 });
    }
}

#[tokio::test]
async fn a_permission_says_what_a_token_may_do() {
    let company = Company::new().await;
    let body = json!({"name": "Creator", "operations": ["Auth:Pats:Create", "Auth:Users:Read"]});
    let permission = company.signed(&company.administrator, Method::POST, "/permissions", body).await.expect(200);
    let shape = created(&company, json!({"permissionId": permission["id"]})).await.expect(200);
    let assigned = &shape["permissionAssignments"][0];
    assert_eq!((&assigned["permissionId"], &assigned["permissionName"]), (&permission["id"], &json!("Creator")));
    assert_eq!(assigned["operations"], permission["operations"]);
    let bearer = shape["accessToken"].as_str().unwrap();
    let whoami = company.get("/v1/whoami").bearer(bearer).await.expect(200);
    let scopes = json!(["dfns:Auth:Pats:Create", "dfns:Auth:Users:Read", "own-tokens:read", "own-tokens:write"]);
    assert_eq!(whoami["token"]["scopes"], scopes, "{whoami}");
    let listed = company.get(PATS).bearer(bearer).await.expect(200);
    assert_eq!(listed["items"][0]["permissionAssignments"], shape["permissionAssignments"]);
}

#[tokio::test]
async fn members_create_tokens_when_they_have_the_operation() {
    let company = Company::new().await;
    let key = Key::new("of Linus");
    company.register_key(&company.acme.member, &key).await;
    let bearer = company.log_in(&company.acme.id, &company.acme.member, &key).await;
    let linus = super::company::Signing { bearer, key };
    let body = json!({"name": "Mine", "publicKey": Key::new("").pem()});
    let refused = company.signed(&linus, Method::POST, PATS, body.clone()).await.expect(403);
    let user = super::company::user_id(&company.acme.member.id);
    let message = format!("CustomerEmployee {user} is not authorized to perform operation (Auth:Pats:Create)");
    assert_eq!(refused["message"], message);
    let grant = json!({"scopes": ["dfns:Auth:Pats:Create"]});
    company.patch(format!("/v1/users/{}", company.acme.member.id), grant).bearer(&company.root.token).await.expect(200);
    let shape = company.signed(&linus, Method::POST, PATS, body).await.expect(200);
    assert_eq!(shape["linkedUserId"], user);
    // Others' tokens are out of his reach.
    let pat = company.pat("Build").await;
    company.get(pat.path("")).bearer(&linus.bearer).await.expect(404);
    company.signed(&linus, Method::DELETE, &pat.path(""), json!({})).await.expect(404);
}
