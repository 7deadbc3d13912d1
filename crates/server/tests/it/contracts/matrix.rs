//! Promise: a token made at one door is seen, verified and deleted at every other within reach, by a credential that
//! was born at any door whose right includes it; and what one door deletes is refused by all from that answer on.

use super::dfns::{Key, Signing};
use crate::world::{Answer, Call, Person, World};
use authority::owners::OrganisationPatch;
use domain::{
    facts::ContractFacts,
    id::{OrganisationId, TokenId},
};
use http::Method;
use serde_json::{Value, json};
use server::contracts::dfns::identifier;
use std::{
    collections::HashMap,
    ops::Deref,
    sync::{Arc, Mutex},
};
use store::query::{PageRequest, Sort, TokenFilter};

/// A door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Native,
    Rncv,
    VectorAi,
    SoftwareOne,
    Dfns,
}

const DOORS: [At; 5] = [At::Native, At::Rncv, At::VectorAi, At::SoftwareOne, At::Dfns];

/// A world in which administrators sign, with the key that each of these credentials signs with.
struct Doors {
    world: World,
    /// Acme's administrator, as RNCV numbers him.
    user: u64,
    /// He, logged in at Dfns' door.
    login: Signing,
    keys: Mutex<HashMap<String, Arc<Key>>>,
}

impl Deref for Doors {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Doors {
    /// The key that a credential signs with; none for one of an owner who has none.
    fn key(&self, credential: &str) -> Option<Arc<Key>> {
        self.keys.lock().unwrap().get(credential).cloned()
    }

    fn knows(&self, credential: &str, key: Arc<Key>) {
        self.keys.lock().unwrap().insert(credential.to_owned(), key);
    }
}

/// A token as the test knows it.
#[derive(Clone)]
struct Made {
    secret: String,
    id: String,
    number: u64,
}

impl At {
    /// A request at this door with a credential.
    fn call<'a>(self, world: &'a World, method: Method, path: String, credential: &str) -> Call<'a> {
        let call = world.call(method, path);
        match self {
            Self::Rncv => call.token(credential),
            Self::VectorAi => call.field("api-key", credential),
            Self::Native | Self::SoftwareOne | Self::Dfns => call.bearer(credential),
        }
    }

    /// The doors at which a credential that was born here, with the right to administer, has that right.
    fn rules(self) -> &'static [Self] {
        match self {
            Self::Native | Self::Rncv => &DOORS,
            // They speak for service accounts of their contracts, which have no key to sign with.
            Self::VectorAi => &[Self::Native, Self::Rncv, Self::VectorAi, Self::SoftwareOne],
            // No module is the right to administer the database.
            Self::SoftwareOne => &[Self::Native, Self::Rncv, Self::SoftwareOne],
            // Without a signature it changes nothing, and the other doors ask for none.
            Self::Dfns => &[Self::Dfns],
        }
    }

    /// Makes a token that administers tokens, as far as the door knows such a right.
    async fn make(self, world: &Doors, credential: &str, name: &str) -> Made {
        let user = world.user;
        let (path, body, status, secret) = match self {
            Self::Dfns => return self.make_signed(world, name).await,
            Self::Native => ("/v1/tokens", json!({"name": name}), 201, "secret"),
            Self::Rncv => ("/admin/tokens", json!({"user_id": user}), 201, "key"),
            Self::VectorAi => ("/auth/access_token", json!({"name": name, "permission": "admin"}), 200, "token"),
            Self::SoftwareOne => {
                let body = json!({"name": name, "modules": [{"id": "MOD-1756"}]});
                ("/public/v1/accounts/api-tokens", body, 201, "token")
            }
        };
        let made = self.call(world, Method::POST, path.to_owned(), credential).json(body).await.expect(status);
        let secret = made[secret].as_str().unwrap().to_owned();
        // Its owner signs for it.
        if let (Self::Native | Self::Rncv, Some(key)) = (self, world.key(credential)) {
            world.knows(&secret, key);
        }
        let whoami = world.get("/v1/whoami").bearer(&secret).await.expect(200);
        let id = whoami["token"]["id"].as_str().unwrap().to_owned();
        let number = number_of(world, &id).await;
        Made { secret, id, number }
    }

    /// Makes a token that signs with a key of its own.
    async fn make_signed(self, world: &Doors, name: &str) -> Made {
        let pat = world.new_pat(&world.login, name).await;
        let id = identifier::parse_token(&pat.id).unwrap().to_string();
        let number = number_of(world, &id).await;
        world.knows(&pat.signing.bearer, Arc::new(pat.signing.key));
        Made { secret: pat.signing.bearer, id, number }
    }

    /// True when the list of this door names the token; Dfns' lists one's own, so there it is looked for alone.
    async fn lists(self, world: &World, credential: &str, made: &Made) -> bool {
        let (path, items, key) = match self {
            Self::Native => ("/v1/tokens?limit=200", "/items", "id"),
            Self::Rncv => ("/admin/tokens?page_size=100", "/results", "token_id"),
            Self::VectorAi => ("/auth/access_tokens", "", "id"),
            Self::SoftwareOne => ("/public/v1/accounts/api-tokens?limit=100", "/data", "id"),
            Self::Dfns => {
                let path = format!("/auth/pats/{}", self.name_of(made).as_str().unwrap());
                return self.call(world, Method::GET, path, credential).await.status == 200;
            }
        };
        let list = self.call(world, Method::GET, path.to_owned(), credential).await.expect(200);
        let named = self.name_of(made);
        list.pointer(items).unwrap().as_array().unwrap().iter().any(|token| token[key] == named)
    }

    /// What this door calls the token.
    fn name_of(self, made: &Made) -> Value {
        match self {
            Self::Native => made.id.clone().into(),
            Self::Rncv | Self::VectorAi => made.number.into(),
            Self::SoftwareOne => format!("TKN-{}", domain::id::TokenNumber(made.number).grouped()).into(),
            Self::Dfns => identifier::token(TokenId::parse("id", &made.id).unwrap()).into(),
        }
    }

    async fn delete(self, world: &Doors, credential: &str, made: &Made) -> Answer {
        let name = self.name_of(made);
        let path = match self {
            Self::Native => format!("/v1/tokens/{}", made.id),
            Self::Rncv => "/admin/tokens".to_owned(),
            Self::VectorAi => format!("/auth/access_token/{name}"),
            Self::SoftwareOne => format!("/public/v1/accounts/api-tokens/{}", name.as_str().unwrap()),
            Self::Dfns => format!("/auth/pats/{}", name.as_str().unwrap()),
        };
        let call = self.call(world, Method::DELETE, path.clone(), credential);
        match (self, world.key(credential)) {
            (Self::Rncv, _) => call.json(json!({"token_id": name})).await,
            (Self::Dfns, Some(key)) => {
                let action = world.action_with(credential, &key, &Method::DELETE, &path, "").await;
                call.field("x-dfns-useraction", action).await
            }
            _ => call.await,
        }
    }

    fn deleted_status(self) -> u16 {
        match self {
            Self::Native | Self::SoftwareOne => 204,
            Self::Rncv | Self::VectorAi | Self::Dfns => 200,
        }
    }

    /// What a credential that does not work any more is told.
    async fn turns_away(self, world: &World, secret: &str) {
        let path = match self {
            Self::Native => "/v1/tokens",
            Self::Rncv => "/admin/tokens",
            Self::VectorAi => "/auth/access_tokens",
            Self::SoftwareOne => "/public/v1/accounts/api-tokens",
            Self::Dfns => "/auth/pats",
        };
        self.call(world, Method::GET, path.to_owned(), secret).await.expect(401);
    }
}

/// The number of a token that lives.
async fn number_of(world: &World, id: &str) -> u64 {
    let page = PageRequest { after: None, limit: 10_000 };
    let found = world.authority().tokens(&world.caller, TokenFilter::default(), Sort::default(), page).await.unwrap();
    found.items.iter().find(|token| token.id.to_string() == id).unwrap().number.0
}

/// A world in whose first company VectorAI's contract, which is bound to it, has its switch on, and in which the
/// administrators of both companies sign.
async fn world() -> Doors {
    let world = World::with_contracts().await;
    let on = ContractFacts { contract: "vectorai", facts: json!({"auth_enabled": true}) };
    let patch = OrganisationPatch { facts: Some(on), ..OrganisationPatch::default() };
    let acme = OrganisationId::parse("id", &world.acme.id).unwrap();
    let updated = world.authority().update_organisation(&world.caller, acme, patch, None).await.unwrap();
    assert!(!updated.facts.is_empty());
    let administrator = world
        .authority()
        .authenticate(&world.acme.administrator.token, &domain::origin::Origin::default())
        .await
        .unwrap();
    let user = administrator.owner_number.0.into();
    let (grace, barbara) = (world.acme.administrator.clone(), world.globex.administrator.clone());
    let (key, other) = (registered(&world, &grace).await, registered(&world, &barbara).await);
    let bearer = world.log_in(&world.acme.id, &grace, &key).await;
    let keys = HashMap::from([(grace.token, Arc::new(key.again())), (barbara.token, Arc::new(other))]);
    Doors { world, user, login: Signing { bearer, key }, keys: Mutex::new(keys) }
}

/// A key of somebody.
async fn registered(world: &World, person: &Person) -> Key {
    let key = Key::new(&person.id);
    world.register_key(person, &key).await;
    key
}

async fn verdict(world: &World, secret: &str) -> Value {
    world.post("/v1/tokens/verify", json!({"token": secret})).bearer(&world.verifier.token).await.expect(200)
}

#[tokio::test]
async fn every_door_sees_and_deletes_what_every_other_made() {
    let world = world().await;
    let root = world.acme.administrator.token.clone();
    for birth in DOORS {
        for end in DOORS {
            let made = birth.make(&world, &root, &format!("{birth:?} to {end:?}")).await;
            assert_eq!(verdict(&world, &made.secret).await["active"], true, "{birth:?}");
            for door in DOORS {
                assert!(door.lists(&world, &root, &made).await, "{birth:?} at {door:?}");
            }
            end.delete(&world, &root, &made).await.expect(end.deleted_status());
            let refused = verdict(&world, &made.secret).await;
            assert_eq!(
                (&refused["active"], &refused["reason"]),
                (&json!(false), &json!("deleted")),
                "{birth:?} {end:?}"
            );
            for door in DOORS {
                assert!(!door.lists(&world, &root, &made).await, "{birth:?} at {door:?} after {end:?}");
                door.turns_away(&world, &made.secret).await;
                assert_eq!(door.delete(&world, &root, &made).await.status, 404, "{birth:?} at {door:?} again");
            }
        }
    }
}

#[tokio::test]
async fn a_credential_of_any_birth_deletes_where_its_right_reaches() {
    let world = world().await;
    let root = world.acme.administrator.token.clone();
    for birth in DOORS {
        let credential = birth.make(&world, &root, &format!("of {birth:?}")).await;
        for door in DOORS {
            let made = At::Native.make(&world, &root, "to be deleted").await;
            let answer = door.delete(&world, &credential.secret, &made).await;
            if birth.rules().contains(&door) {
                answer.expect(door.deleted_status());
                assert_eq!(verdict(&world, &made.secret).await["reason"], "deleted");
            } else {
                assert_eq!(answer.status, 403, "{birth:?} at {door:?}: {}", answer.text());
                assert_eq!(verdict(&world, &made.secret).await["active"], true);
            }
        }
        At::Native.delete(&world, &root, &credential).await.expect(204);
    }
}

#[tokio::test]
async fn no_door_reaches_beyond_its_organisation() {
    let world = world().await;
    let stranger = &world.globex.administrator.token;
    let victim = world.acme.member.clone();
    let number = number_of(&world, &victim.token_id).await;
    let made = Made { secret: victim.token.clone(), id: victim.token_id.clone(), number };
    let before = world.position().await;
    for (door, status) in
        [(At::Native, 404), (At::Rncv, 404), (At::VectorAi, 403), (At::SoftwareOne, 404), (At::Dfns, 404)]
    {
        let answer = door.delete(&world, stranger, &made).await;
        assert_eq!(answer.status, status, "{door:?}: {}", answer.text());
    }
    assert_eq!(world.position().await, before, "nothing was written");
    assert_eq!(verdict(&world, &made.secret).await["active"], true);
}

/// Whoever has stolen the bearer of a token that signs has nothing but a look at it.
#[tokio::test]
async fn a_stolen_bearer_that_should_sign_changes_nothing_at_any_door() {
    let world = world().await;
    let root = world.acme.administrator.token.clone();
    let stolen = At::Dfns.make(&world, &root, "stolen").await;
    let victim = At::Native.make(&world, &root, "victim").await;
    world.keys.lock().unwrap().remove(&stolen.secret);
    // The contracts' own service accounts are there before.
    for door in [At::VectorAi, At::SoftwareOne] {
        door.make(&world, &root, "other").await;
    }
    let before = world.position().await;
    for door in DOORS {
        for target in [&victim, &stolen] {
            let answer = door.delete(&world, &stolen.secret, target).await;
            assert_eq!(answer.status, 403, "{door:?}: {}", answer.text());
        }
        assert!(door.lists(&world, &root, &victim).await);
    }
    let id = &stolen.id;
    for (method, path, body) in [
        (Method::POST, "/v1/tokens".to_owned(), json!({"name": "more"})),
        (Method::PATCH, format!("/v1/tokens/{id}"), json!({"name": "other"})),
        (Method::POST, format!("/v1/tokens/{id}/rotate"), json!({})),
        (Method::POST, format!("/v1/tokens/{id}/disable"), json!({})),
        (Method::POST, "/v1/tokens/delete".to_owned(), json!({"filter": {"name_contains": "victim"}})),
        (Method::POST, "/v1/users".to_owned(), json!({"name": "Eve", "email": "eve@people.example"})),
        (Method::POST, "/admin/tokens".to_owned(), json!({"user_id": world.user})),
        (Method::POST, "/auth/access_token".to_owned(), json!({"name": "more", "permission": "admin"})),
        (Method::POST, "/public/v1/accounts/api-tokens".to_owned(), json!({"name": "more"})),
        (Method::PUT, format!("/auth/pats/{}/deactivate", At::Dfns.name_of(&stolen).as_str().unwrap()), json!({})),
        (Method::POST, "/permissions".to_owned(), json!({"name": "more", "operations": ["Auth:Pats:Create"]})),
    ] {
        let call = world.call(method, path.as_str()).json(body);
        let call = if path.starts_with("/admin") { call.token(&stolen.secret) } else { call.bearer(&stolen.secret) };
        let answer = call.await;
        assert_eq!(answer.status, 403, "{path}: {}", answer.text());
    }
    assert_eq!(world.position().await, before, "nothing was written");
}
