//! Promise: a signed action works once, for whom it was signed, with its change and never without it.

use crate::{
    changes::{of, switched},
    engine::Engine,
    signing::{
        action, adding, administrator, bearer, by, demand, listed, opening, proof, signed_in, signer, signer_of,
        signing, switch, token_with_key,
    },
    world::{World, refusal},
};
use domain::{
    caller::{Access, Actor, Caller, Reach},
    id::{OwnerId, Randomness, SignerId, TokenId},
    journal::{ActionSigned, Event},
    owner::{Owner, OwnerKind, Role},
    signer::{Proof, SignedAction, SignedActions, Signer, SignerKind},
    time::Timestamp,
};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use store::{
    change::{
        AddSigner, Change, CloseSessions, CreateOwner, CreateServiceAccount, Idempotency, NewSigner, Nonce,
        SignerSwitch, SpendChallenge, Verb,
    },
    error::{CommitError, Refusal},
    query::SignersOf,
};

on_every_engine!(
    a_signer_signs_for_nobody_else,
    an_action_works_once,
    of_simultaneous_changes_with_one_action_one_is_made,
    a_refused_change_keeps_the_action_and_leaves_nothing,
    an_action_whose_time_is_over_is_worth_nothing,
    a_signer_that_was_switched_since_proves_nothing,
    a_token_that_was_switched_since_proves_nothing,
    a_passkey_counts_on,
    a_challenge_is_answered_once,
    a_session_is_opened_by_an_active_signer_of_its_user,
    the_journal_tells_the_signature_before_the_change,
    a_repeated_request_is_signed_again,
);

async fn a_signer_signs_for_nobody_else(engine: Engine) {
    let world = World::new(engine).await;
    let (owner, other) = (world.member().await, world.member().await);
    let (key, others_key) = (signer(&world, &owner, "key").await, signer(&world, &other, "key").await);
    let caller = signed_in(&world, &owner).await;
    let (one, one_key) = token_with_key(&world, &owner, "one").await;
    let (_, two_key) = token_with_key(&world, &owner, "two").await;
    let plain = bearer(&owner, &world.issue(&owner, "plain").await);
    let own = bearer(&owner, &one);
    let unknown = Signer { id: SignerId::new(world.now(), &world.randomness), ..key.clone() };
    for (caller, signer, fits) in [
        (&caller, &key, true),
        (&caller, &others_key, false),
        (&caller, &one_key, false),
        (&caller, &unknown, false),
        (&plain, &key, true),
        (&plain, &one_key, false),
        (&own, &one_key, true),
        (&own, &two_key, false),
        (&own, &key, false),
    ] {
        let verb = Verb::SwitchToken(switched(world.issue(&owner, "switched").await.token.id, true));
        let answer = by(&world, &signing(&world, caller, signer), verb).await;
        assert_eq!(answer.is_ok(), fits, "{:?} {}", caller.credential, signer.credential);
        assert!(fits || refusal(answer) == Refusal::ActionVoid);
    }
    // What answers a challenge for the owner is what he signs with himself, and so for each token.
    for (token, signer, fits) in [
        (None, &key, true),
        (None, &one_key, false),
        (Some(one.token.id), &one_key, true),
        (Some(one.token.id), &two_key, false),
        (Some(one.token.id), &key, false),
    ] {
        let spent = spend(&world, &owner, token, Some(proof(&world, signer)), nonce(&world)).await;
        assert_eq!(spent.is_ok(), fits, "{token:?} {}", signer.credential);
    }
    // One and the same token number is no token.
    world.delete(one.token.id).await;
    let spent = spend(&world, &owner, Some(one.token.id), Some(proof(&world, &one_key)), nonce(&world)).await;
    assert_eq!(refused(spent), Refusal::SignerEnded);
}

fn nonce(world: &World) -> Nonce {
    let mut value = [0; 16];
    world.randomness.fill(&mut value);
    Nonce { value, until: world.now().after(Duration::from_mins(5)) }
}

async fn spend(
    world: &World,
    owner: &Owner,
    token: Option<TokenId>,
    proof: Option<Proof>,
    nonce: Nonce,
) -> Result<(), CommitError> {
    let verb = Verb::SpendChallenge(SpendChallenge { owner: owner.number, token, proof });
    let change = Change::new(world.now(), Actor::Possession, verb);
    world.store.commit(Change { consumes: Some(nonce), ..change }).await.map(drop)
}

fn refused(answer: Result<(), CommitError>) -> Refusal {
    match answer {
        Err(CommitError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

async fn an_action_works_once(engine: Engine) {
    let mut world = World::new(engine).await;
    let (owner, caller, key) = administrator(&world, Role::Member).await;
    let signed = signing(&world, &caller, &key);
    by(&world, &signed, Verb::IssueToken(world.issuing(&owner, "one"))).await.unwrap();
    let again = |world: &World| Verb::IssueToken(world.issuing(&owner, "two"));
    let tail = world.store.tail().await.unwrap();
    assert_eq!(refusal(by(&world, &signed, again(&world)).await), Refusal::ActionSpent);
    world.reopen().await;
    assert_eq!(refusal(by(&world, &signed, again(&world)).await), Refusal::ActionSpent);
    // Nor does another caller make it work, or what it consumed pass for a challenge.
    let other = Caller { action: signed.action, ..signed_in(&world, &owner).await };
    assert_eq!(refusal(by(&world, &other, again(&world)).await), Refusal::ActionSpent);
    let action = signed.action.unwrap();
    let same = Nonce { value: action.nonce, until: action.expires_at };
    assert_eq!(refused(spend(&world, &owner, None, None, same).await), Refusal::Consumed);
    assert_eq!(world.list(Reach::Everything, of(&owner)).await.len(), 1);
    assert_eq!(world.store.tail().await.unwrap().position.0, tail.position.0 + 1, "the new session alone");
}

async fn of_simultaneous_changes_with_one_action_one_is_made(engine: Engine) {
    let world = World::new(engine).await;
    let (owner, caller, key) = administrator(&world, Role::Member).await;
    for _ in 0..10 {
        let signed = signing(&world, &caller, &key);
        let before = world.list(Reach::Everything, of(&owner)).await.len();
        let mut running = tokio::task::JoinSet::new();
        for place in 0..64 {
            let verb = Verb::IssueToken(world.issuing(&owner, &format!("token {place}")));
            let (change, store) = (Change::by(world.now(), &signed, verb), Arc::clone(&world.store));
            running.spawn(async move { store.commit(change).await });
        }
        let answers = running.join_all().await;
        let (made, others): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!(made.len(), 1);
        assert!(others.into_iter().all(|answer| refusal(answer) == Refusal::ActionSpent));
        assert_eq!(world.list(Reach::Everything, of(&owner)).await.len(), before + 1);
    }
}

async fn a_refused_change_keeps_the_action_and_leaves_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let (owner, caller, key) = administrator(&world, Role::Member).await;
    let signed = signing(&world, &caller, &key);
    let tail = world.store.tail().await.unwrap();
    let nobody = Owner { id: OwnerId::new(world.now(), &world.randomness), ..owner.clone() };
    let verb = Verb::IssueToken(world.issuing(&nobody, "token"));
    assert_eq!(refusal(by(&world, &signed, verb).await), Refusal::OwnerNotFound);
    assert_eq!(world.store.tail().await.unwrap(), tail);
    // Where the signer does not count, the nonce is free again too.
    let action = signed.action.unwrap();
    let counting = Proof { challenged_at: key.since.before(Duration::from_millis(1)), ..action.proof };
    let outdated = Caller { action: Some(SignedAction { proof: counting, ..action }), ..signed.clone() };
    let verb = || Verb::IssueToken(world.issuing(&owner, "token"));
    assert_eq!(refusal(by(&world, &outdated, verb()).await), Refusal::ActionVoid);
    assert_eq!(world.store.tail().await.unwrap(), tail);
    by(&world, &signed, verb()).await.unwrap();
    // A caller whose credential has ended spends nothing.
    let fresh = signing(&world, &caller, &key);
    let close = CloseSessions { owner: owner.id, session: None };
    world.made(Verb::CloseSessions(close)).await;
    assert_eq!(refusal(by(&world, &fresh, verb()).await), Refusal::CredentialEnded);
    let again = Caller { action: fresh.action, ..signed_in(&world, &owner).await };
    by(&world, &again, verb()).await.unwrap();
}

async fn an_action_whose_time_is_over_is_worth_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let (owner, caller, key) = administrator(&world, Role::Member).await;
    let (used, late) = (signing(&world, &caller, &key), signing(&world, &caller, &key));
    let verb = || Verb::IssueToken(world.issuing(&owner, "token"));
    by(&world, &used, verb()).await.unwrap();
    // A request may have been checked in time and come to its turn too late: its nonce may be forgotten by then.
    world.wait(Duration::from_mins(1));
    world.made(Verb::Prune { origins_before: None }).await;
    for caller in [&used, &late] {
        assert_eq!(refusal(by(&world, caller, verb()).await), Refusal::ActionSpent);
    }
    let passed = Nonce { until: world.now(), ..nonce(&world) };
    assert_eq!(refused(spend(&world, &owner, None, None, passed).await), Refusal::Consumed);
    let ends = |milliseconds: i64| {
        let expires_at = Timestamp::from_milliseconds(world.now().milliseconds() + milliseconds);
        Caller { action: Some(SignedAction { expires_at, ..action(&world, &key) }), ..caller.clone() }
    };
    // Each commit takes a millisecond.
    assert_eq!(refusal(by(&world, &ends(1), verb()).await), Refusal::ActionSpent);
    by(&world, &ends(2), verb()).await.unwrap();
}

async fn a_signer_that_was_switched_since_proves_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let (owner, caller, key) = administrator(&world, Role::Member).await;
    let verb = || Verb::IssueToken(world.issuing(&owner, "token"));
    let before = signing(&world, &caller, &key);
    let answered = proof(&world, &key);
    world.wait(Duration::from_millis(1));
    let spending = async |proof| spend(&world, &owner, None, Some(proof), nonce(&world)).await;
    switch(&world, &key, SignerSwitch::Disable).await;
    for caller in [&before, &signing(&world, &caller, &key)] {
        assert_eq!(refusal(by(&world, caller, verb()).await), Refusal::ActionVoid);
    }
    assert_eq!(refused(spending(proof(&world, &key)).await), Refusal::SignerEnded);
    switch(&world, &key, SignerSwitch::Enable).await;
    assert_eq!(refusal(by(&world, &before, verb()).await), Refusal::ActionVoid, "it was disabled in between");
    assert_eq!(refused(spending(answered).await), Refusal::SignerEnded);
    let after = signing(&world, &caller, &key);
    by(&world, &after, verb()).await.unwrap();
    spending(proof(&world, &key)).await.unwrap();
    let last = signing(&world, &caller, &key);
    switch(&world, &key, SignerSwitch::Remove).await;
    assert_eq!(refusal(by(&world, &last, verb()).await), Refusal::ActionVoid);
    assert_eq!(refused(spending(proof(&world, &key)).await), Refusal::SignerEnded);
}

async fn a_token_that_was_switched_since_proves_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let (issued, key) = token_with_key(&world, &owner, "own").await;
    let caller = bearer(&owner, &issued);
    let victim = world.issue(&owner, "victim").await.token.id;
    let verb = || Verb::SwitchToken(switched(victim, true));
    let before = signing(&world, &caller, &key);
    world.wait(Duration::from_millis(1));
    world.made(Verb::SwitchToken(switched(issued.token.id, true))).await;
    assert_eq!(refusal(by(&world, &before, verb()).await), Refusal::CredentialEnded);
    world.made(Verb::SwitchToken(switched(issued.token.id, false))).await;
    assert_eq!(refusal(by(&world, &before, verb()).await), Refusal::ActionVoid);
    by(&world, &signing(&world, &caller, &key), verb()).await.unwrap();
    let last = signing(&world, &caller, &key);
    world.delete(issued.token.id).await;
    assert_eq!(refusal(by(&world, &last, verb()).await), Refusal::CredentialEnded);
}

async fn a_passkey_counts_on(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let passkey = async |credential: &str, counter| {
        let wanted = adding(&world, &owner, credential);
        let signer = NewSigner { kind: SignerKind::Passkey, counter, ..wanted.signer.clone() };
        signer_of(world.made(Verb::AddSigner(AddSigner { signer, ..wanted })).await)
    };
    let counter = async |signer: &Signer| {
        let of = SignersOf::Signer(signer.id);
        world.store.signers(Reach::Everything, of).await.unwrap()[0].counter
    };
    let counting = passkey("counts", 4).await;
    let answers = async |signer: &Signer, counter| {
        let proof = Proof { counter, ..proof(&world, signer) };
        spend(&world, &owner, None, Some(proof), nonce(&world)).await.is_ok()
    };
    for (told, fits, then) in
        [(4, false, 4), (3, false, 4), (0, false, 4), (5, true, 5), (5, false, 5), (9, true, 9), (8, false, 9)]
    {
        assert_eq!(answers(&counting, Some(told)).await, fits, "{told}");
        assert_eq!(counter(&counting).await, then);
    }
    // The action that came of an answer was counted with the answer.
    let caller = signed_in(&world, &owner).await;
    let verb = Verb::IssueToken(world.issuing(&owner, "token"));
    by(&world, &signing(&world, &caller, &counting), verb).await.unwrap();
    assert_eq!(counter(&counting).await, 9);
    // Some passkeys never count; one that begins to does.
    let silent = passkey("silent", 0).await;
    assert!(answers(&silent, Some(0)).await && answers(&silent, Some(0)).await);
    assert!(answers(&silent, Some(1)).await);
    assert!(!answers(&silent, Some(0)).await && !answers(&silent, Some(1)).await);
}

async fn a_challenge_is_answered_once(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let key = signer(&world, &owner, "key").await;
    let answers = [Some(proof(&world, &key)), None];
    for (first, second) in answers.iter().flat_map(|first| answers.iter().map(move |second| (first, second))) {
        let nonce = nonce(&world);
        let tail = world.store.tail().await.unwrap();
        spend(&world, &owner, None, *first, nonce).await.unwrap();
        assert_eq!(refused(spend(&world, &owner, None, *second, nonce).await), Refusal::Consumed);
        assert_eq!(world.store.tail().await.unwrap(), tail, "an answer alone changes nothing");
    }
}

async fn a_session_is_opened_by_an_active_signer_of_its_user(engine: Engine) {
    let world = World::new(engine).await;
    let (owner, other) = (world.member().await, world.member().await);
    let (key, off) = (signer(&world, &owner, "key").await, signer(&world, &owner, "off").await);
    switch(&world, &off, SignerSwitch::Disable).await;
    let others = signer(&world, &other, "key").await;
    let (_, of_token) = token_with_key(&world, &owner, "own").await;
    let early = Proof { challenged_at: key.since.before(Duration::from_millis(1)), ..proof(&world, &key) };
    let counting = Proof { counter: Some(3), ..proof(&world, &key) };
    for (proof, opens) in [
        (proof(&world, &off), false),
        (proof(&world, &others), false),
        (proof(&world, &of_token), false),
        (early, false),
        (proof(&world, &key), true),
        (counting, true),
        (counting, false),
    ] {
        let tail = world.store.tail().await.unwrap();
        let answer = world.commit(Verb::OpenSession(opening(&world, &owner, Some(proof)).await)).await;
        if opens {
            answer.unwrap();
        } else {
            assert_eq!(refusal(answer), Refusal::SignerEnded, "{proof:?}");
            assert_eq!(world.store.tail().await.unwrap(), tail);
        }
    }
}

async fn the_journal_tells_the_signature_before_the_change(engine: Engine) {
    let world = World::new(engine).await;
    let (owner, caller, key) = administrator(&world, Role::OrganisationAdministrator).await;
    demand(&world, world.organisation.id, SignedActions::All).await;
    let before = world.log.entries().len();
    let service = CreateServiceAccount {
        account: CreateOwner {
            access: Access::unlimited(),
            organisation: world.organisation.id,
            owner: world.new_owner(OwnerKind::ServiceAccount, Role::Member),
            invited: false,
        },
        token: world.issuing(&owner, "first"),
        permission: None,
    };
    let commits = world.log.commits.load(Ordering::SeqCst);
    by(&world, &signing(&world, &caller, &key), Verb::CreateServiceAccount(Box::new(service))).await.unwrap();
    assert_eq!(world.log.commits.load(Ordering::SeqCst), commits + 1);
    let told = world.log.entries().split_off(before);
    assert_eq!(
        told.iter().map(|entry| entry.event.kind()).collect::<Vec<_>>(),
        ["action.signed", "owner.created", "token.issued"]
    );
    assert_eq!(told[0].event, Event::ActionSigned(ActionSigned { signer: key.id, owner: owner.number }));
    assert_eq!(told[0].organisation, Some(owner.organisation));
    assert!(told.iter().all(|entry| entry.actor == told[0].actor && entry.at == told[0].at));
    // A signature that nobody demanded is told too, and works once too.
    demand(&world, world.organisation.id, SignedActions::Off).await;
    let before = world.log.entries().len();
    let signed = signing(&world, &caller, &key);
    by(&world, &signed, Verb::IssueToken(world.issuing(&owner, "token"))).await.unwrap();
    assert_eq!(world.log.events()[before].kind(), "action.signed");
    let again = by(&world, &signed, Verb::IssueToken(world.issuing(&owner, "token"))).await;
    assert_eq!(refusal(again), Refusal::ActionSpent);
    assert_eq!(listed(&world, Reach::Everything, SignersOf::Owner(owner.id)).await, [key.id]);
}

async fn a_repeated_request_is_signed_again(engine: Engine) {
    let world = World::new(engine).await;
    let (owner, caller, key) = administrator(&world, Role::Member).await;
    demand(&world, world.organisation.id, SignedActions::All).await;
    let repeat = async |caller: &Caller| {
        world.wait(Duration::from_millis(1));
        let verb = Verb::IssueToken(world.issuing(&owner, "token"));
        let key = Idempotency { owner: owner.number, key: "key".into(), request: [1; 16] };
        world.store.commit(Change { idempotency: Some(key), ..Change::by(world.now(), caller, verb) }).await
    };
    let signed = signing(&world, &caller, &key);
    let first = repeat(&signed).await.unwrap();
    assert!(!first.repeated);
    // A repetition hands the secret out anew, so it must not be had for an action that was seen on its way.
    assert_eq!(refusal(repeat(&signed).await), Refusal::ActionSpent);
    assert_eq!(refusal(repeat(&caller).await), Refusal::ActionRequired);
    let again = repeat(&signing(&world, &caller, &key)).await.unwrap();
    assert!(again.repeated);
    let (first, again) = (crate::world::token(first.outcome), crate::world::token(again.outcome));
    assert_eq!(first.id, again.id);
    assert_eq!(world.list(Reach::Everything, of(&owner)).await.len(), 1);
}
