//! Promise: a code registers one user once, a service brings and logs in customers and nobody else, and each of the
//! three kinds of callers deletes his own tokens.

use super::{
    company::{Company, Key, PATS, org_id},
    people::{Somebody, USERS, credential, text},
};
use http::Method;
use serde_json::{Value, json};

const BRINGING: [&str; 2] = ["Auth:Register:Delegated", "Auth:Login:Delegated"];

async fn shop(company: &Company) -> Somebody {
    let permission = company.permission("Bringing", &BRINGING).await;
    company.service("Shop", Some(&permission)).await
}

fn start(company: &Company, username: &str, code: &Value) -> Value {
    json!({"orgId": org_id(&company.acme.id), "username": username, "registrationCode": code})
}

#[tokio::test]
async fn a_code_registers_its_user_once() {
    let company = Company::new().await;
    let body = json!({"email": "ada@acme.example", "kind": "CustomerEmployee"});
    let code = company.ask(Method::POST, USERS, body).await.expect(200)["registrationCode"].clone();
    let good = start(&company, "ada@acme.example", &code);
    let challenge = company.post("/auth/registration/init", good.clone()).await.expect(200);
    for member in ["user", "challenge", "rp", "authenticatorSelection", "pubKeyCredParams", "supportedCredentialKinds"]
    {
        assert!(!challenge[member].is_null(), "{member}: {challenge}");
    }
    let second = company.post("/auth/registration/init", good.clone()).await.expect(200);

    let key = Key::new("of Ada");
    let body = json!({"firstFactorCredential": credential(&key, &challenge)});
    let temporary = text(&challenge["temporaryAuthenticationToken"]);
    company.get(PATS).bearer(&temporary).await.expect(401);
    company.post("/auth/registration", body.clone()).await.expect(401);
    company.post("/auth/registration", body.clone()).bearer(&company.administrator.bearer).await.expect(401);
    let swapped = text(&second["temporaryAuthenticationToken"]);
    company.post("/auth/registration", body.clone()).bearer(&swapped).await.expect(401);
    let registered = company.post("/auth/registration", body.clone()).bearer(&temporary).await.expect(200);
    assert_eq!(registered["credential"]["kind"], "Key");
    assert_eq!(registered["user"]["username"], "ada@acme.example");

    // Nothing of the code is left, and the credential works.
    company.post("/auth/registration", body).bearer(&temporary).await.expect(401);
    let late = json!({"firstFactorCredential": credential(&Key::new("another"), &second)});
    company.post("/auth/registration", late).bearer(&swapped).await.expect(401);
    company.post("/auth/registration/init", good).await.expect(401);
    company.log_in_as("ada@acme.example", &key).await;
}

#[tokio::test]
async fn whatever_is_wrong_with_a_code_the_answer_is_the_same() {
    let company = Company::new().await;
    let body = json!({"email": "ada@acme.example", "kind": "CustomerEmployee"});
    let code = company.ask(Method::POST, USERS, body).await.expect(200)["registrationCode"].clone();
    let answers = [
        start(&company, "ada@acme.example", &json!("jtl_x")),
        start(&company, "bob@acme.example", &code),
        start(&company, "nobody", &code),
        json!({"orgId": org_id(&company.globex.id), "username": "ada@acme.example", "registrationCode": code}),
        json!({"orgId": "or-1", "username": "ada@acme.example", "registrationCode": code}),
    ];
    for body in answers {
        let refused = company.post("/auth/registration/init", body).await.expect(401);
        assert_eq!(refused["message"], "Not Authorized.");
    }
    for more in ["secondFactorCredential", "recoveryCredential"] {
        let challenge =
            company.post("/auth/registration/init", start(&company, "ada@acme.example", &code)).await.expect(200);
        let mut body = json!({"firstFactorCredential": credential(&Key::new("of Ada"), &challenge)});
        body[more] = json!({});
        let temporary = text(&challenge["temporaryAuthenticationToken"]);
        let refused = company.post("/auth/registration", body).bearer(&temporary).await.expect(400);
        assert!(refused["error"]["details"]["fields"][more].is_array(), "{refused}");
    }
}

#[tokio::test]
async fn a_service_brings_and_logs_in_customers_alone() {
    let company = Company::new().await;
    let shop = shop(&company).await;
    let customer = company.customer(&shop, "carol@example.org").await;
    let shown = company.get(format!("{USERS}/{}", customer.id)).bearer(&company.administrator.bearer).await.expect(200);
    assert_eq!((&shown["kind"], &shown["isRegistered"]), (&json!("EndUser"), &json!(true)));

    let path = "/auth/login/delegated";
    let login = |username: &str| json!({"username": username});
    let opened = company.signed(&shop.signing, Method::POST, path, login("carol@example.org")).await.expect(200);
    company.get(PATS).bearer(&text(&opened["token"])).await.expect(200);
    let ada = company.employee("ada@acme.example").await;
    for nobody in ["ada@acme.example", "nobody@example.org", company.globex.member.email.as_str()] {
        company.signed(&shop.signing, Method::POST, path, login(nobody)).await.expect(404);
    }
    // An administrator may do all that, but is no service account.
    company.ask(Method::POST, path, login("carol@example.org")).await.expect(403);
    let bring = json!({"email": "dave@example.org", "kind": "EndUser"});
    company.ask(Method::POST, "/auth/registration/delegated", bring.clone()).await.expect(403);
    let plain = company.service("Plain", None).await;
    company.signed(&plain.signing, Method::POST, path, login("carol@example.org")).await.expect(403);
    company.signed(&plain.signing, Method::POST, "/auth/registration/delegated", bring).await.expect(403);

    // A login is worth all that its user may do: nobody opens one who may do less.
    let strong = company.permission("Strong", &["Auth:Users:Delete"]).await;
    company.assign(&strong, &customer.id).await;
    company.signed(&shop.signing, Method::POST, path, login("carol@example.org")).await.expect(403);
    company.ask(Method::PUT, &format!("{USERS}/{}/deactivate", customer.id), json!({})).await.expect(200);
    company.signed(&shop.signing, Method::POST, path, login("carol@example.org")).await.expect(409);
    drop(ada);
}

/// The three kinds of callers who may delete: one of the organisation's own people, a customer, and a service
/// account; each his own, with a signature, and nobody else's.
#[tokio::test]
async fn each_kind_of_caller_deletes_his_own_token_and_no_others() {
    let company = Company::new().await;
    let shop = shop(&company).await;
    let customer = company.customer(&shop, "carol@example.org").await;
    let ada = company.employee("ada@acme.example").await;
    let creating = company.permission("Creating", &["Auth:Pats:Create"]).await;
    let mut tokens = Vec::new();
    for user in [&ada, &customer] {
        company.assign(&creating, &user.id).await;
        tokens.push(company.new_pat(&user.signing, "Build").await.id);
    }
    let own = company.get(PATS).bearer(&shop.signing.bearer).await.expect(200);
    tokens.push(text(&own["items"][0]["tokenId"]));

    let callers = [&ada, &customer, &shop];
    for (place, caller) in callers.iter().enumerate() {
        for (other, token) in tokens.iter().enumerate().filter(|(other, _)| *other != place) {
            let path = format!("{PATS}/{token}");
            company.signed(&caller.signing, Method::DELETE, &path, json!({})).await.expect(404);
            company.get(&path).bearer(&callers[other].signing.bearer).await.expect(200);
        }
    }
    for (caller, token) in callers.iter().zip(&tokens) {
        let path = format!("{PATS}/{token}");
        company.call(Method::DELETE, &path).bearer(&caller.signing.bearer).await.expect(403);
        let deleted = company.signed(&caller.signing, Method::DELETE, &path, json!({})).await.expect(200);
        assert_eq!((&deleted["tokenId"], &deleted["isActive"]), (&json!(token), &json!(false)));
        company.get(&path).bearer(&company.administrator.bearer).await.expect(404);
    }
    company.get(PATS).bearer(&shop.signing.bearer).await.expect(401);
}
