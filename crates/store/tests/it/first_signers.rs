//! Promise: a link registers the first signers of a user once, and only the newest one does.

use crate::{
    engine::Engine,
    signing::{by, new_signer, revision, set_password, signed_in},
    world::{World, refusal, unchanged},
};
use domain::{
    caller::{Access, Caller, Reach},
    limits,
    owner::Owner,
    signer::Signer,
};
use store::{
    change::{InviteOwner, RegisterOwner, UpdateOwner, Verb},
    error::Refusal,
    query::SignersOf,
};

on_every_engine!(an_owner_registers_by_link_once, a_refused_registration_keeps_nothing);

async fn all_of(world: &World, owner: &Owner) -> Vec<Signer> {
    world.store.signers(Reach::Everything, SignersOf::Owner(owner.id)).await.unwrap()
}

fn registering(world: &World, owner: &Owner, expects: u64, credentials: &[&str]) -> Verb {
    let signers = credentials.iter().map(|credential| new_signer(world, credential)).collect();
    Verb::RegisterOwner(RegisterOwner { owner: owner.id, expects, signers })
}

async fn invite(world: &World, owner: &Owner) -> u64 {
    world.made(Verb::InviteOwner(InviteOwner { access: Access::unlimited(), owner: owner.id })).await;
    revision(world, owner).await
}

async fn is_signed_in(world: &World, caller: &Caller, owner: &Owner) -> bool {
    let verb = Verb::IssueToken(world.issuing(owner, "minted"));
    match by(world, caller, verb).await {
        Ok(_) => true,
        refused => {
            assert_eq!(refusal(refused), Refusal::CredentialEnded);
            false
        }
    }
}

async fn an_owner_registers_by_link_once(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let caller = signed_in(&world, &owner).await;
    let link = invite(&world, &owner).await;
    let newer = invite(&world, &owner).await;
    assert_eq!(world.refusal(registering(&world, &owner, link, &["one"])).await, Refusal::Consumed, "replaced");
    assert!(is_signed_in(&world, &caller, &owner).await);
    world.made(registering(&world, &owner, newer, &["one", "two"])).await;
    let signers = all_of(&world, &owner).await;
    assert_eq!(signers.iter().map(|signer| signer.credential.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert!(!is_signed_in(&world, &caller, &owner).await, "a link ends what somebody else may have begun");
    for used in [link, newer, newer + 2] {
        assert_eq!(world.refusal(registering(&world, &owner, used, &["three"])).await, Refusal::Consumed, "{used}");
    }
    let link = invite(&world, &owner).await;
    set_password(&world, &owner).await;
    assert_eq!(world.refusal(registering(&world, &owner, link, &["three"])).await, Refusal::Consumed, "password set");
    let link = invite(&world, &owner).await;
    world.made(Verb::UpdateOwner(UpdateOwner { active: Some(false), ..unchanged(&owner) })).await;
    assert_eq!(world.refusal(registering(&world, &owner, link, &["three"])).await, Refusal::Consumed, "deactivated");
    let inactive = revision(&world, &owner).await;
    assert_eq!(world.refusal(registering(&world, &owner, inactive, &["three"])).await, Refusal::OwnerInactive);
    assert_eq!(all_of(&world, &owner).await, signers);
}

async fn a_refused_registration_keeps_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let link = invite(&world, &owner).await;
    let tail = world.store.tail().await.unwrap();
    let twice = registering(&world, &owner, link, &["one", "one"]);
    assert_eq!(world.refusal(twice).await, Refusal::SignerTaken);
    let many: Vec<_> = (0..=limits::SIGNERS).map(|place| format!("key {place}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    assert_eq!(world.refusal(registering(&world, &owner, link, &many)).await, Refusal::TooManySigners);
    assert_eq!(world.store.tail().await.unwrap(), tail);
    assert!(all_of(&world, &owner).await.is_empty());
    world.made(registering(&world, &owner, link, &["one"])).await;
    assert_eq!(all_of(&world, &owner).await.len(), 1);
}
