//! Promise: a rotation gives a token a new secret and ends the older ones when it says so, never later.

use crate::{
    engine::Engine,
    world::{Issued, World, access, refusal},
};
use domain::{
    caller::{Access, Beyond, Reach},
    journal::{Event, SecretEnd},
    limits,
    owner::{OwnerKind, Role},
    secret::Digest,
    time::Timestamp,
    token::RotationEnd,
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use store::{
    change::{IssueToken, Outcome, RotateToken, Verb, WantedScopes},
    error::Refusal,
    query::Loaded,
};

const HOUR: Duration = Duration::from_hours(1);

on_every_engine!(
    the_older_secret_ends_when_it_was_said,
    an_end_is_never_moved_later,
    the_first_use_ends_the_older_secrets,
    a_first_use_ends_what_is_older_and_nothing_newer,
    few_secrets_are_accepted_at_once,
    an_expired_token_gets_no_secret,
    a_rotation_hands_out_no_more_than_the_caller_has,
);

/// The accepted secrets, as the index would load them: digest, end, and whether its use ends others.
async fn loaded(world: &World) -> Vec<(Digest, Option<Timestamp>, bool)> {
    let secrets = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&secrets);
    let take = move |loaded| {
        if let Loaded::Secret { digest, ends_at, ends_others, .. } = loaded {
            sink.lock().unwrap().push((digest, ends_at, ends_others));
        }
    };
    world.store.load(Arc::new(take)).await.unwrap();
    let mut secrets = secrets.lock().unwrap().clone();
    secrets.retain(|(_, end, _)| !end.is_some_and(|end| end <= world.now()));
    secrets
}

fn ends(world: &World) -> Vec<(Digest, Timestamp)> {
    let pairs = |ends: Vec<SecretEnd>| ends.into_iter().map(|end| (end.digest, end.at)).collect();
    match world.log.last().event {
        Event::TokenRotated(rotated) => pairs(rotated.ends),
        Event::RotationFinished(finished) => pairs(finished.ends),
        other => panic!("no rotation: {other:?}"),
    }
}

async fn one(engine: Engine) -> (World, Issued) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let issued = world.issue(&owner, "one").await;
    (world, issued)
}

async fn the_older_secret_ends_when_it_was_said(engine: Engine) {
    let (world, first) = one(engine).await;
    let second = world.rotate(first.token.id, RotationEnd::Now).await;
    assert_eq!(ends(&world), [(first.digest, world.now())]);
    assert_eq!(loaded(&world).await, [(second.digest, None, false)]);
    assert_eq!(second.token.revision, 2);
    assert_eq!(second.token.hint, world.find(first.token.id).await.unwrap().hint);
    let end = world.now().after(HOUR);
    let third = world.rotate(first.token.id, RotationEnd::At(end)).await;
    assert_eq!(ends(&world), [(second.digest, end)]);
    assert_eq!(loaded(&world).await, [(second.digest, Some(end), false), (third.digest, None, false)]);
}

async fn an_end_is_never_moved_later(engine: Engine) {
    let (world, first) = one(engine).await;
    let (sooner, later) = (world.now().after(HOUR), world.now().after(HOUR * 2));
    let second = world.rotate(first.token.id, RotationEnd::At(sooner)).await;
    world.rotate(first.token.id, RotationEnd::At(later)).await;
    assert_eq!(ends(&world), [(first.digest, sooner), (second.digest, later)]);
}

async fn the_first_use_ends_the_older_secrets(engine: Engine) {
    let (world, first) = one(engine).await;
    let end = world.now().after(HOUR);
    let second = world.rotate(first.token.id, RotationEnd::FirstUse(end)).await;
    assert_eq!(loaded(&world).await, [(first.digest, Some(end), false), (second.digest, None, true)]);
    let outcome = world.made(Verb::FinishRotation(second.digest)).await;
    assert!(matches!(outcome, Outcome::Done));
    assert_eq!(ends(&world), [(first.digest, world.now())]);
    assert_eq!(loaded(&world).await, [(second.digest, None, false)]);
    // A second time it is without effect.
    let entries = world.log.entries().len();
    world.made(Verb::FinishRotation(second.digest)).await;
    assert_eq!(world.log.entries().len(), entries);
}

async fn a_first_use_ends_what_is_older_and_nothing_newer(engine: Engine) {
    let (world, first) = one(engine).await;
    let end = world.now().after(HOUR);
    let second = world.rotate(first.token.id, RotationEnd::FirstUse(end)).await;
    let third = world.rotate(first.token.id, RotationEnd::FirstUse(end)).await;
    world.made(Verb::FinishRotation(second.digest)).await;
    assert_eq!(ends(&world), [(first.digest, world.now())]);
    assert_eq!(loaded(&world).await, [(second.digest, Some(end), false), (third.digest, None, true)]);
    world.made(Verb::FinishRotation(third.digest)).await;
    assert_eq!(loaded(&world).await, [(third.digest, None, false)]);
}

async fn few_secrets_are_accepted_at_once(engine: Engine) {
    let (world, first) = one(engine).await;
    let end = world.now().after(HOUR);
    for _ in 1..limits::SECRETS_ACCEPTED {
        world.rotate(first.token.id, RotationEnd::At(end)).await;
    }
    let rotate = |end| RotateToken {
        access: Access::unlimited(),
        token: first.token.id,
        expects: None,
        secret: world.secret(),
        end,
    };
    let verb = Verb::RotateToken(rotate(RotationEnd::At(end)));
    assert_eq!(world.refusal(verb).await, Refusal::TooManySecrets);
    // Ending them at once makes room, and so does time.
    assert!(world.commit(Verb::RotateToken(rotate(RotationEnd::Now))).await.is_ok());
    assert_eq!(loaded(&world).await.len(), 1);
}

async fn an_expired_token_gets_no_secret(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let expires_at = Some(world.now().after(HOUR));
    let issued = world.issue_as(IssueToken { expires_at, ..world.issuing(&owner, "one") }).await;
    world.wait(HOUR);
    let rotate = RotateToken {
        access: Access::unlimited(),
        token: issued.token.id,
        expects: None,
        secret: world.secret(),
        end: RotationEnd::Now,
    };
    assert_eq!(world.refusal(Verb::RotateToken(rotate)).await, Refusal::TokenExpired);
}

async fn a_rotation_hands_out_no_more_than_the_caller_has(engine: Engine) {
    let world = World::new(engine).await;
    let strong = world.owner(&world.organisation, OwnerKind::User, Role::ApplicationAdministrator).await;
    let wanted = WantedScopes::Exactly(crate::world::scopes("billing:read"));
    let issued = world.issue_as(IssueToken { scopes: wanted, ..world.issuing(&strong, "one") }).await;
    let reach = Reach::Organisation(world.organisation.number);
    let rotate = |access| {
        let (token, secret, end) = (issued.token.id, world.secret(), RotationEnd::Now);
        Verb::RotateToken(RotateToken { access, token, expects: None, secret, end })
    };
    let weaker = rotate(access(reach, Role::OrganisationAdministrator, "*"));
    let beyond = Refusal::Beyond(Beyond::Role(Role::ApplicationAdministrator));
    assert_eq!(refusal(world.commit(weaker).await), beyond);
    let narrower = rotate(access(Reach::Everything, Role::ApplicationAdministrator, "tokens:*"));
    assert!(matches!(refusal(world.commit(narrower).await), Refusal::Beyond(Beyond::Scope(_))));
    assert!(world.commit(rotate(Access::unlimited())).await.is_ok());
}
