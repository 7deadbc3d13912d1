//! Promise: a deleted token stays deleted. Its tombstone keeps its facts and denies every secret it ever
//! had; neither its digests, nor its identifier, nor its number are ever given again.

use crate::{
    engine::Engine,
    world::{World, deletion, kept, refusal, token},
};
use domain::{
    caller::{Access, Reach},
    id::TokenNumber,
    journal::Event,
    owner::{OwnerKind, Role},
    token::{RotationEnd, State},
};
use std::collections::HashSet;
use store::{
    change::{
        DeleteTokens, DeletionTarget, IssueToken, NewSecret, Outcome, RotateToken, SwitchToken, UpdateToken, Verb,
    },
    error::Refusal,
    query::TokenFilter,
};

on_every_engine!(
    every_digest_it_ever_had_is_told,
    no_digest_is_issued_again,
    no_number_is_given_twice,
    the_tombstone_keeps_the_facts,
    a_deleted_token_is_not_found_by_any_verb,
    a_secret_names_its_token,
    a_revision_guards_a_delete,
);

async fn every_digest_it_ever_had_is_told(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let first = world.issue(&owner, "one").await;
    let id = first.token.id;
    let second = world.rotate(id, RotationEnd::Now).await;
    let third = world.rotate(id, RotationEnd::At(world.now().after(std::time::Duration::from_mins(1)))).await;
    world.delete(id).await;
    let Event::TokenDeleted(deleted) = world.log.last().event else { panic!("no delete") };
    assert_eq!(deleted.digests, [first.digest, second.digest, third.digest]);
    assert_eq!((deleted.token, deleted.owner, deleted.reason.as_deref()), (id, owner.number, Some("test")));
}

async fn no_digest_is_issued_again(engine: Engine) {
    let mut world = World::new(engine).await;
    let owner = world.member().await;
    let issued = world.issue(&owner, "one").await;
    let rotated = world.rotate(issued.token.id, RotationEnd::Now).await;
    world.delete(issued.token.id).await;
    world.reopen().await;
    let other = world.issue(&owner, "other").await;
    for digest in [issued.digest, rotated.digest, other.digest] {
        let mut again = world.issuing(&owner, "again");
        again.secret = NewSecret { digest, ..kept(&again) }.into();
        assert_eq!(world.refusal(Verb::IssueToken(again)).await, Refusal::Consumed);
        let mut secret = world.secret();
        secret.digest = digest;
        let token = other.token.id;
        let rotate = RotateToken { access: Access::unlimited(), token, expects: None, secret, end: RotationEnd::Now };
        assert_eq!(world.refusal(Verb::RotateToken(rotate)).await, Refusal::Consumed);
    }
    let again = IssueToken { id: issued.token.id, ..world.issuing(&owner, "again") };
    assert_eq!(world.refusal(Verb::IssueToken(again)).await, Refusal::Consumed);
}

async fn no_number_is_given_twice(engine: Engine) {
    let mut world = World::new(engine).await;
    let owner = world.member().await;
    let mut numbers = HashSet::new();
    for round in 0..6 {
        let issued = world.issue(&owner, "newest").await;
        assert!(numbers.insert(issued.token.number), "round {round}: {}", issued.token.number);
        // The newest is deleted, alternately before and after a restart.
        if round % 2 == 0 {
            world.delete(issued.token.id).await;
            world.reopen().await;
        } else {
            world.reopen().await;
            world.delete(issued.token.id).await;
        }
    }
    assert_eq!(numbers.into_iter().max(), Some(TokenNumber(6)));
}

async fn the_tombstone_keeps_the_facts(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let before = world.issue(&owner, "one").await.token;
    let tombstone = world.delete(before.id).await;
    let deleted = tombstone.deleted.clone().unwrap();
    assert_eq!((deleted.at, deleted.by), (world.now(), Some(world.administrator.id)));
    assert_eq!(deleted.reason.as_deref(), Some("test"));
    assert_eq!(tombstone.state(world.now()), State::Deleted);
    assert_eq!(domain::token::Token { deleted: None, ..tombstone.clone() }, before);

    assert_eq!(world.find(before.id).await, None);
    assert_eq!(world.store.token(Reach::Everything, before.id, true).await.unwrap(), Some(tombstone.clone()));
    let elsewhere = world.owner(&world.organisation, OwnerKind::User, Role::Member).await;
    assert_eq!(world.store.token(Reach::Own(elsewhere.number), before.id, true).await.unwrap(), None);
    let deleted = TokenFilter { state: Some(State::Deleted), ..TokenFilter::default() };
    assert_eq!(world.list(Reach::Everything, deleted.clone()).await, [tombstone]);
    assert_eq!(world.list(Reach::Own(elsewhere.number), deleted).await, []);
    assert_eq!(world.list(Reach::Everything, TokenFilter::default()).await, []);
}

async fn a_deleted_token_is_not_found_by_any_verb(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let issued = world.issue(&owner, "one").await;
    let token = issued.token.id;
    world.delete(token).await;
    let access = Access::unlimited();
    let update = UpdateToken {
        access: access.clone(),
        token,
        expects: None,
        name: None,
        description: Some("back".into()),
        scopes: None,
        networks: None,
        labels: None,
        expires_at: None,
        facts: None,
        slot: None,
    };
    let rotate =
        RotateToken { access: access.clone(), token, expects: None, secret: world.secret(), end: RotationEnd::Now };
    let by_secret =
        DeleteTokens { access: access.clone(), target: DeletionTarget::Secret(vec![issued.digest]), reason: None };
    let verbs = [
        deletion(token),
        Verb::UpdateToken(update),
        Verb::SwitchToken(SwitchToken { access, token, expects: None, disabled: false }),
        Verb::RotateToken(rotate),
        Verb::DeleteTokens(by_secret),
        Verb::FinishRotation(issued.digest),
    ];
    for verb in verbs {
        assert_eq!(refusal(world.commit(verb).await), Refusal::NotFound);
    }
}

async fn a_secret_names_its_token(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let issued = world.issue(&owner, "one").await;
    let rotated = world.rotate(issued.token.id, RotationEnd::Now).await;
    let by = |digests| {
        Verb::DeleteTokens(DeleteTokens {
            access: Access::unlimited(),
            target: DeletionTarget::Secret(digests),
            reason: None,
        })
    };
    // A secret whose time is over names nothing any more.
    assert_eq!(world.refusal(by(vec![issued.digest])).await, Refusal::NotFound);
    let Outcome::Deleted { tokens: 1, tombstone: Some(tombstone) } =
        world.made(by(vec![issued.digest, rotated.digest])).await
    else {
        panic!("not deleted")
    };
    assert_eq!(tombstone.id, issued.token.id);
}

async fn a_revision_guards_a_delete(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let issued = world.issue(&owner, "one").await;
    let id = issued.token.id;
    let switch = SwitchToken { access: Access::unlimited(), token: id, expects: Some(1), disabled: true };
    assert_eq!(token(world.made(Verb::SwitchToken(switch)).await).revision, 2);
    let guarded = |revision| {
        let selection = DeletionTarget::Token { id, expects: Some(revision) };
        Verb::DeleteTokens(DeleteTokens { access: Access::unlimited(), target: selection, reason: None })
    };
    assert_eq!(world.refusal(guarded(1)).await, Refusal::RevisionChanged { revision: 2 });
    assert!(world.commit(guarded(2)).await.is_ok());
}
