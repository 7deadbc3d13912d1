//! Promise: a signer is only what its owner, or an administrator above him, made it: nobody else sees or
//! changes it, a stolen credential alone changes none of its owner's, and it goes when it is removed.

use crate::{
    engine::Engine,
    signing::{
        adding, administrator, bearer, by, demand, listed, new_signer, revision, set_password, signed_in, signer,
        signer_of, signing, switch, switching, token_with_key,
    },
    world::{World, access, deletion, refusal, unchanged},
};
use domain::{
    caller::{Access, Beyond, Reach},
    id::{DeletionId, SignerId},
    journal::{Event, SignerChanged},
    limits,
    owner::{Owner, OwnerKind, Role},
    signer::{SignedActions, Signer, SignerKind},
};
use store::{
    change::{
        AddSigner, IssueToken, NewSigner, SignerSwitch, StartDeletion, SwitchSigner, SwitchToken, UpdateOwner, Verb,
    },
    error::Refusal,
    query::{SignersOf, TokenFilter},
};

on_every_engine!(
    a_signer_is_kept_as_it_was_given,
    a_signer_is_switched_and_removed,
    a_list_ends_at_its_reach,
    an_owner_changes_his_own_with_a_signature_or_his_password,
    a_password_counts_at_the_revision_it_was_checked_at,
    an_administrator_restricts_and_hands_out_no_more_than_he_has,
    an_administrator_shows_his_own_password,
    where_signatures_are_demanded_nobody_begins_to_sign_without_proof,
    there_is_a_limit_and_each_name_stands_once,
    the_signer_of_a_token_lives_and_dies_with_it,
);

async fn all_of(world: &World, owner: &Owner) -> Vec<Signer> {
    world.store.signers(Reach::Everything, SignersOf::Owner(owner.id)).await.unwrap()
}

async fn a_signer_is_kept_as_it_was_given(engine: Engine) {
    let mut world = World::new(engine).await;
    let owner = world.member().await;
    let new = NewSigner { kind: SignerKind::Passkey, counter: 7, ..new_signer(&world, "Ünïque id") };
    let wanted = AddSigner { signer: new.clone(), ..adding(&world, &owner, "") };
    let made = signer_of(world.made(Verb::AddSigner(wanted)).await);
    let at = world.now();
    let expected = Signer {
        id: new.id,
        owner: owner.id,
        owner_number: owner.number,
        token: None,
        kind: SignerKind::Passkey,
        name: new.name,
        credential: new.credential,
        material: new.material,
        active: true,
        since: at,
        counter: 7,
        created_at: at,
    };
    assert_eq!(made, expected);
    let told = SignerChanged { signer: new.id, owner: owner.number, token: None };
    assert_eq!(world.log.last().event, Event::SignerAdded(told));
    assert_eq!(world.log.last().organisation, Some(owner.organisation));
    world.reopen().await;
    assert_eq!(all_of(&world, &owner).await, [expected.clone()]);
    assert_eq!(world.store.signers(Reach::Everything, SignersOf::Signer(new.id)).await.unwrap(), [expected]);
}

async fn a_signer_is_switched_and_removed(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let key = signer(&world, &owner, "one").await;
    let other = signer(&world, &owner, "two").await;
    let disabled = switch(&world, &key, SignerSwitch::Disable).await;
    assert_eq!(disabled, Signer { active: false, since: world.now(), ..key.clone() });
    assert_eq!(all_of(&world, &owner).await, [disabled.clone(), other.clone()]);
    let tail = world.store.tail().await.unwrap();
    assert_eq!(switch(&world, &key, SignerSwitch::Disable).await, disabled, "nothing is left to do");
    assert_eq!(world.store.tail().await.unwrap(), tail);
    let enabled = switch(&world, &key, SignerSwitch::Enable).await;
    assert_eq!(enabled, Signer { since: world.now(), ..key.clone() });
    assert_eq!(all_of(&world, &owner).await, [enabled, other.clone()]);
    switch(&world, &key, SignerSwitch::Remove).await;
    assert_eq!(all_of(&world, &owner).await, [other]);
    for again in [SignerSwitch::Remove, SignerSwitch::Enable, SignerSwitch::Disable] {
        assert_eq!(world.refusal(Verb::SwitchSigner(switching(&key, again))).await, Refusal::NotFound);
    }
    let told = SignerChanged { signer: key.id, owner: owner.number, token: None };
    let events: Vec<_> = world.log.events().into_iter().rev().take(3).collect();
    let expected =
        [Event::SignerRemoved(told.clone()), Event::SignerEnabled(told.clone()), Event::SignerDisabled(told)];
    assert_eq!(events, expected);
}

async fn a_list_ends_at_its_reach(engine: Engine) {
    let world = World::new(engine).await;
    let elsewhere = world.organisation("Second").await;
    let owner = world.member().await;
    let colleague = world.member().await;
    let key = signer(&world, &owner, "one").await.id;
    let (issued, own) = token_with_key(&world, &owner, "two").await;
    let seen_by = [
        (Reach::Everything, true),
        (Reach::Organisation(owner.organisation), true),
        (Reach::Organisation(elsewhere.number), false),
        (Reach::Own(owner.number), true),
        (Reach::Own(colleague.number), false),
    ];
    for (reach, seen) in seen_by {
        let expected = |id: SignerId| if seen { vec![id] } else { Vec::new() };
        assert_eq!(listed(&world, reach, SignersOf::Owner(owner.id)).await, expected(key), "{reach:?}");
        assert_eq!(listed(&world, reach, SignersOf::Signer(key)).await, expected(key), "{reach:?}");
        assert_eq!(listed(&world, reach, SignersOf::Token(issued.token.id)).await, expected(own.id), "{reach:?}");
        let limited = access(reach, Role::ApplicationAdministrator, "*");
        let wanted = SwitchSigner { access: limited.clone(), ..switching_id(key, SignerSwitch::Disable) };
        let answer = world.commit(Verb::SwitchSigner(wanted)).await;
        let added = AddSigner { access: limited, ..adding(&world, &owner, &format!("{reach:?}")) };
        let registered = world.commit(Verb::AddSigner(added)).await;
        if seen {
            answer.unwrap();
            let added = signer_of(registered.unwrap().outcome);
            switch(&world, &added, SignerSwitch::Remove).await;
        } else {
            assert_eq!((refusal(answer), refusal(registered)), (Refusal::NotFound, Refusal::NotFound), "{reach:?}");
        }
    }
}

fn switching_id(signer: SignerId, switch: SignerSwitch) -> SwitchSigner {
    SwitchSigner { access: Access::unlimited(), signer, switch, password_checked_at: None }
}

/// Everything that can be done to a signer of one's own.
fn own_changes(world: &World, owner: &Owner, on: &Signer, off: &Signer) -> Vec<(&'static str, Verb)> {
    let access = access(Reach::Own(owner.number), owner.role, "*");
    let switch = |signer: &Signer, switch| {
        Verb::SwitchSigner(SwitchSigner { access: access.clone(), ..switching(signer, switch) })
    };
    let added =
        AddSigner { access: access.clone(), ..adding(world, owner, &format!("at {}", world.now().milliseconds())) };
    vec![
        ("add", Verb::AddSigner(added)),
        ("enable", switch(off, SignerSwitch::Enable)),
        ("disable", switch(on, SignerSwitch::Disable)),
        ("remove", switch(on, SignerSwitch::Remove)),
    ]
}

fn with_password(verb: Verb, revision: u64) -> Verb {
    let password_checked_at = Some(revision);
    match verb {
        Verb::AddSigner(wanted) => Verb::AddSigner(AddSigner { password_checked_at, ..wanted }),
        Verb::SwitchSigner(wanted) => Verb::SwitchSigner(SwitchSigner { password_checked_at, ..wanted }),
        _ => panic!("no change of a signer"),
    }
}

async fn an_owner_changes_his_own_with_a_signature_or_his_password(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let caller = signed_in(&world, &owner).await;
    let shown = bearer(&owner, &world.issue(&owner, "shown").await);
    // The first one of somebody without a password needs neither: there is nothing to prove it with.
    let on = signer_of(by(&world, &caller, Verb::AddSigner(adding(&world, &owner, "first"))).await.unwrap().outcome);
    let off = signer(&world, &owner, "off").await;
    switch(&world, &off, SignerSwitch::Disable).await;
    for thief in [&caller, &shown] {
        for (change, verb) in own_changes(&world, &owner, &on, &off) {
            assert_eq!(refusal(by(&world, thief, verb).await), Refusal::ActionRequired, "{change}");
        }
    }
    for place in 0..4 {
        let (change, verb) = own_changes(&world, &owner, &on, &off).remove(place);
        by(&world, &signing(&world, &caller, &on), verb).await.unwrap_or_else(|error| panic!("{change}: {error:?}"));
        if change == "disable" {
            switch(&world, &on, SignerSwitch::Enable).await;
        }
    }
    // One signer that is switched off is proof enough that a signature could have been asked for.
    let last = world.member().await;
    let key = signer(&world, &last, "off").await;
    switch(&world, &key, SignerSwitch::Disable).await;
    let caller = signed_in(&world, &last).await;
    let again = by(&world, &caller, Verb::AddSigner(adding(&world, &last, "second"))).await;
    assert_eq!(refusal(again), Refusal::ActionRequired);
}

async fn a_password_counts_at_the_revision_it_was_checked_at(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    set_password(&world, &owner).await;
    let caller = signed_in(&world, &owner).await;
    let first = by(&world, &caller, Verb::AddSigner(adding(&world, &owner, "first"))).await;
    assert_eq!(refusal(first), Refusal::ActionRequired, "he has a password to show");
    let current = revision(&world, &owner).await;
    for wrong in [current - 1, current + 1] {
        let verb = with_password(Verb::AddSigner(adding(&world, &owner, "first")), wrong);
        assert_eq!(refusal(by(&world, &caller, verb).await), Refusal::Consumed);
    }
    let (on, off) = (signer(&world, &owner, "on").await, signer(&world, &owner, "off").await);
    switch(&world, &off, SignerSwitch::Disable).await;
    for place in 0..4 {
        let (change, verb) = own_changes(&world, &owner, &on, &off).remove(place);
        let stale = with_password(verb.clone(), current - 1);
        assert_eq!(refusal(by(&world, &caller, stale).await), Refusal::Consumed, "{change}");
        by(&world, &caller, with_password(verb, current)).await.unwrap();
        if change == "disable" {
            switch(&world, &on, SignerSwitch::Enable).await;
        }
    }
}

async fn an_administrator_restricts_and_hands_out_no_more_than_he_has(engine: Engine) {
    let world = World::new(engine).await;
    let (_, caller, mine) = administrator(&world, Role::OrganisationAdministrator).await;
    let owner = world.member().await;
    let key = signer(&world, &owner, "one").await;
    let within = access(Reach::Organisation(world.organisation.number), Role::OrganisationAdministrator, "*");
    let switching = |switch| SwitchSigner { access: within.clone(), ..switching(&key, switch) };
    by(&world, &caller, Verb::SwitchSigner(switching(SignerSwitch::Disable))).await.unwrap();
    let enabled = || Verb::SwitchSigner(switching(SignerSwitch::Enable));
    assert_eq!(refusal(by(&world, &caller, enabled()).await), Refusal::ActionRequired);
    by(&world, &signing(&world, &caller, &mine), enabled()).await.unwrap();
    let added = |owner: &Owner, text| AddSigner { access: within.clone(), ..adding(&world, owner, text) };
    assert_eq!(refusal(by(&world, &caller, Verb::AddSigner(added(&owner, "two"))).await), Refusal::ActionRequired);
    by(&world, &signing(&world, &caller, &mine), Verb::AddSigner(added(&owner, "two"))).await.unwrap();
    by(&world, &caller, Verb::SwitchSigner(switching(SignerSwitch::Remove))).await.unwrap();
    let account = world.owner(&world.organisation, OwnerKind::ServiceAccount, Role::Member).await;
    by(&world, &caller, Verb::AddSigner(added(&account, "first"))).await.unwrap();

    // A signer is worth all that its owner may do.
    let above = world.owner(&world.organisation, OwnerKind::User, Role::ApplicationAdministrator).await;
    let theirs = signer(&world, &above, "theirs").await;
    let signed = || signing(&world, &caller, &mine);
    let beyond = Refusal::Beyond(Beyond::Role(Role::ApplicationAdministrator));
    assert_eq!(refusal(by(&world, &signed(), Verb::AddSigner(added(&above, "two"))).await), beyond);
    switch(&world, &theirs, SignerSwitch::Disable).await;
    let enabled = SwitchSigner { access: within.clone(), ..crate::signing::switching(&theirs, SignerSwitch::Enable) };
    assert_eq!(refusal(by(&world, &signed(), Verb::SwitchSigner(enabled)).await), beyond);
    let removed = SwitchSigner { access: within.clone(), ..crate::signing::switching(&theirs, SignerSwitch::Remove) };
    assert_eq!(refusal(by(&world, &signed(), Verb::SwitchSigner(removed)).await), beyond);
    let narrow = Access { scopes: crate::world::scopes("tokens:read"), ..within.clone() };
    let wanted = AddSigner { access: narrow, ..adding(&world, &owner, "narrow") };
    let answer = refusal(by(&world, &signed(), Verb::AddSigner(wanted)).await);
    assert!(matches!(answer, Refusal::Beyond(Beyond::Scope(_))), "{answer:?}");

    // Whoever has no power gets none.
    world.made(Verb::UpdateOwner(UpdateOwner { active: Some(false), ..unchanged(&owner) })).await;
    let answer = refusal(by(&world, &signed(), Verb::AddSigner(added(&owner, "late"))).await);
    assert_eq!(answer, Refusal::OwnerInactive);
}

async fn an_administrator_shows_his_own_password(engine: Engine) {
    let world = World::new(engine).await;
    let administrator = world.owner(&world.organisation, OwnerKind::User, Role::OrganisationAdministrator).await;
    set_password(&world, &administrator).await;
    set_password(&world, &administrator).await;
    let caller = signed_in(&world, &administrator).await;
    let checked = revision(&world, &administrator).await;
    let account = world.owner(&world.organisation, OwnerKind::ServiceAccount, Role::Member).await;
    signer(&world, &account, "first").await;
    let verb = |text, revision| with_password(Verb::AddSigner(adding(&world, &account, text)), revision);
    by(&world, &caller, verb("second", checked)).await.unwrap();
    for wrong in [checked - 1, checked + 1] {
        assert_eq!(refusal(by(&world, &caller, verb("third", wrong)).await), Refusal::Consumed);
    }
}

async fn where_signatures_are_demanded_nobody_begins_to_sign_without_proof(engine: Engine) {
    let world = World::new(engine).await;
    let (_, administrator, mine) = administrator(&world, Role::OrganisationAdministrator).await;
    for demanded in [SignedActions::Destructive, SignedActions::All] {
        let account = world.owner(&world.organisation, OwnerKind::ServiceAccount, Role::Member).await;
        let stolen = bearer(&account, &world.issue(&account, "stolen").await);
        demand(&world, world.organisation.id, demanded).await;
        let verb = || Verb::AddSigner(adding(&world, &account, "first"));
        for caller in [&stolen, &administrator] {
            assert_eq!(refusal(by(&world, caller, verb()).await), Refusal::ActionRequired, "{demanded:?}");
        }
        by(&world, &signing(&world, &administrator, &mine), verb()).await.unwrap();
    }
    // What the caller's own organisation demands holds elsewhere too, and what that one demands for him.
    let elsewhere = world.organisation("Second").await;
    let account = world.owner(&elsewhere, OwnerKind::ServiceAccount, Role::Member).await;
    let (_, root, _) = crate::signing::administrator(&world, Role::ApplicationAdministrator).await;
    for (here, there) in [(SignedActions::All, SignedActions::Off), (SignedActions::Off, SignedActions::Destructive)] {
        demand(&world, world.organisation.id, here).await;
        demand(&world, elsewhere.id, there).await;
        let answer = by(&world, &root, Verb::AddSigner(adding(&world, &account, "first"))).await;
        assert_eq!(refusal(answer), Refusal::ActionRequired, "{here:?} {there:?}");
    }
}

async fn there_is_a_limit_and_each_name_stands_once(engine: Engine) {
    let world = World::new(engine).await;
    let (owner, other) = (world.member().await, world.member().await);
    let mut last = None;
    for place in 0..limits::SIGNERS {
        last = Some(signer(&world, &owner, &format!("key {place}")).await);
    }
    let wanted = || Verb::AddSigner(adding(&world, &owner, "one too many"));
    assert_eq!(world.refusal(wanted()).await, Refusal::TooManySigners);
    // A token's own key does not count: a token has one, and there may be many tokens.
    token_with_key(&world, &owner, "of a token").await;
    let last = last.unwrap();
    switch(&world, &last, SignerSwitch::Disable).await;
    assert_eq!(world.refusal(wanted()).await, Refusal::TooManySigners);
    switch(&world, &last, SignerSwitch::Remove).await;
    for taken in ["key 0", "of a token"] {
        let again = Verb::AddSigner(adding(&world, &owner, taken));
        assert_eq!(world.refusal(again).await, Refusal::SignerTaken, "{taken}");
        signer(&world, &other, taken).await;
    }
    let issuing = IssueToken { signer: Some(Box::new(new_signer(&world, "key 0"))), ..world.issuing(&owner, "twin") };
    assert_eq!(world.refusal(Verb::IssueToken(issuing)).await, Refusal::SignerTaken);
    signer(&world, &owner, "KEY 0").await;
}

async fn the_signer_of_a_token_lives_and_dies_with_it(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let mine = signer(&world, &owner, "mine").await;
    let (issued, own) = token_with_key(&world, &owner, "own").await;
    let (swept, sweeping) = token_with_key(&world, &owner, "swept").await;
    assert_eq!((own.token, own.owner), (Some(issued.token.id), owner.id));
    let told = SignerChanged { signer: sweeping.id, owner: owner.number, token: Some(swept.token.id) };
    assert_eq!(world.log.last().event, Event::SignerAdded(told));
    assert_eq!(all_of(&world, &owner).await.len(), 1, "an owner's list shows what he signs with");
    let caller = signed_in(&world, &owner).await;
    for change in [SignerSwitch::Disable, SignerSwitch::Remove, SignerSwitch::Enable] {
        let verb = Verb::SwitchSigner(switching(&own, change));
        assert_eq!(refusal(by(&world, &signing(&world, &caller, &mine), verb).await), Refusal::NotFound);
    }
    let of = |token| SignersOf::Token(token);
    let switch =
        |disabled| SwitchToken { access: Access::unlimited(), token: issued.token.id, expects: None, disabled };
    world.made(Verb::SwitchToken(switch(true))).await;
    assert_eq!(listed(&world, Reach::Everything, of(issued.token.id)).await, [own.id]);
    world.made(deletion(issued.token.id)).await;
    assert!(listed(&world, Reach::Everything, of(issued.token.id)).await.is_empty());
    assert!(listed(&world, Reach::Everything, SignersOf::Signer(own.id)).await.is_empty());

    let id = DeletionId::new(world.now(), &world.randomness);
    let filter = TokenFilter { owner: Some(owner.id), ..TokenFilter::default() };
    let start = StartDeletion { access: Access::unlimited(), id, filter, expects: None, reason: None };
    world.made(Verb::StartDeletion(start)).await;
    world.made(Verb::ContinueDeletion(id)).await;
    assert!(listed(&world, Reach::Everything, SignersOf::Signer(sweeping.id)).await.is_empty());
    assert_eq!(listed(&world, Reach::Everything, SignersOf::Owner(owner.id)).await, [mine.id]);
    // What is gone frees its name.
    token_with_key(&world, &owner, "own").await;
}
