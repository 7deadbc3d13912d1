//! Promise: a password or link works for the revision it was made for; a new password ends every
//! session; a deactivated user has none.

use crate::{
    engine::Engine,
    world::{World, access, refusal, unchanged},
};
use domain::{
    caller::{Access, Beyond, Reach},
    id::SessionId,
    journal::Event,
    owner::{Owner, OwnerKind, Role},
    secret::Digest,
};
use std::time::Duration;
use store::{
    change::{CloseSessions, InviteOwner, OpenSession, Outcome, SetPassword, UpdateOrganisation, UpdateOwner, Verb},
    error::Refusal,
    query::{Session, UserKey},
};

on_every_engine!(
    a_link_works_once_and_for_one_revision,
    a_link_is_worth_all_that_the_user_may_do,
    sessions_read_back_as_they_were_opened,
    a_session_is_opened_for_the_credentials_that_were_checked,
    a_new_session_replaces_the_one_it_names,
    a_new_password_ends_every_session,
    a_deactivated_user_has_no_session,
    sessions_are_closed_one_by_one_and_all_together,
    a_stronger_hash_is_kept_without_a_new_revision,
);

async fn credential_revision(world: &World, owner: &Owner) -> u64 {
    world.store.sign_in(UserKey::Id(owner.id)).await.unwrap().unwrap().credential_revision
}

fn password(owner: &Owner, expects: u64, hash: &str) -> Verb {
    Verb::SetPassword(SetPassword { owner: owner.id, expects, password_hash: hash.into() })
}

async fn open(world: &World, owner: &Owner, secret: u8) -> OpenSession {
    OpenSession {
        proof: None,
        access: None,
        id: SessionId::new(world.now(), &world.randomness),
        owner: owner.id,
        expects: credential_revision(world, owner).await,
        digest: Digest::from_bytes([secret; 16]),
        expires_at: world.now().after(Duration::from_hours(1)),
        address: Some("2001:db8::1".parse().unwrap()),
        user_agent: Some("curl \"8\"".into()),
        replaces: None,
        password_hash: None,
        idles: true,
    }
}

async fn opened(world: &World, owner: &Owner, secret: u8) -> SessionId {
    let session = open(world, owner, secret).await;
    let id = session.id;
    world.made(Verb::OpenSession(session)).await;
    id
}

async fn session(world: &World, secret: u8) -> Option<Session> {
    world.store.session(Digest::from_bytes([secret; 16])).await.unwrap()
}

fn invite(access: Access, owner: &Owner) -> Verb {
    Verb::InviteOwner(InviteOwner { access, owner: owner.id })
}

async fn a_link_works_once_and_for_one_revision(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let Outcome::Invited { credential_revision: first, .. } = world.made(invite(Access::unlimited(), &owner)).await
    else {
        panic!("not invited")
    };
    let Outcome::Invited { credential_revision: second, .. } = world.made(invite(Access::unlimited(), &owner)).await
    else {
        panic!("not invited")
    };
    assert!(second > first);
    assert!(matches!(world.log.last().event, Event::OwnerUpdated(told) if told.changed == ["invitation"]));
    assert_eq!(world.refusal(password(&owner, first, "hash")).await, Refusal::Consumed);
    let Outcome::Owner(changed) = world.made(password(&owner, second, "hash")).await else { panic!() };
    assert!(changed.has_password);
    assert!(matches!(world.log.last().event, Event::OwnerUpdated(told) if told.changed == ["password"]));
    assert_eq!(world.refusal(password(&owner, second, "again")).await, Refusal::Consumed);
    let by_email = UserKey::Email(owner.email.clone().unwrap().as_str().to_uppercase());
    let sign_in = world.store.sign_in(by_email).await.unwrap().unwrap();
    assert_eq!((sign_in.password_hash.as_deref(), sign_in.owner), (Some("hash"), *changed));
}

async fn a_link_is_worth_all_that_the_user_may_do(engine: Engine) {
    let world = World::new(engine).await;
    let reach = Reach::Organisation(world.organisation.number);
    let everything = access(reach, Role::OrganisationAdministrator, "*");
    let refused = world.refusal(invite(everything.clone(), &world.administrator)).await;
    assert_eq!(refused, Refusal::Beyond(Beyond::Role(Role::ApplicationAdministrator)));
    let member = world.member().await;
    let narrow = access(reach, Role::OrganisationAdministrator, "owners:write");
    assert!(matches!(world.refusal(invite(narrow, &member)).await, Refusal::Beyond(Beyond::Scope(_))));
    assert!(world.commit(invite(everything.clone(), &member)).await.is_ok());
    let program = world.owner(&world.organisation, OwnerKind::ServiceAccount, Role::Member).await;
    assert_eq!(world.refusal(invite(everything, &program)).await, Refusal::NotFound);
}

async fn sessions_read_back_as_they_were_opened(engine: Engine) {
    let mut world = World::new(engine).await;
    let owner = world.member().await;
    let wanted = open(&world, &owner, 1).await;
    world.made(Verb::OpenSession(wanted.clone())).await;
    let expected = Session {
        id: wanted.id,
        owner: owner.number,
        opened_at: world.now(),
        last_seen_at: world.now(),
        expires_at: wanted.expires_at,
        address: wanted.address,
        user_agent: wanted.user_agent,
        idles: true,
    };
    assert!(matches!(world.log.last().event, Event::SessionOpened(told) if told.session == wanted.id));
    world.reopen().await;
    assert_eq!(session(&world, 1).await, Some(expected.clone()));
    assert_eq!(session(&world, 2).await, None);
    let second = opened(&world, &owner, 2).await;
    let listed = world.store.sessions(owner.id).await.unwrap();
    assert_eq!(listed.iter().map(|session| session.id).collect::<Vec<_>>(), [second, wanted.id]);
}

async fn a_session_is_opened_for_the_credentials_that_were_checked(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let late = open(&world, &owner, 1).await;
    world.made(password(&owner, credential_revision(&world, &owner).await, "hash")).await;
    assert_eq!(world.refusal(Verb::OpenSession(late)).await, Refusal::Consumed);
    assert_eq!(session(&world, 1).await, None);
}

async fn a_new_session_replaces_the_one_it_names(engine: Engine) {
    let world = World::new(engine).await;
    let (owner, other) = (world.member().await, world.member().await);
    let first = opened(&world, &owner, 1).await;
    let foreign = opened(&world, &other, 2).await;
    let wanted = OpenSession { replaces: Some(first), ..open(&world, &owner, 3).await };
    world.made(Verb::OpenSession(wanted)).await;
    assert_eq!(session(&world, 1).await, None);
    let closed = |event: &Event| matches!(event, Event::SessionsClosed(told) if told.session == Some(first));
    assert!(world.log.events().iter().any(closed));
    // Somebody else's session is not replaced.
    let wanted = OpenSession { replaces: Some(foreign), ..open(&world, &owner, 4).await };
    world.made(Verb::OpenSession(wanted)).await;
    assert!(session(&world, 2).await.is_some());
}

async fn a_new_password_ends_every_session(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    opened(&world, &owner, 1).await;
    opened(&world, &owner, 2).await;
    world.made(password(&owner, credential_revision(&world, &owner).await, "hash")).await;
    assert_eq!(world.store.sessions(owner.id).await.unwrap(), []);
    assert!(matches!(world.log.last().event, Event::SessionsClosed(told) if told.session.is_none()));
}

async fn a_deactivated_user_has_no_session(engine: Engine) {
    let world = World::new(engine).await;
    let other = world.organisation("Other").await;
    let owner = world.owner(&other, OwnerKind::User, Role::Member).await;
    opened(&world, &owner, 1).await;
    let switch = |active| {
        let nothing = UpdateOwner { active: Some(active), ..unchanged(&owner) };
        Verb::UpdateOwner(nothing)
    };
    world.made(switch(false)).await;
    assert_eq!(session(&world, 1).await, None);
    let wanted = open(&world, &owner, 2).await;
    assert_eq!(world.refusal(Verb::OpenSession(wanted)).await, Refusal::OwnerInactive);
    world.made(switch(true)).await;
    let update = UpdateOrganisation {
        seat: None,
        signed_actions: None,
        access: Access::unlimited(),
        organisation: other.id,
        expects: None,
        name: None,
        active: Some(false),
        facts: None,
    };
    world.made(Verb::UpdateOrganisation(update)).await;
    let wanted = open(&world, &owner, 2).await;
    assert_eq!(world.refusal(Verb::OpenSession(wanted)).await, Refusal::OwnerInactive);
    let revision = credential_revision(&world, &owner).await;
    assert_eq!(world.refusal(password(&owner, revision, "hash")).await, Refusal::OwnerInactive);
    assert_eq!(world.refusal(invite(Access::unlimited(), &owner)).await, Refusal::OwnerInactive);
    assert!(!world.store.sign_in(UserKey::Id(owner.id)).await.unwrap().unwrap().organisation_active);
}

async fn sessions_are_closed_one_by_one_and_all_together(engine: Engine) {
    let world = World::new(engine).await;
    let (owner, other) = (world.member().await, world.member().await);
    let first = opened(&world, &owner, 1).await;
    opened(&world, &owner, 2).await;
    opened(&world, &other, 3).await;
    let close = |owner: &Owner, session| Verb::CloseSessions(CloseSessions { owner: owner.id, session });
    // Only the user's own session is meant.
    assert_eq!(world.refusal(close(&other, Some(first))).await, Refusal::NotFound);
    assert!(session(&world, 1).await.is_some());
    world.made(close(&owner, Some(first))).await;
    assert!(session(&world, 1).await.is_none() && session(&world, 2).await.is_some());
    world.made(close(&owner, None)).await;
    assert!(session(&world, 2).await.is_none() && session(&world, 3).await.is_some());
    let entries = world.log.entries().len();
    world.made(close(&owner, None)).await;
    assert_eq!(world.log.entries().len(), entries);
}

async fn a_stronger_hash_is_kept_without_a_new_revision(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    world.made(password(&owner, credential_revision(&world, &owner).await, "weak")).await;
    let before = credential_revision(&world, &owner).await;
    let wanted = OpenSession { password_hash: Some("strong".into()), ..open(&world, &owner, 1).await };
    world.made(Verb::OpenSession(wanted)).await;
    let sign_in = world.store.sign_in(UserKey::Id(owner.id)).await.unwrap().unwrap();
    assert_eq!((sign_in.password_hash.as_deref(), sign_in.credential_revision), (Some("strong"), before));
    assert_eq!(refusal(world.commit(password(&owner, before + 1, "late")).await), Refusal::Consumed);
}
