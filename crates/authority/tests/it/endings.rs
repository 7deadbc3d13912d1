//! Time ends what it should to the millisecond, and neither a late extension nor a clock that steps back
//! gives any of it back.

use crate::{
    subject::expiry,
    world::{Answer, World, name, new_token},
};
use authority::{Error, error::Conflict, issue::NewToken, rotate::Overlap, update::TokenPatch, verify::Refused};
use domain::{limits, scope::Scopes};
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn a_token_ends_at_the_very_millisecond() {
    let mut world = World::new(22).await;
    let end = world.now().after(HOUR);
    let issued = world.issue(NewToken { expires_at: Some(end), ..new_token() }).await;
    let rotated = world.issue(new_token()).await;
    world.authority().rotate(&world.root, rotated.token.id, Overlap::Time(HOUR), None, None).await.unwrap();
    for restarted in [false, true] {
        for (secret, reason) in [(&issued.secret, Refused::Expired), (&rotated.secret, Refused::Rotated)] {
            world.clock.set(end.before(Duration::from_millis(1)));
            world.active(secret).await;
            world.clock.set(end);
            world.refused(secret, reason).await;
            world.clock.set(end.after(Duration::from_millis(1)));
            world.refused(secret, reason).await;
        }
        if !restarted {
            world.restart().await;
        }
    }
}

#[tokio::test]
async fn an_expired_token_is_not_given_more_time() {
    let world = World::new(23).await;
    let end = world.now().after(HOUR);
    let issued = world.issue(NewToken { expires_at: Some(end), ..new_token() }).await;
    let (authority, root, id) = (world.authority(), &world.root, issued.token.id);

    // One millisecond before the end it may be prolonged, to just what was asked for.
    world.clock.set(end.before(Duration::from_millis(1)));
    let later = end.after(Duration::from_millis(1));
    let token = authority.update(root, id, expiry(later), None).await.unwrap();
    assert_eq!(token.expires_at, Some(later));
    world.clock.set(end);
    world.active(&issued.secret).await;

    for now in [later, later.after(Duration::from_millis(1)), later.after(HOUR)] {
        world.clock.set(now);
        let endless = TokenPatch { expires_at: Some(None), ..TokenPatch::default() };
        for patch in [expiry(now.after(HOUR)), endless] {
            let refused = authority.update(root, id, patch, None).await;
            assert!(matches!(refused, Err(Error::Conflict(Conflict::TokenExpired))), "{refused:?}");
        }
        assert!(authority.rotate(root, id, Overlap::None, None, None).await.is_err());
        authority.disable(root, id, None).await.unwrap();
        authority.enable(root, id, None).await.unwrap();
        authority
            .update(root, id, TokenPatch { name: Some(name("renamed")), ..TokenPatch::default() }, None)
            .await
            .unwrap();
        world.refused(&issued.secret, Refused::Expired).await;
    }
}

#[tokio::test]
async fn a_clock_that_steps_back_revives_nothing_that_was_ended() {
    let mut world = World::new(24).await;
    let (root, overlap) = (world.root.clone(), Overlap::UntilFirstUse(HOUR));
    let at_once = world.issue(new_token()).await;
    world.authority().rotate(&root, at_once.token.id, Overlap::None, None, None).await.unwrap();
    let by_use = world.issue(new_token()).await;
    let newer = world.authority().rotate(&root, by_use.token.id, overlap, None, None).await.unwrap();
    world.active(&newer.secret).await;
    for restarted in [false, true] {
        world.clock.step_back(HOUR);
        for issued in [&at_once, &by_use] {
            world.refused(&issued.secret, Refused::Rotated).await;
        }
        if !restarted {
            world.restart().await;
        }
    }
}

#[tokio::test]
async fn a_secret_that_a_clock_stepping_back_revives_is_no_stronger_than_its_token() {
    let world = World::new(25).await;
    let root = &world.root;
    let older = world.issue(new_token()).await;
    let id = older.token.id;
    world.authority().rotate(root, id, Overlap::Time(HOUR), None, None).await.unwrap();
    world.clock.advance(HOUR * 2);
    world.refused(&older.secret, Refused::Rotated).await;
    let narrow = TokenPatch { scopes: Some(Scopes::default()), ..TokenPatch::default() };
    world.authority().update(root, id, narrow, None).await.unwrap();
    world.clock.step_back(HOUR * 2);
    let Answer::Active { scopes, .. } = world.ask(older.secret.expose()).await else { panic!("not revived") };
    assert_eq!(scopes, Scopes::default());
    world.clock.advance(HOUR * 2);
    world.authority().disable(root, id, None).await.unwrap();
    world.clock.step_back(HOUR * 2);
    world.refused(&older.secret, Refused::Disabled).await;
}

#[tokio::test]
async fn an_overlap_lasts_as_long_as_was_asked_and_at_most_seven_days() {
    let world = World::new(32).await;
    for (asked, lasts) in [(HOUR, HOUR), (HOUR * 24 * 30, limits::ROTATION_OVERLAP)] {
        for overlap in [Overlap::Time(asked), Overlap::UntilFirstUse(asked)] {
            let first = world.issue(new_token()).await;
            let second = world.authority().rotate(&world.root, first.token.id, overlap, None, None).await.unwrap();
            world.clock.advance(lasts.checked_sub(Duration::from_millis(1)).unwrap());
            world.active(&first.secret).await;
            world.clock.advance(Duration::from_millis(1));
            world.refused(&first.secret, Refused::Rotated).await;
            world.active(&second.secret).await;
        }
    }
}
