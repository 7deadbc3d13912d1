//! The first use of a new secret ends the older ones: once, before it is answered, and not when it is
//! refused.

use crate::{
    subject::{Subject, networks, subject, update},
    world::{Answer, CALM, UNAVAILABLE, World, ask, new_token, question},
};
use authority::{
    Authority, Error,
    authority::Options,
    rotate::Overlap,
    verify::{Question, Refused},
};
use domain::{caller::Reach, secret::Secret};
use std::{sync::Arc, time::Duration};
use store::store::Store;
use tokio::task::JoinSet;

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_use_of_a_new_secret_ends_the_older_ones_once() {
    let options = Options { track_usage: false, ..Options::default() };
    let world = World::with(30, options, CALM).await;
    let first = world.issue(new_token()).await;
    let overlap = Overlap::UntilFirstUse(HOUR);
    let second = world.authority().rotate(&world.root, first.token.id, overlap, None, None).await.unwrap();
    world.active(&first.secret).await; // The older secret works until the newer one does.
    let before = world.store().tail().await.unwrap().position;

    let mut uses = JoinSet::new();
    for _ in 0..64 {
        uses.spawn(use_then_ask(Arc::clone(world.authority()), second.secret.clone(), first.secret.clone()));
    }
    for older in uses.join_all().await {
        assert_eq!(older, Answer::Refused(Refused::Rotated), "a first use was answered while the older secret worked");
    }
    let after = world.store().tail().await.unwrap().position;
    assert_eq!(after.0, before.0 + 1, "the journal tells one end of the rotation");
    world.active(&second.secret).await;
}

async fn use_then_ask(authority: Arc<Authority>, newer: Secret, older: Secret) -> Answer {
    let used = ask(&authority, Reach::Everything, question(newer.expose())).await.unwrap();
    assert!(used.is_active());
    ask(&authority, Reach::Everything, question(older.expose())).await.unwrap()
}

#[tokio::test]
async fn a_refused_first_use_ends_nothing() {
    let world = World::with(31, Options::default(), UNAVAILABLE).await;
    let Subject { issued: first, .. } = subject(&world).await;
    update(&world, &first, networks(&["192.0.2.0/24"])).await;
    let overlap = Overlap::UntilFirstUse(HOUR);
    let second = world.authority().rotate(&world.root, first.token.id, overlap, None, None).await.unwrap();
    let home = Some("192.0.2.1".parse().unwrap());
    let asked = |secret| Question { address: home, ..question(secret) };
    let (newer, older) = (asked(second.secret.expose()), asked(first.secret.expose()));

    for refused in [Question { address: None, ..newer }, Question { scope: Some("c:none"), ..newer }] {
        assert!(!ask(world.authority(), Reach::Everything, refused).await.unwrap().is_active());
    }
    let elsewhere = Reach::Organisation(world.root.organisation_number);
    assert_eq!(ask(world.authority(), elsewhere, newer).await.unwrap(), Answer::Refused(Refused::Unknown));
    assert!(ask(world.authority(), Reach::Everything, older).await.unwrap().is_active());

    // What cannot be committed is not accepted, and the older secret goes on.
    world.store().arm(true);
    assert!(matches!(ask(world.authority(), Reach::Everything, newer).await, Err(Error::Unavailable(_))));
    world.store().arm(false);
    assert!(ask(world.authority(), Reach::Everything, older).await.unwrap().is_active());
    assert!(ask(world.authority(), Reach::Everything, newer).await.unwrap().is_active());
    assert_eq!(ask(world.authority(), Reach::Everything, older).await.unwrap(), Answer::Refused(Refused::Rotated));
}
