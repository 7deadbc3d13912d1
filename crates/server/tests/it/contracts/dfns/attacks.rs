//! Promise: an action token and a challenge are good for one thing, once, for a while, in the hands of whoever they
//! were made for. Whatever else is tried is refused with the documented status, and nothing is written (S-30 to S-35).

use super::company::{Company, Key, PATS, Pat, Signing};
use crate::world::{Answer, Call};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

const INVALID: &str = "user action signature is missing or invalid";
const USED: &str = "user action has already been used";
const CHALLENGE: &str = "Challenge token is not valid.";

/// Fails unless a request is refused so, and writes nothing.
async fn refused(company: &Company, call: Call<'_>, status: u16, message: &str) -> Value {
    let before = company.position().await;
    let answer: Answer = call.await;
    let body = answer.expect(status);
    assert_eq!(body["message"], message, "{}: {body}", answer.call);
    assert_eq!(company.position().await, before, "{}: nothing is written", answer.call);
    body
}

/// A request to rename a token, with an action.
fn rename<'a>(company: &'a Company, bearer: &str, pat: &Pat, action: &str, name: &str) -> Call<'a> {
    company.put(pat.path(""), json!({"name": name})).bearer(bearer).field("x-dfns-useraction", action)
}

/// An action to rename a token.
async fn renaming(company: &Company, signing: &Signing, pat: &Pat, name: &str) -> String {
    company.action(signing, &Method::PUT, &pat.path(""), &json!({ "name": name }).to_string()).await
}

#[tokio::test]
async fn an_action_works_once() {
    let company = Company::new().await;
    let (login, pat) = (&company.administrator, company.pat("Build").await);
    let action = renaming(&company, login, &pat, "Deploy").await;
    rename(&company, &login.bearer, &pat, &action, "Deploy").await.expect(200);
    refused(&company, rename(&company, &login.bearer, &pat, &action, "Deploy"), 400, USED).await;
}

#[tokio::test]
async fn of_many_uses_at_the_same_time_one_succeeds() {
    let company = Company::new().await;
    let (login, pat) = (&company.administrator, company.pat("Build").await);
    let action = renaming(&company, login, &pat, "Deploy").await;
    let before = company.position().await;
    let mut statuses = Vec::new();
    let mut calls: Vec<_> =
        (0..16).map(|_| Box::pin(rename(&company, &login.bearer, &pat, &action, "Deploy").into_future())).collect();
    std::future::poll_fn(|context| {
        calls.retain_mut(|call| match call.as_mut().poll(context) {
            std::task::Poll::Ready(answer) => {
                statuses.push(answer.status);
                false
            }
            std::task::Poll::Pending => true,
        });
        if calls.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    statuses.sort_unstable();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses[1..].iter().all(|status| *status == 400), "{statuses:?}");
    assert_eq!(company.position().await, before + 2, "one signature and one change");
}

#[tokio::test]
async fn an_action_that_was_made_up_is_none() {
    let company = Company::new().await;
    let (login, pat) = (&company.administrator, company.pat("Build").await);
    let action = renaming(&company, login, &pat, "Deploy").await;
    let challenge = company.challenged(&login.bearer, &Method::PUT, &pat.path(""), r#"{"name":"Deploy"}"#).await;
    let [_, claims, signature] = [0, 1, 2].map(|part| action.split('.').nth(part).unwrap());
    let head = |alg: &str| URL_SAFE_NO_PAD.encode(json!({"alg": alg, "typ": "JWT"}).to_string());
    let signed_elsewhere = authority::jwt::sign(&json!({"text": "x.y"}), &[7; 32]).unwrap();
    let mut wrong = vec![
        "x".to_owned(),
        "..".to_owned(),
        format!("{}.{claims}.", head("none")),
        format!("{}.{claims}.{signature}", head("EdDSA")),
        format!("{action}A"),
        signed_elsewhere,
        challenge["challengeIdentifier"].as_str().unwrap().to_owned(),
        login.bearer.clone(),
        "x".repeat(8_000),
    ];
    for place in [2, action.len() / 2, action.len() - 2] {
        let mut bytes = action.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        wrong.push(String::from_utf8(bytes).unwrap());
    }
    for wrong in wrong {
        let body = refused(&company, rename(&company, &login.bearer, &pat, &wrong, "Deploy"), 403, INVALID).await;
        assert!(body["error"]["details"]["fields"]["X-DFNS-USERACTION"].is_array(), "{body}");
    }
    let none = company.put(pat.path(""), json!({"name": "Deploy"})).bearer(&login.bearer);
    let body = refused(&company, none, 403, INVALID).await;
    assert_eq!(body["error"]["details"], json!({"fields": {"X-DFNS-USERACTION": ["is required"]}}));
    rename(&company, &login.bearer, &pat, &action, "Deploy").await.expect(200);
}

#[tokio::test]
async fn actions_and_challenges_end_with_their_time() {
    let company = Company::new().await;
    let (login, pat) = (&company.administrator, company.pat("Build").await);
    let action = renaming(&company, login, &pat, "Deploy").await;
    company.wait(Duration::from_millis(59_999));
    rename(&company, &login.bearer, &pat, &action, "Deploy").await.expect(200);
    let action = renaming(&company, login, &pat, "Ship").await;
    company.wait(Duration::from_secs(60));
    refused(&company, rename(&company, &login.bearer, &pat, &action, "Ship"), 403, INVALID).await;

    for (wait, status) in [(Duration::from_millis(299_999), 200), (Duration::from_secs(300), 400)] {
        let challenge = company.challenged(&login.bearer, &Method::PUT, PATS, "").await;
        company.wait(wait);
        let answer = company.answered("/auth/action", &challenge, login.key.factor(&challenge)).bearer(&login.bearer);
        answer.await.expect(status);
    }
}

#[tokio::test]
async fn an_action_for_something_else_is_refused_and_spent() {
    let company = Company::new().await;
    let login = &company.administrator;
    let (pat, other) = (company.pat("Build").await, company.pat("Other").await);
    let again = Signing { bearer: company.second_login().await, key: company.administrator.key.again() };
    let path = pat.path("");
    let announced = (Method::PUT, path.as_str(), json!({"name": "Deploy"}));
    let attempts: Vec<(&str, Method, String, Value, &str)> = vec![
        ("method", Method::DELETE, path.clone(), announced.2.clone(), &login.bearer),
        ("path", Method::PUT, other.path(""), announced.2.clone(), &login.bearer),
        ("path below", Method::PUT, pat.path("/activate"), json!({}), &login.bearer),
        ("body", Method::PUT, path.clone(), json!({"name": "Deploy2"}), &login.bearer),
        ("more of a body", Method::PUT, path.clone(), json!({"name": "Deploy", "externalId": "x"}), &login.bearer),
        ("no body", Method::PUT, path.clone(), json!({}), &login.bearer),
        ("token", Method::PUT, path.clone(), announced.2.clone(), &pat.signing.bearer),
        ("login", Method::PUT, path.clone(), announced.2.clone(), &again.bearer),
        ("user", Method::PUT, path.clone(), announced.2.clone(), &company.root.token),
    ];
    for (what, method, target, body, bearer) in attempts {
        let action = company.action(login, &announced.0, announced.1, &announced.2.to_string()).await;
        let call = company.call(method, target).bearer(bearer).field("x-dfns-useraction", &action).json(body);
        refused(&company, call, 403, INVALID).await;
        let right = rename(&company, &login.bearer, &pat, &action, "Deploy");
        let spent = refused(&company, right, 400, USED).await;
        assert_eq!(spent["error"]["status"], 400, "{what}");
    }
    let action = renaming(&company, &again, &pat, "Deploy").await;
    rename(&company, &again.bearer, &pat, &action, "Deploy").await.expect(200);
}

#[tokio::test]
async fn keys_that_stand_twice_are_refused_on_both_sides() {
    let company = Company::new().await;
    let (login, pat) = (&company.administrator, company.pat("Build").await);
    for twice in [r#"{"name":"a","name":"a"}"#, r#"{"name":"a","n\u0061me":"b"}"#, "{", "1e400"] {
        let body = json!({
            "userActionPayload": twice, "userActionHttpMethod": "PUT", "userActionHttpPath": pat.path(""),
        });
        let call = company.post("/auth/action/init", body).bearer(&login.bearer);
        let answer = call.await.expect(400);
        assert!(answer["error"]["details"]["fields"]["userActionPayload"].is_array(), "{answer}");
        let action = renaming(&company, login, &pat, "a").await;
        let before = company.position().await;
        let call = company.call(Method::PUT, pat.path("")).bearer(&login.bearer).field("x-dfns-useraction", &action);
        call.body("application/json", twice).await.expect(400);
        assert_eq!(company.position().await, before);
    }
    for body in [
        r#"{"type":"key.get","type":"key.get","challenge":"C"}"#,
        r#"{"type":"key.get","challenge":"C","challenge":"C"}"#,
    ] {
        let challenge = company.challenged(&login.bearer, &Method::PUT, PATS, "").await;
        let client_data = body.replace('C', challenge["challenge"].as_str().unwrap());
        let factor = login.key.factor_over(client_data.as_bytes());
        let call = company.answered("/auth/action", &challenge, factor).bearer(&login.bearer);
        refused(&company, call, 401, "Not Authorized.").await;
    }
}

/// The order of the group of Ed25519 (RFC 8032, section 5.1), with the lowest byte first.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// How somebody signs a text.
type Signature<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;

/// Another signature that fits the same equation.
fn malleated(signature: &[u8]) -> Vec<u8> {
    let (mut made, mut carry) = (signature.to_vec(), 0);
    for (byte, order) in made[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    made
}

#[tokio::test]
async fn a_signature_that_is_not_exactly_right_is_wrong_and_spends_the_challenge() {
    let company = Company::new().await;
    let login = &company.administrator;
    let stranger = Key::new(&login.key.credential);
    let elliptic = Key::elliptic(&login.key.credential);
    let bad: [(&str, Signature<'_>); 7] = [
        ("malleated", &|signed| malleated(&login.key.sign(signed))),
        ("longer", &|signed| [login.key.sign(signed), vec![0]].concat()),
        ("shorter", &|signed| login.key.sign(signed)[..63].to_vec()),
        ("empty", &|_| Vec::new()),
        ("of another key", &|signed| stranger.sign(signed)),
        ("of another algorithm", &|signed| elliptic.sign(signed)),
        ("of something else", &|_| login.key.sign(b"{}")),
    ];
    for (what, signature) in bad {
        let challenge = company.challenged(&login.bearer, &Method::PUT, PATS, "").await;
        let mut factor = login.key.factor(&challenge);
        let client_data = factor["credentialAssertion"]["clientData"].as_str().unwrap().to_owned();
        let wrong = signature(&URL_SAFE_NO_PAD.decode(client_data).unwrap());
        factor["credentialAssertion"]["signature"] = URL_SAFE_NO_PAD.encode(wrong).into();
        for algorithm in [None, Some("SHA256"), Some("none")] {
            let challenge = company.challenged(&login.bearer, &Method::PUT, PATS, "").await;
            let mut factor = factor.clone();
            if let Some(algorithm) = algorithm {
                factor["credentialAssertion"]["algorithm"] = algorithm.into();
            }
            let call = company.answered("/auth/action", &challenge, factor).bearer(&login.bearer);
            refused(&company, call, 401, "Not Authorized.").await;
            let right =
                company.answered("/auth/action", &challenge, login.key.factor(&challenge)).bearer(&login.bearer);
            let spent = refused(&company, right, 400, CHALLENGE).await;
            assert_eq!(
                spent["error"]["details"]["fields"]["challengeIdentifier"],
                json!(["was answered before"]),
                "{what}"
            );
        }
        let call = company.answered("/auth/action", &challenge, factor).bearer(&login.bearer);
        refused(&company, call, 401, "Not Authorized.").await;
    }
    let long = json!({"type": "key.get", "challenge": "x", "origin": "x".repeat(20_000)}).to_string();
    let challenge = company.challenged(&login.bearer, &Method::PUT, PATS, "").await;
    let factor = login.key.factor_over(long.as_bytes());
    let call = company.answered("/auth/action", &challenge, factor).bearer(&login.bearer);
    refused(&company, call, 401, "Not Authorized.").await;
    let factor = login.key.factor_over("x".repeat(70_000).as_bytes());
    let call = company.answered("/auth/action", &challenge, factor).bearer(&login.bearer);
    refused(&company, call, 413, "The body is too large").await;
}

#[tokio::test]
async fn nobody_signs_with_the_credential_of_somebody_else() {
    let company = Company::new().await;
    let (login, pat) = (&company.administrator, company.pat("Build").await);
    let message = "User does not have a credential that can be used for the application.";
    for (bearer, key) in [(&login.bearer, &pat.signing.key), (&pat.signing.bearer, &login.key)] {
        let challenge = company.challenged(bearer, &Method::PUT, PATS, "").await;
        let offered = challenge["allowCredentials"]["key"].to_string();
        assert!(!offered.contains(&key.credential), "{offered}");
        let call = company.answered("/auth/action", &challenge, key.factor(&challenge)).bearer(bearer);
        refused(&company, call, 401, message).await;
    }
    let challenge = company.challenged(&login.bearer, &Method::PUT, PATS, "").await;
    let call = company.answered("/auth/action", &challenge, login.key.factor(&challenge)).bearer(&pat.signing.bearer);
    refused(&company, call, 400, CHALLENGE).await;
    let passkey = json!({"kind": "Fido2", "credentialAssertion": {
        "credId": login.key.credential, "clientData": "e30", "signature": "", "authenticatorData": "",
    }});
    let call = company.answered("/auth/action", &challenge, passkey).bearer(&login.bearer);
    refused(&company, call, 401, message).await;
}

#[tokio::test]
async fn a_challenge_is_answered_once_and_for_its_purpose() {
    let company = Company::new().await;
    let login = &company.administrator;
    let challenge = company.challenged(&login.bearer, &Method::PUT, PATS, "").await;
    let answer = || company.answered("/auth/action", &challenge, login.key.factor(&challenge)).bearer(&login.bearer);
    answer().await.expect(200);
    refused(&company, answer(), 400, CHALLENGE).await;
    let challenge = company.challenged(&login.bearer, &Method::PUT, PATS, "").await;
    let call = company.answered("/auth/login", &challenge, login.key.factor(&challenge));
    refused(&company, call, 400, CHALLENGE).await;
    let challenge = company.login_challenge().await;
    let call = company.answered("/auth/action", &challenge, login.key.factor(&challenge)).bearer(&login.bearer);
    refused(&company, call, 400, CHALLENGE).await;
    let other = company.login_challenge().await;
    let call = company.answered("/auth/login", &challenge, login.key.factor(&other));
    refused(&company, call, 401, "Not Authorized.").await;
}

#[tokio::test]
async fn what_a_token_signed_before_it_was_switched_off_stays_void_when_it_is_on_again() {
    let company = Company::new().await;
    let (login, pat) = (&company.administrator, company.pat("Build").await);
    let action = renaming(&company, &pat.signing, &pat, "Deploy").await;
    let challenge = company.challenged(&pat.signing.bearer, &Method::PUT, &pat.path(""), r#"{"name":"Deploy"}"#).await;
    company.wait(Duration::from_millis(1));
    for verb in ["/deactivate", "/activate"] {
        company.signed(login, Method::PUT, &pat.path(verb), json!({})).await.expect(200);
    }
    refused(&company, rename(&company, &pat.signing.bearer, &pat, &action, "Deploy"), 403, INVALID).await;
    let call = company.answered("/auth/action", &challenge, pat.signing.key.factor(&challenge));
    let message = "User does not have a credential that can be used for the application.";
    refused(&company, call.bearer(&pat.signing.bearer), 401, message).await;
    company.signed(&pat.signing, Method::PUT, &pat.path(""), json!({"name": "Deploy"})).await.expect(200);
}

#[tokio::test]
async fn a_deleted_token_ends_with_all_that_it_had_begun() {
    let company = Company::new().await;
    let (login, pat, other) = (&company.administrator, company.pat("Build").await, company.pat("Other").await);
    let own = &pat.signing;
    let path = other.path("");
    let action = company.action(own, &Method::DELETE, &path, "").await;
    let challenge = company.challenged(&own.bearer, &Method::DELETE, &path, "").await;
    company.signed(login, Method::DELETE, &pat.path(""), json!({})).await.expect(200);
    let gone = "Not Authorized.";
    refused(&company, company.get(PATS).bearer(&own.bearer), 401, gone).await;
    let call = company.delete(&path).bearer(&own.bearer).field("x-dfns-useraction", &action);
    refused(&company, call, 401, gone).await;
    let answer = company.answered("/auth/action", &challenge, own.key.factor(&challenge));
    refused(&company, answer.bearer(&own.bearer), 401, gone).await;
    let begun = json!({"userActionPayload": "", "userActionHttpMethod": "PUT", "userActionHttpPath": path});
    refused(&company, company.post("/auth/action/init", begun).bearer(&own.bearer), 401, gone).await;
    // In other hands they are worth no more.
    let call = company.delete(&path).bearer(&login.bearer).field("x-dfns-useraction", &action);
    refused(&company, call, 403, INVALID).await;
    let challenge = company.challenged(&login.bearer, &Method::PUT, PATS, "").await;
    let call = company.answered("/auth/action", &challenge, own.key.factor(&challenge)).bearer(&login.bearer);
    let message = "User does not have a credential that can be used for the application.";
    refused(&company, call, 401, message).await;
}
