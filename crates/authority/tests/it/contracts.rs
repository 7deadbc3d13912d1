//! Promise: what an outside contract asks of the core holds at every door. A token keeps the form of its
//! secrets, a seat is filled once, and a session of a contract ends like any other.

use crate::world::{World, name, new_token, scopes, secret};
use authority::{
    Error,
    delete::TokenName,
    error::{Conflict, Denied},
    issue::NewToken,
    owners::OwnerPatch,
    rotate::Overlap,
    seats::Seat,
    update::TokenPatch,
    verify::Refused,
};
use domain::{
    caller::{Beyond, Caller},
    facts::ContractFacts,
    form::{Alphabet, SecretForm},
    origin::Origin,
    owner::{OwnerKind, Role},
    token::Terms,
};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use store::query::TokenFilter;

const HOUR: Duration = Duration::from_hours(1);
const PASSWORD: &str = "Correct horse 7 battery";

fn seat(slot: &'static str, kind: OwnerKind) -> Seat {
    Seat { slot, kind, name: name("admin"), role: Role::OrganisationAdministrator }
}

#[tokio::test]
async fn a_rotation_keeps_the_form_that_a_token_was_born_with() {
    let world = World::new(7).await;
    for (form, pattern) in [
        (SecretForm::new("", Alphabet::Hexadecimal, 40), ""),
        (SecretForm::new("a:{number}:", Alphabet::LettersAndDigits, 64), "a:0000-0003:"),
    ] {
        let terms = Terms { form: Some(form), ..Terms::default() };
        let issued = world.issue(NewToken { terms, ..new_token() }).await;
        let rotated = world.authority().rotate(&world.root, issued.token.id, Overlap::None, None, None).await.unwrap();
        for text in [issued.secret.expose(), rotated.secret.expose()] {
            assert!(text.starts_with(pattern) && text.len() >= 40, "{pattern}");
        }
        assert_eq!(issued.secret.expose().len(), rotated.secret.expose().len());
        world.refused(&issued.secret, Refused::Rotated).await;
        world.active(&rotated.secret).await;
        let number = TokenFilter { number: Some(issued.token.number), ..TokenFilter::default() };
        assert_eq!(world.authority().count_tokens(&world.root, number).await.unwrap(), 1);
        world.authority().delete(&world.root, issued.token.id, None, None).await.unwrap();
        world.refused(&rotated.secret, Refused::Deleted).await;
    }
}

#[tokio::test]
async fn a_repetition_replaces_a_lost_secret_in_its_form() {
    let world = World::new(7).await;
    let terms = Terms { form: Some(SecretForm::new("a:{number}:", Alphabet::Hexadecimal, 8)), ..Terms::default() };
    let new = NewToken { terms, ..new_token() };
    let key = || Some(authority::authority::IdempotencyKey { key: "k".to_owned(), request: [7; 16] });
    let lost = world.authority().issue(&world.root, new.clone(), key()).await.unwrap();
    let again = world.authority().issue(&world.root, new, key()).await.unwrap();
    assert_eq!((again.repeated, again.token.id), (true, lost.token.id));
    world.refused(&lost.secret, Refused::Rotated).await;
    world.active(&again.secret).await;
}

#[tokio::test]
async fn a_slot_that_is_held_is_a_conflict() {
    let world = World::new(7).await;
    let terms = Terms { slot: Some("one".to_owned()), ..Terms::default() };
    let new = NewToken { terms, ..new_token() };
    let held = world.issue(new.clone()).await;
    let refused = world.authority().issue(&world.root, new.clone(), None).await;
    assert!(matches!(refused, Err(Error::Conflict(Conflict::SlotTaken))));
    world.authority().delete(&world.root, held.token.id, None, None).await.unwrap();
    world.issue(new).await;
}

#[tokio::test]
async fn a_token_is_deleted_by_its_number_by_its_slot_or_by_its_secret() {
    let world = World::new(7).await;
    let slotted = || NewToken { terms: Terms { slot: Some("one".to_owned()), ..Terms::default() }, ..new_token() };
    let (first, second, third) =
        (world.issue(slotted()).await, world.issue(new_token()).await, world.issue(new_token()).await);
    let slot = TokenName::Slot { owner: world.root.owner, slot: "one" };
    let names = [
        (slot, &first),
        (TokenName::Number(second.token.number), &second),
        (TokenName::Secret(third.secret.expose()), &third),
    ];
    let weak = Caller { scopes: scopes("tokens:read"), ..world.root.clone() };
    for (name, issued) in names {
        let denied = world.authority().delete_named(&weak, name, None).await;
        assert!(matches!(denied, Err(Error::Denied(_))));
        world.active(&issued.secret).await;
        let tombstone = world.authority().delete_named(&world.root, name, None).await.unwrap();
        assert_eq!(tombstone.id, issued.token.id);
        world.refused(&issued.secret, Refused::Deleted).await;
        let again = world.authority().delete_named(&world.root, name, None).await;
        assert!(matches!(again, Err(Error::NotFound)));
    }
}

#[tokio::test]
async fn a_seat_is_filled_once() {
    let world = World::new(7).await;
    let organisation = world.organisation().await;
    assert_eq!(world.authority().seated(organisation.id, "one").await.unwrap(), None);
    let fill = || world.authority().seat(organisation.id, seat("one", OwnerKind::ServiceAccount));
    let (first, second) = tokio::join!(fill(), fill());
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first, second);
    assert_eq!(world.authority().seated(organisation.id, "one").await.unwrap(), Some(first));
}

#[tokio::test]
async fn a_contracts_session_lasts_its_time_and_ends_with_password_and_holder() {
    let world = World::new(7).await;
    let organisation = world.organisation().await;
    let authority = world.authority();
    let holder = authority.seat(organisation.id, seat("one", OwnerKind::User)).await.unwrap();
    let sign_in = |password: &str, text: &str| {
        let text = text.to_owned();
        let (holder, password) = (holder.clone(), secret(password));
        async move {
            let write = |_, _| secret(&text);
            authority.sign_in_to_seat(&holder, password, Origin::default(), 3 * HOUR, write).await
        }
    };
    assert!(matches!(sign_in(PASSWORD, "one").await, Err(Error::SignInFailed)));
    authority.let_in(&holder, secret(PASSWORD), &Origin::default()).await.unwrap();
    let again = authority.let_in(&holder, secret("Another horse 8 battery"), &Origin::default()).await;
    assert!(matches!(again, Err(Error::Conflict(Conflict::AlreadySetUp))));
    sign_in(PASSWORD, "one").await.unwrap();
    world.clock.advance(2 * HOUR);
    let (caller, _) = authority.authenticate_signed_session("one", &Origin::default()).await.unwrap();
    assert_eq!(caller.owner, holder.id);
    let facts = ContractFacts { contract: "one", facts: json!({"on": true}) };
    let kept = authority.keep_own_facts(&caller, facts).await.unwrap();
    assert_eq!(kept.facts.of("one"), Some(json!({"on": true})));
    world.clock.advance(HOUR);
    let ended = |text: &'static str| async move {
        matches!(authority.authenticate_signed_session(text, &Origin::default()).await, Err(Error::Unauthenticated))
    };
    assert!(ended("one").await, "its time is over");

    sign_in(PASSWORD, "two").await.unwrap();
    let wrong = authority
        .change_seat_password(&holder, secret("wrong"), secret("Another horse 8 battery"), &Origin::default())
        .await;
    assert!(matches!(wrong, Err(Error::SignInFailed)) && !ended("two").await);
    authority
        .change_seat_password(&holder, secret(PASSWORD), secret("Another horse 8 battery"), &Origin::default())
        .await
        .unwrap();
    assert!(ended("two").await, "the password changed");
    sign_in("Another horse 8 battery", "three").await.unwrap();
    let (caller, _) = authority.authenticate_signed_session("three", &Origin::default()).await.unwrap();
    authority.shut_out(&caller, &holder).await.unwrap();
    assert!(matches!(authority.shut_out(&caller, &holder).await, Err(Error::Unauthenticated)), "his session ended");
    assert!(ended("three").await, "the holder was shut out");
    assert!(sign_in("Another horse 8 battery", "four").await.is_err());
    authority.let_in(&holder, secret(PASSWORD), &Origin::default()).await.unwrap();
    assert!(ended("three").await && sign_in("Another horse 8 battery", "four").await.is_err());
    sign_in(PASSWORD, "five").await.unwrap();
    authority.reset_seat_password(&holder, secret("A third horse 9 battery"), &Origin::default()).await.unwrap();
    assert!(ended("five").await, "the password was reset");
}

#[tokio::test]
async fn the_right_to_administer_a_contract_hands_out_its_scopes_and_no_others() {
    let world = World::new(7).await;
    let organisation = world.organisation().await;
    let holder = world.authority().seat(organisation.id, seat("one", OwnerKind::ServiceAccount)).await.unwrap();
    let wanted = |words| NewToken { owner: Some(holder.id), scopes: Some(scopes(words)), ..new_token() };
    let issued = world.issue(wanted("one:admin tokens:write")).await;
    let plain = world.authority().authenticate(issued.secret.expose(), &Origin::default()).await.unwrap();
    let administrator = Caller { hands_out: scopes("one:*"), ..plain.clone() };
    let issue = |caller: &Caller, words| {
        let (authority, caller, new) = (Arc::clone(world.authority()), caller.clone(), wanted(words));
        async move { authority.issue(&caller, new, None).await }
    };
    assert!(matches!(issue(&plain, "one:read").await, Err(Error::Denied(_))));
    let made = issue(&administrator, "one:read one:write").await.unwrap();
    assert!(matches!(issue(&administrator, "two:read").await, Err(Error::Denied(_))));
    world.authority().rotate(&administrator, made.token.id, Overlap::None, None, None).await.unwrap();
    assert!(matches!(
        world.authority().rotate(&plain, made.token.id, Overlap::None, None, None).await,
        Err(Error::Denied(_))
    ));

    // What is handed out goes with the credential's own right, which must stand when the change is made.
    let narrowed = TokenPatch { scopes: Some(scopes("tokens:write")), ..TokenPatch::default() };
    world.authority().update(&world.root, issued.token.id, narrowed, None).await.unwrap();
    assert!(matches!(issue(&administrator, "one:read").await, Err(Error::Unauthenticated)));
}

#[tokio::test]
async fn an_administrator_who_deactivates_the_holder_of_a_seat_is_not_overruled() {
    let world = World::new(7).await;
    let organisation = world.organisation().await;
    let authority = world.authority();
    let holder = authority.seat(organisation.id, seat("one", OwnerKind::User)).await.unwrap();
    authority.let_in(&holder, secret(PASSWORD), &Origin::default()).await.unwrap();
    let patch = OwnerPatch { active: Some(false), ..OwnerPatch::default() };
    authority.update_owner(&world.root, OwnerKind::User, holder.id, patch, None).await.unwrap();
    let again = authority.let_in(&holder, secret("Another horse 8 battery"), &Origin::default()).await;
    assert!(matches!(again, Err(Error::Conflict(Conflict::AlreadySetUp))));
    let reset = authority.reset_seat_password(&holder, secret("Another horse 8 battery"), &Origin::default()).await;
    assert!(matches!(reset, Err(Error::Conflict(Conflict::OwnerInactive))));
}

#[tokio::test]
async fn a_seat_above_the_caller_lends_him_nothing() {
    let world = World::new(7).await;
    let organisation = world.organisation().await;
    let administrator = world.owner(OwnerKind::User, organisation.id, Role::OrganisationAdministrator, "").await;
    let caller = world.caller(&administrator).await;
    let above = Seat { role: Role::ApplicationAdministrator, ..seat("one", OwnerKind::ServiceAccount) };
    let holder = world.authority().seat(organisation.id, above).await.unwrap();
    let new = || NewToken { owner: Some(holder.id), scopes: Some(scopes("tokens:write")), ..new_token() };
    let refused = world.authority().issue(&caller, new(), None).await;
    assert!(matches!(refused, Err(Error::Denied(Denied::Beyond(Beyond::Role(_))))));
    let held = world.issue(new()).await;
    let rotated = world.authority().rotate(&caller, held.token.id, Overlap::None, None, None).await;
    assert!(matches!(rotated, Err(Error::Denied(Denied::Beyond(Beyond::Role(_))))));
    world.authority().delete(&caller, held.token.id, None, None).await.unwrap();
}

#[tokio::test]
async fn settings_of_an_organisation_are_for_its_administrators_who_have_signed_in() {
    let world = World::new(7).await;
    let organisation = world.organisation().await;
    let facts = || ContractFacts { contract: "one", facts: json!(1) };
    for role in [Role::Member, Role::OrganisationAdministrator] {
        let owner = world.owner(OwnerKind::User, organisation.id, role, "").await;
        let refused = world.authority().keep_own_facts(&world.caller(&owner).await, facts()).await;
        assert!(matches!(refused, Err(Error::Denied(Denied::Role))), "{role:?}");
    }
}
