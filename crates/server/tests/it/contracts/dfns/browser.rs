//! A passkey that was made in a real browser signs at this door, and only where and as it was asked to.

use super::{
    company::{Company, PATS, org_id},
    site::Site,
};
use crate::browser::Window;
use crate::world::{Answer, Setting, World};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Method;
use serde_json::{Value, json};

/// The answer of a passkey, as the clients for browsers send it.
fn factor(signed: &Value) -> Value {
    let response = &signed["response"];
    json!({"kind": "Fido2", "credentialAssertion": {
        "credId": signed["id"], "clientData": response["clientDataJSON"], "signature": response["signature"],
        "authenticatorData": response["authenticatorData"], "userHandle": response["userHandle"],
    }})
}

/// What a page asks the browser for, made of a challenge of this door.
fn request(challenge: &Value) -> Value {
    json!({
        "challenge": challenge["challenge"], "rpId": challenge["rp"]["id"],
        "allowCredentials": challenge["allowCredentials"]["webauthn"], "userVerification": challenge["userVerification"],
    })
}

/// A world whose public address is the site's, and the browser at the site.
struct Scene {
    company: Company,
    site: Site,
    window: Window,
}

impl Scene {
    async fn new() -> Self {
        let site = Site::open();
        let setting = Setting::usual().contracts().variable("JETON_PUBLIC_URL", &site.origin());
        let company = Company::in_world(World::bound_to_acme(setting).await).await;
        let window = Window::open();
        window.visit(&site.origin());
        Self { company, site, window }
    }

    /// Lets the browser make a passkey, and registers it for the administrator.
    async fn register(&self) -> Value {
        let login = &self.company.administrator;
        let start = self.company.post("/auth/credentials/init", json!({"kind": "Fido2"}));
        let challenge = start.bearer(&login.bearer).await.expect(200);
        let made = self.window.ceremony("make", &creation(&challenge)).unwrap();
        let body = json!({
            "challengeIdentifier": challenge["challengeIdentifier"], "credentialKind": "Fido2",
            "credentialName": "Browser", "credentialInfo": {
                "credId": made["id"], "clientData": made["response"]["clientDataJSON"],
                "attestationData": made["response"]["attestationObject"],
            },
        });
        let registered = self.company.signed(login, Method::POST, "/auth/credentials", body).await.expect(200);
        assert_eq!((&registered["kind"], &registered["credentialId"]), (&json!("Fido2"), &made["id"]));
        made
    }

    /// Asks the browser to sign the deletion of a token, and sends what it signed.
    async fn sign_deletion(&self, path: &str) -> Answer {
        let bearer = &self.company.administrator.bearer;
        let challenge = self.company.challenged(bearer, &Method::DELETE, path, "").await;
        let signed = self.window.ceremony("sign", &request(&challenge)).unwrap();
        self.company.answered("/auth/action", &challenge, factor(&signed)).bearer(bearer).await
    }
}

/// What a page asks the browser to make, of a challenge of this door.
fn creation(challenge: &Value) -> Value {
    let user = &challenge["user"];
    json!({
        "challenge": challenge["challenge"], "rp": challenge["rp"], "attestation": challenge["attestation"],
        "user": {
            "id": URL_SAFE_NO_PAD.encode(user["id"].as_str().unwrap()),
            "name": user["name"], "displayName": user["displayName"],
        },
        "pubKeyCredParams": challenge["pubKeyCredParams"],
        "authenticatorSelection": challenge["authenticatorSelection"],
        "excludeCredentials": challenge["excludeCredentials"],
    })
}

#[tokio::test]
#[ignore = "needs Chromium; `./test browser` installs and runs it"]
async fn a_passkey_of_a_browser_signs_a_deletion() {
    let scene = Scene::new().await;
    let authenticator = scene.window.authenticator(true);
    let made = scene.register().await;
    assert_eq!(scene.window.passkeys(&authenticator)[0]["rpId"], "localhost");
    let again = scene.company.post("/auth/credentials/init", json!({"kind": "Fido2"}));
    let again = again.bearer(&scene.company.administrator.bearer).await.expect(200);
    let refused = scene.window.ceremony("make", &creation(&again)).unwrap_err();
    assert!(refused.contains("InvalidStateError"), "the authenticator has one for him: {refused}");

    let (company, bearer) = (&scene.company, &scene.company.administrator.bearer);
    let pat = company.pat("doomed").await;
    let action = scene.sign_deletion(&pat.path("")).await.expect(200)["userAction"].take();
    let delete = || {
        let action = action.as_str().unwrap().to_owned();
        company.delete(pat.path("")).bearer(bearer).field("x-dfns-useraction", action)
    };
    assert_eq!(delete().await.expect(200)["isActive"], false);
    delete().await.expect(404);
    company.get(PATS).bearer(&pat.signing.bearer).await.expect(401);

    // And it logs in.
    let login = json!({"orgId": org_id(&company.acme.id), "username": company.acme.administrator.email});
    let challenge = company.post("/auth/login/init", login).await.expect(200);
    assert_eq!(challenge["allowCredentials"]["webauthn"][0]["id"], made["id"]);
    let signed = scene.window.ceremony("sign", &request(&challenge)).unwrap();
    let token = company.answered("/auth/login", &challenge, factor(&signed)).await.expect(200)["token"].take();
    company.get(PATS).bearer(token.as_str().unwrap()).await.expect(200);
    company.answered("/auth/login", &challenge, factor(&signed)).await.expect(400);
}

#[tokio::test]
#[ignore = "needs Chromium; `./test browser` installs and runs it"]
async fn a_passkey_does_not_sign_elsewhere_nor_for_a_user_whom_it_does_not_know() {
    let scene = Scene::new().await;
    let authenticator = scene.window.authenticator(true);
    scene.register().await;
    let pat = scene.company.pat("spared").await;

    // The same browser and the same passkey, at another place that may use the same domain.
    let other = Site::open();
    scene.window.visit(&other.origin());
    scene.sign_deletion(&pat.path("")).await.expect(401);
    // A place that may not use it is refused by the browser itself.
    scene.window.visit(&format!("http://127.0.0.1:{}", other.port));
    let bearer = &scene.company.administrator.bearer;
    let challenge = scene.company.challenged(bearer, &Method::DELETE, &pat.path(""), "").await;
    let refused = scene.window.ceremony("sign", &request(&challenge)).unwrap_err();
    assert!(refused.contains("SecurityError"), "{refused}");

    scene.window.visit(&scene.site.origin());
    scene.window.verify_user(&authenticator, false);
    let challenge = scene.company.challenged(bearer, &Method::DELETE, &pat.path(""), "").await;
    let mut asked = request(&challenge);
    assert_eq!(asked["userVerification"], "required");
    // A page that asks for less gets a signature that says so.
    asked["userVerification"] = "discouraged".into();
    let signed = scene.window.ceremony("sign", &asked).unwrap();
    scene.company.answered("/auth/action", &challenge, factor(&signed)).bearer(bearer).await.expect(401);

    scene.window.verify_user(&authenticator, true);
    scene.sign_deletion(&pat.path("")).await.expect(200);
    scene.company.get(pat.path("")).bearer(bearer).await.expect(200);
}
