//! Promise: whoever answers the challenge of a user with a signer of his is signed in, once; nobody
//! learns from it who exists, and guessing is slowed.

use crate::{
    signing::{LIFETIME, Pair, forged, party, register},
    world::{World, new_token},
};
use authority::{
    Error,
    error::Unproven,
    issue::{NewToken, OwnKey},
    owners::{OrganisationPatch, OwnerPatch},
    sign_in::SignedIn,
    sign_in_with_signer::{Offer, SignInChallenge},
    signature::Answer,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    caller::{Caller, Credential},
    id::OrganisationId,
    name::Email,
    origin::Origin,
    owner::{Owner, OwnerKind, Role},
    secret::Secret,
    signer::{Signer, SignerKind},
};
use serde_json::Value;
use std::time::Duration;
use store::change::SignerSwitch;

const MILLISECOND: Duration = Duration::from_millis(1);

/// A user without a password, who has a key.
async fn user(world: &World, key: &Pair) -> (Owner, Caller, Signer) {
    let owner = world.member(world.root.organisation, "").await;
    let caller = world.caller(&owner).await;
    let signer = register(world, &caller, key).await;
    (owner, caller, signer)
}

async fn challenge(world: &World, organisation: OrganisationId, email: &Email) -> SignInChallenge {
    world.authority().challenge_sign_in(organisation, email, LIFETIME).await.unwrap()
}

async fn challenged(world: &World, owner: &Owner) -> SignInChallenge {
    challenge(world, owner.organisation_id, owner.email.as_ref().unwrap()).await
}

async fn sign_in_from(
    world: &World,
    asked: &SignInChallenge,
    answer: &Answer,
    origin: Origin,
) -> Result<SignedIn, Error> {
    let identifier = &asked.challenge.identifier;
    let write = |id, _: &_, _| Secret::new(format!("secret of {id}"));
    world.authority().sign_in_with_signer(identifier, answer, &party(), origin, LIFETIME, write).await
}

async fn sign_in(world: &World, asked: &SignInChallenge, answer: &Answer) -> Result<SignedIn, Error> {
    sign_in_from(world, asked, answer, Origin::default()).await
}

fn spent(answer: Result<SignedIn, Error>) -> bool {
    matches!(answer, Err(Error::Unproven(Unproven::ChallengeSpent)))
}

fn failed(answer: Result<SignedIn, Error>) -> bool {
    matches!(answer, Err(Error::SignInFailed))
}

#[tokio::test]
async fn a_right_answer_opens_one_session() {
    let mut world = World::new(220).await;
    for (place, key) in Pair::each(2).into_iter().enumerate() {
        let (owner, _, signer) = user(&world, &key).await;
        let asked = challenged(&world, &owner).await;
        assert_eq!(asked.offered, [Offer { kind: signer.kind, credential: key.credential() }]);
        if place == 0 {
            world.keyring = world.keyring.rotated(&*world.random);
            world.restart().await;
        }
        let answer = key.answer(&asked.challenge.text);
        let opened = sign_in(&world, &asked, &answer).await.unwrap();
        assert_eq!(opened.expires_at, world.now().after(LIFETIME));
        let (caller, _) =
            world.authority().authenticate_signed_session(opened.secret.expose(), &Origin::default()).await.unwrap();
        assert_eq!((caller.owner, caller.credential), (owner.id, Credential::Session(opened.id)));
        assert!(spent(sign_in(&world, &asked, &answer).await));
        let late = challenged(&world, &owner).await;
        world.clock.advance(LIFETIME);
        let answer = key.answer_counted(&late.challenge.text, 2);
        let void = sign_in(&world, &late, &answer).await;
        assert!(matches!(void, Err(Error::Unproven(Unproven::Challenge))));
    }
}

/// What anybody can read of a challenge, but for what makes it this one.
fn readable(asked: &SignInChallenge) -> (Value, usize) {
    let content = asked.challenge.identifier.split('.').next().unwrap();
    let mut content: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(content).unwrap()).unwrap();
    let nonce = content.as_object_mut().unwrap().remove("nonce").unwrap();
    assert_eq!(nonce.as_array().unwrap().len(), 16);
    (content, asked.challenge.text.len())
}

#[tokio::test]
async fn nobody_learns_from_a_challenge_who_exists() {
    let world = World::new(221).await;
    let key = Pair::ed25519(1);
    let (known, ..) = user(&world, &key).await;
    let without = world.member(world.root.organisation, "").await;
    let (inactive, ..) = user(&world, &key).await;
    let patch = OwnerPatch { active: Some(false), ..OwnerPatch::default() };
    world.authority().update_owner(&world.root, OwnerKind::User, inactive.id, patch, None).await.unwrap();
    let elsewhere = world.organisation().await;
    let closed = world.organisation().await;
    let shut = world.owner(OwnerKind::User, closed.id, Role::Member, "").await;
    register(&world, &world.caller(&shut).await, &key).await;
    let patch = OrganisationPatch { active: Some(false), ..OrganisationPatch::default() };
    world.authority().update_organisation(&world.root, closed.id, patch, None).await.unwrap();
    // A key that signs for a token alone signs nobody in.
    let bearer = world.member(world.root.organisation, "").await;
    let token = world.authority().new_token_id();
    let own = OwnKey { token, credential: "own".into(), pem: key.pem() };
    world.issue(NewToken { owner: Some(bearer.id), key: Some(own), ..new_token() }).await;

    let here = world.root.organisation;
    let nobody = Email::parse("email", "nobody@example.org").unwrap();
    let address = |owner: &Owner| owner.email.clone().unwrap();
    let cases = [
        ("unknown", here, nobody.clone()),
        ("unknown elsewhere", elsewhere.id, nobody),
        ("no signer", here, address(&without)),
        ("inactive", here, address(&inactive)),
        ("closed", closed.id, address(&shut)),
        ("signer of a token", here, address(&bearer)),
        ("elsewhere", elsewhere.id, address(&known)),
        ("no organisation", OrganisationId::from_bytes([1; 16]), address(&known)),
    ];
    let mut offers = Vec::new();
    for (case, organisation, email) in &cases {
        let (one, two) = (challenge(&world, *organisation, email).await, challenge(&world, *organisation, email).await);
        assert_eq!(one.offered, two.offered, "{case}");
        assert_eq!(readable(&one), readable(&two), "{case}");
        assert_ne!(one.challenge.identifier, two.challenge.identifier);
        assert_eq!(one.offered.len(), 1, "{case}");
        assert_eq!(one.offered[0].kind, SignerKind::Key, "{case}");
        assert!(!offers.contains(&one.offered), "{case}: as somebody else's");
        let answer = answer_as(&key, &one, &one.offered[0].credential);
        assert!(failed(sign_in(&world, &one, &answer).await), "{case}");
        assert!(spent(sign_in(&world, &one, &answer).await), "{case}");
        offers.push(one.offered);
    }
    // Whoever exists is told in the same words.
    let (one, two) = (challenged(&world, &known).await, challenged(&world, &known).await);
    assert_eq!(readable(&one), readable(&two));
    let told = readable(&one).0.to_string();
    assert!(!told.contains(&known.id.to_string()), "{told}");
    let shape = |value: &Value| value["about"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(shape(&readable(&one).0), shape(&readable(&challenge(&world, here, &cases[0].2).await).0));
}

/// The right answer but for the name of the signer.
fn answer_as(key: &Pair, asked: &SignInChallenge, wanted: &str) -> Answer {
    let mut answer = key.answer(&asked.challenge.text);
    match &mut answer {
        Answer::Key { credential, .. } | Answer::Passkey { credential, .. } => wanted.clone_into(credential),
    }
    answer
}

#[tokio::test]
async fn a_wrong_answer_fails_in_one_word_and_consumes_the_challenge() {
    let world = World::new(222).await;
    let (key, other) = (Pair::ed25519(1), Pair::P256(p256::ecdsa::SigningKey::from_slice(&[5; 32]).unwrap()));
    let (owner, ..) = user(&world, &key).await;
    user(&world, &other).await;
    for wrong in [
        |key: &Pair, asked: &SignInChallenge| forged(&key.answer(&asked.challenge.text)),
        |key: &Pair, _: &SignInChallenge| key.answer("another challenge"),
        |key: &Pair, asked: &SignInChallenge| answer_as(key, asked, "another signer"),
        |_: &Pair, asked: &SignInChallenge| Pair::ed25519(2).answer(&asked.challenge.text),
        |_: &Pair, asked: &SignInChallenge| {
            Pair::P256(p256::ecdsa::SigningKey::from_slice(&[5; 32]).unwrap()).answer(&asked.challenge.text)
        },
    ] as [fn(&Pair, &SignInChallenge) -> Answer; 5]
    {
        let asked = challenged(&world, &owner).await;
        assert!(failed(sign_in(&world, &asked, &wrong(&key, &asked)).await));
        assert!(spent(sign_in(&world, &asked, &key.answer(&asked.challenge.text)).await));
    }
    // A challenge of something else signs nobody in, nor does another text.
    let caller = world.caller(&owner).await;
    let action = world.authority().challenge_action(&caller, crate::signing::asked(), LIFETIME).await.unwrap();
    for (identifier, text) in [(action.identifier.as_str(), action.text.as_str()), ("", ""), ("a.b", "")] {
        let write = |_, _: &_, _| Secret::new("secret".to_owned());
        let answer = world
            .authority()
            .sign_in_with_signer(identifier, &key.answer(text), &party(), Origin::default(), LIFETIME, write)
            .await;
        assert!(matches!(answer, Err(Error::Unproven(Unproven::Challenge))), "{identifier}");
    }
}

#[tokio::test]
async fn what_ended_in_between_signs_nobody_in() {
    let world = World::new(223).await;
    let key = Pair::ed25519(1);
    let (owner, _, signer) = user(&world, &key).await;
    let authority = world.authority();
    let switch = async |to| authority.switch_signer(&world.root, signer.id, to, None).await;
    let root_key = Pair::ed25519(9);
    register(&world, &world.root, &root_key).await;
    let disabled = challenged(&world, &owner).await;
    world.clock.advance(MILLISECOND);
    switch(SignerSwitch::Disable).await.unwrap();
    assert!(failed(sign_in(&world, &disabled, &key.answer(&disabled.challenge.text)).await));
    assert_ne!(challenged(&world, &owner).await.offered[0].credential, key.credential());
    let stale = challenged(&world, &owner).await;
    world.clock.advance(MILLISECOND);
    let signed = crate::signing::signing(&world, &world.root, &root_key).await;
    authority.switch_signer(&signed, signer.id, SignerSwitch::Enable, None).await.unwrap();
    assert!(failed(sign_in(&world, &stale, &key.answer(&stale.challenge.text)).await), "from before it was enabled");

    let set_active = async |active| {
        let patch = OwnerPatch { active: Some(active), ..OwnerPatch::default() };
        authority.update_owner(&world.root, OwnerKind::User, owner.id, patch, None).await.unwrap();
    };
    let inactive = challenged(&world, &owner).await;
    set_active(false).await;
    assert!(failed(sign_in(&world, &inactive, &key.answer(&inactive.challenge.text)).await));
    set_active(true).await;
    let works = challenged(&world, &owner).await;
    sign_in(&world, &works, &key.answer(&works.challenge.text)).await.unwrap();
    let removed = challenged(&world, &owner).await;
    switch(SignerSwitch::Remove).await.unwrap();
    assert!(failed(sign_in(&world, &removed, &key.answer(&removed.challenge.text)).await));
}

#[tokio::test]
async fn a_place_that_guesses_is_slowed_and_another_is_not() {
    let world = World::new(224).await;
    let key = Pair::ed25519(1);
    let (owner, ..) = user(&world, &key).await;
    let from = |text: &str| Origin { address: Some(text.parse().unwrap()), user_agent: None };
    for attempt in 0..6 {
        let asked = challenged(&world, &owner).await;
        let wrong = forged(&key.answer(&asked.challenge.text));
        let place = from(&format!("2001:db8:1:2::{attempt}"));
        assert!(failed(sign_in_from(&world, &asked, &wrong, place).await), "attempt {attempt}");
    }
    let asked = challenged(&world, &owner).await;
    let right = key.answer(&asked.challenge.text);
    let slowed = sign_in_from(&world, &asked, &right, from("2001:db8:1:2:ffff::1")).await;
    assert!(matches!(slowed, Err(Error::Throttled { .. })));
    // Who was slowed has not spent his challenge.
    sign_in_from(&world, &asked, &right, from("2001:db8:1:3::1")).await.unwrap();
}
