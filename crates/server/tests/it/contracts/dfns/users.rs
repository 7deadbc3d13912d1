//! Promise: the people of an organisation are created, shown, switched and deleted at this door as its clients
//! expect, and a deleted user leaves nothing to act with.

use super::{
    company::{Company, PATS, org_id},
    people::{USERS, text},
};
use http::Method;
use serde_json::{Value, json};

/// Every member that a user must have.
const MEMBERS: [&str; 11] = [
    "username",
    "name",
    "userId",
    "kind",
    "credentialUuid",
    "orgId",
    "isActive",
    "isServiceAccount",
    "isRegistered",
    "isSSORequired",
    "permissionAssignments",
];

fn user(id: &str, verb: &str) -> String {
    format!("{USERS}/{id}{verb}")
}

#[tokio::test]
async fn a_user_lives_as_his_clients_expect() {
    let company = Company::new().await;
    let bearer = &company.administrator.bearer;
    let body = json!({"email": "Ada@acme.example", "kind": "CustomerEmployee", "externalId": "ada-1"});
    let created = company.ask(Method::POST, USERS, body.clone()).await.expect(200);
    assert!(MEMBERS.iter().all(|member| !created[member].is_null()), "{created}");
    assert_eq!(
        (&created["username"], &created["orgId"]),
        (&json!("ada@acme.example"), &json!(org_id(&company.acme.id)))
    );
    assert_eq!((&created["isRegistered"], &created["isActive"]), (&json!(false), &json!(true)));
    let code = text(&created["registrationCode"]);
    let again = company.ask(Method::POST, USERS, body).await.expect(409);
    assert_eq!(again["error"]["details"]["duplicate"]["id"], created["userId"]);

    let ada = company.employee("bob@acme.example").await;
    let path = user(&ada.id, "");
    let shown = company.get(&path).bearer(bearer).await.expect(200);
    assert_eq!((&shown["isRegistered"], &shown["username"]), (&json!(true), &json!("bob@acme.example")));
    assert!(shown.get("registrationCode").is_none());
    assert!(text(&shown["credentialUuid"]).starts_with("cr-"));
    assert!(!company.get(USERS).bearer(bearer).await.text().contains(&code), "no list shows a code");
    assert_eq!(company.ask(Method::PUT, &path, json!({"isSSORequired": false})).await.expect(200), shown);
    company.ask(Method::PUT, &path, json!({"isSSORequired": true})).await.expect(400);

    for _ in 0..2 {
        let answer = company.ask(Method::PUT, &user(&ada.id, "/deactivate"), json!({})).await.expect(200);
        assert_eq!(answer["isActive"], false, "and again without effect");
        company.get(PATS).bearer(&ada.signing.bearer).await.expect(401);
    }
    assert_eq!(company.ask(Method::PUT, &user(&ada.id, "/activate"), json!({})).await.expect(200)["isActive"], true);
    company.get(PATS).bearer(&ada.signing.bearer).await.expect(401);
    let login = company.log_in_as("bob@acme.example", &ada.signing.key).await;
    company.get(PATS).bearer(&login).await.expect(200);
}

#[tokio::test]
async fn a_deleted_user_leaves_nothing_to_act_with() {
    let company = Company::new().await;
    let bearer = &company.administrator.bearer;
    let ada = company.employee("ada@acme.example").await;
    let permission = company.permission("Creating", &["Auth:Pats:Create"]).await;
    company.assign(&permission, &ada.id).await;
    let pat = company.new_pat(&ada.signing, "Build").await;
    let challenge = company.challenged(&pat.signing.bearer, &Method::DELETE, &pat.path(""), "").await;

    let deleted = company.ask(Method::DELETE, &user(&ada.id, ""), json!({})).await.expect(200);
    assert_eq!((&deleted["userId"], &deleted["isActive"]), (&json!(ada.id), &json!(false)));
    for secret in [&ada.signing.bearer, &pat.signing.bearer] {
        company.get(PATS).bearer(secret).await.expect(401);
    }
    assert_eq!(company.verdict(&pat.signing.bearer).await["reason"], "deleted");
    let factor = pat.signing.key.factor(&challenge);
    company.answered("/auth/action", &challenge, factor).bearer(&pat.signing.bearer).await.expect(401);
    company.get(user(&ada.id, "")).bearer(bearer).await.expect(404);
    for (method, verb) in [(Method::DELETE, ""), (Method::PUT, "/activate"), (Method::PUT, "/deactivate")] {
        company.ask(method, &user(&ada.id, verb), json!({})).await.expect(404);
    }
    let listed = company.get(USERS).bearer(bearer).await.text();
    assert!(!listed.contains(&ada.id), "{listed}");
    let assignments = format!("/permissions/{permission}/assignments");
    assert_eq!(company.get(assignments).bearer(bearer).await.expect(200)["items"], json!([]));
    let start = json!({"orgId": org_id(&company.acme.id), "username": ada.username});
    let challenge = company.post("/auth/login/init", start).await.expect(200);
    let answer = company.answered("/auth/login", &challenge, ada.signing.key.factor(&challenge)).await;
    answer.expect(401);
    // His address is free again.
    company.employee("ada@acme.example").await;
}

#[tokio::test]
async fn lists_have_pages_and_kinds() {
    let company = Company::new().await;
    let bearer = &company.administrator.bearer;
    let operations = ["Auth:Register:Delegated"];
    let permission = company.permission("Bringing", &operations).await;
    let service = company.service("Shop", Some(&permission)).await;
    for number in 0..3 {
        company.customer(&service, &format!("customer{number}@example.org")).await;
    }
    let names = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|user| text(&user["username"])).collect()
    };
    let first = company.get(format!("{USERS}?kind=EndUser&limit=2")).bearer(bearer).await.expect(200);
    assert_eq!(names(&first), ["customer0@example.org", "customer1@example.org"]);
    let next = text(&first["nextPageToken"]);
    let path = format!("{USERS}?kind=EndUser&limit=2&paginationToken={next}");
    let second = company.get(&path).bearer(bearer).await.expect(200);
    assert_eq!(names(&second), ["customer2@example.org"]);
    assert!(second.get("nextPageToken").is_none());
    let own = company.get(format!("{USERS}?kind=CustomerEmployee")).bearer(bearer).await.expect(200);
    assert!(names(&own).iter().all(|name| !name.starts_with("customer")) && !names(&own).is_empty());
    let elsewhere = format!("{USERS}?kind=CustomerEmployee&paginationToken={next}");
    company.get(elsewhere).bearer(bearer).await.expect(400);
    company.get(format!("{USERS}?kind=DfnsStaff")).bearer(bearer).await.expect(400);
    let all = company.get(USERS).bearer(bearer).await.text();
    assert!(!all.contains(&service.id), "service accounts have a list of their own");
}

#[tokio::test]
async fn only_whoever_may_sees_and_changes_users() {
    let company = Company::new().await;
    let ada = company.employee("ada@acme.example").await;
    let bob = company.employee("bob@acme.example").await;
    company.get(USERS).await.expect(401);
    company.get(USERS).bearer(&ada.signing.bearer).await.expect(403);
    company.get(user(&bob.id, "")).bearer(&ada.signing.bearer).await.expect(403);
    let refused = company.call(Method::DELETE, user(&bob.id, "")).bearer(&company.administrator.bearer).await;
    assert_eq!(refused.expect(403)["message"], "user action signature is missing or invalid");
    let body = json!({"email": "eve@acme.example", "kind": "CustomerEmployee"});
    company.signed(&ada.signing, Method::POST, USERS, body).await.expect(403);
    company.signed(&ada.signing, Method::DELETE, &user(&bob.id, ""), json!({})).await.expect(403);

    let operations = ["Auth:Users:Delete", "Auth:Users:Deactivate", "Auth:Users:Create", "Auth:Users:Read"];
    let permission = company.permission("Managing", &operations).await;
    company.assign(&permission, &ada.id).await;
    // Whoever is above her, and whoever is elsewhere, is beyond her all the same.
    let administrator = user(&company.user_id(), "");
    company.signed(&ada.signing, Method::DELETE, &administrator, json!({})).await.expect(403);
    company.signed(&ada.signing, Method::PUT, &format!("{administrator}/deactivate"), json!({})).await.expect(403);
    let foreign = super::company::user_id(&company.globex.member.id);
    company.signed(&ada.signing, Method::DELETE, &user(&foreign, ""), json!({})).await.expect(404);
    company.signed(&ada.signing, Method::DELETE, &user("us-1", ""), json!({})).await.expect(404);
    let body = json!({"email": "eve@acme.example", "kind": "CustomerEmployee"});
    company.signed(&ada.signing, Method::POST, USERS, body).await.expect(200);
    company.signed(&ada.signing, Method::DELETE, &user(&bob.id, ""), json!({})).await.expect(200);
    company.signed(&ada.signing, Method::DELETE, &user(&ada.id, ""), json!({})).await.expect(200);
    company.get(USERS).bearer(&ada.signing.bearer).await.expect(401);
}

#[tokio::test]
async fn what_is_wrong_with_a_new_user_is_named() {
    let company = Company::new().await;
    for (body, field) in [
        (json!({"email": "ada", "kind": "CustomerEmployee"}), "email"),
        (json!({"email": "ada@acme.example", "kind": "EndUser"}), "kind"),
        (json!({"email": "ada@acme.example", "kind": "CustomerEmployee", "isSSORequired": true}), "isSSORequired"),
        (json!({"email": "ada@acme.example", "kind": "CustomerEmployee", "publicKey": "x"}), "publicKey"),
        (json!({"email": "ada@acme.example", "kind": "CustomerEmployee", "role": "admin"}), "role"),
    ] {
        let refused = company.ask(Method::POST, USERS, body).await.expect(400);
        assert!(refused["error"]["details"]["fields"][field].is_array(), "{field}: {refused}");
    }
    let taken = json!({"email": company.acme.member.email, "kind": "CustomerEmployee"});
    company.ask(Method::POST, USERS, taken).await.expect(409);
}
