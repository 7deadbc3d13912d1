//! A key that is registered as a signer, and signs requests to the native API.

use super::{Answer, PASSWORD, Person, World};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::hexadecimal;
use http::Method;
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// An Ed25519 key.
pub(crate) struct Key {
    pair: Ed25519KeyPair,
    /// The name under which it is offered.
    pub(crate) credential: String,
}

impl Key {
    pub(crate) fn new(credential: &str) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        Self { pair, credential: credential.to_owned() }
    }

    /// Its public half as PEM: the twelve bytes in front say that it is one of Ed25519 (RFC 8410, section 4).
    pub(crate) fn pem(&self) -> String {
        let mut info = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        info.extend(self.pair.public_key().as_ref());
        let text = base64::engine::general_purpose::STANDARD.encode(info);
        format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n")
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }

    /// Its answer to a challenge.
    pub(crate) fn answer(&self, challenge: &str) -> Value {
        let client_data = json!({"type": "key.get", "challenge": challenge}).to_string();
        json!({
            "kind": "key",
            "credential": self.credential,
            "client_data": URL_SAFE_NO_PAD.encode(&client_data),
            "signature": URL_SAFE_NO_PAD.encode(self.sign(client_data.as_bytes())),
        })
    }

    /// What registers it.
    pub(crate) fn registration(&self, challenge: &str) -> Value {
        let client_data = json!({"type": "key.create", "challenge": challenge}).to_string();
        let (pem, hash) = (self.pem(), hexadecimal::encode(&Sha256::digest(&client_data)));
        let signed = format!(r#"{{"clientDataHash":"{hash}","publicKey":{}}}"#, json!(pem));
        let signature = hexadecimal::encode(&self.sign(signed.as_bytes()));
        let attestation = json!({"publicKey": pem, "signature": signature}).to_string();
        json!({
            "kind": "key",
            "credential": self.credential,
            "client_data": URL_SAFE_NO_PAD.encode(client_data),
            "attestation": URL_SAFE_NO_PAD.encode(attestation),
        })
    }
}

impl World {
    /// Registers a new key of a user, who has a password then, with that password.
    pub(crate) async fn key_of(&self, person: &Person) -> Key {
        self.give_password(person).await;
        let key = Key::new("the key");
        self.register(person, &key, json!({"current_password": PASSWORD})).await.expect(201);
        key
    }

    /// Asks for a key to be registered; `more` goes into the body beside the rest.
    pub(crate) async fn register(&self, person: &Person, key: &Key, more: Value) -> Answer {
        let challenge = self.call(Method::POST, "/v1/signers/challenges").bearer(&person.token).await.expect(201);
        let mut body = json!({
            "challenge_identifier": challenge["challenge_identifier"], "name": "Laptop",
            "registration": key.registration(challenge["challenge"].as_str().unwrap()),
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.post("/v1/signers", body).bearer(&person.token).await
    }

    /// A challenge about a request with this body.
    pub(crate) async fn challenge_request(&self, token: &str, method: &str, path: &str, body: &str) -> Value {
        let hash = hexadecimal::encode(&Sha256::digest(body));
        let asked = json!({"method": method, "path": path, "body_sha256": hash});
        self.post("/v1/actions/challenges", asked).bearer(token).await.expect(201)
    }

    /// Answers a challenge.
    pub(crate) async fn answer_challenge(&self, token: &str, challenge: &Value, answer: Value) -> Answer {
        let body = json!({"challenge_identifier": challenge["challenge_identifier"], "answer": answer});
        self.post("/v1/actions", body).bearer(token).await
    }

    /// An action token about a request.
    pub(crate) async fn sign_request(&self, token: &str, key: &Key, method: &str, path: &str, body: &str) -> String {
        let challenge = self.challenge_request(token, method, path, body).await;
        let answer = key.answer(challenge["challenge"].as_str().unwrap());
        let action = self.answer_challenge(token, &challenge, answer).await.expect(201);
        action["action"].as_str().unwrap().to_owned()
    }
}
