//! Promise: between a challenge, its action and the change, what ended is worth nothing any more, and what
//! did not end is worth as much as before.

use crate::{
    signing::{LIFETIME, Pair, Subject, action, asked, challenge, party, refused, shown, sign, signing},
    world::{name, new_token},
};
use authority::{
    Authority, Error,
    error::{Denied, Unproven},
    issue::{NewToken, OwnKey},
    owners::OwnerPatch,
};
use domain::{
    origin::Origin,
    owner::{OwnerKind, Role},
    secret::Keyring,
};
use std::{sync::Arc, time::Duration};
use store::change::SignerSwitch;

const MILLISECOND: Duration = Duration::from_millis(1);

#[tokio::test]
async fn only_an_active_signer_that_was_offered_answers() {
    let subject = Subject::new(207).await;
    let Subject { world, caller, key, .. } = &subject;
    let authority = subject.authority();
    let [_, second, third, _] = Pair::each(4);
    let add = async |pair: &Pair| {
        let signed = signing(world, caller, key).await;
        let challenge = authority.challenge_signer(caller, None, LIFETIME);
        let draft = pair.draft(&challenge.text);
        authority.add_signer(&signed, &challenge.identifier, draft, None, &party()).await.unwrap()
    };
    let switch = async |signer, to| {
        let signed = signing(world, caller, key).await;
        authority.switch_signer(&signed, signer, to, None).await.unwrap();
    };
    let one = add(&second).await;
    let before = challenge(world, caller).await;
    assert_eq!(before.signers.len(), 2);
    add(&third).await;
    let unoffered = sign(world, caller, &before.identifier, &third.answer(&before.text)).await;
    refused(unoffered, Unproven::Signer);

    // Disabled, enabled again and removed, each between the challenge and its answer.
    let disabling = challenge(world, caller).await;
    world.clock.advance(MILLISECOND);
    switch(one.id, SignerSwitch::Disable).await;
    let offered = challenge(world, caller).await;
    assert!(offered.signers.iter().all(|signer| signer.id != one.id), "a disabled signer was offered");
    refused(sign(world, caller, &disabling.identifier, &second.answer(&disabling.text)).await, Unproven::Signer);
    let again = sign(world, caller, &disabling.identifier, &key.answer(&disabling.text)).await;
    refused(again, Unproven::ChallengeSpent);
    refused(sign(world, caller, &offered.identifier, &second.answer(&offered.text)).await, Unproven::Signer);
    let enabling = challenge(world, caller).await;
    let stale = {
        switch(one.id, SignerSwitch::Enable).await;
        let stale = challenge(world, caller).await;
        world.clock.advance(MILLISECOND);
        switch(one.id, SignerSwitch::Disable).await;
        switch(one.id, SignerSwitch::Enable).await;
        stale
    };
    refused(sign(world, caller, &enabling.identifier, &second.answer(&enabling.text)).await, Unproven::Signer);
    refused(sign(world, caller, &stale.identifier, &second.answer(&stale.text)).await, Unproven::Signer);

    // The same between the action and its change.
    let signed = signing(world, caller, &second).await;
    let unshown = action(world, caller, &second).await;
    world.clock.advance(MILLISECOND);
    switch(one.id, SignerSwitch::Disable).await;
    refused(subject.change(&signed).await, Unproven::ActionVoid);
    switch(one.id, SignerSwitch::Enable).await;
    refused(subject.change(&signed).await, Unproven::ActionVoid);
    refused(subject.change(&shown(world, caller, &unshown).await).await, Unproven::ActionVoid);
    let signed = signing(world, caller, &second).await;
    let removing = challenge(world, caller).await;
    switch(one.id, SignerSwitch::Remove).await;
    refused(subject.change(&signed).await, Unproven::ActionVoid);
    refused(sign(world, caller, &removing.identifier, &second.answer(&removing.text)).await, Unproven::Signer);
    // A new one under the same name and with the same key is another one.
    let removed = challenge(world, caller).await;
    add(&second).await;
    refused(subject.change(&signed).await, Unproven::ActionVoid);
    refused(sign(world, caller, &removed.identifier, &second.answer(&removed.text)).await, Unproven::Signer);
    subject.change(&signing(world, caller, &second).await).await.unwrap();
}

#[tokio::test]
async fn an_action_dies_with_the_credential_that_it_was_signed_for() {
    let subject = Subject::new(208).await;
    let Subject { world, caller, key, owner } = &subject;
    let root_key = Pair::ed25519(9);
    let (of_owner, of_token) = (signing(world, caller, key).await, signing(world, caller, key).await);
    let switch = async |active| {
        let signed = signing(world, &world.root, &root_key).await;
        let patch = OwnerPatch { active: Some(active), ..OwnerPatch::default() };
        subject.authority().update_owner(&signed, OwnerKind::User, owner.id, patch, None).await.unwrap();
    };
    switch(false).await;
    assert!(matches!(subject.change(&of_owner).await, Err(Error::Unauthenticated)));
    switch(true).await;
    subject.change(&of_owner).await.unwrap();
    let domain::caller::Credential::Token(token) = caller.credential else { panic!("no token") };
    let signed = signing(world, &world.root, &root_key).await;
    subject.authority().delete(&signed, token, None, None).await.unwrap();
    assert!(matches!(subject.change(&of_token).await, Err(Error::Unauthenticated)));
}

#[tokio::test]
async fn restarts_and_new_server_keys_cost_nothing_and_other_keys_open_nothing() {
    let mut subject = Subject::new(209).await;
    let own = subject.world.keyring.clone();
    for rotates in [false, true] {
        let Subject { world, caller, key, .. } = &mut subject;
        let challenge = challenge(world, caller).await;
        if rotates {
            world.keyring = world.keyring.rotated(&*world.random);
        }
        world.restart().await;
        let action = sign(world, caller, &challenge.identifier, &key.answer(&challenge.text)).await.unwrap();
        world.restart().await;
        refused(
            sign(world, caller, &challenge.identifier, &key.answer(&challenge.text)).await,
            Unproven::ChallengeSpent,
        );
        let signed = shown(world, caller, &action).await;
        let again = shown(world, caller, &action).await;
        subject.change(&signed).await.unwrap();
        subject.world.restart().await;
        refused(subject.change(&again).await, Unproven::ActionSpent);
    }
    let Subject { world, caller, key, .. } = &mut subject;
    let (mine, action) = (challenge(world, caller).await, action(world, caller, key).await);
    // Another installation over the same store, as far as a store lets it.
    let foreign = Authority::new(
        Arc::clone(world.store()) as Arc<dyn store::Store>,
        Keyring::generate(&*world.random),
        Arc::clone(&world.clock) as Arc<dyn authority::clock::Clock>,
        Arc::clone(&world.random) as Arc<dyn domain::id::Randomness>,
        world.options,
    );
    let answer = key.answer(&mine.text);
    refused(foreign.sign_action(caller, &mine.identifier, &answer, &party(), LIFETIME).await, Unproven::Challenge);
    refused(foreign.show_action(caller, action.secret.expose(), asked()).await, Unproven::Action);
    assert_ne!(own.current_id(), world.keyring.current_id());
}

#[tokio::test]
async fn a_token_with_a_key_of_its_own_is_signed_for_by_that_key() {
    let subject = Subject::new(210).await;
    let Subject { world, caller, key, owner } = &subject;
    let authority = subject.authority();
    let own = Pair::P256(p256::ecdsa::SigningKey::from_slice(&[5; 32]).unwrap());
    let signed = signing(world, caller, key).await;
    let token = authority.new_token_id();
    let own_key = OwnKey { token, credential: own.credential(), pem: own.pem() };
    let new = NewToken { key: Some(own_key), name: name("signed"), ..new_token() };
    let issued = authority.issue(&signed, new, None).await.unwrap();
    assert_eq!(issued.token.id, token);
    let bearer = authority.authenticate(issued.secret.expose(), &Origin::default()).await.unwrap();
    let seen = authority.signers_of_token(caller, token).await.unwrap();
    assert_eq!(seen.iter().map(|signer| signer.token).collect::<Vec<_>>(), [Some(token)]);

    let offered = challenge(world, &bearer).await;
    assert_eq!(offered.signers, seen, "the token's own key alone is offered");
    refused(sign(world, &bearer, &offered.identifier, &key.answer(&offered.text)).await, Unproven::Signer);
    let offered = challenge(world, caller).await;
    assert!(offered.signers.iter().all(|signer| signer.token.is_none()));
    refused(sign(world, caller, &offered.identifier, &own.answer(&offered.text)).await, Unproven::Signer);
    refused(subject.change(&bearer).await, Unproven::ActionMissing);
    let outlived = subject.change(&signing(world, &bearer, &own).await).await;
    assert!(matches!(outlived, Err(Error::Denied(Denied::OwnKey))), "a token that it issued would outlive it");
    authority.disable(&signing(world, &bearer, &own).await, token, None).await.unwrap();
    let spoken_for = authority.signers(caller, Some(owner.id)).await.unwrap();
    assert_eq!(spoken_for.len(), 1, "the owner's list shows what he signs with himself");

    // The demand of the organisation makes no difference to such a token.
    let elsewhere = world.owner(OwnerKind::ServiceAccount, world.root.organisation, Role::Member, "").await;
    let token = authority.new_token_id();
    let own_key = OwnKey { token, credential: own.credential(), pem: own.pem() };
    let free = world.issue(NewToken { owner: Some(elsewhere.id), key: Some(own_key), ..new_token() }).await;
    let bearer = authority.authenticate(free.secret.expose(), &Origin::default()).await.unwrap();
    refused(subject.change(&bearer).await, Unproven::ActionMissing);
    authority.disable(&signing(world, &bearer, &own).await, token, None).await.unwrap();
}
