//! Promise: permissions give and take at this door what they name, for users, service accounts and single tokens,
//! and what is taken is gone when the answer comes.

use super::{
    company::{Company, PATS},
    people::{PERMISSIONS, text},
};
use http::Method;
use serde_json::json;

const READ: [&str; 1] = ["Auth:Users:Read"];

#[tokio::test]
async fn a_permission_lives_as_its_clients_expect() {
    let company = Company::new().await;
    let bearer = &company.administrator.bearer;
    let body = json!({"name": "Reading", "operations": ["Wallets:Read", "Auth:Users:Read"]});
    let made = company.ask(Method::POST, PERMISSIONS, body).await.expect(200);
    assert_eq!(made["operations"], json!(["Auth:Users:Read", "Wallets:Read"]));
    assert_eq!(
        (&made["status"], &made["isArchived"], &made["isImmutable"]),
        (&json!("Active"), &json!(false), &json!(false))
    );
    let path = format!("{PERMISSIONS}/{}", text(&made["id"]));
    assert_eq!(company.get(&path).bearer(bearer).await.expect(200), made);

    let changed = company.ask(Method::PUT, &path, json!({"operations": ["Wallets:Read"]})).await.expect(200);
    assert_eq!((&changed["operations"], &changed["name"]), (&json!(["Wallets:Read"]), &json!("Reading")));
    let archived = company.ask(Method::PUT, &format!("{path}/archive"), json!({"isArchived": true})).await.expect(200);
    assert_eq!(archived["isArchived"], true);
    let again = json!({"name": "Reading", "operations": ["Wallets:Read"]});
    company.ask(Method::POST, PERMISSIONS, again).await.expect(409);

    for number in 0..3 {
        company.permission(&format!("Number {number}"), &READ).await;
    }
    let first = company.get(format!("{PERMISSIONS}?limit=3")).bearer(bearer).await.expect(200);
    assert_eq!(first["items"].as_array().unwrap().len(), 3);
    let next = text(&first["nextPageToken"]);
    let rest = company.get(format!("{PERMISSIONS}?limit=3&paginationToken={next}")).bearer(bearer).await.expect(200);
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert!(rest.get("nextPageToken").is_none());
}

#[tokio::test]
async fn a_token_can_do_what_its_permissions_allow_and_no_more() {
    let company = Company::new().await;
    let pat = company.pat("Build").await;
    company.get("/auth/users").bearer(&pat.signing.bearer).await.expect(200);
    let permission = company.permission("Service accounts", &["Auth:ServiceAccounts:Read"]).await;
    let assignment = company.assign(&permission, &pat.id).await;

    let refused = company.get("/auth/users").bearer(&pat.signing.bearer).await.expect(403);
    let said =
        format!("CustomerEmployee {} is not authorized to perform operation (Auth:Users:Read)", company.user_id());
    assert_eq!(refused["error"]["message"], said);
    company.get("/auth/service-accounts").bearer(&pat.signing.bearer).await.expect(200);
    let shown = company.get(pat.path("")).bearer(&pat.signing.bearer).await.expect(200);
    assert_eq!(
        shown["permissionAssignments"],
        json!([{
            "permissionName": "Service accounts", "permissionId": permission, "assignmentId": assignment,
            "operations": ["Auth:ServiceAccounts:Read"],
        }])
    );
    let path = format!("{PERMISSIONS}/{permission}/assignments");
    let listed = company.get(&path).bearer(&company.administrator.bearer).await.expect(200);
    assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["identityId"]), (&json!(assignment), &json!(pat.id)));

    let taken = company.ask(Method::DELETE, &format!("{path}/{assignment}?force=true"), json!({})).await.expect(200);
    assert_eq!(taken["id"], assignment);
    for path in ["/auth/users", "/auth/service-accounts"] {
        company.get(path).bearer(&pat.signing.bearer).await.expect(403);
    }
    // Seeing and deleting itself was never for a permission to give.
    company.signed(&pat.signing, Method::DELETE, &pat.path(""), json!({})).await.expect(200);
}

#[tokio::test]
async fn a_user_gains_and_loses_with_his_permission() {
    let company = Company::new().await;
    let ada = company.employee("ada@acme.example").await;
    let bearer = &ada.signing.bearer;
    company.get("/auth/users").bearer(bearer).await.expect(403);
    let permission = company.permission("Reading", &READ).await;
    company.assign(&permission, &ada.id).await;
    company.get("/auth/users").bearer(bearer).await.expect(200);
    let path = format!("{PERMISSIONS}/{permission}");
    company.ask(Method::PUT, &path, json!({"operations": ["Wallets:Read"]})).await.expect(200);
    company.get("/auth/users").bearer(bearer).await.expect(403);
    company.ask(Method::PUT, &path, json!({"operations": READ})).await.expect(200);
    company.get("/auth/users").bearer(bearer).await.expect(200);
    company.ask(Method::PUT, &format!("{path}/archive"), json!({"isArchived": true})).await.expect(200);
    company.get("/auth/users").bearer(bearer).await.expect(403);
}

#[tokio::test]
async fn a_token_may_be_created_with_a_permission_of_its_users() {
    let company = Company::new().await;
    let ada = company.employee("ada@acme.example").await;
    let key = super::company::Key::new("");
    let body = |permission: &str| json!({"name": "Build", "publicKey": key.pem(), "permissionId": permission});
    let creating = company.permission("Creating", &["Auth:Pats:Create", "Auth:Users:Read"]).await;
    company.signed(&ada.signing, Method::POST, PATS, body(&creating)).await.expect(403);
    company.assign(&creating, &ada.id).await;
    let made = company.signed(&ada.signing, Method::POST, PATS, body(&creating)).await.expect(200);
    assert_eq!(made["permissionAssignments"][0]["permissionId"], creating);
    company.get("/auth/users").bearer(made["accessToken"].as_str().unwrap()).await.expect(200);
    let foreign = company.permission("Everything", &["Auth:Users:Delete"]).await;
    company.signed(&ada.signing, Method::POST, PATS, body(&foreign)).await.expect(400);
}

#[tokio::test]
async fn nobody_gives_what_he_has_not() {
    let company = Company::new().await;
    let ada = company.employee("ada@acme.example").await;
    let operations = ["Permissions:Create", "Permissions:Update", "Permissions:Assign", "Permissions:Read"];
    let managing = company.permission("Managing", &operations).await;
    company.assign(&managing, &ada.id).await;
    let strong = company.permission("Strong", &["Auth:Users:Delete"]).await;
    let give = |identity: &str| json!({"identityId": identity});
    let path = format!("{PERMISSIONS}/{strong}/assignments");
    company.signed(&ada.signing, Method::POST, &path, give(&ada.id)).await.expect(403);
    let widen = json!({"operations": ["Auth:Users:Delete"]});
    company.signed(&ada.signing, Method::PUT, &format!("{PERMISSIONS}/{managing}"), widen.clone()).await.expect(403);
    let mut create = widen;
    create["name"] = "Mine".into();
    company.signed(&ada.signing, Method::POST, PERMISSIONS, create).await.expect(403);
    company.get(format!("{PERMISSIONS}/{managing}/assignments")).bearer(&ada.signing.bearer).await.expect(403);
    let bob = company.employee("bob@acme.example").await;
    let path = format!("{PERMISSIONS}/{managing}/assignments");
    company.signed(&ada.signing, Method::POST, &path, give(&bob.id)).await.expect(200);
    company.signed(&ada.signing, Method::POST, &path, give(&bob.id)).await.expect(409);
}

#[tokio::test]
async fn what_is_wrong_is_named_and_what_is_elsewhere_does_not_exist() {
    let company = Company::new().await;
    for (body, field) in [
        (json!({"name": "", "operations": READ}), "name"),
        (json!({"name": "x".repeat(101), "operations": READ}), "name"),
        (json!({"name": "One", "operations": []}), "operations"),
        (json!({"name": "One", "operations": ["Auth:*"]}), "operations"),
        (json!({"name": "One", "operations": ["a b"]}), "operations"),
        (json!({"name": "One", "operations": READ, "isImmutable": true}), "isImmutable"),
    ] {
        let refused = company.ask(Method::POST, PERMISSIONS, body).await.expect(400);
        assert!(refused["error"]["details"]["fields"][field].is_array(), "{field}: {refused}");
    }
    let one = company.permission("One", &READ).await;
    let path = format!("{PERMISSIONS}/{one}/assignments");
    for identity in ["us-1", "pm-00000-00000-0000000000000000", "us-00000-00000-0000000000000000"] {
        let refused = company.ask(Method::POST, &path, json!({"identityId": identity})).await.expect(400);
        assert!(refused["error"]["details"]["fields"]["identityId"].is_array(), "{refused}");
    }
    for unknown in ["pm-00000-00000-0000000000000000", "1"] {
        let path = format!("{PERMISSIONS}/{unknown}");
        company.get(&path).await.expect(401);
        company.get(&path).bearer(&company.administrator.bearer).await.expect(404);
        company.get(&path).bearer(&company.globex.administrator.token).await.expect(404);
        company.ask(Method::PUT, &path, json!({})).await.expect(404);
    }
    company.get(format!("{PERMISSIONS}/{one}")).bearer(&company.globex.administrator.token).await.expect(404);
    let listed = company.get(PERMISSIONS).bearer(&company.globex.administrator.token).await.expect(200);
    assert_eq!(listed["items"], json!([]));
    company.get(format!("{PERMISSIONS}?limit=0")).bearer(&company.administrator.bearer).await.expect(400);
    company.get(format!("{PERMISSIONS}?paginationToken=x")).bearer(&company.administrator.bearer).await.expect(400);
}
