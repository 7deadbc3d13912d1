//! Promise: what an outside contract asks for is held by the store. A slot has one live token, a name
//! that is to be unique is, and facts and forms stay with their token, its tombstone, owner or organisation.

use crate::{
    engine::Engine,
    world::{Issued, World, owner_of, refusal, token},
};
use domain::{
    caller::{Access, Reach},
    facts::{ContractFacts, Facts},
    form::{Alphabet, SecretForm},
    id::TokenNumber,
    owner::{Organisation, Owner, OwnerKind, Role},
    token::{State, Terms},
};
use serde_json::json;
use store::{
    change::{
        CreateOwner, DeleteTokens, DeletionTarget, IssueToken, NewOwner, NewSecret, Outcome, SecretOfNumber,
        UpdateOrganisation, UpdateOwner, UpdateToken, Verb,
    },
    error::Refusal,
    query::{OrganisationFilter, OwnerFilter, PageRequest, TokenFilter},
};

on_every_engine!(
    a_slot_holds_one_live_token_of_each_owner,
    a_token_moves_to_a_slot_that_is_free,
    a_number_and_a_slot_name_one_token,
    a_unique_name_is_one_in_its_organisation,
    a_secret_may_hold_the_number_of_its_token,
    terms_stay_with_a_tombstone,
    a_seat_has_one_owner_in_each_organisation,
    facts_are_kept_beside_what_they_are_about,
);

const PAGE: PageRequest = PageRequest { after: None, limit: 10 };

fn facts(value: serde_json::Value) -> ContractFacts {
    ContractFacts { contract: "one", facts: value }
}

fn slotted(world: &World, owner: &Owner, text: &str) -> IssueToken {
    IssueToken { terms: Terms { slot: Some("one".into()), ..Terms::default() }, ..world.issuing(owner, text) }
}

fn unique(world: &World, owner: &Owner, text: &str) -> IssueToken {
    IssueToken { terms: Terms { unique_in: Some("one".into()), ..Terms::default() }, ..world.issuing(owner, text) }
}

async fn a_token_moves_to_a_slot_that_is_free(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let first = world.issue_as(slotted(&world, &owner, "first")).await;
    let second = world.issue(&owner, "second").await;
    let into =
        |issued: &Issued, slot: &str| Verb::UpdateToken(UpdateToken { slot: Some(slot.to_owned()), ..nothing(issued) });
    assert_eq!(world.refusal(into(&second, "one")).await, Refusal::SlotTaken);
    assert_eq!(token(world.made(into(&first, "two")).await).terms.slot.as_deref(), Some("two"));
    assert_eq!(token(world.made(into(&second, "one")).await).terms.slot.as_deref(), Some("one"));
    assert_eq!(world.refusal(into(&first, "one")).await, Refusal::SlotTaken);
}

async fn a_slot_holds_one_live_token_of_each_owner(engine: Engine) {
    let world = World::new(engine).await;
    let (owner, other) = (world.member().await, world.member().await);
    let first = world.issue_as(slotted(&world, &owner, "first")).await;
    assert_eq!(world.refusal(Verb::IssueToken(slotted(&world, &owner, "second"))).await, Refusal::SlotTaken);
    world.issue(&owner, "without a slot").await;
    world.issue_as(slotted(&world, &other, "another owner's")).await;
    world.delete(first.token.id).await;
    world.issue_as(slotted(&world, &owner, "third")).await;

    let racing = || world.change(Verb::IssueToken(slotted(&world, &owner, "racing")));
    let third = world.list(Reach::Own(owner.number), TokenFilter::default()).await;
    let third = third.iter().find(|token| token.terms.slot.is_some()).unwrap();
    world.delete(third.id).await;
    let (one, two) = tokio::join!(world.store.commit(racing()), world.store.commit(racing()));
    let refused: Vec<_> = [one, two].into_iter().filter(Result::is_err).map(refusal).collect();
    assert_eq!(refused, [Refusal::SlotTaken]);
}

async fn a_number_and_a_slot_name_one_token(engine: Engine) {
    let world = World::new(engine).await;
    let (owner, other) = (world.member().await, world.member().await);
    let slotted = world.issue_as(slotted(&world, &owner, "first")).await.token;
    let plain = world.issue(&owner, "second").await.token;
    let delete = |access: Access, target| Verb::DeleteTokens(DeleteTokens { access, target, reason: None });
    let in_slot = |owner: &Owner| DeletionTarget::Slot { owner: owner.id, slot: "one".to_owned() };
    let stranger = || Access { reach: Reach::Own(other.number), ..Access::unlimited() };
    for (access, target) in [
        (stranger(), DeletionTarget::Number(plain.number)),
        (stranger(), in_slot(&owner)),
        (Access::unlimited(), in_slot(&other)),
        (Access::unlimited(), DeletionTarget::Number(TokenNumber(99))),
        (Access::unlimited(), DeletionTarget::Number(TokenNumber(u64::MAX))),
    ] {
        assert_eq!(world.refusal(delete(access, target)).await, Refusal::NotFound);
    }
    for (target, token) in [(DeletionTarget::Number(plain.number), plain), (in_slot(&owner), slotted)] {
        let made = world.made(delete(Access::unlimited(), target.clone())).await;
        let Outcome::Deleted { tokens: 1, tombstone: Some(tombstone) } = made else { panic!("not deleted") };
        assert_eq!(tombstone.id, token.id);
        assert_eq!(world.refusal(delete(Access::unlimited(), target)).await, Refusal::NotFound);
    }
}

async fn a_unique_name_is_one_in_its_organisation(engine: Engine) {
    let world = World::new(engine).await;
    let (owner, other) = (world.member().await, world.member().await);
    let away = world.organisation("away").await;
    let outside = world.owner(&away, OwnerKind::User, Role::Member).await;
    let first = world.issue_as(unique(&world, &owner, "name")).await;
    assert_eq!(world.refusal(Verb::IssueToken(unique(&world, &other, "name"))).await, Refusal::NameTaken);
    world.issue(&owner, "name").await;
    world.issue_as(unique(&world, &outside, "name")).await;
    let second = world.issue_as(unique(&world, &owner, "second")).await;
    let rename = |issued: &Issued, text| UpdateToken { name: Some(crate::world::name(text)), ..nothing(issued) };
    assert_eq!(world.refusal(Verb::UpdateToken(rename(&second, "name"))).await, Refusal::NameTaken);
    world.delete(first.token.id).await;
    world.made(Verb::UpdateToken(rename(&second, "name"))).await;
}

async fn a_secret_may_hold_the_number_of_its_token(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let made = world.secret();
    let numbered = move |number: domain::id::TokenNumber| NewSecret { hint: format!("n{number}"), ..made.clone() };
    let wanted = IssueToken { secret: SecretOfNumber::new(numbered), ..world.issuing(&owner, "one") };
    let issued = token(world.made(Verb::IssueToken(wanted)).await);
    assert_eq!(issued.hint, format!("n{}", issued.number));
    assert_eq!(world.find(issued.id).await.unwrap().hint, issued.hint);
}

async fn terms_stay_with_a_tombstone(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let terms = Terms {
        slot: Some("one".into()),
        unique_in: Some("two".into()),
        form: Some(SecretForm::new("a:{number}:", Alphabet::LettersAndDigits, 64)),
        facts: facts(json!({"icon": "a.png"})).into(),
    };
    let issued = world.issue_as(IssueToken { terms: terms.clone(), ..world.issuing(&owner, "one") }).await;
    assert_eq!(issued.token.terms, terms);
    assert_eq!(world.find(issued.token.id).await.unwrap(), issued.token);
    let found = TokenFilter { number: Some(issued.token.number), ..TokenFilter::default() };
    assert_eq!(world.list(Reach::Everything, found).await, [issued.token.clone()]);

    let wanted = UpdateToken { facts: Some(facts(json!(null))), ..nothing(&issued) };
    let updated = token(world.made(Verb::UpdateToken(wanted.clone())).await);
    assert_eq!((updated.revision, updated.terms.facts), (2, Facts::default()));
    assert_eq!(token(world.made(Verb::UpdateToken(wanted)).await).revision, 2, "nothing to change");
    world.delete(issued.token.id).await;
    let deleted = TokenFilter { state: Some(State::Deleted), ..TokenFilter::default() };
    let tombstone = world.list(Reach::Everything, deleted).await.remove(0);
    assert_eq!(tombstone.terms, Terms { facts: Facts::default(), ..terms });
}

fn nothing(issued: &Issued) -> UpdateToken {
    UpdateToken {
        access: Access::unlimited(),
        token: issued.token.id,
        expects: None,
        name: None,
        description: None,
        scopes: None,
        networks: None,
        labels: None,
        expires_at: None,
        facts: None,
        slot: None,
    }
}

fn seating(world: &World, organisation: &Organisation) -> Verb {
    let new = world.new_owner(OwnerKind::ServiceAccount, Role::Member);
    let owner = NewOwner { slot: Some("one".into()), facts: facts(json!(1)).into(), ..new };
    Verb::CreateOwner(CreateOwner { access: Access::unlimited(), organisation: organisation.id, owner, invited: false })
}

async fn a_seat_has_one_owner_in_each_organisation(engine: Engine) {
    let world = World::new(engine).await;
    let away = world.organisation("away").await;
    let seated = owner_of(world.made(seating(&world, &world.organisation)).await);
    assert_eq!(world.refusal(seating(&world, &world.organisation)).await, Refusal::SlotTaken);
    world.made(seating(&world, &away)).await;
    let filter =
        OwnerFilter { organisation: Some(world.organisation.id), slot: Some("one".into()), ..OwnerFilter::default() };
    let found = world.store.owners(Reach::Everything, filter, PAGE).await.unwrap().items;
    assert_eq!(found, [seated.clone()]);
    let filter = OwnerFilter { number: Some(seated.number), ..OwnerFilter::default() };
    assert_eq!(world.store.owners(Reach::Everything, filter, PAGE).await.unwrap().items, [seated]);
}

async fn facts_are_kept_beside_what_they_are_about(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let update = UpdateOwner {
        access: Access::unlimited(),
        owner: owner.id,
        kind: owner.kind,
        expects: None,
        name: None,
        email: None,
        role: None,
        scopes: None,
        active: None,
        deletes_tokens: false,
        facts: Some(facts(json!({"first": "Ada"}))),
    };
    let updated = owner_of(world.made(Verb::UpdateOwner(update)).await);
    assert_eq!(updated.facts.of::<serde_json::Value>("one"), Some(json!({"first": "Ada"})));
    let update = UpdateOrganisation {
        seat: None,
        signed_actions: None,
        access: Access::unlimited(),
        organisation: world.organisation.id,
        expects: None,
        name: None,
        active: None,
        facts: Some(facts(json!({"type": "Vendor"}))),
    };
    let Outcome::Organisation(updated) = world.made(Verb::UpdateOrganisation(update)).await else { panic!() };
    let filter = OrganisationFilter { number: Some(updated.number), ..OrganisationFilter::default() };
    let found = world.store.organisations(Reach::Everything, filter, PAGE).await.unwrap().items;
    assert_eq!(found, [*updated]);
    assert_eq!(found[0].facts.of::<serde_json::Value>("one"), Some(json!({"type": "Vendor"})));
    assert_eq!(world.list(Reach::Everything, TokenFilter::default()).await, []);
}
