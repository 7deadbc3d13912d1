//! Promise: an owner who was deleted leaves nothing to act with, however it is looked for, and his record stays for
//! whatever names him.

use crate::{
    engine::Engine,
    signing::adding,
    world::{World, access, name, owner_of, scopes, unchanged},
};
use domain::{
    caller::{Access, Beyond, Reach},
    facts::ContractFacts,
    id::{AssignmentId, PermissionId},
    journal::Event,
    owner::{Owner, OwnerKind, Role},
    permission::Bearer,
    scope::Scopes,
};
use serde_json::json;
use store::{
    change::{
        AssignPermission, CreatePermission, IssueToken, RetireOwner, SetPassword, UpdateOwner, Verb, WantedScopes,
    },
    error::Refusal,
    query::{FactIs, OwnerFilter, PageRequest, SignersOf, UserKey, permission::AssignmentFilter, search::Fact},
};

on_every_engine!(
    nothing_is_left_to_act_with,
    only_whoever_may_change_an_owner_deletes_it,
    the_last_administrator_stays,
    owners_are_found_by_what_a_contract_knows_of_them,
);

const ALL: PageRequest = PageRequest { after: None, limit: 1_000 };
const STATE: Fact = Fact { contract: "one", member: "state" };

fn retiring(owner: &Owner) -> RetireOwner {
    let facts = Some(ContractFacts { contract: "one", facts: json!({"state": "Deleted"}) });
    RetireOwner { access: Access::unlimited(), owner: owner.id, kind: owner.kind, facts }
}

async fn nothing_is_left_to_act_with(engine: Engine) {
    let world = World::new(engine).await;
    let ada = world.member().await;
    let password = SetPassword { owner: ada.id, expects: 1, password_hash: "hash".into() };
    world.made(Verb::SetPassword(password)).await;
    world.made(Verb::AddSigner(adding(&world, &ada, "key"))).await;
    let (one, two) = (world.issue(&ada, "one").await, world.issue(&ada, "two").await);
    let permission = CreatePermission {
        access: Access::unlimited(),
        id: PermissionId::new(world.now(), &world.randomness),
        organisation: world.organisation.id,
        name: name("Reading"),
        scopes: scopes("x:one"),
        immutable: false,
    };
    let assigned = AssignPermission {
        access: Access::unlimited(),
        id: AssignmentId::new(world.now(), &world.randomness),
        permission: permission.id,
        bearer: Bearer::Owner(ada.id),
        immutable: true,
    };
    world.made(Verb::CreatePermission(permission)).await;
    world.made(Verb::AssignPermission(assigned)).await;
    let email = ada.email.clone().unwrap();

    let retired = owner_of(world.made(Verb::RetireOwner(retiring(&ada))).await);
    assert_eq!((retired.active, &retired.email, retired.has_password), (false, &None, false));
    assert_eq!((retired.scopes.clone(), retired.id), (Scopes::default(), ada.id));
    let filter = OwnerFilter { id: Some(ada.id), ..OwnerFilter::default() };
    assert_eq!(world.store.owners(Reach::Everything, filter, ALL).await.unwrap().items, [retired]);
    for issued in [one, two] {
        let tombstone = world.store.token(Reach::Everything, issued.token.id, true).await.unwrap().unwrap();
        assert_eq!(tombstone.deleted.unwrap().reason.as_deref(), Some("its owner was deleted"));
        let denied = |event: &Event| matches!(event, Event::TokenDeleted(told) if told.digests == [issued.digest]);
        assert!(world.log.events().iter().any(denied), "the index refuses it");
    }
    assert_eq!(world.store.signers(Reach::Everything, SignersOf::Owner(ada.id)).await.unwrap(), []);
    let assignments = world.store.assignments(Reach::Everything, AssignmentFilter::default(), ALL).await.unwrap();
    assert_eq!(assignments.items, [], "not even one that nobody revokes");
    assert!(world.store.sign_in(UserKey::Email(email.as_str().to_owned())).await.unwrap().is_none());
    let known = world.store.sign_in(UserKey::Id(ada.id)).await.unwrap().unwrap();
    assert!(known.password_hash.is_none() && known.credential_revision > 2, "no link of his works");
    // His address is free, and his power stays gone until somebody gives him new one by name.
    let bob = UpdateOwner { email: Some(email), ..unchanged(&world.member().await) };
    assert!(world.commit(Verb::UpdateOwner(bob)).await.is_ok());
}

async fn only_whoever_may_change_an_owner_deletes_it(engine: Engine) {
    let world = World::new(engine).await;
    let ada = world.member().await;
    let chief = world.owner(&world.organisation, OwnerKind::User, Role::OrganisationAdministrator).await;
    let elsewhere = world.organisation("Other").await;
    let foreign = access(Reach::Organisation(elsewhere.number), Role::OrganisationAdministrator, "*");
    let refused = world.refusal(Verb::RetireOwner(RetireOwner { access: foreign, ..retiring(&ada) })).await;
    assert_eq!(refused, Refusal::NotFound);
    let below = access(Reach::Organisation(world.organisation.number), Role::Member, "owners:write");
    let refused = world.refusal(Verb::RetireOwner(RetireOwner { access: below.clone(), ..retiring(&chief) })).await;
    assert_eq!(refused, Refusal::Beyond(Beyond::Role(Role::OrganisationAdministrator)));
    let other_kind = RetireOwner { kind: OwnerKind::ServiceAccount, ..retiring(&ada) };
    assert_eq!(world.refusal(Verb::RetireOwner(other_kind)).await, Refusal::NotFound);
    assert!(world.commit(Verb::RetireOwner(RetireOwner { access: below, ..retiring(&ada) })).await.is_ok());
}

async fn the_last_administrator_stays(engine: Engine) {
    let world = World::new(engine).await;
    let root = world.administrator.clone();
    world.issue_as(IssueToken { scopes: WantedScopes::WhateverOwnerMay, ..world.issuing(&root, "way in") }).await;
    assert_eq!(world.refusal(Verb::RetireOwner(retiring(&root))).await, Refusal::LastAdministrator);
    assert_eq!(world.list(Reach::Everything, store::query::TokenFilter::default()).await.len(), 1, "nothing was kept");
}

async fn owners_are_found_by_what_a_contract_knows_of_them(engine: Engine) {
    let world = World::new(engine).await;
    let (ada, bob) = (world.member().await, world.member().await);
    world.made(Verb::RetireOwner(retiring(&ada))).await;
    let of = |text: &str, is| {
        let facts = vec![FactIs { fact: STATE, text: text.to_owned(), is }];
        world.store.owners(Reach::Everything, OwnerFilter { facts, ..OwnerFilter::default() }, ALL)
    };
    let ids = |page: store::query::Page<Owner>| page.items.iter().map(|owner| owner.id).collect::<Vec<_>>();
    assert_eq!(ids(of("Deleted", true).await.unwrap()), [ada.id]);
    assert_eq!(ids(of("Deleted", false).await.unwrap()), [world.administrator.id, bob.id]);
    assert_eq!(ids(of("' OR 1", true).await.unwrap()), []);
    assert_eq!(ids(of("other", false).await.unwrap()).len(), 3);
}
