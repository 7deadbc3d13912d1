//! Promise: a service account comes with a token that signs for itself, does what its permission allows, and leaves
//! nothing when it is deleted.

use super::{
    company::{Company, Key, PATS},
    people::{ACCOUNTS, text},
};
use http::Method;
use serde_json::json;

fn account(id: &str, verb: &str) -> String {
    format!("{ACCOUNTS}/{id}{verb}")
}

#[tokio::test]
async fn a_service_account_lives_as_its_clients_expect() {
    let company = Company::new().await;
    let bearer = &company.administrator.bearer;
    let permission = company.permission("Reading", &["Auth:Users:Read"]).await;
    let key = Key::new("");
    let body = json!({"name": "Robot", "publicKey": key.pem(), "permissionId": permission, "daysValid": 7});
    let made = company.ask(Method::POST, ACCOUNTS, body).await.expect(200);
    let (info, token) = (&made["userInfo"], &made["accessTokens"][0]);
    assert_eq!(
        (&info["isServiceAccount"], &info["isActive"], &info["name"]),
        (&json!(true), &json!(true), &json!("Robot"))
    );
    assert_eq!(info["permissionAssignments"][0]["permissionId"], permission);
    assert_eq!((&token["kind"], &token["linkedUserId"]), (&json!("ServiceAccount"), &info["userId"]));
    let secret = text(&token["accessToken"]);
    company.get("/auth/users").bearer(&secret).await.expect(200);

    let id = text(&info["userId"]);
    let shown = company.get(account(&id, "")).bearer(bearer).await.expect(200);
    assert_eq!(shown["userInfo"], *info);
    assert!(shown["accessTokens"][0].get("accessToken").is_none());
    assert!(!company.get(ACCOUNTS).bearer(bearer).await.text().contains(&secret));
    let listed = company.get(ACCOUNTS).bearer(bearer).await.expect(200);
    assert!(listed["items"].as_array().unwrap().contains(&shown), "{listed}");
    let renamed = company.ask(Method::PUT, &account(&id, ""), json!({"name": "Robö"})).await.expect(200);
    assert_eq!(renamed["userInfo"]["name"], "Robö");

    for _ in 0..2 {
        let answer = company.ask(Method::PUT, &account(&id, "/deactivate"), json!({"force": true})).await.expect(200);
        assert_eq!(answer["userInfo"]["isActive"], false);
        company.get(PATS).bearer(&secret).await.expect(401);
    }
    company.ask(Method::PUT, &account(&id, "/activate"), json!({})).await.expect(200);
    company.get(PATS).bearer(&secret).await.expect(200);
    let deleted = company.ask(Method::DELETE, &format!("{}?force=true", account(&id, "")), json!({})).await.expect(200);
    assert_eq!(
        (&deleted["userInfo"]["isActive"], &deleted["accessTokens"][0]["isActive"]),
        (&json!(false), &json!(false))
    );
    company.get(PATS).bearer(&secret).await.expect(401);
    assert_eq!(company.verdict(&secret).await["reason"], "deleted");
    company.get(account(&id, "")).bearer(bearer).await.expect(404);
    assert!(!company.get(ACCOUNTS).bearer(bearer).await.text().contains(&id));
}

#[tokio::test]
async fn only_a_login_creates_one_and_no_access_token_switches_one() {
    let company = Company::new().await;
    let pat = company.pat("Build").await;
    let robot = company.service("Robot", None).await;
    let body = json!({"name": "Another", "publicKey": Key::new("").pem()});
    company.signed(&pat.signing, Method::POST, ACCOUNTS, body.clone()).await.expect(403);
    for verb in ["/deactivate", "/activate"] {
        company.signed(&pat.signing, Method::PUT, &account(&robot.id, verb), json!({})).await.expect(403);
    }
    company.get(ACCOUNTS).bearer(&robot.signing.bearer).await.expect(403);
    let ada = company.employee("ada@acme.example").await;
    company.signed(&ada.signing, Method::POST, ACCOUNTS, body.clone()).await.expect(403);
    let creating = company.permission("Creating", &["Auth:ServiceAccounts:Create"]).await;
    company.assign(&creating, &ada.id).await;
    company.signed(&ada.signing, Method::POST, ACCOUNTS, body.clone()).await.expect(200);
    // A permission can be given by whoever may give it alone.
    let with = json!({"name": "Third", "publicKey": Key::new("").pem(), "permissionId": creating});
    company.signed(&ada.signing, Method::POST, ACCOUNTS, with).await.expect(403);

    let twice = company.ask(Method::POST, ACCOUNTS, body).await.expect(409);
    assert_eq!(twice["message"], "Another service account has this name.");
    let unknown = json!({
        "name": "Fourth", "publicKey": Key::new("").pem(), "permissionId": "pm-00000-00000-0000000000000000",
    });
    let refused = company.ask(Method::POST, ACCOUNTS, unknown).await.expect(400);
    assert!(refused["error"]["details"]["fields"]["permissionId"].is_array(), "{refused}");
    let refused = json!({"name": "Fourth", "publicKey": Key::new("").pem(), "secondsValid": 5});
    company.ask(Method::POST, ACCOUNTS, refused).await.expect(400);
    let private =
        json!({"name": "Fourth", "publicKey": "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----"});
    let refused = company.ask(Method::POST, ACCOUNTS, private).await;
    assert!(!refused.text().contains("MC4C"), "it is not repeated");
    refused.expect(400);
    let user = account(&ada.id, "");
    company.get(&user).bearer(&company.administrator.bearer).await.expect(404);
}

/// Nothing of it works without its key, at no door.
#[tokio::test]
async fn its_bearer_alone_changes_nothing() {
    let company = Company::new().await;
    let robot = company.service("Robot", None).await;
    let listed = company.get(PATS).bearer(&robot.signing.bearer).await.expect(200);
    let token = text(&listed["items"][0]["tokenId"]);
    let path = format!("{PATS}/{token}");
    company.call(Method::DELETE, &path).bearer(&robot.signing.bearer).await.expect(403);
    company.call(Method::POST, "/v1/tokens").bearer(&robot.signing.bearer).json(json!({"name": "x"})).await.expect(403);
    company.signed(&robot.signing, Method::DELETE, &path, json!({})).await.expect(200);
    company.get(PATS).bearer(&robot.signing.bearer).await.expect(401);
}
