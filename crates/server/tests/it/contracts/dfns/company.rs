//! A world with Dfns' door open, people who sign at it, and what its clients do for each change.

use crate::world::{Answer, Call, PASSWORD, Person, Running, World};
use authority::{
    signature::{Registration, passkey::RelyingParty},
    signers::SignerDraft,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    id::{OrganisationId, OwnerId},
    name::Name,
    secret::Secret,
};
use http::Method;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, SigningKey};
use serde_json::{Value, json};
use server::contracts::dfns::identifier;
use sha2::{Digest, Sha256};
use std::{ops::Deref, time::Duration};

/// Where tokens are.
pub(crate) const PATS: &str = "/auth/pats";

/// A key that signs, under the name that it is offered by.
pub(crate) struct Key {
    pair: KeyPair,
    pub(crate) credential: String,
}

impl Key {
    pub(crate) fn new(credential: &str) -> Self {
        Self { pair: KeyPair::generate_for(&PKCS_ED25519).unwrap(), credential: credential.to_owned() }
    }

    /// One of another algorithm.
    pub(crate) fn elliptic(credential: &str) -> Self {
        Self { pair: KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap(), credential: credential.to_owned() }
    }

    /// The same key once more.
    pub(crate) fn again(&self) -> Self {
        Self { pair: KeyPair::try_from(self.pair.serialize_der()).unwrap(), credential: self.credential.clone() }
    }

    pub(crate) fn pem(&self) -> String {
        self.pair.public_key_pem().replace("\r\n", "\n")
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).unwrap()
    }

    /// The answer to a challenge, as the clients send it.
    pub(crate) fn factor(&self, challenge: &Value) -> Value {
        let client_data = json!({"type": "key.get", "challenge": challenge["challenge"]}).to_string();
        self.factor_over(client_data.as_bytes())
    }

    /// The same over any client data.
    pub(crate) fn factor_over(&self, client_data: &[u8]) -> Value {
        json!({"kind": "Key", "credentialAssertion": {
            "credId": self.credential,
            "clientData": URL_SAFE_NO_PAD.encode(client_data),
            "signature": URL_SAFE_NO_PAD.encode(self.sign(client_data)),
        }})
    }

    /// What a client sends to have the key registered.
    pub(crate) fn registration(&self, challenge: &str) -> (String, Vec<u8>, Vec<u8>) {
        let client_data = json!({"type": "key.create", "challenge": challenge}).to_string().into_bytes();
        let hash: String = Sha256::digest(&client_data).iter().map(|byte| format!("{byte:02x}")).collect();
        let pem = serde_json::to_string(&self.pem()).unwrap();
        let signature = self.sign(format!(r#"{{"clientDataHash":"{hash}","publicKey":{pem}}}"#).as_bytes());
        let signature: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
        let attestation = json!({"publicKey": self.pem(), "signature": signature}).to_string().into_bytes();
        (self.credential.clone(), client_data, attestation)
    }
}

/// Somebody who signs: the bearer that he shows, and his key.
pub(crate) struct Signing {
    pub(crate) bearer: String,
    pub(crate) key: Key,
}

/// A token that was made at this door, which signs with a key of its own.
pub(crate) struct Pat {
    pub(crate) id: String,
    pub(crate) signing: Signing,
    pub(crate) shape: Value,
}

/// A world with the door open, and the administrator of its first company logged in.
pub(crate) struct Company {
    world: World,
    pub(crate) administrator: Signing,
}

impl Deref for Company {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

/// The identifier of an organisation at this door.
pub(crate) fn org_id(id: &str) -> String {
    identifier::organisation(OrganisationId::parse("id", id).unwrap())
}

/// The identifier of a user at this door.
pub(crate) fn user_id(id: &str) -> String {
    identifier::user(OwnerId::parse("id", id).unwrap())
}

/// The place of ceremonies, which keys do not ask for.
pub(crate) fn party() -> RelyingParty {
    RelyingParty { id: "localhost".to_owned(), name: "Jeton".to_owned(), origin: "http://localhost".to_owned() }
}

impl Running {
    /// An answer to a challenge.
    pub(crate) fn answered(&self, path: &str, challenge: &Value, factor: Value) -> Call<'_> {
        let body = json!({"challengeIdentifier": challenge["challengeIdentifier"], "firstFactor": factor});
        self.post(path, body)
    }

    /// A challenge about a request.
    pub(crate) async fn challenged(&self, bearer: &str, method: &Method, path: &str, payload: &str) -> Value {
        let body = json!({
            "userActionPayload": payload, "userActionHttpMethod": method.as_str(), "userActionHttpPath": path,
            "userActionServerKind": "Api",
        });
        self.post("/auth/action/init", body).bearer(bearer).await.expect(200)
    }

    /// An action token for a request.
    pub(crate) async fn action(&self, signing: &Signing, method: &Method, path: &str, payload: &str) -> String {
        self.action_with(&signing.bearer, &signing.key, method, path, payload).await
    }

    /// The same for whoever shows this bearer and has this key.
    pub(crate) async fn action_with(
        &self,
        bearer: &str,
        key: &Key,
        method: &Method,
        path: &str,
        payload: &str,
    ) -> String {
        let challenge = self.challenged(bearer, method, path, payload).await;
        let answer = self.answered("/auth/action", &challenge, key.factor(&challenge)).bearer(bearer).await.expect(200);
        answer["userAction"].as_str().unwrap().to_owned()
    }
}

impl World {
    /// Registers a key for somebody who shows this token, with his password.
    pub(crate) async fn register_key(&self, person: &Person, key: &Key) {
        let caller = self.authority().authenticate(&person.token, &domain::origin::Origin::default()).await.unwrap();
        self.give_password(person).await;
        let password = Some(Secret::new(PASSWORD.to_owned()));
        let challenge = self.authority().challenge_signer(&caller, None, Duration::from_mins(1));
        let (credential, client_data, attestation) = key.registration(&challenge.text);
        let registration = Registration::Key { credential, client_data, attestation };
        let draft = SignerDraft { name: Name::parse("name", "Key").unwrap(), registration };
        let added = self.authority().add_signer(&caller, &challenge.identifier, draft, password, &party()).await;
        added.unwrap();
    }

    /// Logs somebody in who has this key.
    pub(crate) async fn log_in(&self, organisation: &str, person: &Person, key: &Key) -> String {
        let body = json!({"orgId": org_id(organisation), "username": person.email});
        let challenge = self.post("/auth/login/init", body).await.expect(200);
        let answer = self.answered("/auth/login", &challenge, key.factor(&challenge)).await;
        answer.expect(200)["token"].as_str().unwrap().to_owned()
    }

    /// A request that was signed, as the clients make it.
    pub(crate) async fn signed(&self, signing: &Signing, method: Method, path: &str, body: Value) -> Answer {
        let action = self.action(signing, &method, path, &body.to_string()).await;
        self.call(method, path).bearer(&signing.bearer).field("x-dfns-useraction", action).json(body).await
    }

    /// A new token of whoever is logged in.
    pub(crate) async fn new_pat(&self, login: &Signing, name: &str) -> Pat {
        let mut key = Key::new("");
        let body = json!({"name": name, "publicKey": key.pem()});
        let shape = self.signed(login, Method::POST, PATS, body).await.expect(200);
        let text = |member: &str| shape[member].as_str().unwrap().to_owned();
        key.credential = text("credId");
        Pat { id: text("tokenId"), signing: Signing { bearer: text("accessToken"), key }, shape }
    }
}

impl Pat {
    /// Where it is.
    pub(crate) fn path(&self, verb: &str) -> String {
        format!("{PATS}/{}{verb}", self.id)
    }
}

impl Company {
    pub(crate) async fn new() -> Self {
        Self::in_world(World::with_contracts().await).await
    }

    /// The same in a world of another setting.
    pub(crate) async fn in_world(world: World) -> Self {
        let key = Key::new("of Grace");
        world.register_key(&world.acme.administrator, &key).await;
        let bearer = world.log_in(&world.acme.id, &world.acme.administrator, &key).await;
        Self { world, administrator: Signing { bearer, key } }
    }

    /// A token of the administrator.
    pub(crate) async fn pat(&self, name: &str) -> Pat {
        self.new_pat(&self.administrator, name).await
    }

    /// A challenge for the administrator to log in with.
    pub(crate) async fn login_challenge(&self) -> Value {
        let body = json!({"orgId": org_id(&self.acme.id), "username": self.acme.administrator.email});
        self.post("/auth/login/init", body).await.expect(200)
    }

    /// Another login of the administrator.
    pub(crate) async fn second_login(&self) -> String {
        self.log_in(&self.acme.id, &self.acme.administrator, &self.administrator.key).await
    }

    /// The administrator's identifier at this door.
    pub(crate) fn user_id(&self) -> String {
        user_id(&self.acme.administrator.id)
    }
}
