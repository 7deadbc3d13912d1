//! Promise: only an empty store is set up, and an administrator finds the way back in.

use crate::{
    engine::Engine,
    world::{World, name, owner_of},
};
use domain::{
    caller::{Access, Actor, Reach},
    id::{OrganisationId, OwnerId, TokenId},
    name::Email,
    owner::{OwnerKind, Role},
    scope::Scopes,
    time::Timestamp,
};
use store::{
    change::{
        Change, NewOrganisation, NewOwner, Outcome, RecoverAdministrator, SetUp, UpdateOrganisation, UpdateOwner, Verb,
    },
    error::Refusal,
    query::UserKey,
    testing::Seeded,
};

on_every_engine!(
    the_first_administrator_gets_a_token,
    only_an_empty_store_is_set_up,
    a_lost_administrator_comes_back,
    a_new_administrator_joins_the_first_organisation,
);

async fn the_first_administrator_gets_a_token(engine: Engine) {
    let store = engine.open();
    assert!(store.is_empty().await.unwrap());
    let (at, randomness) = (Timestamp::from_milliseconds(1_700_000_000_000), Seeded::new(1));
    let administrator = NewOwner {
        id: OwnerId::new(at, &randomness),
        kind: OwnerKind::User,
        name: name("Ada"),
        email: Some(Email::parse("email", "ada@example.org").unwrap()),
        role: Role::Member,
        scopes: Scopes::default(),
        password_hash: None,
        facts: domain::facts::Facts::default(),
        slot: None,
    };
    let secret = store::change::NewSecret {
        digest: domain::secret::Digest::from_bytes([1; 16]),
        key: domain::secret::KeyId(1),
        hint: "jtn_0123…abcd".into(),
    };
    let id = TokenId::new(at, &randomness);
    let verb = Verb::SetUp(SetUp {
        organisation: NewOrganisation { id: OrganisationId::new(at, &randomness), name: name("First") },
        administrator,
        token: Some((id, name("bootstrap"), secret)),
    });
    let outcome = store.commit(Change::new(at, Actor::System, verb)).await.unwrap().outcome;
    let Outcome::SetUp { administrator, token: Some(token) } = outcome else { panic!("not set up") };
    // Whatever the request says, the first user is an administrator.
    assert_eq!(administrator.role, Role::ApplicationAdministrator);
    assert_eq!((token.id, token.owner, &token.scopes), (id, administrator.id, &Scopes::everything()));
    assert_eq!(store.token(Reach::Own(administrator.number), id, false).await.unwrap(), Some(*token));
    assert!(!store.is_empty().await.unwrap());
}

async fn only_an_empty_store_is_set_up(engine: Engine) {
    let world = World::new(engine).await;
    let verb = Verb::SetUp(SetUp {
        organisation: NewOrganisation { id: OrganisationId::new(world.now(), &world.randomness), name: name("Two") },
        administrator: world.new_owner(OwnerKind::User, Role::ApplicationAdministrator),
        token: None,
    });
    assert_eq!(world.refusal(verb).await, Refusal::AlreadySetUp);
}

fn recover(world: &World, email: &Email) -> Verb {
    Verb::RecoverAdministrator(RecoverAdministrator {
        id: OwnerId::new(world.now(), &world.randomness),
        email: email.clone(),
        name: name("Recovered"),
        password_hash: "hash".into(),
    })
}

async fn a_lost_administrator_comes_back(engine: Engine) {
    let world = World::new(engine).await;
    let other = world.organisation("Other").await;
    let lost = world.owner(&other, OwnerKind::User, Role::Member).await;
    let deactivate = UpdateOwner {
        access: Access::unlimited(),
        owner: lost.id,
        kind: lost.kind,
        expects: None,
        name: None,
        email: None,
        role: None,
        scopes: None,
        active: Some(false),
        deletes_tokens: false,
        facts: None,
    };
    world.made(Verb::UpdateOwner(deactivate)).await;
    let deactivate = UpdateOrganisation {
        seat: None,
        signed_actions: None,
        access: Access::unlimited(),
        organisation: other.id,
        expects: None,
        name: None,
        active: Some(false),
        facts: None,
    };
    world.made(Verb::UpdateOrganisation(deactivate)).await;
    let recovered = owner_of(world.made(recover(&world, lost.email.as_ref().unwrap())).await);
    assert_eq!((recovered.id, recovered.role, recovered.active), (lost.id, Role::ApplicationAdministrator, true));
    let sign_in = world.store.sign_in(UserKey::Id(lost.id)).await.unwrap().unwrap();
    assert!(sign_in.organisation_active);
    assert_eq!(sign_in.password_hash.as_deref(), Some("hash"));
}

async fn a_new_administrator_joins_the_first_organisation(engine: Engine) {
    let world = World::new(engine).await;
    world.organisation("Other").await;
    let email = Email::parse("email", "new@example.org").unwrap();
    let made = owner_of(world.made(recover(&world, &email)).await);
    assert_eq!((made.organisation, made.role), (world.organisation.number, Role::ApplicationAdministrator));
    assert!(made.has_password && made.active);
}
