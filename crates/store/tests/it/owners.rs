//! Promise: organisations, users and service accounts are created and changed within reach, nobody
//! grants what he has not, and one application administrator always stays.

use crate::{
    engine::Engine,
    world::{World, access, name, owner_of, refusal, scopes, unchanged},
};
use domain::{
    caller::{Access, Beyond, Reach},
    id::SessionId,
    journal::Event,
    name::Email,
    owner::{Organisation, Owner, OwnerKind, Role},
    secret::Digest,
};
use store::{
    change::{
        Change, CreateOwner, Idempotency, IssueToken, NewOwner, OpenSession, Outcome, SetPassword, UpdateOrganisation,
        UpdateOwner, Verb,
    },
    error::Refusal,
    query::{OrganisationFilter, OwnerFilter, PageRequest, UserKey},
};

on_every_engine!(
    records_read_back_as_they_were_made,
    changes_are_made_and_told,
    nobody_grants_what_he_has_not,
    a_user_is_created_with_his_link_or_not_at_all,
    power_is_given_back_by_whoever_has_it,
    whatever_he_was_signed_in_with_ends_when_he_is_deactivated,
    addresses_are_unique,
    the_last_administrator_stays,
    outside_reach_is_not_found,
    lists_are_filtered_and_paged,
    numbers_are_never_given_twice,
);

fn switch(organisation: &Organisation, active: bool) -> Verb {
    Verb::UpdateOrganisation(UpdateOrganisation {
        seat: None,
        signed_actions: None,
        access: Access::unlimited(),
        organisation: organisation.id,
        expects: None,
        name: None,
        active: Some(active),
        facts: None,
    })
}

/// Gives a user a password, so that he can sign in.
async fn give_password(world: &World, owner: &Owner) {
    let expects = world.store.sign_in(UserKey::Id(owner.id)).await.unwrap().unwrap().credential_revision;
    let verb = SetPassword { owner: owner.id, expects, password_hash: "hash".to_owned() };
    world.made(Verb::SetPassword(verb)).await;
}

async fn owners(world: &World, reach: Reach, filter: OwnerFilter) -> Vec<Owner> {
    world.store.owners(reach, filter, PageRequest { after: None, limit: 1_000 }).await.unwrap().items
}

async fn records_read_back_as_they_were_made(engine: Engine) {
    let mut world = World::new(engine).await;
    let other = world.organisation("Other").await;
    let person = world.owner(&other, OwnerKind::User, Role::OrganisationAdministrator).await;
    let new = NewOwner { scopes: scopes("a b:*"), ..world.new_owner(OwnerKind::ServiceAccount, Role::Member) };
    let create = CreateOwner { access: Access::unlimited(), organisation: other.id, owner: new, invited: false };
    let program = owner_of(world.made(Verb::CreateOwner(create)).await);
    assert_eq!(program.email, None);
    assert!(!person.has_password && person.active && person.revision == 1);
    world.reopen().await;
    let found = owners(&world, Reach::Organisation(other.number), OwnerFilter::default()).await;
    assert_eq!(found, [person, program]);
}

async fn changes_are_made_and_told(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let email = Email::parse("email", "new@example.org").unwrap();
    let update = UpdateOwner {
        name: Some(name("New")),
        email: Some(email.clone()),
        role: Some(Role::OrganisationAdministrator),
        scopes: Some(scopes("billing:read")),
        active: Some(false),
        expects: Some(1),
        ..unchanged(&owner)
    };
    let updated = owner_of(world.made(Verb::UpdateOwner(update.clone())).await);
    let expected = Owner {
        name: name("New"),
        email: Some(email),
        role: Role::OrganisationAdministrator,
        scopes: scopes("billing:read"),
        active: false,
        revision: 2,
        ..owner.clone()
    };
    assert_eq!(updated, expected);
    let Event::OwnerUpdated(told) = world.log.last().event else { panic!("not told") };
    assert_eq!(told.changed, ["name", "email", "role", "scopes", "active"]);
    assert_eq!((told.owner, told.role, told.active), (owner.id, Role::OrganisationAdministrator, false));
    assert_eq!(world.refusal(Verb::UpdateOwner(update)).await, Refusal::RevisionChanged { revision: 2 });

    let rename = UpdateOrganisation {
        seat: None,
        signed_actions: None,
        access: Access::unlimited(),
        organisation: world.organisation.id,
        expects: Some(1),
        name: Some(name("Renamed")),
        active: None,
        facts: None,
    };
    let Outcome::Organisation(renamed) = world.made(Verb::UpdateOrganisation(rename.clone())).await else { panic!() };
    assert_eq!((renamed.name.clone(), renamed.revision), (name("Renamed"), 2));
    let refused = world.refusal(Verb::UpdateOrganisation(rename)).await;
    assert_eq!(refused, Refusal::RevisionChanged { revision: 2 });
}

async fn nobody_grants_what_he_has_not(engine: Engine) {
    let world = World::new(engine).await;
    let reach = Reach::Organisation(world.organisation.number);
    let weak = || access(reach, Role::OrganisationAdministrator, "owners:write tokens:read");
    let create = |access, role, text: &str| {
        let granted = if text.is_empty() { domain::scope::Scopes::default() } else { scopes(text) };
        let owner = NewOwner { scopes: granted, ..world.new_owner(OwnerKind::User, role) };
        Verb::CreateOwner(CreateOwner { access, organisation: world.organisation.id, owner, invited: false })
    };
    let refused = world.refusal(create(weak(), Role::ApplicationAdministrator, "")).await;
    assert_eq!(refused, Refusal::Beyond(Beyond::Role(Role::ApplicationAdministrator)));
    // An administrator may do everything, which the caller's credential does not cover.
    let refused = world.refusal(create(weak(), Role::OrganisationAdministrator, "")).await;
    assert!(matches!(refused, Refusal::Beyond(Beyond::Scope(_))));
    let refused = world.refusal(create(weak(), Role::Member, "billing:read")).await;
    assert!(matches!(refused, Refusal::Beyond(Beyond::Scope(_))));
    let member = owner_of(world.made(create(weak(), Role::Member, "")).await);

    let update = |change: UpdateOwner| Verb::UpdateOwner(UpdateOwner { access: weak(), ..change });
    let promote = UpdateOwner { role: Some(Role::OrganisationAdministrator), ..unchanged(&member) };
    assert!(matches!(refusal(world.commit(update(promote)).await), Refusal::Beyond(Beyond::Scope(_))));
    let grant = UpdateOwner { scopes: Some(scopes("billing:read")), ..unchanged(&member) };
    assert!(matches!(refusal(world.commit(update(grant.clone())).await), Refusal::Beyond(Beyond::Scope(_))));
    // What he has already may stay.
    world.made(Verb::UpdateOwner(grant)).await;
    let rename = UpdateOwner { name: Some(name("New")), ..unchanged(&member) };
    assert!(world.commit(update(rename)).await.is_ok());
    let above = UpdateOwner { active: Some(false), ..unchanged(&world.administrator) };
    let beyond = Refusal::Beyond(Beyond::Role(Role::ApplicationAdministrator));
    assert_eq!(refusal(world.commit(update(above)).await), beyond);
}

async fn a_user_is_created_with_his_link_or_not_at_all(engine: Engine) {
    let world = World::new(engine).await;
    let other = world.organisation("Other").await;
    let create = |access, organisation: &Organisation| {
        let owner = world.new_owner(OwnerKind::User, Role::Member);
        CreateOwner { access, organisation: organisation.id, owner, invited: true }
    };
    let tail = world.store.tail().await.unwrap();
    // The member's link is worth the care of his own tokens, which the caller lacks.
    let weak = access(Reach::Everything, Role::OrganisationAdministrator, "owners:write");
    let refused = world.refusal(Verb::CreateOwner(create(weak, &other))).await;
    assert!(matches!(refused, Refusal::Beyond(Beyond::Scope(_))), "{refused:?}");
    assert_eq!(world.store.tail().await.unwrap(), tail);
    world.made(switch(&other, false)).await;
    let refused = world.refusal(Verb::CreateOwner(create(Access::unlimited(), &other))).await;
    assert_eq!(refused, Refusal::OwnerInactive);
    let filter = OwnerFilter { organisation: Some(other.id), ..OwnerFilter::default() };
    assert_eq!(owners(&world, Reach::Everything, filter).await, []);

    let wanted = create(Access::unlimited(), &world.organisation);
    let mut revisions = Vec::new();
    for _ in 0..2 {
        let key = Idempotency { owner: world.administrator.number, key: "user".into(), request: [1; 16] };
        let change = Change { idempotency: Some(key), ..world.change(Verb::CreateOwner(wanted.clone())) };
        let committed = world.store.commit(change).await.unwrap();
        let Outcome::Invited { owner, credential_revision } = committed.outcome else { panic!("not invited") };
        assert_eq!(owner.id, wanted.owner.id);
        let known = world.store.sign_in(UserKey::Id(owner.id)).await.unwrap().unwrap();
        assert_eq!(known.credential_revision, credential_revision);
        revisions.push((committed.repeated, credential_revision));
    }
    // The lost link is void.
    assert_eq!(revisions, [(false, 1), (true, 2)]);
    let Event::OwnerUpdated(told) = world.log.last().event else { panic!("not told") };
    assert_eq!(told.changed, ["invitation"]);
}

async fn power_is_given_back_by_whoever_has_it(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let weak = || access(Reach::Everything, Role::ApplicationAdministrator, "owners:write organisations:write");
    let set = |access, active| Verb::UpdateOwner(UpdateOwner { access, active: Some(active), ..unchanged(&owner) });
    world.made(set(weak(), false)).await;
    let refused = world.refusal(set(weak(), true)).await;
    assert!(matches!(refused, Refusal::Beyond(Beyond::Scope(_))), "{refused:?}");
    world.made(set(Access::unlimited(), true)).await;

    let other = world.organisation("Other").await;
    let set = |access, active| {
        let Verb::UpdateOrganisation(update) = switch(&other, active) else { panic!("another verb") };
        Verb::UpdateOrganisation(UpdateOrganisation { access, ..update })
    };
    world.made(set(weak(), false)).await;
    let refused = world.refusal(set(weak(), true)).await;
    assert!(matches!(refused, Refusal::Beyond(Beyond::Scope(_))), "{refused:?}");
    world.made(set(Access::unlimited(), true)).await;
}

async fn whatever_he_was_signed_in_with_ends_when_he_is_deactivated(engine: Engine) {
    let world = World::new(engine).await;
    let other = world.organisation("Other").await;
    for (place, by_organisation) in [false, true].into_iter().enumerate() {
        let owner = world.owner(&other, OwnerKind::User, Role::Member).await;
        let digest = Digest::from_bytes([u8::try_from(place).unwrap(); 16]);
        let expects = world.store.sign_in(UserKey::Id(owner.id)).await.unwrap().unwrap().credential_revision;
        let open = OpenSession {
            proof: None,
            access: None,
            id: SessionId::new(world.now(), &world.randomness),
            owner: owner.id,
            expects,
            digest,
            expires_at: world.now().after(std::time::Duration::from_hours(1)),
            address: None,
            user_agent: None,
            replaces: None,
            password_hash: None,
            idles: true,
        };
        world.made(Verb::OpenSession(open)).await;
        for active in [false, true] {
            let user = Verb::UpdateOwner(UpdateOwner { active: Some(active), ..unchanged(&owner) });
            world.made(if by_organisation { switch(&other, active) } else { user }).await;
        }
        assert_eq!(world.store.session(digest).await.unwrap(), None);
        let known = world.store.sign_in(UserKey::Id(owner.id)).await.unwrap().unwrap();
        assert!(known.credential_revision > expects, "a link from before works again");
    }
}

async fn addresses_are_unique(engine: Engine) {
    let world = World::new(engine).await;
    let (one, two) = (world.member().await, world.member().await);
    let take = UpdateOwner { email: one.email.clone(), ..unchanged(&two) };
    assert_eq!(world.refusal(Verb::UpdateOwner(take)).await, Refusal::EmailTaken);
    let owner = NewOwner { email: one.email, ..world.new_owner(OwnerKind::User, Role::Member) };
    let create =
        CreateOwner { access: Access::unlimited(), organisation: world.organisation.id, owner, invited: false };
    assert_eq!(world.refusal(Verb::CreateOwner(create)).await, Refusal::EmailTaken);
}

async fn the_last_administrator_stays(engine: Engine) {
    let world = World::new(engine).await;
    let other = world.organisation("Other").await;
    let deactivate = |owner: &Owner| Verb::UpdateOwner(UpdateOwner { active: Some(false), ..unchanged(owner) });
    let demote = |owner: &Owner| Verb::UpdateOwner(UpdateOwner { role: Some(Role::Member), ..unchanged(owner) });
    give_password(&world, &world.administrator).await;
    // A service account cannot sign in, so it does not count.
    world.owner(&other, OwnerKind::ServiceAccount, Role::ApplicationAdministrator).await;
    for verb in [deactivate(&world.administrator), demote(&world.administrator), switch(&world.organisation, false)] {
        assert_eq!(refusal(world.commit(verb).await), Refusal::LastAdministrator);
    }
    // Neither does a user who has neither a password nor a token that works.
    let second = world.owner(&other, OwnerKind::User, Role::ApplicationAdministrator).await;
    assert_eq!(world.refusal(deactivate(&world.administrator)).await, Refusal::LastAdministrator);
    let short = Some(world.now().after(std::time::Duration::from_mins(1)));
    world.issue_as(IssueToken { expires_at: short, ..world.issuing(&second, "short") }).await;
    world.wait(std::time::Duration::from_mins(1));
    assert_eq!(world.refusal(deactivate(&world.administrator)).await, Refusal::LastAdministrator);
    world.issue(&second, "way in").await;
    // Another one in a deactivated organisation does not count either.
    assert!(world.commit(switch(&other, false)).await.is_ok());
    assert_eq!(world.refusal(deactivate(&world.administrator)).await, Refusal::LastAdministrator);
    assert!(world.commit(switch(&other, true)).await.is_ok());
    assert!(world.commit(demote(&world.administrator)).await.is_ok());
    assert_eq!(world.refusal(deactivate(&second)).await, Refusal::LastAdministrator);
}

async fn outside_reach_is_not_found(engine: Engine) {
    let world = World::new(engine).await;
    let other = world.organisation("Other").await;
    let owner = world.owner(&other, OwnerKind::User, Role::Member).await;
    let outside = || access(Reach::Organisation(world.organisation.number), Role::ApplicationAdministrator, "*");
    let update = UpdateOwner { access: outside(), active: Some(false), ..unchanged(&owner) };
    assert_eq!(world.refusal(Verb::UpdateOwner(update)).await, Refusal::NotFound);
    // The kind is part of the name: a service account is not found among the users.
    let update = UpdateOwner { kind: OwnerKind::ServiceAccount, active: Some(false), ..unchanged(&owner) };
    assert_eq!(world.refusal(Verb::UpdateOwner(update)).await, Refusal::NotFound);
    let new = world.new_owner(OwnerKind::User, Role::Member);
    let create = CreateOwner { access: outside(), organisation: other.id, owner: new, invited: false };
    assert_eq!(world.refusal(Verb::CreateOwner(create)).await, Refusal::OrganisationNotFound);
    let update = UpdateOrganisation {
        seat: None,
        signed_actions: None,
        access: outside(),
        organisation: other.id,
        expects: None,
        name: Some(name("Mine")),
        active: None,
        facts: None,
    };
    assert_eq!(world.refusal(Verb::UpdateOrganisation(update)).await, Refusal::NotFound);
    for reach in [Reach::Organisation(world.organisation.number), Reach::Own(world.administrator.number)] {
        let filter = OwnerFilter { id: Some(owner.id), ..OwnerFilter::default() };
        assert_eq!(owners(&world, reach, filter).await, []);
    }
}

async fn lists_are_filtered_and_paged(engine: Engine) {
    let world = World::new(engine).await;
    let other = world.organisation("Ökonomie").await;
    let mut all = vec![world.administrator.clone()];
    for place in 0..6 {
        let organisation = if place % 2 == 0 { &world.organisation } else { &other };
        let kind = if place < 3 { OwnerKind::User } else { OwnerKind::ServiceAccount };
        all.push(world.owner(organisation, kind, Role::Member).await);
    }
    let rename = UpdateOwner { name: Some(name("ÉTÉ 1")), active: Some(false), ..unchanged(&all[2]) };
    all[2] = owner_of(world.made(Verb::UpdateOwner(rename)).await);
    let filters = [
        OwnerFilter::default(),
        OwnerFilter { id: Some(all[3].id), ..OwnerFilter::default() },
        OwnerFilter { kind: Some(OwnerKind::ServiceAccount), ..OwnerFilter::default() },
        OwnerFilter { organisation: Some(other.id), ..OwnerFilter::default() },
        OwnerFilter { role: Some(Role::ApplicationAdministrator), ..OwnerFilter::default() },
        OwnerFilter { active: Some(false), ..OwnerFilter::default() },
        OwnerFilter { email: Some(all[1].email.as_ref().unwrap().as_str().into()), ..OwnerFilter::default() },
        OwnerFilter { name_contains: Some("été".into()), ..OwnerFilter::default() },
    ];
    for filter in filters {
        let expected: Vec<_> = all.iter().filter(|owner| fits(owner, &filter)).cloned().collect();
        assert_eq!(owners(&world, Reach::Everything, filter.clone()).await, expected, "{filter:?}");
    }
    let mut joined = Vec::new();
    let mut after = None;
    loop {
        let page = PageRequest { after, limit: 2 };
        let page = world.store.owners(Reach::Everything, OwnerFilter::default(), page).await.unwrap();
        joined.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(joined, all);

    let organisations = |reach, filter| {
        let page = PageRequest { after: None, limit: 10 };
        let store = &world.store;
        async move { store.organisations(reach, filter, page).await.unwrap().items }
    };
    let named = OrganisationFilter { name_contains: Some("öko".into()), ..OrganisationFilter::default() };
    assert_eq!(organisations(Reach::Everything, named).await, std::slice::from_ref(&other));
    let all_of_them = organisations(Reach::Everything, OrganisationFilter::default()).await;
    assert_eq!(all_of_them, [world.organisation.clone(), other.clone()]);
    for reach in [Reach::Organisation(other.number), Reach::Own(all[2].number)] {
        assert_eq!(organisations(reach, OrganisationFilter::default()).await, std::slice::from_ref(&other));
    }
}

fn fits(owner: &Owner, filter: &OwnerFilter) -> bool {
    filter.id.is_none_or(|id| owner.id == id)
        && filter.kind.is_none_or(|kind| owner.kind == kind)
        && filter.organisation.is_none_or(|organisation| owner.organisation_id == organisation)
        && filter.role.is_none_or(|role| owner.role == role)
        && filter.active.is_none_or(|active| owner.active == active)
        && filter.email.as_ref().is_none_or(|email| owner.email.as_ref().is_some_and(|own| own.as_str() == email))
        && filter.name_contains.as_ref().is_none_or(|part| owner.name.as_str().to_lowercase().contains(part))
}

async fn numbers_are_never_given_twice(engine: Engine) {
    let mut world = World::new(engine).await;
    let mut numbers = Vec::new();
    for _ in 0..3 {
        let organisation = world.organisation("Another").await;
        numbers.push((organisation.number.0, world.owner(&organisation, OwnerKind::User, Role::Member).await.number.0));
        // A refused creation may use up a number, but never gives one again.
        let owner =
            NewOwner { email: world.administrator.email.clone(), ..world.new_owner(OwnerKind::User, Role::Member) };
        let create = CreateOwner { access: Access::unlimited(), organisation: organisation.id, owner, invited: false };
        assert_eq!(world.refusal(Verb::CreateOwner(create)).await, Refusal::EmailTaken);
        world.reopen().await;
    }
    assert!(numbers.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1), "{numbers:?}");
}
