//! Promise: whoever has a registered credential gets in with it and out again, nobody is told who exists, and what is
//! handed out says whose it is.

use super::company::{Company, Key, PATS, org_id};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Method;
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

fn claims(bearer: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(bearer.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn bearers_say_whose_they_are_and_are_signed_with_a_published_key() {
    let company = Company::new().await;
    let pat = company.pat("Build").await;
    let keys = company.get("/.well-known/jwks.json").await.expect(200);
    assert_eq!((&keys["keys"][0]["kty"], &keys["keys"][0]["crv"]), (&json!("OKP"), &json!("Ed25519")));
    for (bearer, kind) in [(&company.administrator.bearer, "Token"), (&pat.signing.bearer, "Pat")] {
        let head: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(bearer.split('.').next().unwrap()).unwrap()).unwrap();
        assert_eq!((&head["alg"], &head["kid"]), (&json!("EdDSA"), &keys["keys"][0]["kid"]));
        let claims = claims(bearer);
        let metadata = &claims["https://custom/app_metadata"];
        assert_eq!(claims["sub"], org_id(&company.acme.id));
        assert_eq!(claims["https://custom/username"], company.acme.administrator.email);
        assert_eq!((&metadata["orgId"], &metadata["userId"]), (&claims["sub"], &json!(company.user_id())));
        assert_eq!(metadata["tokenKind"], kind);
        assert!(claims["exp"].as_i64() > claims["iat"].as_i64() && claims["jti"].is_string(), "{claims}");
        let verified = company.authority().bearer_keys().unwrap()[0].verify::<Value>(bearer);
        assert_eq!(verified, Some(claims));
    }
    let metadata = &claims(&pat.signing.bearer)["https://custom/app_metadata"];
    assert_eq!(metadata["tokenId"], pat.shape["tokenId"]);
}

#[tokio::test]
async fn a_login_ends_with_its_time_and_with_a_logout() {
    let company = Company::new().await;
    let second = company.second_login().await;
    let out = |bearer: &str| company.call(Method::PUT, "/auth/logout").bearer(bearer);
    company.get(PATS).bearer(&second).await.expect(200);
    assert!(out(&second).await.expect(200)["message"].is_string());
    company.get(PATS).bearer(&second).await.expect(401);
    out(&second).await.expect(401);
    let pat = company.pat("Build").await;
    out(&pat.signing.bearer).await.expect(403);
    let (third, fourth) = (company.second_login().await, company.second_login().await);
    out(&third).json(json!({"allSessions": true})).await.expect(200);
    for ended in [&third, &fourth, &company.administrator.bearer] {
        company.get(PATS).bearer(ended).await.expect(401);
    }
    company.get(PATS).bearer(&pat.signing.bearer).await.expect(200);
    let fifth = company.second_login().await;
    company.wait(Duration::from_millis(6 * 60 * 60 * 1_000 - 1));
    company.get(PATS).bearer(&fifth).await.expect(200);
    company.wait(Duration::from_millis(1));
    company.get(PATS).bearer(&fifth).await.expect(401);
}

/// A challenge without what differs each time, but with all that can be read of what is sealed.
fn stable(mut challenge: Value) -> Value {
    let sealed = claims(challenge["challengeIdentifier"].as_str().unwrap());
    let content = sealed["text"].as_str().unwrap().split('.').next().unwrap();
    let mut content: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(content).unwrap()).unwrap();
    for member in ["nonce", "made_at", "expires_at"] {
        content[member] = Value::Null;
    }
    challenge["challengeIdentifier"] = content;
    challenge["challenge"] = challenge["challenge"].as_str().unwrap().len().into();
    challenge
}

#[tokio::test]
async fn nobody_is_told_who_exists() {
    let company = Company::new().await;
    let ask = |organisation: String, username: String| {
        company.post("/auth/login/init", json!({"orgId": organisation, "username": username}))
    };
    let acme = org_id(&company.acme.id);
    let known = ask(acme.clone(), company.acme.administrator.email.clone()).await.expect(200);
    let strangers = [
        (acme.clone(), "nobody@people.example".to_owned()),
        // Without a credential, in another organisation, and in none.
        (acme.clone(), company.acme.member.email.clone()),
        (acme.clone(), company.globex.administrator.email.clone()),
        ("or-00000-00000-0000000000000000".to_owned(), company.acme.administrator.email.clone()),
    ];
    let mut decoys = BTreeSet::new();
    for (organisation, username) in strangers {
        // Wrong answers from one place are counted.
        company.wait(Duration::from_hours(1));
        let first = ask(organisation.clone(), username.clone()).await.expect(200);
        let again = ask(organisation, username).await.expect(200);
        assert_eq!(stable(first.clone()), stable(again), "the same each time");
        let mut alike = stable(first.clone());
        let mut known = stable(known.clone());
        for challenge in [&mut alike, &mut known] {
            challenge["allowCredentials"]["key"][0]["id"] = Value::Null;
            // Organisation and address, which the client sent itself, are all that is said of the user.
            assert_eq!(challenge["challengeIdentifier"]["about"].as_object().unwrap().len(), 2, "{challenge}");
            challenge["challengeIdentifier"]["about"] = Value::Null;
        }
        assert_eq!(alike, known);
        decoys.insert(first["allowCredentials"]["key"][0]["id"].to_string());
        let key = Key::new(first["allowCredentials"]["key"][0]["id"].as_str().unwrap());
        let unknown = company.answered("/auth/login", &first, key.factor(&first)).await;
        company.wait(Duration::from_hours(1));
        let challenge = company.login_challenge().await;
        let key = Key::new(&company.administrator.key.credential);
        let wrong = company.answered("/auth/login", &challenge, key.factor(&challenge)).await;
        let (mut unknown, mut wrong) = (unknown.expect(401), wrong.expect(401));
        for body in [&mut unknown, &mut wrong] {
            body["error"]["id"] = Value::Null;
        }
        assert_eq!(unknown, wrong);
    }
    assert_eq!(decoys.len(), 4, "each has its own");
}

#[tokio::test]
async fn a_login_is_refused_by_the_name_of_what_is_wrong() {
    let company = Company::new().await;
    for (body, fields) in [
        (json!({"orgId": "or-1", "username": "x"}), vec!["orgId", "username"]),
        (json!({"orgId": org_id(&company.acme.id)}), vec!["username"]),
        (json!({"orgId": org_id(&company.acme.id), "username": "a@b.example", "loginCode": "1"}), vec!["loginCode"]),
        (json!({"org_id": "x", "username": "a@b.example"}), vec!["orgId", "org_id"]),
    ] {
        let answer = company.post("/auth/login/init", body).await.expect(400);
        let named: Vec<_> = answer["error"]["details"]["fields"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(named, fields, "{answer}");
    }
}
