//! Keys that sign, and what is signed with them, by those who may and with what is right, and with what is wrong.

use super::Walk;
use crate::client::Answer;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Method;
use rcgen::{KeyPair, PKCS_ED25519, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const PERSON: &str = "/organisations/0/administrator";

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The client data around a challenge, as a client writes it.
fn client_data(kind: &str, challenge: &Answer) -> String {
    json!({"type": kind, "challenge": challenge.text_of("challenge")}).to_string()
}

fn registration(key: &KeyPair, challenge: &Answer, password: &str) -> Value {
    let (data, pem) = (client_data("key.create", challenge), Value::from(key.public_key_pem()));
    let signed = format!(r#"{{"clientDataHash":"{}","publicKey":{pem}}}"#, hexadecimal(&Sha256::digest(&data)));
    let signature = hexadecimal(&key.sign(signed.as_bytes()).unwrap());
    let attestation = json!({"publicKey": pem, "signature": signature}).to_string();
    json!({
        "challenge_identifier": challenge.text_of("challenge_identifier"), "name": "walked",
        "current_password": password,
        "registration": {
            "kind": "key", "credential": "walked", "client_data": URL_SAFE_NO_PAD.encode(data),
            "attestation": URL_SAFE_NO_PAD.encode(attestation),
        },
    })
}

fn answer(key: &KeyPair, challenge: &Answer) -> Value {
    let data = client_data("key.get", challenge);
    let signature = URL_SAFE_NO_PAD.encode(key.sign(data.as_bytes()).unwrap());
    json!({
        "challenge_identifier": challenge.text_of("challenge_identifier"),
        "answer": {
            "kind": "key", "credential": "walked", "client_data": URL_SAFE_NO_PAD.encode(data), "signature": signature,
        },
    })
}

impl Walk {
    pub(super) fn signing(&mut self) {
        let (client, nobody) = (self.client(&format!("{PERSON}/token")), self.nobody());
        let password = self.demo.pointer(&format!("{PERSON}/password")).unwrap().as_str().unwrap().to_owned();
        let (key, wrong) = (KeyPair::generate_for(&PKCS_ED25519).unwrap(), self.password());
        nobody.get("/v1/signers").expect(401);
        nobody.post("/v1/signers/challenges", &json!({})).expect(401);
        nobody.post("/v1/actions/challenges", &json!({})).expect(401);
        let challenge = || client.send(Method::POST, "/v1/signers/challenges", &[], None).expect(201);
        client.post("/v1/signers", &registration(&key, &challenge(), &wrong)).expect(400);
        let id = client.post("/v1/signers", &registration(&key, &challenge(), &password)).expect(201).text_of("id");
        client.get("/v1/signers").expect(200);

        let path = format!("/v1/signers/{id}");
        let asked = json!({"method": "DELETE", "path": path});
        let challenge = client.post("/v1/actions/challenges", &asked).expect(201);
        let signed = answer(&key, &challenge);
        let action = client.post("/v1/actions", &signed).expect(201).text_of("action");
        client.post("/v1/actions", &signed);
        client.post("/v1/actions", &json!({"challenge_identifier": action})).expect(400);
        client.post("/v1/actions/challenges", &json!({"method": action, "path": action})).expect(400);
        client.patch(&path, &json!({"active": false, "current_password": wrong})).expect(400);
        for active in [false, true] {
            client.patch(&path, &json!({"active": active, "current_password": password})).expect(200);
        }
        client.send(Method::DELETE, &path, &[], None).expect(403);
        // What was signed before the key was switched is void.
        let void = client.send(Method::DELETE, &path, &[("x-jeton-action", &action)], None);
        assert!(void.status >= 400, "{void:?}");
        let challenge = client.post("/v1/actions/challenges", &asked).expect(201);
        let action = client.post("/v1/actions", &answer(&key, &challenge)).expect(201).text_of("action");
        client.send(Method::DELETE, &path, &[("x-jeton-action", &action)], None).expect(204);
    }
}
