//! Promise: a token lives at this door as its clients expect: created, listed, read, renamed, switched and deleted,
//! and deleted means deleted.

use super::company::{Company, Key, PATS, Signing, org_id};
use http::Method;
use serde_json::{Value, json};
use server::contracts::dfns::identifier;

/// Every member that a token must have.
const MEMBERS: [&str; 11] = [
    "dateCreated",
    "credId",
    "isActive",
    "kind",
    "linkedUserId",
    "linkedAppId",
    "name",
    "orgId",
    "permissionAssignments",
    "publicKey",
    "tokenId",
];

fn without_secret(shape: &Value) -> Value {
    let mut shape = shape.clone();
    shape.as_object_mut().unwrap().remove("accessToken");
    shape
}

#[tokio::test]
async fn a_token_lives_as_its_clients_expect() {
    let company = Company::new().await;
    let login = &company.administrator;
    let pat = company.pat("Build").await;
    let shape = &pat.shape;
    assert!(MEMBERS.iter().all(|member| !shape[member].is_null()), "{shape}");
    assert_eq!(shape["linkedUserId"], company.user_id());
    assert_eq!(shape["orgId"], org_id(&company.acme.id));
    assert_eq!((&shape["kind"], &shape["isActive"], &shape["name"]), (&json!("Pat"), &json!(true), &json!("Build")));
    assert_eq!(shape["publicKey"], pat.signing.key.pem());
    assert!(shape["accessToken"].as_str().unwrap().split('.').count() == 3, "a JWT");

    let shown = company.get(pat.path("")).bearer(&login.bearer).await.expect(200);
    assert_eq!(shown, without_secret(shape));
    let listed = company.get(PATS).bearer(&login.bearer).await.expect(200);
    assert_eq!(listed["items"][0], shown, "newest first, whatever the birth of the others: {listed}");
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);

    let renamed = company.signed(login, Method::PUT, &pat.path(""), json!({"name": "Bühne"})).await.expect(200);
    assert_eq!(renamed["name"], "Bühne");
    for _ in 0..2 {
        let answer = company.signed(login, Method::PUT, &pat.path("/deactivate"), json!({})).await.expect(200);
        assert_eq!(answer["isActive"], false, "and again without effect");
        company.get(PATS).bearer(&pat.signing.bearer).await.expect(401);
    }
    for _ in 0..2 {
        let answer = company.signed(login, Method::PUT, &pat.path("/activate"), json!({})).await.expect(200);
        assert_eq!(answer["isActive"], true);
        company.get(PATS).bearer(&pat.signing.bearer).await.expect(200);
    }
    let deleted = company.signed(login, Method::DELETE, &pat.path(""), json!({})).await.expect(200);
    assert_eq!((&deleted["isActive"], &deleted["tokenId"]), (&json!(false), &shape["tokenId"]));
    company.get(PATS).bearer(&pat.signing.bearer).await.expect(401);
    assert_eq!(company.verdict(&pat.signing.bearer).await["reason"], "deleted");
    company.get(pat.path("")).bearer(&login.bearer).await.expect(404);
    for (method, verb) in [(Method::DELETE, ""), (Method::PUT, ""), (Method::PUT, "/activate")] {
        let answer = company.signed(login, method, &pat.path(verb), json!({})).await;
        assert_eq!(answer.expect(404)["message"], "not found");
    }
}

#[tokio::test]
async fn a_token_may_care_for_itself_and_delete_itself_but_create_none() {
    let company = Company::new().await;
    let pat = company.pat("Build").await;
    let own = &pat.signing;
    assert_eq!(company.get(pat.path("")).bearer(&own.bearer).await.expect(200)["tokenId"], pat.shape["tokenId"]);
    let renamed = company.signed(own, Method::PUT, &pat.path(""), json!({"name": "Deploy"})).await.expect(200);
    assert_eq!(renamed["name"], "Deploy");
    let body = json!({"name": "Another", "publicKey": Key::new("").pem()});
    assert!(
        company.signed(own, Method::POST, PATS, body).await.expect(403)["message"].as_str().unwrap().contains("login")
    );
    let deleted = company.signed(own, Method::DELETE, &pat.path(""), json!({})).await.expect(200);
    assert_eq!(deleted["isActive"], false, "the answer comes although its own power has ended");
    company.get(PATS).bearer(&own.bearer).await.expect(401);
    let pat = company.pat("Build").await;
    let answer = company.signed(&pat.signing, Method::PUT, &pat.path("/deactivate"), json!({})).await.expect(200);
    assert_eq!(answer["isActive"], false);
    company.get(PATS).bearer(&pat.signing.bearer).await.expect(401);
}

/// The other doors rotate what they can; it stays a token of this one.
#[tokio::test]
async fn a_rotation_elsewhere_keeps_the_form_of_the_bearer_and_the_key() {
    let company = Company::new().await;
    let pat = company.pat("Build").await;
    let id = identifier::parse_token(&pat.id).unwrap();
    let rotated = company.post(format!("/v1/tokens/{id}/rotate"), json!({})).bearer(&company.root.token).await;
    let bearer = rotated.expect(200)["secret"].as_str().unwrap().to_owned();
    assert_eq!(bearer.split('.').count(), 3, "a JWT");
    company.get(PATS).bearer(&pat.signing.bearer).await.expect(401);
    let signing = Signing { bearer, key: pat.signing.key.again() };
    let deleted = company.signed(&signing, Method::DELETE, &pat.path(""), json!({})).await.expect(200);
    assert_eq!(deleted["isActive"], false);
}

/// Which doors it has to be signed at is the organisation's own business; here it always has to be.
#[tokio::test]
async fn a_native_token_changes_nothing_here_without_a_signature_of_its_owner() {
    let company = Company::new().await;
    let pat = company.pat("Build").await;
    let native = Signing { bearer: company.acme.administrator.token.clone(), key: company.administrator.key.again() };
    company.delete(pat.path("")).bearer(&native.bearer).await.expect(403);
    company.signed(&native, Method::DELETE, &pat.path(""), json!({})).await.expect(200);
}
