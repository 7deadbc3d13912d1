//! Promise: what a permission gives and takes reaches all its bearers in the same commit, nobody hands out
//! through one what he has not, and taking one away never widens anything.

use crate::{
    engine::Engine,
    updates::nothing,
    world::{World, access, deletion, name, refusal, scopes},
};
use domain::{
    caller::{Access, Beyond, Reach},
    id::{AssignmentId, PermissionId, TokenId},
    journal::Event,
    limits,
    owner::{Owner, OwnerKind, Role},
    permission::{Assignment, Bearer, Permission},
    scope::Scopes,
    token::Token,
};
use std::sync::Arc;
use store::{
    change::{
        AssignPermission, CreateOwner, CreatePermission, FirstPermission, IssueToken, Outcome, RevokeAssignment,
        UpdatePermission, UpdateToken, Verb, WantedScopes,
    },
    error::Refusal,
    query::{
        OwnerFilter, PageRequest,
        permission::{AssignmentFilter, PermissionFilter},
    },
};

on_every_engine!(
    a_permission_reads_back_and_is_told,
    names_stay_taken,
    a_change_reaches_every_bearer,
    a_token_is_bounded_by_its_permissions,
    taking_never_widens,
    a_token_begins_with_a_permission,
    nobody_hands_out_what_he_has_not,
    what_lies_outside_reach_is_not_found,
    what_is_immutable_or_archived_stays_so,
    a_deleted_token_leaves_no_assignment,
    bearers_are_bounded,
);

const EVERYTHING: PageRequest = PageRequest { after: None, limit: 1_000 };

impl World {
    fn creating(&self, text: &str, wanted: &str) -> CreatePermission {
        CreatePermission {
            access: Access::unlimited(),
            id: PermissionId::new(self.now(), &self.randomness),
            organisation: self.organisation.id,
            name: name(text),
            scopes: scopes(wanted),
            immutable: false,
        }
    }

    async fn permission(&self, text: &str, wanted: &str) -> Permission {
        permission(self.made(Verb::CreatePermission(self.creating(text, wanted))).await)
    }

    fn assigning(&self, permission: &Permission, bearer: Bearer) -> AssignPermission {
        let id = AssignmentId::new(self.now(), &self.randomness);
        AssignPermission { access: Access::unlimited(), id, permission: permission.id, bearer, immutable: false }
    }

    async fn assign(&self, permission: &Permission, bearer: Bearer) -> Assignment {
        assignment(self.made(Verb::AssignPermission(self.assigning(permission, bearer))).await)
    }

    async fn rescope(&self, permission: &Permission, wanted: &str) {
        let verb = UpdatePermission { scopes: Some(scopes(wanted)), ..unchanged(permission) };
        self.made(Verb::UpdatePermission(verb)).await;
    }

    async fn revoke(&self, assignment: &Assignment) {
        self.made(revocation(assignment)).await;
    }

    async fn whole(&self, owner: &Owner) -> Token {
        self.issue_as(IssueToken { scopes: WantedScopes::WhateverOwnerMay, ..self.issuing(owner, "whole") }).await.token
    }

    async fn scopes_of(&self, token: &Token) -> String {
        self.find(token.id).await.unwrap().scopes.to_string()
    }

    async fn scopes_of_owner(&self, owner: &Owner) -> String {
        let filter = OwnerFilter { id: Some(owner.id), ..OwnerFilter::default() };
        self.store.owners(Reach::Everything, filter, EVERYTHING).await.unwrap().items[0].scopes.to_string()
    }

    async fn assignments(&self, reach: Reach, filter: AssignmentFilter) -> Vec<Assignment> {
        self.store.assignments(reach, filter, EVERYTHING).await.unwrap().items
    }
}

fn unchanged(permission: &Permission) -> UpdatePermission {
    UpdatePermission {
        access: Access::unlimited(),
        permission: permission.id,
        expects: None,
        name: None,
        scopes: None,
        archived: None,
    }
}

fn revocation(assignment: &Assignment) -> Verb {
    let (permission, assignment) = (assignment.permission.id, assignment.id);
    Verb::RevokeAssignment(RevokeAssignment { access: Access::unlimited(), permission, assignment })
}

fn permission(outcome: Outcome) -> Permission {
    match outcome {
        Outcome::Permission(permission) => *permission,
        other => panic!("no permission: {other:?}"),
    }
}

fn assignment(outcome: Outcome) -> Assignment {
    match outcome {
        Outcome::Assignment(assignment) => *assignment,
        other => panic!("no assignment: {other:?}"),
    }
}

async fn a_permission_reads_back_and_is_told(engine: Engine) {
    let mut world = World::new(engine).await;
    let made = world.permission("Reading", "x:one x:two").await;
    assert!(matches!(world.log.last().event, Event::PermissionCreated(told)
        if told.permission == made.id && told.scopes == made.scopes && !told.archived && told.changed.is_empty()));
    world.permission("Writing", "x:three").await;
    world.reopen().await;
    let page = world.store.permissions(Reach::Everything, PermissionFilter::default(), EVERYTHING).await.unwrap();
    assert_eq!(page.items[0], made);
    assert_eq!(page.items.len(), 2);
    let first = PageRequest { after: None, limit: 1 };
    let page = world.store.permissions(Reach::Everything, PermissionFilter::default(), first).await.unwrap();
    let rest = PageRequest { after: page.next, limit: 1 };
    let page = world.store.permissions(Reach::Everything, PermissionFilter::default(), rest).await.unwrap();
    assert_eq!((page.items[0].name.as_str(), page.next), ("Writing", None));
}

async fn names_stay_taken(engine: Engine) {
    let world = World::new(engine).await;
    let first = world.permission("Reading", "x:one").await;
    let second = world.permission("Writing", "x:two").await;
    world.made(Verb::UpdatePermission(UpdatePermission { archived: Some(true), ..unchanged(&first) })).await;
    let again = world.refusal(Verb::CreatePermission(world.creating("Reading", "x:one"))).await;
    assert_eq!(again, Refusal::NameTaken);
    let rename = UpdatePermission { name: Some(name("Reading")), ..unchanged(&second) };
    assert_eq!(world.refusal(Verb::UpdatePermission(rename)).await, Refusal::NameTaken);
    let other = world.organisation("Other").await;
    let elsewhere = CreatePermission { organisation: other.id, ..world.creating("Reading", "x:one") };
    assert!(world.commit(Verb::CreatePermission(elsewhere)).await.is_ok(), "each organisation has names of its own");
}

async fn a_change_reaches_every_bearer(engine: Engine) {
    let world = World::new(engine).await;
    let (ada, bob) = (world.member().await, world.member().await);
    let whole = world.whole(&ada).await;
    let reading = world.permission("Reading", "x:one x:two").await;
    let assigned = world.assign(&reading, Bearer::Owner(bob.id)).await;
    assert_eq!((assigned.bearer, &assigned.permission), (Bearer::Owner(bob.id), &reading));
    world.assign(&reading, Bearer::Token(whole.id)).await;
    assert_eq!(world.scopes_of_owner(&bob).await, "x:one x:two");
    assert_eq!(world.scopes_of(&whole).await, "own-tokens:read own-tokens:write x:one x:two");

    let before = world.log.entries().len();
    world.rescope(&reading, "x:two x:three").await;
    assert_eq!(world.scopes_of_owner(&bob).await, "x:three x:two");
    assert_eq!(world.scopes_of(&whole).await, "own-tokens:read own-tokens:write x:three x:two");
    let told: Vec<_> = world.log.entries()[before..].iter().map(|entry| entry.event.kind()).collect();
    assert_eq!(told, ["permission.updated", "owner.updated", "token.updated"], "the index follows these");

    world.made(Verb::UpdatePermission(UpdatePermission { archived: Some(true), ..unchanged(&reading) })).await;
    assert_eq!(world.scopes_of_owner(&bob).await, "");
    assert_eq!(world.scopes_of(&whole).await, "own-tokens:read own-tokens:write");
    world.made(Verb::UpdatePermission(UpdatePermission { archived: Some(false), ..unchanged(&reading) })).await;
    assert_eq!(world.scopes_of_owner(&bob).await, "x:three x:two");
    assert_eq!(world.scopes_of(&whole).await, "own-tokens:read own-tokens:write x:three x:two");
}

async fn a_token_is_bounded_by_its_permissions(engine: Engine) {
    let world = World::new(engine).await;
    let whole = world.whole(&world.administrator.clone()).await;
    assert_eq!(whole.scopes, Scopes::everything());
    let (one, two) = (world.permission("One", "x:one x:both").await, world.permission("Two", "x:two x:both").await);
    let first = world.assign(&one, Bearer::Token(whole.id)).await;
    assert_eq!(world.scopes_of(&whole).await, "own-tokens:read own-tokens:write x:both x:one");
    let second = world.assign(&two, Bearer::Token(whole.id)).await;
    assert_eq!(world.scopes_of(&whole).await, "own-tokens:read own-tokens:write x:both x:one x:two");
    world.revoke(&first).await;
    assert_eq!(world.scopes_of(&whole).await, "own-tokens:read own-tokens:write x:both x:two");
    assert!(matches!(world.log.events().iter().rev().nth(1), Some(Event::PermissionRevoked(told))
        if told.assignment == first.id && told.token == Some(whole.id)));
    world.revoke(&second).await;
    assert_eq!(world.scopes_of(&whole).await, "own-tokens:read own-tokens:write", "the last permission widens nothing");
}

async fn taking_never_widens(engine: Engine) {
    let world = World::new(engine).await;
    let ada = world.member().await;
    let (one, two) = (world.permission("One", "x:one").await, world.permission("Two", "x:two").await);
    let token = world.whole(&ada).await;
    let first = world.assign(&one, Bearer::Token(token.id)).await;
    world.assign(&two, Bearer::Token(token.id)).await;
    // Somebody takes all but one scope from the token itself.
    let narrow = UpdateToken { scopes: Some(scopes("x:one")), ..nothing(&token) };
    world.made(Verb::UpdateToken(narrow)).await;
    world.rescope(&two, "x:two x:three").await;
    assert_eq!(world.scopes_of(&token).await, "x:one x:three", "only what was added is added");
    world.revoke(&first).await;
    assert_eq!(world.scopes_of(&token).await, "x:three");
    world.rescope(&two, "x:two").await;
    assert_eq!(world.scopes_of(&token).await, "");
}

async fn a_token_begins_with_a_permission(engine: Engine) {
    let world = World::new(engine).await;
    let ada = world.member().await;
    let reading = world.permission("Reading", "x:one").await;
    let assigned = AssignmentId::new(world.now(), &world.randomness);
    let permission = Some(FirstPermission { permission: reading.id, assignment: assigned });
    let issuing = |permission| IssueToken { permission, ..world.issuing(&ada, "permitted") };
    let issued = world.issue_as(issuing(permission)).await.token;
    assert_eq!(issued.scopes, scopes("own-tokens:read own-tokens:write x:one"));
    let bearers = Some(vec![Bearer::Token(issued.id)]);
    let found =
        world.assignments(Reach::Own(ada.number), AssignmentFilter { bearers, ..AssignmentFilter::default() }).await;
    assert_eq!(found.iter().map(|found| found.id).collect::<Vec<_>>(), [assigned]);

    let nobodys = PermissionId::new(world.now(), &world.randomness);
    let wanted = permission.map(|first| FirstPermission { permission: nobodys, ..first });
    assert_eq!(world.refusal(Verb::IssueToken(issuing(wanted))).await, Refusal::PermissionNotFound);
    let narrow = access(Reach::Everything, Role::Member, "own-tokens:read own-tokens:write");
    let beyond = IssueToken { access: narrow, ..issuing(permission) };
    assert!(matches!(world.refusal(Verb::IssueToken(beyond)).await, Refusal::Beyond(Beyond::Scope(_))));
    let other = world.organisation("Other").await;
    let stranger = world.owner(&other, OwnerKind::User, Role::Member).await;
    let elsewhere = IssueToken { owner: stranger.id, ..issuing(permission) };
    assert_eq!(world.refusal(Verb::IssueToken(elsewhere)).await, Refusal::PermissionNotFound);
}

async fn nobody_hands_out_what_he_has_not(engine: Engine) {
    let world = World::new(engine).await;
    let ada = world.member().await;
    let chief = world.owner(&world.organisation, OwnerKind::User, Role::OrganisationAdministrator).await;
    let reach = Reach::Organisation(world.organisation.number);
    let narrow = || access(reach, Role::Member, "owners:write x:one");
    let is_beyond =
        |refused: Refusal| matches!(refused, Refusal::Beyond(Beyond::Scope(scope)) if scope.as_str() == "x:two");

    let create = CreatePermission { access: narrow(), ..world.creating("Both", "x:one x:two") };
    assert!(is_beyond(world.refusal(Verb::CreatePermission(create)).await));
    let one = permission(
        world
            .made(Verb::CreatePermission(CreatePermission { access: narrow(), ..world.creating("One", "x:one") }))
            .await,
    );
    let widen = UpdatePermission { access: narrow(), scopes: Some(scopes("x:one x:two")), ..unchanged(&one) };
    assert!(is_beyond(world.refusal(Verb::UpdatePermission(widen)).await));
    let both = world.permission("Both", "x:one x:two").await;
    let give = AssignPermission { access: narrow(), ..world.assigning(&both, Bearer::Owner(ada.id)) };
    assert!(is_beyond(world.refusal(Verb::AssignPermission(give)).await));
    let up = AssignPermission { access: narrow(), ..world.assigning(&one, Bearer::Owner(chief.id)) };
    let above = Refusal::Beyond(Beyond::Role(Role::OrganisationAdministrator));
    assert_eq!(world.refusal(Verb::AssignPermission(up)).await, above);

    // Taking needs no more than reach; taking out of the archive gives again.
    let assigned = world.assign(&both, Bearer::Owner(ada.id)).await;
    let archive = |archived| UpdatePermission { access: narrow(), archived: Some(archived), ..unchanged(&both) };
    assert!(world.commit(Verb::UpdatePermission(archive(true))).await.is_ok());
    assert!(is_beyond(world.refusal(Verb::UpdatePermission(archive(false))).await));
    let Verb::RevokeAssignment(take) = revocation(&assigned) else { panic!("no revocation") };
    assert!(world.commit(Verb::RevokeAssignment(RevokeAssignment { access: narrow(), ..take })).await.is_ok());
}

async fn what_lies_outside_reach_is_not_found(engine: Engine) {
    let world = World::new(engine).await;
    let ada = world.member().await;
    let other = world.organisation("Other").await;
    let stranger = world.owner(&other, OwnerKind::User, Role::Member).await;
    let (one, two) = (world.permission("One", "x:one").await, world.permission("Two", "x:two").await);
    let assigned = world.assign(&one, Bearer::Owner(ada.id)).await;
    let elsewhere = || access(Reach::Organisation(other.number), Role::OrganisationAdministrator, "*");

    let create = CreatePermission { access: elsewhere(), ..world.creating("Three", "x:one") };
    assert_eq!(world.refusal(Verb::CreatePermission(create)).await, Refusal::OrganisationNotFound);
    let update = UpdatePermission { access: elsewhere(), archived: Some(true), ..unchanged(&one) };
    assert_eq!(world.refusal(Verb::UpdatePermission(update)).await, Refusal::NotFound);
    let give = AssignPermission { access: elsewhere(), ..world.assigning(&one, Bearer::Owner(stranger.id)) };
    assert_eq!(world.refusal(Verb::AssignPermission(give)).await, Refusal::NotFound);
    let to_stranger = world.assigning(&one, Bearer::Owner(stranger.id));
    assert_eq!(world.refusal(Verb::AssignPermission(to_stranger)).await, Refusal::BearerNotFound);
    let to_nobody = world.assigning(&one, Bearer::Token(TokenId::new(world.now(), &world.randomness)));
    assert_eq!(world.refusal(Verb::AssignPermission(to_nobody)).await, Refusal::BearerNotFound);
    let take = RevokeAssignment { access: elsewhere(), permission: one.id, assignment: assigned.id };
    assert_eq!(world.refusal(Verb::RevokeAssignment(take)).await, Refusal::NotFound);
    // An assignment is one of its permission, not of another.
    let swapped = RevokeAssignment { access: Access::unlimited(), permission: two.id, assignment: assigned.id };
    assert_eq!(world.refusal(Verb::RevokeAssignment(swapped)).await, Refusal::NotFound);

    let seen = |reach| world.store.permissions(reach, PermissionFilter::default(), EVERYTHING);
    assert_eq!(seen(Reach::Organisation(other.number)).await.unwrap().items, []);
    assert_eq!(seen(Reach::Own(ada.number)).await.unwrap().items, [one]);
    assert_eq!(seen(Reach::Own(stranger.number)).await.unwrap().items, []);
    let all = AssignmentFilter::default;
    assert_eq!(world.assignments(Reach::Organisation(other.number), all()).await, []);
    assert_eq!(world.assignments(Reach::Own(stranger.number), all()).await, []);
    assert_eq!(world.assignments(Reach::Own(ada.number), all()).await, [assigned]);
}

async fn what_is_immutable_or_archived_stays_so(engine: Engine) {
    let world = World::new(engine).await;
    let (ada, bob) = (world.member().await, world.member().await);
    let fixed = CreatePermission { immutable: true, ..world.creating("Fixed", "x:one") };
    let fixed = permission(world.made(Verb::CreatePermission(fixed)).await);
    for change in [
        UpdatePermission { scopes: Some(scopes("x:two")), ..unchanged(&fixed) },
        UpdatePermission { name: Some(name("Other")), ..unchanged(&fixed) },
        UpdatePermission { archived: Some(true), ..unchanged(&fixed) },
    ] {
        assert_eq!(world.refusal(Verb::UpdatePermission(change)).await, Refusal::Immutable);
    }
    let bound = AssignPermission { immutable: true, ..world.assigning(&fixed, Bearer::Owner(ada.id)) };
    let bound = assignment(world.made(Verb::AssignPermission(bound)).await);
    assert_eq!(world.refusal(revocation(&bound)).await, Refusal::Immutable);
    let again = world.assigning(&fixed, Bearer::Owner(ada.id));
    assert_eq!(world.refusal(Verb::AssignPermission(again)).await, Refusal::AlreadyAssigned);

    let old = world.permission("Old", "x:two").await;
    world.made(Verb::UpdatePermission(UpdatePermission { archived: Some(true), ..unchanged(&old) })).await;
    let late = world.assigning(&old, Bearer::Owner(bob.id));
    assert_eq!(world.refusal(Verb::AssignPermission(late)).await, Refusal::PermissionArchived);
    let stale = UpdatePermission { expects: Some(1), archived: Some(false), ..unchanged(&old) };
    assert_eq!(world.refusal(Verb::UpdatePermission(stale)).await, Refusal::RevisionChanged { revision: 2 });
}

async fn a_deleted_token_leaves_no_assignment(engine: Engine) {
    let world = World::new(engine).await;
    let ada = world.member().await;
    let reading = world.permission("Reading", "x:one").await;
    let token = world.whole(&ada).await;
    world.assign(&reading, Bearer::Token(token.id)).await;
    let tombstone = world.delete(token.id).await;
    assert_eq!(tombstone.scopes, scopes("own-tokens:read own-tokens:write x:one"));
    assert_eq!(world.assignments(Reach::Everything, AssignmentFilter::default()).await, []);
    let late = world.assigning(&reading, Bearer::Token(token.id));
    assert_eq!(refusal(world.commit(Verb::AssignPermission(late)).await), Refusal::BearerNotFound);
    assert_eq!(refusal(world.commit(deletion(token.id)).await), Refusal::NotFound);
}

async fn bearers_are_bounded(engine: Engine) {
    let world = World::new(engine).await;
    let reading = world.permission("Reading", "x:one").await;
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..limits::PERMISSION_BEARERS {
        let owner = world.new_owner(OwnerKind::ServiceAccount, Role::Member);
        let give = world.change(Verb::AssignPermission(world.assigning(&reading, Bearer::Owner(owner.id))));
        let (access, organisation) = (Access::unlimited(), world.organisation.id);
        let create = world.change(Verb::CreateOwner(CreateOwner { access, organisation, owner, invited: false }));
        let store = Arc::clone(&world.store);
        waiting.spawn(async move {
            store.commit(create).await.unwrap();
            store.commit(give).await.unwrap();
        });
    }
    waiting.join_all().await;
    let ada = world.member().await;
    let late = world.assigning(&reading, Bearer::Owner(ada.id));
    assert_eq!(world.refusal(Verb::AssignPermission(late)).await, Refusal::TooManyBearers);
    world.rescope(&reading, "x:two").await;
    let narrowed = world
        .log
        .events()
        .iter()
        .rev()
        .take(limits::PERMISSION_BEARERS)
        .all(|event| matches!(event, Event::OwnerUpdated(told) if told.scopes == scopes("x:two")));
    assert!(narrowed, "one commit reaches as many as there may be");

    let many: Vec<_> = (0..limits::BEARER_SCOPES).map(|number| format!("y:{number}")).collect();
    let wide = CreatePermission {
        scopes: Scopes::parse_up_to(limits::BEARER_SCOPES, "scopes", many.iter().map(String::as_str)).unwrap(),
        ..world.creating("Wide", "x:one")
    };
    let wide = permission(world.made(Verb::CreatePermission(wide)).await);
    world.assign(&wide, Bearer::Owner(ada.id)).await;
    let one = world.permission("One", "x:one").await;
    let more = world.assigning(&one, Bearer::Owner(ada.id));
    assert_eq!(world.refusal(Verb::AssignPermission(more)).await, Refusal::TooManyScopes);
}
