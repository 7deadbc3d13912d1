//! A world with VectorAI's door open, and what tests ask of it.

use crate::world::{Answer, Call, Person, World};
use authority::issue::NewToken;
use domain::{
    form::{Alphabet, SecretForm},
    id::OwnerId,
    name::{Labels, Name},
    token::Terms,
};
use http::Method;
use serde_json::{Value, json};
use std::ops::Deref;

/// The password of the admin.
pub(super) const PASSWORD: &str = "Plum-Violin-7-Harbour";
/// Another that the rule allows.
pub(super) const OTHER_PASSWORD: &str = "Oboe.Orchard.8.Quay";
/// The switch that is off.
pub(super) const OFF: &str = "Access token API requires auth_enabled=true";
/// The answer to whoever shows nothing that is active.
pub(super) const UNAUTHORIZED: &str = "Invalid or missing authorization token";

/// A world whose VectorAI contract is bound to Acme, with an admin who is signed in, and switched on.
pub(super) struct Database {
    world: World,
    /// The admin's sign-in.
    pub(super) jwt: String,
}

/// A token that was made at this door.
pub(super) struct Key {
    pub(super) id: u64,
    pub(super) secret: String,
}

impl Key {
    fn of(shape: &Value, secret: &str) -> Self {
        Self { id: shape["id"].as_u64().unwrap(), secret: shape[secret].as_str().unwrap().to_owned() }
    }
}

impl Deref for Database {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Database {
    pub(super) async fn new() -> Self {
        let world = World::with_contracts().await;
        let jwt = switch_on(&world).await;
        Self { world, jwt }
    }

    /// A call by the admin.
    pub(super) fn by_admin(&self, method: Method, path: impl Into<String>) -> Call<'_> {
        self.call(method, path).bearer(&self.jwt)
    }

    /// A call by the admin with a body.
    pub(super) fn sent(&self, method: Method, path: &str, body: Value) -> Call<'_> {
        self.by_admin(method, path).json(body)
    }

    /// A new token of this name that may do this.
    pub(super) async fn key(&self, name: &str, permission: &str) -> Key {
        let body = json!({"name": name, "permission": permission});
        Key::of(&self.sent(Method::POST, "/auth/access_token", body).await.expect(200), "token")
    }

    pub(super) async fn rotated(&self, id: u64) -> Key {
        let path = format!("/auth/access_token/{id}/rotate");
        Key::of(&self.by_admin(Method::POST, path).await.expect(200), "token")
    }

    pub(super) async fn delete_key(&self, id: u64) -> Answer {
        self.by_admin(Method::DELETE, format!("/auth/access_token/{id}")).await
    }

    /// What the list shows.
    pub(super) async fn listed(&self) -> Vec<Value> {
        let list = self.by_admin(Method::GET, "/auth/access_tokens").await.expect(200);
        list.as_array().unwrap().clone()
    }

    /// Sets the switch.
    pub(super) async fn switch(&self, enabled: bool) {
        let set = self.sent(Method::PATCH, "/auth/enabled", json!({"enabled": enabled})).await.expect(200);
        assert_eq!(set["result"], enabled);
    }

    /// True when the admin's sign-in still works.
    pub(super) async fn is_signed_in(&self, jwt: &str) -> bool {
        let answer = self.get("/auth/enabled").bearer(jwt).await;
        if answer.status == 200 {
            return true;
        }
        refused(&answer, 401, UNAUTHORIZED);
        false
    }

    /// Deactivates the admin at the native door, as an administrator may.
    pub(super) async fn deactivate_admin(&self) {
        let path = format!("/v1/users?organisation={}", self.acme.id);
        let users = self.get(path).bearer(&self.root.token).await.expect(200);
        let admin = users["items"].as_array().unwrap().iter().find(|user| user["name"] == "admin").unwrap();
        let path = format!("/v1/users/{}", admin["id"].as_str().unwrap());
        self.patch(path, json!({"active": false})).bearer(&self.root.token).await.expect(200);
    }

    /// The record of a token as the native API shows it.
    pub(super) async fn native(&self, id: u64) -> Value {
        let list = self.get("/v1/tokens?limit=200").bearer(&self.root.token).await.expect(200);
        let found = list["items"].as_array().unwrap().iter().find(|item| item["number"] == id);
        found.unwrap_or_else(|| panic!("no token {id} in {list}")).clone()
    }
}

/// Makes the admin, signs him in, and lets the token endpoints work; gives his JWT.
pub(super) async fn switch_on(world: &World) -> String {
    world.post("/auth/admin", json!({"password": PASSWORD})).await.expect(200);
    let jwt = sign_in(world, PASSWORD).await;
    world.patch("/auth/enabled", json!({"enabled": true})).bearer(&jwt).await.expect(200);
    jwt
}

/// Signs the admin in.
pub(super) async fn sign_in(world: &World, password: &str) -> String {
    let signed_in = world.post("/auth/admin/login", json!({"password": password})).await.expect(200);
    signed_in["token"].as_str().unwrap().to_owned()
}

/// Fails unless the answer is this error, and says nothing else.
#[track_caller]
pub(super) fn refused(answer: &Answer, status: u16, message: &str) {
    assert_eq!(answer.expect(status), json!({"status": "error", "message": message}), "{}", answer.call);
    assert_eq!(answer.field("content-type"), Some("application/json"), "{}", answer.call);
    assert_eq!(answer.field("www-authenticate"), (status == 401).then_some("Bearer"), "{}", answer.call);
}

/// The number of a new token of anybody, with a secret in the form of this door.
pub(super) async fn token_of(world: &World, owner: &Person, called: &str) -> u64 {
    let new = NewToken {
        key: None,
        name: Name::parse("name", called).unwrap(),
        description: String::new(),
        owner: Some(OwnerId::parse("owner", &owner.id).unwrap()),
        scopes: None,
        networks: None,
        labels: Labels::default(),
        expires_at: None,
        terms: Terms { form: Some(SecretForm::new("vdai_", Alphabet::LettersAndDigits, 48)), ..Terms::default() },
        permission: None,
    };
    world.authority().issue(&world.caller, new, None).await.unwrap().token.number.0
}
