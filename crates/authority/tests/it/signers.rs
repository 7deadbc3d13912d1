//! Promise: whoever registers, switches or removes a signer shows that he may: with a signature or his
//! password for his own, and as an administrator above their owner for others'.

use crate::{
    signing::{LIFETIME, Pair, party, register, signing},
    world::{World, secret},
};
use authority::{Error, error::Unproven};
use domain::{
    caller::Caller,
    origin::Origin,
    owner::{Owner, OwnerKind, Role},
    secret::Secret,
    signer::Signer,
};
use store::change::SignerSwitch;

const PASSWORD: &str = "correct horse battery staple";

/// A user with the password above, and his session.
async fn user(world: &World) -> (Owner, Caller) {
    let owner = world.member(world.root.organisation, "").await;
    let invitation = world.authority().invite(&world.root, owner.id).await.unwrap();
    world.authority().redeem(invitation.secret.expose(), secret(PASSWORD), None, &Origin::default()).await.unwrap();
    let email = owner.email.as_ref().unwrap();
    let opened = world.authority().sign_in(email, secret(PASSWORD), Origin::default(), None).await.unwrap();
    let caller = world.authority().authenticate_session(opened.secret.expose(), &Origin::default()).await.unwrap().0;
    (owner, caller)
}

async fn add(world: &World, caller: &Caller, pair: &Pair, password: Option<Secret>) -> Result<Signer, Error> {
    let challenge = world.authority().challenge_signer(caller, None, LIFETIME);
    let draft = pair.draft(&challenge.text);
    world.authority().add_signer(caller, &challenge.identifier, draft, password, &party()).await
}

#[track_caller]
fn refused<T>(answer: Result<T, Error>, why: Unproven) {
    match answer {
        Err(Error::Unproven(told)) => assert_eq!(told, why),
        Err(error) => panic!("{error:?} instead of {why:?}"),
        Ok(_) => panic!("not refused: {why:?}"),
    }
}

fn is_wrong_password<T>(answer: &Result<T, Error>) -> bool {
    matches!(answer, Err(Error::Invalid(invalid)) if invalid.to_string().contains("current_password"))
}

#[tokio::test]
async fn a_password_or_a_signature_changes_ones_own() {
    let world = World::new(240).await;
    let (_, caller) = user(&world).await;
    let authority = world.authority();
    let pairs = Pair::each(2);
    refused(add(&world, &caller, &pairs[0], None).await, Unproven::ActionMissing);
    assert!(is_wrong_password(&add(&world, &caller, &pairs[0], Some(secret("another password"))).await));
    let first = add(&world, &caller, &pairs[0], Some(secret(PASSWORD))).await.unwrap();
    refused(add(&world, &caller, &pairs[1], None).await, Unproven::ActionMissing);
    let signed = signing(&world, &caller, &pairs[0]).await;
    let second = add(&world, &signed, &pairs[1], None).await.unwrap();
    assert_eq!(authority.signers(&caller, None).await.unwrap(), [first.clone(), second.clone()]);
    for switch in [SignerSwitch::Disable, SignerSwitch::Enable, SignerSwitch::Remove] {
        if switch == SignerSwitch::Enable {
            let switched = authority.switch_signer(&caller, second.id, switch, Some(secret("wrong"))).await;
            assert!(is_wrong_password(&switched));
        }
        refused(authority.switch_signer(&caller, second.id, switch, None).await, Unproven::ActionMissing);
        authority.switch_signer(&caller, second.id, switch, Some(secret(PASSWORD))).await.unwrap();
    }
    let signed = signing(&world, &caller, &pairs[0]).await;
    authority.switch_signer(&signed, first.id, SignerSwitch::Disable, None).await.unwrap();
    assert!(!authority.signers(&caller, None).await.unwrap()[0].active);
    // Guessing is slowed as anywhere else.
    for _ in 0..6 {
        assert!(is_wrong_password(&add(&world, &caller, &pairs[2], Some(secret("wrong"))).await));
    }
    let slowed = add(&world, &caller, &pairs[2], Some(secret(PASSWORD))).await;
    assert!(matches!(slowed, Err(Error::Throttled { .. })));
}

#[tokio::test]
async fn a_challenge_registers_one_signer_for_whom_it_was_made() {
    let world = World::new(241).await;
    let account = world.owner(OwnerKind::ServiceAccount, world.root.organisation, Role::Member, "").await;
    let other = world.owner(OwnerKind::ServiceAccount, world.root.organisation, Role::Member, "").await;
    let (caller, colleague) = (world.caller(&account).await, world.caller(&other).await);
    let authority = world.authority();
    let pair = Pair::ed25519(1);
    let challenge = authority.challenge_signer(&caller, None, LIFETIME);
    let add = async |caller: &Caller, challenge: &authority::challenge::Challenge, pair: &Pair, text: &str| {
        authority.add_signer(caller, &challenge.identifier, pair.draft(text), None, &party()).await
    };
    refused(add(&colleague, &challenge, &pair, &challenge.text).await, Unproven::Challenge);
    refused(add(&caller, &challenge, &pair, "another challenge").await, Unproven::Signature);
    refused(add(&caller, &challenge, &pair, &challenge.text).await, Unproven::ChallengeSpent);
    let challenge = authority.challenge_signer(&caller, None, LIFETIME);
    add(&caller, &challenge, &pair, &challenge.text).await.unwrap();
    let second = Pair::P256(p256::ecdsa::SigningKey::from_slice(&[5; 32]).unwrap());
    let signed = signing(&world, &caller, &pair).await;
    refused(add(&signed, &challenge, &second, &challenge.text).await, Unproven::ChallengeSpent);
    let late = authority.challenge_signer(&caller, None, LIFETIME);
    world.clock.advance(LIFETIME);
    refused(add(&signed, &late, &second, &late.text).await, Unproven::Challenge);
    assert_eq!(authority.signers(&caller, None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_administrator_registers_and_restricts_and_a_member_does_neither() {
    let world = World::new(242).await;
    let organisation = world.root.organisation;
    let administrator = world.owner(OwnerKind::User, organisation, Role::OrganisationAdministrator, "").await;
    let administrator = world.caller(&administrator).await;
    let (owner, member) = user(&world).await;
    let account = world.owner(OwnerKind::ServiceAccount, organisation, Role::Member, "").await;
    let authority = world.authority();
    let pair = Pair::ed25519(1);
    let key = Pair::ed25519(2);
    register(&world, &administrator, &key).await;
    let add = async |caller: &Caller, owner: &Owner| {
        let challenge = authority.challenge_signer(caller, Some(owner.id), LIFETIME);
        let draft = pair.draft(&challenge.text);
        authority.add_signer(caller, &challenge.identifier, draft, None, &party()).await
    };
    assert!(matches!(add(&member, &account).await, Err(Error::Denied(_))));
    let added = add(&administrator, &account).await.unwrap();
    assert_eq!(added.owner, account.id);
    assert!(matches!(authority.signers(&member, Some(account.id)).await, Ok(seen) if seen.is_empty()));
    assert_eq!(authority.signers(&administrator, Some(account.id)).await.unwrap(), [added.clone()]);
    let switched = authority.switch_signer(&member, added.id, SignerSwitch::Remove, None).await;
    assert!(matches!(switched, Err(Error::Denied(_))));
    authority.switch_signer(&administrator, added.id, SignerSwitch::Disable, None).await.unwrap();
    let enabled = authority.switch_signer(&administrator, added.id, SignerSwitch::Enable, None).await;
    refused(enabled, Unproven::ActionMissing);
    let signed = signing(&world, &administrator, &key).await;
    authority.switch_signer(&signed, added.id, SignerSwitch::Enable, None).await.unwrap();

    // Whoever has a password gets no signer by an administrator's bare token.
    refused(add(&administrator, &owner).await, Unproven::ActionMissing);
    let elsewhere = world.organisation().await;
    let stranger = world.owner(OwnerKind::ServiceAccount, elsewhere.id, Role::Member, "").await;
    assert!(matches!(add(&administrator, &stranger).await, Err(Error::NotFound)));
    let theirs = register(&world, &world.caller(&stranger).await, &pair).await;
    let switched = authority.switch_signer(&administrator, theirs.id, SignerSwitch::Remove, None).await;
    assert!(matches!(switched, Err(Error::NotFound)));
    assert!(authority.signers(&administrator, Some(stranger.id)).await.unwrap().is_empty());
}
