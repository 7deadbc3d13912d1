//! Promise: a user registers, switches and deletes his own credentials with a signature and a login, and what was
//! switched off signs nothing from the answer on.

use super::{
    company::{Company, Key, Signing},
    people::{credential, text},
};
use crate::world::Answer;
use http::Method;
use serde_json::{Value, json};

const CREDENTIALS: &str = "/auth/credentials";

/// Sends a new key with the answer to this challenge.
async fn send(company: &Company, signing: &Signing, key: &Key, challenge: &Value) -> Answer {
    let mut body = credential(key, challenge);
    body["challengeIdentifier"] = challenge["challengeIdentifier"].clone();
    body["credentialName"] = "Second".into();
    company.signed(signing, Method::POST, CREDENTIALS, body).await
}

async fn begin(company: &Company, bearer: &str) -> Value {
    company.post(format!("{CREDENTIALS}/init"), json!({"kind": "Key"})).bearer(bearer).await.expect(200)
}

#[tokio::test]
async fn a_second_credential_signs_until_it_is_switched_off() {
    let company = Company::new().await;
    let ada = company.employee("ada@acme.example").await;
    let bearer = &ada.signing.bearer;
    let key = Key::new("second of Ada");
    let challenge = begin(&company, bearer).await;
    let added = send(&company, &ada.signing, &key, &challenge).await.expect(200);
    assert_eq!((&added["credentialId"], &added["name"]), (&json!("second of Ada"), &json!("Second")));
    assert_eq!((&added["isActive"], &added["kind"]), (&json!(true), &json!("Key")));
    send(&company, &ada.signing, &Key::new("third of Ada"), &challenge).await.expect(400);

    let listed = company.get(CREDENTIALS).bearer(bearer).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    let uuid = json!({"credentialUuid": added["credentialUuid"]});
    company.log_in_as(&ada.username, &key).await;
    for _ in 0..2 {
        let path = format!("{CREDENTIALS}/deactivate");
        assert_eq!(
            company.signed(&ada.signing, Method::PUT, &path, uuid.clone()).await.expect(200)["message"],
            "success"
        );
        let offered = company.challenged(bearer, &Method::PUT, &path, "").await;
        assert_eq!(offered["allowCredentials"]["key"].as_array().unwrap().len(), 1);
        company.answered("/auth/action", &offered, key.factor(&offered)).bearer(bearer).await.expect(401);
    }
    company.signed(&ada.signing, Method::PUT, &format!("{CREDENTIALS}/activate"), uuid).await.expect(200);
    company.log_in_as(&ada.username, &key).await;
    let path = format!("{CREDENTIALS}/{}", text(&added["credentialUuid"]));
    company.signed(&ada.signing, Method::DELETE, &path, json!({})).await.expect(200);
    company.signed(&ada.signing, Method::DELETE, &path, json!({})).await.expect(404);
    let listed = company.get(CREDENTIALS).bearer(bearer).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn no_access_token_and_no_service_touches_credentials() {
    let company = Company::new().await;
    let pat = company.pat("Build").await;
    let robot = company.service("Robot", None).await;
    company.get(CREDENTIALS).await.expect(401);
    let listed = company.get(CREDENTIALS).bearer(&pat.signing.bearer).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "those of the user, not of his tokens");
    company.get(CREDENTIALS).bearer(&robot.signing.bearer).await.expect(403);
    let uuid = text(&listed["items"][0]["credentialUuid"]);
    for signing in [&pat.signing, &robot.signing] {
        let init = company.post(format!("{CREDENTIALS}/init"), json!({"kind": "Key"})).bearer(&signing.bearer).await;
        init.expect(403);
        let body = json!({"credentialUuid": uuid});
        for verb in ["/activate", "/deactivate"] {
            company.signed(signing, Method::PUT, &format!("{CREDENTIALS}{verb}"), body.clone()).await.expect(403);
        }
        company.signed(signing, Method::DELETE, &format!("{CREDENTIALS}/{uuid}"), json!({})).await.expect(403);
    }
}

#[tokio::test]
async fn a_credential_is_registered_by_whoever_holds_it_and_was_asked() {
    let company = Company::new().await;
    let ada = company.employee("ada@acme.example").await;
    let bob = company.employee("bob@acme.example").await;
    let of_ada = begin(&company, &ada.signing.bearer).await;
    send(&company, &bob.signing, &Key::new("of Bob too"), &of_ada).await.expect(400);
    let mut forged = begin(&company, &ada.signing.bearer).await;
    forged["challenge"] = of_ada["challenge"].clone();
    let refused = send(&company, &ada.signing, &Key::new("forged"), &forged).await.expect(401);
    assert!(refused["error"]["details"]["fields"]["credentialInfo.attestationData"].is_array(), "{refused}");
    let twin = Key::new(&ada.signing.key.credential);
    let challenge = begin(&company, &ada.signing.bearer).await;
    send(&company, &ada.signing, &twin, &challenge).await.expect(409);
    // Without a signed action nothing is registered.
    let challenge = begin(&company, &ada.signing.bearer).await;
    let mut body = credential(&Key::new("unsigned"), &challenge);
    body["challengeIdentifier"] = challenge["challengeIdentifier"].clone();
    body["credentialName"] = "Unsigned".into();
    company.post(CREDENTIALS, body).bearer(&ada.signing.bearer).await.expect(403);
    // Nobody touches those of somebody else, not even an administrator.
    let listed = company.get(CREDENTIALS).bearer(&bob.signing.bearer).await.expect(200);
    let path = format!("{CREDENTIALS}/{}", text(&listed["items"][0]["credentialUuid"]));
    company.signed(&ada.signing, Method::DELETE, &path, json!({})).await.expect(404);
    company.ask(Method::DELETE, &path, json!({})).await.expect(404);
}
