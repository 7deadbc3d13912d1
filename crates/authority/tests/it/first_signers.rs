//! Promise: whoever holds the newest link of a user registers his first signers with it, once.

use crate::{
    signing::{LIFETIME, Pair, party},
    world::{World, secret},
};
use authority::{
    Error,
    error::{Conflict, Unproven},
    link::{self, Link, Purpose},
    owners::OwnerPatch,
    redeem::administrator_link,
    signers::FirstChallenge,
};
use domain::{
    limits,
    origin::Origin,
    owner::{Owner, OwnerKind},
    secret::Secret,
};
use store::{Store, query::UserKey};

const PASSWORD: &str = "correct horse battery staple";

async fn invited(world: &World, owner: &Owner) -> Secret {
    world.authority().invite(&world.root, owner.id).await.unwrap().secret
}

async fn begin(world: &World, link: &Secret) -> Result<FirstChallenge, Error> {
    world.authority().challenge_first_signers(link.expose(), LIFETIME).await
}

async fn register(world: &World, begun: &FirstChallenge, pairs: &[&Pair]) -> Result<Owner, Error> {
    let drafts = pairs.iter().map(|pair| pair.draft(&begun.challenge.text)).collect();
    world
        .authority()
        .register_first_signers(&begun.challenge.identifier, drafts, &party(), &Origin::default())
        .await
        .map(|first| first.user)
}

#[track_caller]
fn void<T>(answer: Result<T, Error>) {
    match answer {
        Err(Error::Conflict(Conflict::LinkVoid)) => {}
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("not void"),
    }
}

async fn signs_in(world: &World, owner: &Owner, pair: &Pair) -> bool {
    let authority = world.authority();
    let email = owner.email.as_ref().unwrap();
    let asked = authority.challenge_sign_in(owner.organisation_id, email, LIFETIME).await.unwrap().challenge;
    let answer = pair.answer(&asked.text);
    let write = |id, _: &_, _| Secret::new(format!("secret of {id}"));
    authority
        .sign_in_with_signer(&asked.identifier, &answer, &party(), Origin::default(), LIFETIME, write)
        .await
        .is_ok()
}

#[tokio::test]
async fn a_link_registers_signers_of_every_kind_once() {
    let mut world = World::new(230).await;
    let owner = world.member(world.root.organisation, "").await;
    let link = invited(&world, &owner).await;
    let pairs = Pair::each(2);
    let (begun, rival) = (begin(&world, &link).await.unwrap(), begin(&world, &link).await.unwrap());
    assert_eq!(begun.user.id, owner.id);
    world.keyring = world.keyring.rotated(&*world.random);
    world.restart().await;
    let registered = register(&world, &begun, &pairs.iter().collect::<Vec<_>>()).await.unwrap();
    assert_eq!((registered.id, registered.has_password), (owner.id, false));
    for pair in &pairs {
        assert!(signs_in(&world, &owner, pair).await, "{}", pair.credential());
    }
    void(begin(&world, &link).await);
    for used in [&begun, &rival] {
        void(register(&world, used, &[&Pair::ed25519(7)]).await);
    }
    void(world.authority().redeem(link.expose(), secret(PASSWORD), None, &Origin::default()).await);
    let caller = world.caller(&owner).await;
    assert_eq!(world.authority().signers(&caller, None).await.unwrap().len(), pairs.len());
}

#[tokio::test]
async fn another_link_or_a_password_makes_the_link_void() {
    let world = World::new(231).await;
    let owner = world.member(world.root.organisation, "").await;
    let pair = Pair::ed25519(1);
    let replaced = invited(&world, &owner).await;
    let begun_with_replaced = begin(&world, &replaced).await.unwrap();
    let link = invited(&world, &owner).await;
    void(begin(&world, &replaced).await);
    void(register(&world, &begun_with_replaced, &[&pair]).await);
    let begun = begin(&world, &link).await.unwrap();
    world.authority().redeem(link.expose(), secret(PASSWORD), None, &Origin::default()).await.unwrap();
    void(begin(&world, &link).await);
    void(register(&world, &begun, &[&pair]).await);
    // Deactivated and activated again: what was sent before is void.
    let link = invited(&world, &owner).await;
    let begun = begin(&world, &link).await.unwrap();
    for active in [false, true] {
        let patch = OwnerPatch { active: Some(active), ..OwnerPatch::default() };
        world.authority().update_owner(&world.root, OwnerKind::User, owner.id, patch, None).await.unwrap();
        void(begin(&world, &link).await);
        void(register(&world, &begun, &[&pair]).await);
    }
    let caller = world.caller(&owner).await;
    assert!(world.authority().signers(&caller, None).await.unwrap().is_empty());
}

#[tokio::test]
async fn links_and_challenges_end_with_their_time_and_are_for_this_alone() {
    let world = World::new(232).await;
    let owner = world.member(world.root.organisation, "").await;
    let pair = Pair::ed25519(1);
    let link = invited(&world, &owner).await;
    let begun = begin(&world, &link).await.unwrap();
    world.clock.advance(LIFETIME);
    let late = register(&world, &begun, &[&pair]).await;
    assert!(matches!(late, Err(Error::Unproven(Unproven::Challenge))));
    world.clock.advance(limits::LINK_LIFETIME.saturating_sub(LIFETIME));
    void(begin(&world, &link).await);
    for purpose in [Purpose::SetUp, Purpose::RecoverAdministrator] {
        let (other, _) = administrator_link(&world.keyring, purpose, world.now(), &*world.random);
        void(begin(&world, &other).await);
    }
    void(begin(&world, &secret("jtl_")).await);
    // Nor does a link of another purpose that names him, should there ever be one.
    let known = world.store().sign_in(UserKey::Id(owner.id)).await.unwrap().unwrap();
    for (purpose, begins) in [(Purpose::RecoverAdministrator, false), (Purpose::SetPassword, true)] {
        let credential_revision = known.credential_revision;
        let expires_at = world.now().after(LIFETIME);
        let sealed = link::seal(&world.keyring, &Link { purpose, subject: owner.id, credential_revision, expires_at });
        assert_eq!(begin(&world, &sealed).await.is_ok(), begins, "{purpose:?}");
    }
    let caller = world.caller(&owner).await;
    let registering = world.authority().challenge_signer(&caller, None, LIFETIME);
    let drafts = vec![pair.draft(&registering.text)];
    let other =
        world.authority().register_first_signers(&registering.identifier, drafts, &party(), &Origin::default()).await;
    assert!(matches!(other, Err(Error::Unproven(Unproven::Challenge))));
}

#[tokio::test]
async fn a_wrong_registration_keeps_nothing_and_leaves_the_link() {
    let world = World::new(233).await;
    let owner = world.member(world.root.organisation, "").await;
    let link = invited(&world, &owner).await;
    let pairs = Pair::each(3);
    for pair in &pairs {
        let begun = begin(&world, &link).await.unwrap();
        let drafts = vec![Pair::ed25519(1).draft(&begun.challenge.text), pair.draft("another challenge")];
        let wrong = world
            .authority()
            .register_first_signers(&begun.challenge.identifier, drafts, &party(), &Origin::default())
            .await;
        assert!(matches!(wrong, Err(Error::Unproven(Unproven::Signature))), "{}", pair.credential());
        // The answer has consumed its challenge, and the link still works.
        let late = register(&world, &begun, &[pair]).await;
        assert!(matches!(late, Err(Error::Conflict(Conflict::LinkVoid) | Error::Unproven(Unproven::ChallengeSpent))));
    }
    let begun = begin(&world, &link).await.unwrap();
    let twice = register(&world, &begun, &[&Pair::ed25519(1), &Pair::ed25519(2)]).await;
    assert!(matches!(twice, Err(Error::Conflict(Conflict::SignerTaken))));
    register(&world, &begun, &pairs.iter().collect::<Vec<_>>()).await.unwrap();
    let caller = world.caller(&owner).await;
    assert_eq!(world.authority().signers(&caller, None).await.unwrap().len(), pairs.len());
}
