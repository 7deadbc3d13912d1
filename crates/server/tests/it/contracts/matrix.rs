//! Promise: a token made at one door is seen, verified and deleted at every other within reach, by a credential that
//! was born at any door whose right includes it; and what one door deletes is refused by all from that answer on.

use crate::world::{Answer, Call, World};
use authority::owners::OrganisationPatch;
use domain::{facts::ContractFacts, id::OrganisationId};
use http::Method;
use serde_json::{Value, json};
use store::query::{PageRequest, Sort, TokenFilter};

/// A door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Native,
    Rncv,
    VectorAi,
    SoftwareOne,
}

const DOORS: [At; 4] = [At::Native, At::Rncv, At::VectorAi, At::SoftwareOne];

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
            Self::Native | Self::SoftwareOne => call.bearer(credential),
        }
    }

    /// The doors at which a credential that was born here, with the right to administer, has that right.
    fn rules(self) -> &'static [Self] {
        match self {
            Self::Native | Self::Rncv | Self::VectorAi => &DOORS,
            // No module is the right to administer the database.
            Self::SoftwareOne => &[Self::Native, Self::Rncv, Self::SoftwareOne],
        }
    }

    /// Makes a token that administers tokens, as far as the door knows such a right.
    async fn make(self, world: &World, credential: &str, user: u64, name: &str) -> Made {
        let (path, body, status, secret) = match self {
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
        let whoami = world.get("/v1/whoami").bearer(&secret).await.expect(200);
        let id = whoami["token"]["id"].as_str().unwrap().to_owned();
        let number = number_of(world, &id).await;
        Made { secret, id, number }
    }

    /// True when the list of this door names the token.
    async fn lists(self, world: &World, credential: &str, made: &Made) -> bool {
        let (path, items, key) = match self {
            Self::Native => ("/v1/tokens?limit=200", "/items", "id"),
            Self::Rncv => ("/admin/tokens?page_size=100", "/results", "token_id"),
            Self::VectorAi => ("/auth/access_tokens", "", "id"),
            Self::SoftwareOne => ("/public/v1/accounts/api-tokens?limit=100", "/data", "id"),
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
        }
    }

    async fn delete(self, world: &World, credential: &str, made: &Made) -> Answer {
        let name = self.name_of(made);
        let path = match self {
            Self::Native => format!("/v1/tokens/{}", made.id),
            Self::Rncv => "/admin/tokens".to_owned(),
            Self::VectorAi => format!("/auth/access_token/{name}"),
            Self::SoftwareOne => format!("/public/v1/accounts/api-tokens/{}", name.as_str().unwrap()),
        };
        let call = self.call(world, Method::DELETE, path, credential);
        if self == Self::Rncv { call.json(json!({"token_id": name})).await } else { call.await }
    }

    fn deleted_status(self) -> u16 {
        match self {
            Self::Native | Self::SoftwareOne => 204,
            Self::Rncv | Self::VectorAi => 200,
        }
    }

    /// What a credential that does not work any more is told.
    async fn turns_away(self, world: &World, secret: &str) {
        let path = match self {
            Self::Native => "/v1/tokens",
            Self::Rncv => "/admin/tokens",
            Self::VectorAi => "/auth/access_tokens",
            Self::SoftwareOne => "/public/v1/accounts/api-tokens",
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

/// A world in whose first company VectorAI's contract, which is bound to it, has its switch on; and an administrator of
/// that company, as the contracts number him.
async fn world() -> (World, u64) {
    let world = World::with_contracts().await;
    let on = ContractFacts { contract: "vectorai", facts: json!({"auth_enabled": true}) };
    let patch = OrganisationPatch { facts: Some(on), ..OrganisationPatch::default() };
    let acme = OrganisationId::parse("id", &world.acme.id).unwrap();
    let updated = world.authority().update_organisation(&world.caller, acme, patch, None).await.unwrap();
    assert!(!updated.facts.is_empty());
    let administrator = world.authority().authenticate(&world.acme.administrator.token, None, None).await.unwrap();
    (world, administrator.owner_number.0.into())
}

async fn verdict(world: &World, secret: &str) -> Value {
    world.post("/v1/tokens/verify", json!({"token": secret})).bearer(&world.verifier.token).await.expect(200)
}

#[tokio::test]
async fn every_door_sees_and_deletes_what_every_other_made() {
    let (world, user) = world().await;
    let root = world.acme.administrator.token.clone();
    for birth in DOORS {
        for end in DOORS {
            let made = birth.make(&world, &root, user, &format!("{birth:?} to {end:?}")).await;
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
    let (world, user) = world().await;
    let root = world.acme.administrator.token.clone();
    for birth in DOORS {
        let credential = birth.make(&world, &root, user, &format!("of {birth:?}")).await;
        for door in DOORS {
            let made = At::Native.make(&world, &root, user, "to be deleted").await;
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
    let (world, _) = world().await;
    let stranger = &world.globex.administrator.token;
    let victim = world.acme.member.clone();
    let number = number_of(&world, &victim.token_id).await;
    let made = Made { secret: victim.token.clone(), id: victim.token_id.clone(), number };
    let before = world.position().await;
    for (door, status) in [(At::Native, 404), (At::Rncv, 404), (At::VectorAi, 403), (At::SoftwareOne, 404)] {
        let answer = door.delete(&world, stranger, &made).await;
        assert_eq!(answer.status, status, "{door:?}: {}", answer.text());
    }
    assert_eq!(world.position().await, before, "nothing was written");
    assert_eq!(verdict(&world, &made.secret).await["active"], true);
}
