//! Promise: what an organisation demands to be signed is not changed without a signature, by any verb; a
//! signed action works once, with its change and never without it.

use crate::{
    engine::Engine,
    signing::{
        action, adding, administrator, bearer, by, demand, demanding, listed, proof, signed_in, signer, signing,
        switch, switching, token_with_key, unchanged_organisation,
    },
    world::{World, access, deletion, name, refusal, unchanged},
};
use domain::{
    caller::{Access, Caller, Reach},
    id::{DeletionId, OrganisationId, OwnerId},
    journal::{ActionSigned, Event},
    owner::{Organisation, Owner, OwnerKind, Role},
    signer::{Proof, SignedAction, SignedActions, Signer, SignerKind},
    time::Timestamp,
    token::RotationEnd,
};
use std::{sync::Arc, time::Duration};
use store::{
    change::{
        AddSigner, Change, CloseSessions, CreateOwner, CreateServiceAccount, DeleteTokens, DeletionTarget, Idempotency,
        InviteOwner, NewOrganisation, NewOwner, NewSigner, Nonce, RotateToken, SetPassword, SignerSwitch,
        SpendChallenge, StartDeletion, SwitchHolder, SwitchToken, UpdateOrganisation, UpdateOwner, UpdateToken, Verb,
    },
    error::{CommitError, Refusal},
    query::{SignersOf, TokenFilter},
};

on_every_engine!(
    each_change_is_demanded_as_its_organisation_says,
    both_organisations_are_asked,
    a_deletion_in_steps_is_demanded_for_every_organisation_it_may_reach,
    the_demand_itself_is_changed_with_a_signature,
    the_server_itself_signs_nothing,
    a_token_with_a_key_of_its_own_changes_nothing_without_it,
    a_signer_signs_for_nobody_else,
    an_action_works_once,
    of_simultaneous_changes_with_one_action_one_is_made,
    a_refused_change_keeps_the_action_and_leaves_nothing,
    an_action_whose_time_is_over_is_worth_nothing,
    a_signer_that_was_switched_since_proves_nothing,
    a_token_that_was_switched_since_proves_nothing,
    a_passkey_counts_on,
    a_challenge_is_answered_once,
    the_journal_tells_the_signature_before_the_change,
    a_repeated_request_is_signed_again,
);

/// How grave a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gravity {
    /// Never demanded: another rule guards it.
    Free,
    Constructive,
    Destructive,
    /// A signature or a password is demanded whatever the organisation says.
    Always,
}

impl Gravity {
    fn is_demanded(self, demanded: SignedActions) -> bool {
        match self {
            Self::Free => false,
            Self::Constructive => demanded == SignedActions::All,
            Self::Destructive => demanded != SignedActions::Off,
            Self::Always => true,
        }
    }
}

const DEMANDS: [SignedActions; 3] = [SignedActions::Off, SignedActions::Destructive, SignedActions::All];

/// What the changes of the table are made to: all of it new.
struct Objects {
    organisation: Organisation,
    owner: Owner,
    /// A service account without signers.
    account: Owner,
    holder: Owner,
    token: store::change::IssueToken,
    disabled: domain::id::TokenId,
    on: Signer,
    off: Signer,
    caller: Owner,
}

/// New objects in an organisation, and one of their own beside it.
async fn objects(world: &World, organisation: &Organisation, caller: &Owner) -> Objects {
    let owner = world.owner(organisation, OwnerKind::User, Role::Member).await;
    let account = world.owner(organisation, OwnerKind::ServiceAccount, Role::Member).await;
    let seat = NewOwner { slot: Some(format!("test:{}", owner.id)), ..world.new_owner(OwnerKind::User, Role::Member) };
    let holder = create(world, organisation, seat).await;
    let token = world.issuing(&owner, "token");
    world.issue_as(token.clone()).await;
    let disabled = world.issue(&owner, "disabled").await.token.id;
    world.made(Verb::SwitchToken(switched(disabled, true))).await;
    let (on, off) = (signer(world, &owner, "on").await, signer(world, &owner, "off").await);
    switch(world, &off, SignerSwitch::Disable).await;
    Objects {
        organisation: organisation.clone(),
        owner,
        account,
        holder,
        token,
        disabled,
        on,
        off,
        caller: caller.clone(),
    }
}

async fn create(world: &World, organisation: &Organisation, owner: NewOwner) -> Owner {
    crate::world::owner_of(world.made(creating(organisation, owner, false)).await)
}

fn creating(organisation: &Organisation, owner: NewOwner, invited: bool) -> Verb {
    let organisation = organisation.id;
    Verb::CreateOwner(CreateOwner { access: Access::unlimited(), organisation, owner, invited })
}

fn switched(token: domain::id::TokenId, disabled: bool) -> SwitchToken {
    SwitchToken { access: Access::unlimited(), token, expects: None, disabled }
}

fn of(owner: &Owner) -> TokenFilter {
    TokenFilter { owner: Some(owner.id), ..TokenFilter::default() }
}

fn starting(world: &World, owner: &Owner) -> Verb {
    let id = DeletionId::new(world.now(), &world.randomness);
    Verb::StartDeletion(StartDeletion {
        access: Access::unlimited(),
        id,
        filter: of(owner),
        expects: None,
        reason: None,
    })
}

fn changes_of_tokens(world: &World, objects: &Objects) -> Vec<(&'static str, Gravity, Verb)> {
    let Objects { owner, token, disabled, .. } = objects;
    let unlimited = Access::unlimited;
    let updated = UpdateToken {
        access: unlimited(),
        token: token.id,
        expects: None,
        name: Some(name("renamed")),
        description: None,
        scopes: None,
        networks: None,
        labels: None,
        expires_at: None,
        facts: None,
    };
    let rotated = RotateToken {
        access: unlimited(),
        token: token.id,
        expects: None,
        secret: world.secret(),
        end: RotationEnd::Now,
    };
    let delete = |target| Verb::DeleteTokens(DeleteTokens { access: unlimited(), target, reason: None });
    let digest = crate::world::kept(token).digest;
    vec![
        ("issue a token", Gravity::Constructive, Verb::IssueToken(world.issuing(owner, "issued"))),
        ("change a token", Gravity::Constructive, Verb::UpdateToken(updated)),
        ("enable a token", Gravity::Constructive, Verb::SwitchToken(switched(*disabled, false))),
        ("disable a token", Gravity::Destructive, Verb::SwitchToken(switched(token.id, true))),
        ("rotate a token", Gravity::Destructive, Verb::RotateToken(rotated)),
        ("delete a token", Gravity::Destructive, deletion(token.id)),
        ("delete a token by its secret", Gravity::Destructive, delete(DeletionTarget::Secret(vec![digest]))),
        (
            "delete some tokens",
            Gravity::Destructive,
            delete(DeletionTarget::Filter { filter: of(owner), expects: None }),
        ),
        ("begin a deletion", Gravity::Destructive, starting(world, owner)),
    ]
}

fn changes_of_people(world: &World, objects: &Objects) -> Vec<(&'static str, Gravity, Verb)> {
    let Objects { organisation, owner, holder, caller, .. } = objects;
    let unlimited = Access::unlimited;
    let new = || world.new_owner(OwnerKind::User, Role::Member);
    let update = |change: fn(&mut UpdateOwner)| {
        let mut wanted = unchanged(owner);
        change(&mut wanted);
        Verb::UpdateOwner(wanted)
    };
    let update_organisation = |change: fn(&mut UpdateOrganisation)| {
        let mut wanted = unchanged_organisation(organisation.id);
        change(&mut wanted);
        Verb::UpdateOrganisation(wanted)
    };
    let id = OrganisationId::new(world.now(), &world.randomness);
    let created = NewOrganisation { id, name: name("Another") };
    let invite = InviteOwner { access: unlimited(), owner: owner.id };
    let password = SetPassword { owner: caller.id, expects: 1, password_hash: "hash".into() };
    let shut_out = SwitchHolder { owner: holder.id, expects: 1, password_hash: None };
    vec![
        ("create an organisation", Gravity::Constructive, Verb::CreateOrganisation(created)),
        ("rename an organisation", Gravity::Constructive, update_organisation(|it| it.name = Some(name("Renamed")))),
        ("deactivate an organisation", Gravity::Destructive, update_organisation(|it| it.active = Some(false))),
        ("create a user", Gravity::Constructive, creating(organisation, new(), false)),
        ("create and invite a user", Gravity::Constructive, creating(organisation, new(), true)),
        ("invite a user", Gravity::Constructive, Verb::InviteOwner(invite)),
        ("rename a user", Gravity::Constructive, update(|it| it.name = Some(name("Renamed")))),
        ("deactivate a user", Gravity::Destructive, update(|it| it.active = Some(false))),
        ("change a role", Gravity::Destructive, update(|it| it.role = Some(Role::OrganisationAdministrator))),
        ("change scopes", Gravity::Destructive, update(|it| it.scopes = Some(crate::world::scopes("module:x")))),
        ("shut somebody out", Gravity::Destructive, Verb::SwitchHolder(shut_out)),
        // Both are the caller's own: he shows his old password for one, and ends only his own for the other.
        ("set a password", Gravity::Free, Verb::SetPassword(password)),
        ("sign out", Gravity::Free, Verb::CloseSessions(CloseSessions { owner: caller.id, session: None })),
    ]
}

fn changes_of_signers(world: &World, objects: &Objects) -> Vec<(&'static str, Gravity, Verb)> {
    let Objects { organisation, owner, account, on, off, .. } = objects;
    let new = world.new_owner(OwnerKind::ServiceAccount, Role::Member);
    let organisation = organisation.id;
    let service = CreateServiceAccount {
        account: CreateOwner { access: Access::unlimited(), organisation, owner: new, invited: false },
        token: world.issuing(account, "first"),
    };
    let switch = |signer: &Signer, to| Verb::SwitchSigner(switching(signer, to));
    vec![
        ("add the first signer", Gravity::Destructive, Verb::AddSigner(adding(world, account, "first"))),
        ("add a signer", Gravity::Always, Verb::AddSigner(adding(world, owner, "another"))),
        ("enable a signer", Gravity::Always, switch(off, SignerSwitch::Enable)),
        ("disable a signer", Gravity::Destructive, switch(on, SignerSwitch::Disable)),
        ("remove a signer", Gravity::Destructive, switch(on, SignerSwitch::Remove)),
        ("create a service account", Gravity::Constructive, Verb::CreateServiceAccount(service)),
    ]
}

/// Every change that a caller can ask for, to objects of their own.
fn changes(world: &World, objects: &Objects) -> Vec<(&'static str, Gravity, Verb)> {
    let mut changes = changes_of_tokens(world, objects);
    changes.extend(changes_of_people(world, objects));
    changes.extend(changes_of_signers(world, objects));
    for (change, _, verb) in &changes {
        assert!(is_asked_for(verb), "{change}");
    }
    changes
}

/// A new verb belongs into the table, unless no caller can ask for it.
fn is_asked_for(verb: &Verb) -> bool {
    match verb {
        Verb::IssueToken(_)
        | Verb::UpdateToken(_)
        | Verb::SwitchToken(_)
        | Verb::RotateToken(_)
        | Verb::DeleteTokens(_)
        | Verb::StartDeletion(_)
        | Verb::CreateOrganisation(_)
        | Verb::UpdateOrganisation(_)
        | Verb::CreateOwner(_)
        | Verb::UpdateOwner(_)
        | Verb::InviteOwner(_)
        | Verb::SetPassword(_)
        | Verb::SwitchHolder(_)
        | Verb::CloseSessions(_)
        | Verb::AddSigner(_)
        | Verb::SwitchSigner(_)
        | Verb::CreateServiceAccount(_) => true,
        Verb::FinishRotation(_)
        | Verb::ContinueDeletion(_)
        | Verb::OpenSession(_)
        | Verb::RegisterOwner(_)
        | Verb::SpendChallenge(_)
        | Verb::SetUp(_)
        | Verb::RecoverAdministrator(_)
        | Verb::RecordUses(_)
        | Verb::RehashSecrets(_)
        | Verb::LiftQuarantine(_)
        | Verb::Prune => false,
    }
}

/// How many changes the table has.
const CHANGES: usize = 28;

/// A user who is signed in with a key, in a new organisation, and what he changes there.
async fn subject(world: &World, role: Role) -> (Objects, Caller, Signer) {
    let organisation = world.organisation("Subject").await;
    let owner = world.owner(&organisation, OwnerKind::User, role).await;
    let caller = signed_in(world, &owner).await;
    let key = signer(world, &owner, "key").await;
    (objects(world, &organisation, &owner).await, caller, key)
}

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

async fn the_demand_itself_is_changed_with_a_signature(engine: Engine) {
    let world = World::new(engine).await;
    let (_, root, root_key) = administrator(&world, Role::ApplicationAdministrator).await;
    let organisation = world.organisation("Second").await;
    let owner = world.owner(&organisation, OwnerKind::User, Role::OrganisationAdministrator).await;
    let (caller, key) = (signed_in(&world, &owner).await, signer(&world, &owner, "key").await);
    let of = async |world: &World| {
        let page = store::query::PageRequest { after: None, limit: 10 };
        let reach = Reach::Organisation(organisation.number);
        world.store.organisations(reach, Default::default(), page).await.unwrap().items[0].signed_actions
    };
    for (from, to) in DEMANDS.into_iter().flat_map(|from| DEMANDS.map(|to| (from, to))).filter(|(from, to)| from != to)
    {
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
                assert_eq!(of(&world).await, from);
            }
            // The refused change is forgotten altogether: what was demanded before is demanded now.
            let issued = by(&world, caller, Verb::IssueToken(world.issuing(&owner, "issued"))).await;
            assert_eq!(issued.is_err(), from == SignedActions::All, "{from:?} {to:?}");
            by(&world, &signing(&world, caller, key), demanding(organisation.id, to)).await.unwrap();
            assert_eq!(of(&world).await, to);
        }
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

async fn a_token_with_a_key_of_its_own_changes_nothing_without_it(engine: Engine) {
    let world = World::new(engine).await;
    for place in 0..CHANGES {
        let (objects, session, owners_key) = subject(&world, Role::ApplicationAdministrator).await;
        let (issued, key) = token_with_key(&world, &objects.caller, "own").await;
        let caller = bearer(&objects.caller, &issued);
        let (change, gravity, verb) = changes(&world, &objects).swap_remove(place);
        assert_eq!(refusal(by(&world, &caller, verb.clone()).await), Refusal::ActionRequired, "{change}");
        let foreign = by(&world, &signing(&world, &caller, &owners_key), verb.clone()).await;
        assert_eq!(refusal(foreign), Refusal::SignerEnded, "{change}: it is not the token's");
        let another = by(&world, &signing(&world, &session, &key), verb.clone()).await;
        assert_eq!(refusal(another), Refusal::SignerEnded, "{change}: it signs for the token alone");
        let signed = by(&world, &signing(&world, &caller, &key), verb).await;
        signed.unwrap_or_else(|error| panic!("{change}, {gravity:?}: {error:?}"));
    }
}

async fn a_signer_signs_for_nobody_else(engine: Engine) {
    let world = World::new(engine).await;
    let (owner, other) = (world.member().await, world.member().await);
    let (key, others_key) = (signer(&world, &owner, "key").await, signer(&world, &other, "key").await);
    let caller = signed_in(&world, &owner).await;
    let (one, one_key) = token_with_key(&world, &owner, "one").await;
    let (_, two_key) = token_with_key(&world, &owner, "two").await;
    let plain = bearer(&owner, &world.issue(&owner, "plain").await);
    let own = bearer(&owner, &one);
    let unknown = Signer { id: domain::id::SignerId::new(world.now(), &world.randomness), ..key.clone() };
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
        let verb = Verb::IssueToken(world.issuing(&owner, "issued"));
        let answer = by(&world, &signing(&world, caller, signer), verb).await;
        assert_eq!(answer.is_ok(), fits, "{:?} {}", caller.credential, signer.credential);
        assert!(fits || refusal(answer) == Refusal::SignerEnded);
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
    domain::id::Randomness::fill(&world.randomness, &mut value);
    Nonce { value, until: world.now().after(Duration::from_mins(5)) }
}

async fn spend(
    world: &World,
    owner: &Owner,
    token: Option<domain::id::TokenId>,
    proof: Option<Proof>,
    nonce: Nonce,
) -> Result<(), CommitError> {
    let verb = Verb::SpendChallenge(SpendChallenge { owner: owner.number, token, proof });
    let change = Change::new(world.now(), domain::caller::Actor::Possession, verb);
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
    assert_eq!(refusal(by(&world, &outdated, verb()).await), Refusal::SignerEnded);
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
    world.made(Verb::Prune).await;
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
        assert_eq!(refusal(by(&world, caller, verb()).await), Refusal::SignerEnded);
    }
    assert_eq!(refused(spending(proof(&world, &key)).await), Refusal::SignerEnded);
    switch(&world, &key, SignerSwitch::Enable).await;
    assert_eq!(refusal(by(&world, &before, verb()).await), Refusal::SignerEnded, "it was disabled in between");
    assert_eq!(refused(spending(answered).await), Refusal::SignerEnded);
    let after = signing(&world, &caller, &key);
    by(&world, &after, verb()).await.unwrap();
    spending(proof(&world, &key)).await.unwrap();
    let last = signing(&world, &caller, &key);
    switch(&world, &key, SignerSwitch::Remove).await;
    assert_eq!(refusal(by(&world, &last, verb()).await), Refusal::SignerEnded);
    assert_eq!(refused(spending(proof(&world, &key)).await), Refusal::SignerEnded);
}

async fn a_token_that_was_switched_since_proves_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let (issued, key) = token_with_key(&world, &owner, "own").await;
    let caller = bearer(&owner, &issued);
    let verb = || Verb::IssueToken(world.issuing(&owner, "token"));
    let before = signing(&world, &caller, &key);
    world.wait(Duration::from_millis(1));
    world.made(Verb::SwitchToken(switched(issued.token.id, true))).await;
    assert_eq!(refusal(by(&world, &before, verb()).await), Refusal::CredentialEnded);
    world.made(Verb::SwitchToken(switched(issued.token.id, false))).await;
    assert_eq!(refusal(by(&world, &before, verb()).await), Refusal::SignerEnded);
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
        crate::signing::signer_of(world.made(Verb::AddSigner(AddSigner { signer, ..wanted })).await)
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
    };
    let commits = world.log.commits.load(std::sync::atomic::Ordering::SeqCst);
    by(&world, &signing(&world, &caller, &key), Verb::CreateServiceAccount(service)).await.unwrap();
    assert_eq!(world.log.commits.load(std::sync::atomic::Ordering::SeqCst), commits + 1);
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
