//! Promise: what an organisation demands to be signed is not changed without a signature, by any verb; and
//! a token with a key of its own changes nothing without it.

use crate::{
    changes::{CHANGES, DEMANDS, changes, of, starting, subject},
    engine::Engine,
    signing::{
        administrator, bearer, by, demand, demanding, signed_in, signer, signing, token_with_key,
        unchanged_organisation,
    },
    world::{World, access, name, refusal},
};
use domain::{
    caller::{Access, Reach},
    owner::{Organisation, Owner, OwnerKind, Role},
    signer::SignedActions,
};
use store::{
    change::{DeleteTokens, DeletionTarget, StartDeletion, UpdateOrganisation, Verb},
    error::Refusal,
    query::{OrganisationFilter, PageRequest, TokenFilter},
};

on_every_engine!(
    each_change_is_demanded_as_its_organisation_says,
    both_organisations_are_asked,
    a_deletion_in_steps_is_demanded_for_every_organisation_it_may_reach,
    a_demand_is_changed_with_a_signature,
    the_first_demand_begins_with_the_next_change,
    the_server_itself_signs_nothing,
    a_token_with_a_key_of_its_own_changes_nothing_without_it,
);

async fn each_change_is_demanded_as_its_organisation_says(engine: Engine) {
    let world = World::new(engine).await;
    for demanded in DEMANDS {
        for place in 0..CHANGES {
            let (objects, caller, key) = subject(&world, Role::ApplicationAdministrator).await;
            demand(&world, objects.organisation.id, demanded).await;
            let mut table = changes(&world, &objects);
            assert_eq!(table.len(), CHANGES);
            let (change, gravity, verb) = table.swap_remove(place);
            let context = format!("{change}, {demanded:?}");
            let tail = world.store.tail().await.unwrap();
            let unsigned = by(&world, &caller, verb.clone()).await;
            if !gravity.is_demanded(demanded) {
                unsigned.unwrap_or_else(|error| panic!("{context}: {error:?}"));
                continue;
            }
            assert_eq!(refusal(unsigned), Refusal::ActionRequired, "{context}");
            assert_eq!(world.store.tail().await.unwrap(), tail, "{context}");
            let signed = by(&world, &signing(&world, &caller, &key), verb).await;
            signed.unwrap_or_else(|error| panic!("{context}, signed: {error:?}"));
            demand(&world, objects.organisation.id, SignedActions::Off).await;
        }
    }
}

async fn both_organisations_are_asked(engine: Engine) {
    let world = World::new(engine).await;
    let (_, caller, key) = administrator(&world, Role::ApplicationAdministrator).await;
    let elsewhere = world.organisation("Second").await;
    let owner = world.owner(&elsewhere, OwnerKind::User, Role::Member).await;
    let own = world.member().await;
    let (home, away) = (world.organisation.id, elsewhere.id);
    let issue = |owner: &Owner| Verb::IssueToken(world.issuing(owner, "issued"));
    for (at_home, elsewhere, allowed_at_home, allowed_elsewhere) in [
        (SignedActions::Off, SignedActions::Off, true, true),
        (SignedActions::Off, SignedActions::All, true, false),
        (SignedActions::All, SignedActions::Off, false, false),
        (SignedActions::Destructive, SignedActions::Destructive, true, true),
        (SignedActions::Destructive, SignedActions::All, true, false),
    ] {
        demand(&world, home, at_home).await;
        demand(&world, away, elsewhere).await;
        for (owner, allowed) in [(&own, allowed_at_home), (&owner, allowed_elsewhere)] {
            let answer = by(&world, &caller, issue(owner)).await;
            let context = format!("{at_home:?} {elsewhere:?} {allowed}");
            if allowed {
                answer.unwrap_or_else(|error| panic!("{context}: {error:?}"));
            } else {
                assert_eq!(refusal(answer), Refusal::ActionRequired, "{context}");
            }
            by(&world, &signing(&world, &caller, &key), issue(owner)).await.unwrap();
        }
    }
    // Deleting across both asks both.
    demand(&world, home, SignedActions::Off).await;
    demand(&world, away, SignedActions::Destructive).await;
    let target = DeletionTarget::Filter { filter: TokenFilter::default(), expects: None };
    let verb =
        || Verb::DeleteTokens(DeleteTokens { access: Access::unlimited(), target: target.clone(), reason: None });
    assert_eq!(refusal(by(&world, &caller, verb()).await), Refusal::ActionRequired);
    assert!(world.list(Reach::Everything, of(&own)).await.len() > 1, "nothing of it was kept");
    by(&world, &signing(&world, &caller, &key), verb()).await.unwrap();
}

async fn a_deletion_in_steps_is_demanded_for_every_organisation_it_may_reach(engine: Engine) {
    let world = World::new(engine).await;
    let (_, root, key) = administrator(&world, Role::ApplicationAdministrator).await;
    let (local, local_caller, _) = administrator(&world, Role::OrganisationAdministrator).await;
    let elsewhere = world.organisation("Second").await;
    by(&world, &root, starting(&world, &local)).await.unwrap();
    for demanded in [SignedActions::Destructive, SignedActions::All] {
        demand(&world, elsewhere.id, demanded).await;
        assert_eq!(refusal(by(&world, &root, starting(&world, &local)).await), Refusal::ActionRequired);
        by(&world, &signing(&world, &root, &key), starting(&world, &local)).await.unwrap();
        // Whoever reaches one organisation is asked by that one.
        let Verb::StartDeletion(wanted) = starting(&world, &local) else { panic!("no deletion") };
        let reach = Reach::Organisation(world.organisation.number);
        let wanted = StartDeletion { access: access(reach, Role::OrganisationAdministrator, "*"), ..wanted };
        by(&world, &local_caller, Verb::StartDeletion(wanted)).await.unwrap();
    }
}

async fn demanded(world: &World, organisation: &Organisation) -> SignedActions {
    let page = PageRequest { after: None, limit: 10 };
    let reach = Reach::Organisation(organisation.number);
    world.store.organisations(reach, OrganisationFilter::default(), page).await.unwrap().items[0].signed_actions
}

async fn a_demand_is_changed_with_a_signature(engine: Engine) {
    let world = World::new(engine).await;
    let (_, root, root_key) = administrator(&world, Role::ApplicationAdministrator).await;
    let organisation = world.organisation("Second").await;
    let owner = world.owner(&organisation, OwnerKind::User, Role::OrganisationAdministrator).await;
    let (caller, key) = (signed_in(&world, &owner).await, signer(&world, &owner, "key").await);
    let changes = [SignedActions::Destructive, SignedActions::All].map(|from| DEMANDS.map(|to| (from, to)));
    for (from, to) in changes.into_iter().flatten().filter(|(from, to)| from != to) {
        for (caller, key) in [(&caller, &key), (&root, &root_key)] {
            demand(&world, organisation.id, from).await;
            let plain = demanding(organisation.id, to);
            let renamed = UpdateOrganisation {
                name: Some(name("Renamed")),
                signed_actions: Some(to),
                ..unchanged_organisation(organisation.id)
            };
            for verb in [plain, Verb::UpdateOrganisation(renamed)] {
                assert_eq!(refusal(by(&world, caller, verb).await), Refusal::ActionRequired, "{from:?} {to:?}");
                assert_eq!(demanded(&world, &organisation).await, from);
            }
            // The refused change is forgotten altogether: what was demanded before is demanded now.
            let issued = by(&world, caller, Verb::IssueToken(world.issuing(&owner, "issued"))).await;
            assert_eq!(issued.is_err(), from == SignedActions::All, "{from:?} {to:?}");
            by(&world, &signing(&world, caller, key), demanding(organisation.id, to)).await.unwrap();
            assert_eq!(demanded(&world, &organisation).await, to);
        }
    }
}

async fn the_first_demand_begins_with_the_next_change(engine: Engine) {
    let world = World::new(engine).await;
    let (_, root, root_key) = administrator(&world, Role::ApplicationAdministrator).await;
    for to in [SignedActions::Destructive, SignedActions::All] {
        let organisation = world.organisation("Second").await;
        let owner = world.owner(&organisation, OwnerKind::User, Role::OrganisationAdministrator).await;
        let caller = signed_in(&world, &owner).await;
        // Nobody could sign it where nobody has a signer yet.
        by(&world, &caller, demanding(organisation.id, to)).await.unwrap();
        let back = by(&world, &caller, demanding(organisation.id, SignedActions::Off)).await;
        assert_eq!(refusal(back), Refusal::ActionRequired);
        assert_eq!(demanded(&world, &organisation).await, to);
        // What the caller's own organisation demands holds for that too.
        demand(&world, organisation.id, SignedActions::Off).await;
        demand(&world, world.organisation.id, SignedActions::Destructive).await;
        assert_eq!(refusal(by(&world, &root, demanding(organisation.id, to)).await), Refusal::ActionRequired);
        by(&world, &signing(&world, &root, &root_key), demanding(organisation.id, to)).await.unwrap();
        demand(&world, world.organisation.id, SignedActions::Off).await;
    }
}

async fn the_server_itself_signs_nothing(engine: Engine) {
    let mut world = World::new(engine).await;
    demand(&world, world.organisation.id, SignedActions::All).await;
    world.reopen().await;
    let owner = world.member().await;
    let issued = world.issue(&owner, "token").await;
    let caller = bearer(&owner, &world.issue(&owner, "shown").await);
    let answer = by(&world, &caller, Verb::IssueToken(world.issuing(&owner, "issued"))).await;
    assert_eq!(refusal(answer), Refusal::ActionRequired, "the demand outlives a restart");
    world.delete(issued.token.id).await;
}

/// What a token with a key of its own never does, because it would outlive it.
const OUTLIVES: [&str; 5] =
    ["issue a token", "add the first signer", "add a signer", "enable a signer", "create a service account"];

async fn a_token_with_a_key_of_its_own_changes_nothing_without_it(engine: Engine) {
    let world = World::new(engine).await;
    for place in 0..CHANGES {
        let (objects, session, owners_key) = subject(&world, Role::ApplicationAdministrator).await;
        let (issued, key) = token_with_key(&world, &objects.caller, "own").await;
        let caller = bearer(&objects.caller, &issued);
        let (change, gravity, verb) = changes(&world, &objects).swap_remove(place);
        assert_eq!(refusal(by(&world, &caller, verb.clone()).await), Refusal::ActionRequired, "{change}");
        let foreign = by(&world, &signing(&world, &caller, &owners_key), verb.clone()).await;
        assert_eq!(refusal(foreign), Refusal::ActionVoid, "{change}: it is not the token's");
        let another = by(&world, &signing(&world, &session, &key), verb.clone()).await;
        assert_eq!(refusal(another), Refusal::ActionVoid, "{change}: it signs for the token alone");
        let signed = by(&world, &signing(&world, &caller, &key), verb).await;
        if OUTLIVES.contains(&change) {
            assert_eq!(refusal(signed), Refusal::OwnKey, "{change}: it would outlive the token");
            continue;
        }
        signed.unwrap_or_else(|error| panic!("{change}, {gravity:?}: {error:?}"));
    }
}
