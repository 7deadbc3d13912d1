//! Promise: an action token comes of the right answer to one challenge, and is worth the one request of
//! the one caller that was signed, once.

use crate::{
    signing::{
        LIFETIME, Pair, Subject, action, asked, challenge, forged, party, refused, register, shown, sign, signing,
    },
    world::{new_token, secret},
};
use authority::{Error, error::Unproven, sign_action::Asked, signature::Answer};
use domain::{
    caller::Caller,
    origin::Origin,
    owner::{OwnerKind, Role},
};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;

const MILLISECOND: Duration = Duration::from_millis(1);

#[tokio::test]
async fn every_kind_of_signer_signs_a_change_once() {
    let subject = Subject::new(200).await;
    let world = &subject.world;
    refused(subject.change(&subject.caller).await, Unproven::ActionMissing);
    for pair in Pair::each(2) {
        let owner = world.owner(OwnerKind::ServiceAccount, world.root.organisation, Role::Member, "").await;
        let caller = world.caller(&owner).await;
        let signer = register(world, &caller, &pair).await;
        let asked = challenge(world, &caller).await;
        assert_eq!(asked.signers, [signer]);
        let action = sign(world, &caller, &asked.identifier, &pair.answer(&asked.text)).await.unwrap();
        assert_eq!(action.expires_at, world.now().after(LIFETIME));
        let signed = shown(world, &caller, &action).await;
        subject.change(&signed).await.unwrap();
        refused(subject.change(&signed).await, Unproven::ActionSpent);
        refused(subject.change(&shown(world, &caller, &action).await).await, Unproven::ActionSpent);
        let again = challenge(world, &caller).await;
        let answer = pair.answer_counted(&again.text, 2);
        subject
            .change(&shown(world, &caller, &sign(world, &caller, &again.identifier, &answer).await.unwrap()).await)
            .await
            .unwrap();
        // A copy of a passkey counts for itself.
        if let Pair::Passkey(_) = pair {
            let challenge = challenge(world, &caller).await;
            let copied = pair.answer_counted(&challenge.text, 2);
            refused(sign(world, &caller, &challenge.identifier, &copied).await, Unproven::Signature);
        }
    }
    let signed = signing(world, &subject.caller, &subject.key).await;
    subject.change(&signed).await.unwrap();
}

/// What differs in one thing from the request that was signed.
fn others() -> Vec<(String, Asked)> {
    let mut others = vec![
        ("surface".to_owned(), Asked { surface: "dfns".into(), ..asked() }),
        ("no surface".to_owned(), Asked { surface: String::new(), ..asked() }),
        ("method".to_owned(), Asked { method: "DELETE".into(), ..asked() }),
        ("method in lower case".to_owned(), Asked { method: "post".into(), ..asked() }),
        ("target".to_owned(), Asked { target: "/v1/tokens/".into(), ..asked() }),
        ("target with a query".to_owned(), Asked { target: "/v1/tokens?a=b".into(), ..asked() }),
        // What stands between two parts belongs to one of them.
        ("shifted".to_owned(), Asked { method: "POST/".into(), target: "v1/tokens".into(), ..asked() }),
    ];
    for place in 0..32 {
        let mut payload = asked().payload;
        payload[place] ^= 1;
        others.push((format!("payload at {place}"), Asked { payload, ..asked() }));
    }
    others
}

#[tokio::test]
async fn an_action_is_worth_its_request_alone() {
    let subject = Subject::new(201).await;
    let Subject { world, caller, key, .. } = &subject;
    for (part, other) in others() {
        let action = action(world, caller, key).await;
        refused(subject.show(caller, &action, other).await, Unproven::ActionOfAnother);
        // It is spent by having been shown.
        let late = subject.show(caller, &action, asked()).await.unwrap();
        let answer = subject.change(&late).await;
        assert!(matches!(answer, Err(Error::Unproven(Unproven::ActionSpent))), "{part}: {answer:?}");
    }
}

#[tokio::test]
async fn neither_challenge_nor_action_is_worth_anything_to_another_caller() {
    let subject = Subject::new(202).await;
    let Subject { world, caller, key, owner } = &subject;
    let invitation = world.authority().invite(&world.root, owner.id).await;
    refused(invitation.map(drop), Unproven::ActionMissing);
    let colleague = world.owner(OwnerKind::User, world.root.organisation, Role::Member, "").await;
    let colleague = world.caller(&colleague).await;
    register(world, &colleague, key).await;
    let (session, other_session) = {
        let signed = signing(world, &world.root, &Pair::ed25519(9)).await;
        let link = subject.authority().invite(&signed, owner.id).await.unwrap();
        let password = secret("correct horse battery staple");
        subject.authority().redeem(link.secret.expose(), password, None, &Origin::default()).await.unwrap();
        (subject.session().await, subject.session().await)
    };
    let other_token = {
        let signed = signing(world, caller, key).await;
        let issued = subject.authority().issue(&signed, new_token(), None).await.unwrap();
        subject.authority().authenticate(issued.secret.expose(), &Origin::default()).await.unwrap()
    };
    let moved = Caller { organisation: world.root.organisation, ..caller.clone() };
    let disowned = Caller { owner: colleague.owner, ..caller.clone() };
    for (whose, others) in [
        (caller, [&session, &other_token, &colleague, &moved, &disowned]),
        (&session, [&other_session, caller, &colleague, &moved, &disowned]),
    ] {
        for other in others {
            let challenge = challenge(world, whose).await;
            let answer = key.answer(&challenge.text);
            refused(sign(world, other, &challenge.identifier, &answer).await, Unproven::Challenge);
            let action = sign(world, whose, &challenge.identifier, &answer).await.unwrap();
            refused(subject.show(other, &action, asked()).await, Unproven::ActionOfAnother);
            let late = subject.show(whose, &action, asked()).await.unwrap();
            refused(subject.change(&late).await, Unproven::ActionSpent);
        }
        subject.change(&signing(world, whose, key).await).await.unwrap();
    }
}

#[tokio::test]
async fn a_challenge_is_answered_once_rightly_or_not() {
    let subject = Subject::new(203).await;
    let Subject { world, caller, key, .. } = &subject;
    let spent = Unproven::ChallengeSpent;
    let first = challenge(world, caller).await;
    let right = key.answer(&first.text);
    sign(world, caller, &first.identifier, &right).await.unwrap();
    refused(sign(world, caller, &first.identifier, &right).await, spent);
    for (wrong, why) in [
        (|answer: &Answer| forged(answer), Unproven::Signature),
        (|_: &Answer| Pair::ed25519(1).answer("another challenge"), Unproven::Signature),
        (|answer: &Answer| with_credential(answer, "Ed25519"), Unproven::Signer),
        (|answer: &Answer| with_credential(answer, ""), Unproven::Signer),
        (|_: &Answer| Pair::each(1).into_iter().next_back().unwrap().answer(""), Unproven::Signer),
        (|answer: &Answer| as_passkey(answer), Unproven::Signer),
    ] as [(fn(&Answer) -> Answer, Unproven); 6]
    {
        let challenge = challenge(world, caller).await;
        let right = key.answer(&challenge.text);
        refused(sign(world, caller, &challenge.identifier, &wrong(&right)).await, why);
        refused(sign(world, caller, &challenge.identifier, &right).await, spent);
    }
    // Two challenges about the same request are two: what answered one of them answers no other.
    let (one, two) = (challenge(world, caller).await, challenge(world, caller).await);
    assert_ne!(one.text, two.text);
    refused(sign(world, caller, &two.identifier, &key.answer(&one.text)).await, Unproven::Signature);
    // A right signature of another key under this one's name is as wrong as any.
    let other = Pair::ed25519(3);
    let challenge = challenge(world, caller).await;
    refused(sign(world, caller, &challenge.identifier, &other.answer(&challenge.text)).await, Unproven::Signature);
}

fn with_credential(answer: &Answer, wanted: &str) -> Answer {
    let mut changed = answer.clone();
    match &mut changed {
        Answer::Key { credential, .. } | Answer::Passkey { credential, .. } => wanted.clone_into(credential),
    }
    changed
}

fn as_passkey(answer: &Answer) -> Answer {
    let Answer::Key { credential, client_data, signature } = answer.clone() else { panic!("no key") };
    Answer::Passkey { credential, client_data, authenticator_data: Vec::new(), signature, user_handle: None }
}

#[tokio::test]
async fn of_simultaneous_answers_and_actions_one_counts() {
    let subject = Subject::new(204).await;
    let Subject { world, caller, key, .. } = &subject;
    let challenge = challenge(world, caller).await;
    let answer = key.answer(&challenge.text);
    let mut answers = JoinSet::new();
    for _ in 0..32 {
        let (authority, caller) = (Arc::clone(subject.authority()), caller.clone());
        let (identifier, answer) = (challenge.identifier.clone(), answer.clone());
        answers
            .spawn(async move { authority.sign_action(&caller, &identifier, &answer, &party(), LIFETIME).await.ok() });
    }
    let mut actions: Vec<_> = answers.join_all().await.into_iter().flatten().collect();
    assert_eq!(actions.len(), 1);
    let signed = shown(world, caller, &actions.remove(0)).await;
    let mut changes = JoinSet::new();
    for _ in 0..32 {
        let (authority, signed) = (Arc::clone(subject.authority()), signed.clone());
        changes.spawn(async move { authority.issue(&signed, new_token(), None).await.is_ok() });
    }
    assert_eq!(changes.join_all().await.into_iter().filter(|made| *made).count(), 1);
}

#[tokio::test]
async fn challenges_and_actions_end_with_their_time() {
    let subject = Subject::new(205).await;
    let Subject { world, caller, key, .. } = &subject;
    let (in_time, late) = (challenge(world, caller).await, challenge(world, caller).await);
    assert_eq!(in_time.expires_at, world.now().after(LIFETIME));
    world.clock.advance(LIFETIME.saturating_sub(MILLISECOND));
    let action = sign(world, caller, &in_time.identifier, &key.answer(&in_time.text)).await.unwrap();
    world.clock.advance(MILLISECOND);
    refused(sign(world, caller, &late.identifier, &key.answer(&late.text)).await, Unproven::Challenge);
    // An action has a time of its own.
    world.clock.advance(LIFETIME.saturating_sub(2 * MILLISECOND));
    let shown = subject.show(caller, &action, asked()).await.unwrap();
    world.clock.advance(MILLISECOND);
    refused(subject.show(caller, &action, asked()).await, Unproven::Action);
    // Nor does it help to have shown it in time.
    refused(subject.change(&shown).await, Unproven::ActionSpent);
}

#[tokio::test]
async fn no_other_text_passes_for_a_challenge_or_an_action() {
    let subject = Subject::new(206).await;
    let Subject { world, caller, key, owner } = &subject;
    let authority = subject.authority();
    let asking = challenge(world, caller).await;
    let registering = authority.challenge_signer(caller, None, LIFETIME);
    let email = owner.email.as_ref().unwrap();
    let signing_in = authority.challenge_sign_in(owner.organisation_id, email, LIFETIME).await.unwrap().challenge;
    for other in [&registering, &signing_in] {
        refused(sign(world, caller, &other.identifier, &key.answer(&other.text)).await, Unproven::Challenge);
    }
    let draft = key.draft(&asking.text);
    refused(authority.add_signer(caller, &asking.identifier, draft, None, &party()).await, Unproven::Challenge);
    let action = action(world, caller, key).await;
    let text = action.secret.expose();
    refused(sign(world, caller, text, &key.answer(&asking.text)).await, Unproven::Challenge);
    for void in ["", ".", "a.b", &asking.identifier, &registering.identifier, &"x".repeat(100_000)] {
        refused(authority.show_action(caller, void, asked()).await, Unproven::Action);
        if void != asking.identifier {
            refused(sign(world, caller, void, &key.answer(&asking.text)).await, Unproven::Challenge);
        }
    }
    for place in (0..text.len()).step_by(7) {
        let mut bytes = text.as_bytes().to_vec();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        refused(authority.show_action(caller, &changed, asked()).await, Unproven::Action);
    }
    subject.change(&shown(world, caller, &action).await).await.unwrap();
}
