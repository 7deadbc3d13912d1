//! A world with VectorAI's door open, and what tests ask of it.

use crate::world::{Person, World};
use authority::issue::NewToken;
use domain::{
    form::{Alphabet, SecretForm},
    id::OwnerId,
    name::{Labels, Name},
    token::Terms,
};
use serde_json::json;

/// The password of the admin.
pub(super) const PASSWORD: &str = "Plum-Violin-7-Harbour";

/// Makes the admin, signs him in, and lets the token endpoints work; gives his JWT.
pub(super) async fn switch_on(world: &World) -> String {
    world.post("/auth/admin", json!({"password": PASSWORD})).await.expect(200);
    let signed_in = world.post("/auth/admin/login", json!({"password": PASSWORD})).await.expect(200);
    let jwt = signed_in["token"].as_str().unwrap().to_owned();
    world.patch("/auth/enabled", json!({"enabled": true})).bearer(&jwt).await.expect(200);
    jwt
}

/// The number of a new token of anybody, with a secret in the form of this door.
pub(super) async fn token_of(world: &World, owner: &Person, called: &str) -> u64 {
    let new = NewToken {
        name: Name::parse("name", called).unwrap(),
        description: String::new(),
        owner: Some(OwnerId::parse("owner", &owner.id).unwrap()),
        scopes: None,
        networks: None,
        labels: Labels::default(),
        expires_at: None,
        terms: Terms { form: Some(SecretForm::new("vdai_", Alphabet::LettersAndDigits, 48)), ..Terms::default() },
    };
    world.authority().issue(&world.caller, new, None).await.unwrap().token.number.0
}
