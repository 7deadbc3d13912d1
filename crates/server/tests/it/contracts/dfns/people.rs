//! The people of a company at this door: created, registered, brought by a service, and given permissions.

use super::company::{Company, Key, Signing, org_id};
use crate::world::Answer;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Method;
use serde_json::{Value, json};

/// Where users are.
pub(crate) const USERS: &str = "/auth/users";
/// Where service accounts are.
pub(crate) const ACCOUNTS: &str = "/auth/service-accounts";
/// Where permissions are.
pub(crate) const PERMISSIONS: &str = "/permissions";

/// Somebody of the company with what he signs with.
pub(crate) struct Somebody {
    /// His identifier.
    pub(crate) id: String,
    /// His address.
    pub(crate) username: String,
    /// His login, or the token of a service account.
    pub(crate) signing: Signing,
}

/// What a client sends to have a key registered.
pub(crate) fn credential(key: &Key, challenge: &Value) -> Value {
    let (credential, client_data, attestation) = key.registration(challenge["challenge"].as_str().unwrap());
    json!({"credentialKind": "Key", "credentialInfo": {
        "credId": credential,
        "clientData": URL_SAFE_NO_PAD.encode(client_data),
        "attestationData": URL_SAFE_NO_PAD.encode(attestation),
    }})
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

impl Company {
    /// A request that the administrator signs.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Value) -> Answer {
        self.signed(&self.administrator, method, path, body).await
    }

    /// A new permission with these operations.
    pub(crate) async fn permission(&self, name: &str, operations: &[&str]) -> String {
        let body = json!({"name": name, "operations": operations});
        text(&self.ask(Method::POST, PERMISSIONS, body).await.expect(200)["id"])
    }

    /// Gives somebody a permission.
    pub(crate) async fn assign(&self, permission: &str, identity: &str) -> String {
        let path = format!("{PERMISSIONS}/{permission}/assignments");
        text(&self.ask(Method::POST, &path, json!({"identityId": identity})).await.expect(200)["id"])
    }

    /// A new user who has registered and logged in.
    pub(crate) async fn employee(&self, username: &str) -> Somebody {
        let body = json!({"email": username, "kind": "CustomerEmployee"});
        let created = self.ask(Method::POST, USERS, body).await.expect(200);
        let start = json!({
            "orgId": org_id(&self.acme.id), "username": username, "registrationCode": created["registrationCode"],
        });
        let challenge = self.post("/auth/registration/init", start).await.expect(200);
        self.registered(&challenge, username).await
    }

    /// Somebody who registers with this challenge, and logs in.
    pub(crate) async fn registered(&self, challenge: &Value, username: &str) -> Somebody {
        let key = Key::new(&format!("of {username}"));
        let body = json!({"firstFactorCredential": credential(&key, challenge)});
        let temporary = text(&challenge["temporaryAuthenticationToken"]);
        let registered = self.post("/auth/registration", body).bearer(&temporary).await.expect(200);
        let bearer = self.log_in_as(username, &key).await;
        Somebody {
            id: text(&registered["user"]["id"]),
            username: username.to_owned(),
            signing: Signing { bearer, key },
        }
    }

    pub(crate) async fn log_in_as(&self, username: &str, key: &Key) -> String {
        let body = json!({"orgId": org_id(&self.acme.id), "username": username});
        let challenge = self.post("/auth/login/init", body).await.expect(200);
        text(&self.answered("/auth/login", &challenge, key.factor(&challenge)).await.expect(200)["token"])
    }

    /// A new service account with its token.
    pub(crate) async fn service(&self, name: &str, permission: Option<&str>) -> Somebody {
        let mut key = Key::new("");
        let mut body = json!({"name": name, "publicKey": key.pem()});
        if let Some(permission) = permission {
            body["permissionId"] = permission.into();
        }
        let created = self.ask(Method::POST, ACCOUNTS, body).await.expect(200);
        let token = &created["accessTokens"][0];
        key.credential = text(&token["credId"]);
        let bearer = text(&token["accessToken"]);
        Somebody {
            id: text(&created["userInfo"]["userId"]),
            username: name.to_owned(),
            signing: Signing { bearer, key },
        }
    }

    /// A customer whom this service brings, registered and logged in.
    pub(crate) async fn customer(&self, service: &Somebody, username: &str) -> Somebody {
        let body = json!({"email": username, "kind": "EndUser"});
        let challenge = self.signed(&service.signing, Method::POST, "/auth/registration/delegated", body).await;
        self.registered(&challenge.expect(200), username).await
    }
}
