//! A store from yesterday does not revive what was deleted since: it serves nothing as active until an
//! operator has led it out, and what it forgot is denied again.

use crate::world::{World, administrator, new_token, secret};
use authority::{Error, issue::Issued, link::Purpose, redeem::administrator_link, rotate::Overlap, verify::Refused};
use domain::{caller::Actor, journal::Event, limits, origin::Origin, secret::Secret};
use std::{fs, time::Duration};
use store::{
    Store,
    change::{Change, LiftQuarantine, Verb},
    denials::{Denials, denials_path},
    quarantine::Ground,
    query::{JournalFilter, PageRequest},
};

const HOUR: Duration = Duration::from_hours(1);

/// What was there before the backup, and what became of it afterwards.
struct History {
    deleted: Issued,
    /// Its secret was replaced at once; the newer one is lost with the history.
    rotated: Issued,
    /// Its older secret was ended by the first use of the newer one, which the backup knows.
    finished: (Issued, Secret),
    untouched: Issued,
    /// Issued after the backup.
    lost: Issued,
}

/// Lives through a backup, changes and the restore of that backup.
async fn restored(world: &mut World) -> History {
    let [deleted, rotated, older, untouched] = std::array::from_fn(|_| world.issue(new_token()));
    let (deleted, rotated) = (deleted.await, rotated.await);
    let (older, untouched) = (older.await, untouched.await);
    let first_use = Overlap::UntilFirstUse(HOUR);
    let root = world.root.clone();
    let newer = world.authority().rotate(&root, older.token.id, first_use, None, None).await.unwrap().secret;
    world.stop().await;
    let backup = fs::read(world.path()).unwrap();
    world.start().await;

    world.clock.advance(HOUR / 2);
    world.authority().delete(&root, deleted.token.id, None, None).await.unwrap();
    world.authority().rotate(&root, rotated.token.id, Overlap::None, None, None).await.unwrap();
    world.active(&newer).await;
    world.refused(&older.secret, Refused::Rotated).await;
    let lost = world.issue(new_token()).await;
    world.stop().await;
    fs::write(world.path(), backup).unwrap();
    world.start().await;
    History { deleted, rotated, finished: (older, newer), untouched, lost }
}

async fn lift(world: &World, wanted: LiftQuarantine) {
    let change = Change::new(world.now(), Actor::System, Verb::LiftQuarantine(wanted));
    world.store().commit(change).await.unwrap();
}

/// Everything that the denials file tells.
fn replayed(world: &World) -> LiftQuarantine {
    let denials = Denials::read(&denials_path(&world.path())).unwrap().unwrap();
    let (tokens, secrets) = (denials.tokens(), denials.secrets());
    LiftQuarantine { tokens, secrets, delete_before: None, accepted_by: None }
}

#[tokio::test]
async fn nothing_is_active_while_the_store_is_in_quarantine() {
    let mut world = World::new(110).await;
    let history = Box::pin(restored(&mut world)).await;
    let quarantine = world.quarantine.clone().expect("a store from the past was not noticed");
    assert_eq!(quarantine.ground, Ground::Behind);
    let (authority, root) = (world.authority(), &world.root);
    assert!(authority.is_quarantined());
    for issued in [&history.deleted, &history.rotated, &history.untouched, &history.lost] {
        assert!(matches!(world.try_ask(issued.secret.expose()).await, Err(Error::Unavailable(_))));
        let caller = authority.authenticate(issued.secret.expose(), &Origin::default()).await;
        assert!(matches!(caller, Err(Error::Unavailable(_))));
    }
    let session = authority.generate(domain::format::Kind::Session);
    assert!(matches!(
        authority.authenticate_session(session.expose(), &Origin::default()).await,
        Err(Error::Unavailable(_))
    ));

    // Nor does anything change.
    let id = history.untouched.token.id;
    assert!(matches!(authority.issue(root, new_token(), None).await, Err(Error::Unavailable(_))));
    assert!(matches!(authority.delete(root, id, None, None).await, Err(Error::Unavailable(_))));
    assert!(matches!(authority.rotate(root, id, Overlap::None, None, None).await, Err(Error::Unavailable(_))));
    assert!(authority.redeem("jtl_x", secret("x"), None, &Origin::default()).await.is_err());

    // A restart is no way out.
    world.restart().await;
    assert_eq!(world.quarantine.as_ref().map(|quarantine| quarantine.ground), Some(Ground::Behind));
    assert!(matches!(world.try_ask(history.deleted.secret.expose()).await, Err(Error::Unavailable(_))));
}

#[tokio::test]
async fn after_the_denials_are_replayed_what_was_deleted_or_ended_stays_so() {
    let mut world = World::new(111).await;
    let history = Box::pin(restored(&mut world)).await;
    lift(&world, replayed(&world)).await;
    for _ in 0..2 {
        world.restart().await;
        assert_eq!(world.quarantine, None);
        world.refused(&history.deleted.secret, Refused::Deleted).await;
        // Its newer secret was lost, so nobody can use the token any more.
        world.refused(&history.rotated.secret, Refused::Deleted).await;
        let (older, newer) = &history.finished;
        world.refused(&older.secret, Refused::Rotated).await;
        world.active(newer).await;
        world.active(&history.untouched.secret).await;
        world.refused(&history.lost.secret, Refused::Unknown).await;
        let next = world.issue(new_token()).await;
        assert!(next.token.number > history.lost.token.number, "the number of a lost token was given again");
    }
    let found = journal(&world, "quarantine.lifted").await;
    assert!(matches!(&found[..], [Event::QuarantineLifted(lifted)] if lifted.denials_replayed == 3));
}

#[tokio::test]
async fn an_operator_may_end_everything_issued_before_a_time() {
    let mut world = World::new(112).await;
    let history = Box::pin(restored(&mut world)).await;
    // The administrator's own token ends as well: he comes back by a recovery link.
    let delete_before = Some(world.now());
    lift(&world, LiftQuarantine { delete_before, ..replayed(&world) }).await;
    world.restart().await;
    for issued in [&history.deleted, &history.rotated, &history.finished.0, &history.untouched] {
        world.refused(&issued.secret, Refused::Deleted).await;
    }
    world.refused(&history.finished.1, Refused::Deleted).await;
    world.refused(&history.lost.secret, Refused::Unknown).await;
    let email = &administrator("root@example.org").email;
    let link = administrator_link(&world.keyring, Purpose::RecoverAdministrator, world.now(), &*world.random).0;
    let (authority, password) = (world.authority(), || secret("correct horse battery staple"));
    authority.redeem(link.expose(), password(), Some(administrator(email.as_str())), &Origin::default()).await.unwrap();
    let session = authority.sign_in(email, password(), Origin::default(), None).await.unwrap();
    world.root = authority.authenticate_session(session.secret.expose(), &Origin::default()).await.unwrap().0;
    world.active(&world.issue(new_token()).await.secret).await;
}

#[tokio::test]
async fn whoever_accepts_the_loss_stands_in_the_journal() {
    let mut world = World::new(113).await;
    let deleted = world.issue(new_token()).await;
    world.authority().delete(&world.root, deleted.token.id, None, None).await.unwrap();
    world.stop().await;
    fs::remove_file(denials_path(&world.path())).unwrap();
    world.start().await;
    assert_eq!(world.quarantine.as_ref().map(|quarantine| quarantine.ground), Some(Ground::Missing));
    let accepted_by = Some("Ada Lovelace".to_owned());
    lift(&world, LiftQuarantine { tokens: vec![], secrets: vec![], delete_before: None, accepted_by }).await;
    world.restart().await;
    assert_eq!(world.quarantine, None);
    world.refused(&deleted.secret, Refused::Deleted).await;
    let found = journal(&world, "quarantine.lifted").await;
    let name = |event: &Event| match event {
        Event::QuarantineLifted(lifted) => lifted.accepted_by.clone(),
        _ => None,
    };
    assert_eq!(found.iter().map(name).collect::<Vec<_>>(), [Some("Ada Lovelace".to_owned())]);
}

async fn journal(world: &World, kind: &str) -> Vec<Event> {
    let filter = JournalFilter { kind: Some(kind.to_owned()), ..JournalFilter::default() };
    let page = PageRequest { after: None, limit: limits::PAGE };
    let rows = world.authority().journal(&world.root, filter, page).await.unwrap().items;
    rows.into_iter().map(|row| row.entry.event).collect()
}
