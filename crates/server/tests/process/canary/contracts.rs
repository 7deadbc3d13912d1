//! The doors of the contracts, by those who may and with what is right, and with what is wrong.

use super::Walk;
use crate::client::{Answer, Client};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Method;
use rcgen::{KeyPair, SigningKey};
use serde_json::{Value, json};

/// Somebody who signs his changes.
struct Signer {
    client: Client,
    credential: String,
    key: KeyPair,
}

impl Signer {
    fn answer(&self, challenge: &Answer) -> Value {
        let client_data = json!({"type": "key.get", "challenge": challenge.text_of("challenge")}).to_string();
        let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "challengeIdentifier": challenge.text_of("challengeIdentifier"),
            "firstFactor": {"kind": "Key", "credentialAssertion": {
                "credId": self.credential, "clientData": encoded(client_data.as_bytes()),
                "signature": encoded(&self.key.sign(client_data.as_bytes()).unwrap()),
            }},
        })
    }

    fn action(&self, method: &Method, path: &str, payload: &str) -> String {
        let body = json!({
            "userActionPayload": payload, "userActionHttpMethod": method.as_str(), "userActionHttpPath": path,
        });
        let challenge = self.client.post("/auth/action/init", &body).expect(200);
        self.client.post("/auth/action", &self.answer(&challenge)).expect(200).text_of("userAction")
    }

    fn signed(&self, method: Method, path: &str, body: &Value) -> Answer {
        let action = self.action(&method, path, &body.to_string());
        self.client.send(method, path, &[("x-dfns-useraction", &action)], Some(body))
    }
}

impl Walk {
    pub(super) fn contracts(&mut self) {
        self.rncv();
        self.dfns();
    }

    /// Signs, with what is right and with what is misplaced.
    fn dfns(&mut self) {
        let signer = self.signer();
        let pem = self.demo["contracts"]["dfns"]["private_key_pem"].as_str().unwrap().to_owned();
        self.canaries.add("a private key", pem.lines().nth(1).unwrap());
        let body = json!({"name": "walked", "publicKey": signer.key.public_key_pem()});
        signer.signed(Method::POST, "/auth/pats", &body).expect(409);
        let named = |name: &str| json!({"name": name, "publicKey": signer.key.public_key_pem()});
        let made = signer.signed(Method::POST, "/auth/pats", &named("walked on")).expect(200);
        let (path, bearer) = (format!("/auth/pats/{}", made.text_of("tokenId")), made.text_of("accessToken"));
        signer.signed(Method::POST, "/auth/pats", &json!({"name": "x", "publicKey": pem})).expect(400);
        for misplaced in [&bearer, &signer.action(&Method::DELETE, &path, "")] {
            signer.client.get(&format!("/auth/pats/{misplaced}")).expect(400);
            signer.client.get(&format!("/auth/pats?name={misplaced}")).expect(400);
            signer.signed(Method::PUT, &path, &json!({"name": misplaced})).expect(400);
            signer.signed(Method::PUT, &path, &json!({"colour": misplaced})).expect(400);
            let header = [("x-dfns-useraction", misplaced.as_str())];
            signer.client.send(Method::PUT, &path, &header, Some(&json!({"name": "other"}))).expect(403);
            self.nobody().with(misplaced).send(Method::PUT, &path, &header, None);
            let answer = json!({"challengeIdentifier": misplaced, "firstFactor": {"kind": "Key", "credentialAssertion": {
                "credId": misplaced, "clientData": misplaced, "signature": misplaced,
            }}});
            signer.client.post("/auth/action", &answer).expect(400);
        }
        self.nobody().with(&bearer).get("/auth/pats").expect(200);
        signer.signed(Method::DELETE, &path, &json!({})).expect(200);
        self.nobody().with(&bearer).get("/auth/pats").expect(401);
        let user = json!({"email": "walker@dfns.example", "kind": "CustomerEmployee"});
        signer.signed(Method::POST, "/auth/users", &user).expect(200);
        self.nobody().get("/.well-known/jwks.json").expect(200);
        signer.client.send(Method::PUT, "/auth/logout", &[], None).expect(200);
    }

    /// The administrator who signs with the demonstration's key, after a login.
    fn signer(&self) -> Signer {
        let place = &self.demo["contracts"]["dfns"];
        let text = |member: &str| place[member].as_str().unwrap().to_owned();
        let key = KeyPair::from_pem(&text("private_key_pem")).unwrap();
        let mut signer = Signer { client: self.nobody().with(&text("auth_token")), credential: text("cred_id"), key };
        let first = json!({"name": "walked", "publicKey": signer.key.public_key_pem()});
        signer.signed(Method::POST, "/auth/pats", &first).expect(200);
        let who = json!({"orgId": text("org_id"), "username": text("username")});
        let challenge = self.nobody().post("/auth/login/init", &who).expect(200);
        let token = self.nobody().post("/auth/login", &signer.answer(&challenge)).expect(200).text_of("token");
        signer.client = self.nobody().with(&token);
        signer
    }

    fn rncv(&mut self) {
        let place = &self.demo["contracts"]["rncv"];
        let (key, member) = (place["organisation_administrator_token"].clone(), place["member_user_id"].clone());
        let header = format!("Token {}", key.as_str().unwrap());
        let nobody = self.nobody();
        let send = |method: Method, path: &str, body: Option<&Value>| -> Answer {
            nobody.send(method, path, &[("authorization", &header)], body)
        };
        let (post, delete) = (Method::POST, Method::DELETE);
        send(Method::GET, "/admin/tokens", None).expect(200);
        let user = json!({"user_id": member});
        send(post.clone(), "/admin/tokens", Some(&user)).expect(409);
        send(delete.clone(), "/admin/tokens", Some(&user)).expect(200);
        let made = send(post, "/admin/tokens", Some(&user)).expect(201).text_of("key");
        for misplaced in [json!({"user_id": made}), json!({"token_id": made}), json!({"colour": made})] {
            send(delete.clone(), "/admin/tokens", Some(&misplaced)).expect(400);
        }
        send(delete.clone(), &format!("/admin/tokens?key={made}"), None).expect(400);
        send(delete.clone(), "/admin/tokens", Some(&json!({"key": made, "user_id": 1}))).expect(400);
        send(delete.clone(), "/admin/tokens", Some(&json!({"key": made}))).expect(200);
        send(delete, "/admin/tokens", Some(&json!({"key": made}))).expect(404);
        nobody.send(Method::GET, "/admin/tokens", &[("authorization", &format!("Token {made}"))], None).expect(401);
    }
}
