//! Promise: upkeep forgets only what has passed its time, and a change of the server key keeps every
//! token at work and every deleted one dead.

use crate::{engine::Engine, world::World};
use domain::{
    caller::{Access, Reach},
    id::SessionId,
    journal::Event,
    limits,
    secret::{Digest, KeyId},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use store::{
    change::{
        Change, DeleteTokens, DeletionTarget, NewSecret, Nonce, OpenSession, Outcome, RehashSecrets, TokenUse, Uses,
        Verb,
    },
    error::Refusal,
    query::{Loaded, UserKey},
};

on_every_engine!(
    what_has_passed_its_time_is_forgotten,
    what_is_left_to_forget_is_told,
    tombstones_are_never_forgotten,
    digests_are_replaced_and_told,
    a_seen_session_is_not_idle,
);

async fn open_session(world: &World, secret: u8) -> SessionId {
    let id = SessionId::new(world.now(), &world.randomness);
    let expects = world.store.sign_in(UserKey::Id(world.administrator.id)).await.unwrap().unwrap().credential_revision;
    let session = OpenSession {
        proof: None,
        access: None,
        id,
        owner: world.administrator.id,
        expects,
        digest: Digest::from_bytes([secret; 16]),
        expires_at: world.now().after(limits::SESSION_LIFETIME),
        address: None,
        user_agent: None,
        replaces: None,
        password_hash: None,
        idles: true,
    };
    world.made(Verb::OpenSession(session)).await;
    id
}

async fn consume(world: &World, until: domain::time::Timestamp) -> Result<(), Refusal> {
    let change = Change {
        consumes: Some(Nonce { value: [1; 16], until }),
        ..world.change(Verb::Prune { origins_before: None })
    };
    match world.store.commit(change).await {
        Ok(_) => Ok(()),
        refused => Err(crate::world::refusal(refused)),
    }
}

async fn what_is_left_to_forget_is_told(engine: Engine) {
    let world = World::new(engine).await;
    let token = world.issue(&world.member().await, "one").await.token.id;
    let days = (0..10_001).map(|day| (day, 1)).collect();
    let used = TokenUse { token, at: world.now(), address: None, user_agent: None, days, callers: vec![] };
    world.made(Verb::RecordUses(Uses { tokens: vec![used], sessions: vec![] })).await;
    for left in [true, false] {
        let Outcome::Pruned { more } = world.made(Verb::Prune { origins_before: None }).await else {
            panic!("not pruned")
        };
        assert_eq!(more, left);
    }
    assert_eq!(world.store.usage(Reach::Everything, token).await.unwrap(), Some(vec![]));
}

async fn what_has_passed_its_time_is_forgotten(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let token = world.issue(&owner, "one").await.token.id;
    let today = world.now().day();
    let days = vec![(today - limits::USAGE_DAYS - 1, 1), (today - limits::USAGE_DAYS, 2), (today, 3)];
    let used = TokenUse { token, at: world.now(), address: None, user_agent: None, days, callers: vec![] };
    world.made(Verb::RecordUses(Uses { tokens: vec![used], sessions: vec![] })).await;
    open_session(&world, 1).await;
    let until = world.now().after(Duration::from_mins(1));
    assert_eq!(consume(&world, until).await, Ok(()));
    let tail = world.store.tail().await.unwrap();

    world.made(Verb::Prune { origins_before: None }).await;
    assert!(world.store.session(Digest::from_bytes([1; 16])).await.unwrap().is_some());
    assert_eq!(consume(&world, until).await, Err(Refusal::Consumed));
    let kept: Vec<_> =
        world.store.usage(Reach::Everything, token).await.unwrap().unwrap().iter().map(|day| day.count).collect();
    assert_eq!(kept, [2, 3]);

    world.wait(limits::SESSION_IDLE);
    world.made(Verb::Prune { origins_before: None }).await;
    assert!(world.store.session(Digest::from_bytes([1; 16])).await.unwrap().is_none());
    let again = async || consume(&world, world.now().after(Duration::from_mins(1))).await;
    assert_eq!(again().await, Err(Refusal::Consumed), "a clock that is set back must find it");
    world.wait(Duration::from_hours(24));
    world.made(Verb::Prune { origins_before: None }).await;
    assert_eq!(again().await, Ok(()));
    assert_eq!(world.store.tail().await.unwrap(), tail);
}

async fn a_seen_session_is_not_idle(engine: Engine) {
    let world = World::new(engine).await;
    let session = open_session(&world, 1).await;
    let half = limits::SESSION_IDLE / 2;
    world.wait(half);
    let seen = world.now();
    world.made(Verb::RecordUses(Uses { tokens: vec![], sessions: vec![(session, seen)] })).await;
    world.wait(half);
    world.made(Verb::Prune { origins_before: None }).await;
    let kept = world.store.session(Digest::from_bytes([1; 16])).await.unwrap().unwrap();
    assert_eq!(kept.last_seen_at, seen);
    world.wait(limits::SESSION_LIFETIME);
    world.made(Verb::RecordUses(Uses { tokens: vec![], sessions: vec![(session, world.now())] })).await;
    world.made(Verb::Prune { origins_before: None }).await;
    assert!(world.store.session(Digest::from_bytes([1; 16])).await.unwrap().is_none());
}

async fn tombstones_are_never_forgotten(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let issued = world.issue(&owner, "one").await;
    world.delete(issued.token.id).await;
    world.wait(Duration::from_hours(20 * 365 * 24));
    world.made(Verb::Prune { origins_before: None }).await;
    assert!(world.store.token(Reach::Everything, issued.token.id, true).await.unwrap().is_some());
    let mut again = world.issuing(&owner, "again");
    again.secret = NewSecret { digest: issued.digest, ..crate::world::kept(&again) }.into();
    assert_eq!(world.refusal(Verb::IssueToken(again)).await, Refusal::Consumed);
}

async fn digests_are_replaced_and_told(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let (one, two) = (world.issue(&owner, "one").await, world.issue(&owner, "two").await);
    let deleted = world.issue(&owner, "deleted").await;
    world.delete(deleted.token.id).await;
    let new = |byte| Digest::from_bytes([byte; 16]);
    let digests = vec![(one.digest, new(1)), (deleted.digest, new(2)), (new(9), new(3))];
    world.made(Verb::RehashSecrets(RehashSecrets { key: KeyId(2), digests })).await;
    let Event::SecretsRehashed(told) = world.log.last().event else { panic!("not told") };
    assert_eq!((told.key, told.digests), (KeyId(2), vec![(one.digest, new(1)), (deleted.digest, new(2))]));

    let live = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&live);
    let take = move |loaded| match loaded {
        Loaded::Secret { digest, .. } => sink.lock().unwrap().push((digest, true)),
        Loaded::Tombstone { digest, .. } => sink.lock().unwrap().push((digest, false)),
        Loaded::Expected { .. } | Loaded::Organisation { .. } | Loaded::Owner { .. } => {}
    };
    world.store.load(Arc::new(take)).await.unwrap();
    assert_eq!(*live.lock().unwrap(), [(new(1), true), (two.digest, true), (new(2), false)]);
    let selection = DeletionTarget::Secret(vec![new(1)]);
    let delete = DeleteTokens { access: Access::unlimited(), target: selection, reason: None };
    assert!(world.commit(Verb::DeleteTokens(delete)).await.is_ok());
    let entries = world.log.entries().len();
    let unknown = RehashSecrets { key: KeyId(2), digests: vec![(new(8), new(7))] };
    world.made(Verb::RehashSecrets(unknown)).await;
    assert_eq!(world.log.entries().len(), entries);
}
