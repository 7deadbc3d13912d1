//! Promise: an update changes what it names, tells the journal what verification must know, and makes a
//! token no more powerful than the caller is.

use crate::{
    engine::Engine,
    world::{Issued, World, access, name, refusal, scopes, token, unchanged},
};
use domain::{
    address::Networks,
    caller::{Access, Beyond, Reach},
    journal::{Event, Grant},
    name::Labels,
    owner::{Owner, OwnerKind, Role},
    token::{RotationEnd, Token},
};
use std::{collections::BTreeMap, time::Duration};
use store::{
    change::{IssueToken, SwitchToken, UpdateToken, Verb, WantedScopes},
    error::Refusal,
};

const HOUR: Duration = Duration::from_hours(1);

on_every_engine!(
    every_field_is_changed_and_told,
    what_already_is_so_is_left_alone,
    a_revision_guards_an_update,
    an_expired_token_stays_expired,
    scopes_are_bounded_by_caller_and_owner,
    issuing_is_bounded_by_caller_and_owner,
    restricting_needs_no_more_than_reach,
    switching_is_reversible_and_told,
    an_inactive_owner_gets_no_token,
);

/// An update of a token that changes nothing yet.
pub(crate) fn nothing(token: &Token) -> UpdateToken {
    UpdateToken {
        access: Access::unlimited(),
        token: token.id,
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

async fn one(engine: Engine) -> (World, Owner, Issued) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let issued = world.issue(&owner, "one").await;
    (world, owner, issued)
}

async fn every_field_is_changed_and_told(engine: Engine) {
    let (world, _, issued) = one(engine).await;
    let rotated = world.rotate(issued.token.id, RotationEnd::At(world.now().after(HOUR))).await;
    let expires_at = Some(world.now().after(HOUR));
    let networks = Some(Networks::parse("networks", ["192.0.2.0/24"]).unwrap());
    let labels = Labels::parse("labels", BTreeMap::from([("env".into(), "prod".into())])).unwrap();
    let update = UpdateToken {
        name: Some(name("two")),
        description: Some("lines\nof text".into()),
        scopes: Some(scopes("tokens:read tokens:write")),
        networks: Some(networks.clone()),
        labels: Some(labels.clone()),
        expires_at: Some(expires_at),
        ..nothing(&issued.token)
    };
    let updated = token(world.made(Verb::UpdateToken(update)).await);
    let expected = Token {
        name: name("two"),
        description: "lines\nof text".into(),
        scopes: scopes("tokens:read tokens:write"),
        networks: networks.clone(),
        labels,
        expires_at,
        updated_at: world.now(),
        revision: 3,
        ..rotated.token
    };
    assert_eq!(updated, expected);
    assert_eq!(world.find(issued.token.id).await.unwrap(), expected);
    let Event::TokenUpdated(told) = world.log.last().event else { panic!("not told") };
    assert_eq!(told.changed, ["name", "description", "scopes", "networks", "labels", "expires_at"]);
    assert_eq!(told.digests, [issued.digest, rotated.digest]);
    assert_eq!(told.grant, Grant { scopes: scopes("tokens:read tokens:write"), networks, expires_at });

    let cleared = UpdateToken { networks: Some(None), expires_at: Some(None), ..nothing(&issued.token) };
    let cleared = token(world.made(Verb::UpdateToken(cleared)).await);
    assert_eq!((cleared.networks, cleared.expires_at), (None, None));
}

async fn what_already_is_so_is_left_alone(engine: Engine) {
    let (world, _, issued) = one(engine).await;
    let tail = world.store.tail().await.unwrap();
    let same = UpdateToken { name: Some(name("one")), expires_at: Some(None), ..nothing(&issued.token) };
    assert_eq!(token(world.made(Verb::UpdateToken(same)).await), issued.token);
    assert_eq!(world.store.tail().await.unwrap(), tail);
}

async fn a_revision_guards_an_update(engine: Engine) {
    let (world, _, issued) = one(engine).await;
    let update = |expects, text: &str| UpdateToken {
        expects: Some(expects),
        description: Some(text.into()),
        ..nothing(&issued.token)
    };
    assert_eq!(token(world.made(Verb::UpdateToken(update(1, "a"))).await).revision, 2);
    let late = world.refusal(Verb::UpdateToken(update(1, "b"))).await;
    assert_eq!(late, Refusal::RevisionChanged { revision: 2 });
}

async fn an_expired_token_stays_expired(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let expires_at = Some(world.now().after(HOUR));
    let issued = world.issue_as(IssueToken { expires_at, ..world.issuing(&owner, "one") }).await;
    world.wait(HOUR);
    for later in [None, Some(world.now().after(HOUR))] {
        let revive = UpdateToken { expires_at: Some(later), ..nothing(&issued.token) };
        assert_eq!(world.refusal(Verb::UpdateToken(revive)).await, Refusal::TokenExpired);
    }
    let rename = UpdateToken { name: Some(name("two")), ..nothing(&issued.token) };
    assert!(world.commit(Verb::UpdateToken(rename)).await.is_ok());
}

async fn scopes_are_bounded_by_caller_and_owner(engine: Engine) {
    let (world, _, issued) = one(engine).await;
    let update =
        |access, text| Verb::UpdateToken(UpdateToken { access, scopes: Some(scopes(text)), ..nothing(&issued.token) });
    let beyond_owner = world.refusal(update(Access::unlimited(), "tokens:read billing:read")).await;
    assert!(matches!(beyond_owner, Refusal::Beyond(Beyond::OwnerScope(scope)) if scope.as_str() == "billing:read"));
    let caller = access(Reach::Everything, Role::Member, "tokens:read");
    let beyond_caller = world.refusal(update(caller.clone(), "tokens:read tokens:write")).await;
    assert!(matches!(beyond_caller, Refusal::Beyond(Beyond::Scope(scope)) if scope.as_str() == "tokens:write"));
    // A scope that the token has already is not granted anew.
    token(world.made(update(Access::unlimited(), "tokens:read tokens:write")).await);
    assert!(world.commit(update(caller, "tokens:write")).await.is_ok());
}

async fn issuing_is_bounded_by_caller_and_owner(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let issue =
        |access, wanted| Verb::IssueToken(IssueToken { access, scopes: wanted, ..world.issuing(&owner, "one") });
    let exactly = |text| WantedScopes::Exactly(scopes(text));
    let refused = world.refusal(issue(Access::unlimited(), exactly("billing:read"))).await;
    assert!(matches!(refused, Refusal::Beyond(Beyond::OwnerScope(_))));
    let narrow = access(Reach::Everything, Role::Member, "tokens:read owners:*");
    let refused = world.refusal(issue(narrow.clone(), exactly("tokens:write"))).await;
    assert!(matches!(refused, Refusal::Beyond(Beyond::Scope(_))));
    let issued = token(world.made(issue(narrow, WantedScopes::AsMuchAsAllowed)).await);
    assert_eq!(issued.scopes, scopes("owners:read tokens:read"));

    let strong = world.owner(&world.organisation, OwnerKind::User, Role::OrganisationAdministrator).await;
    let member = access(Reach::Everything, Role::Member, "*");
    let wanted = IssueToken { access: member, ..world.issuing(&strong, "two") };
    let refused = world.refusal(Verb::IssueToken(wanted)).await;
    assert_eq!(refused, Refusal::Beyond(Beyond::Role(Role::OrganisationAdministrator)));
}

async fn restricting_needs_no_more_than_reach(engine: Engine) {
    let world = World::new(engine).await;
    let strong = world.owner(&world.organisation, OwnerKind::User, Role::ApplicationAdministrator).await;
    let wanted = WantedScopes::Exactly(scopes("billing:read billing:write"));
    let issued = world.issue_as(IssueToken { scopes: wanted, ..world.issuing(&strong, "one") }).await;
    let reach = Reach::Organisation(world.organisation.number);
    let weaker = || access(reach, Role::OrganisationAdministrator, "tokens:write");
    let sooner = Some(Some(world.now().after(HOUR)));
    let networks = Some(Networks::parse("networks", ["192.0.2.0/24"]).unwrap());
    let update = |change: UpdateToken| Verb::UpdateToken(UpdateToken { access: weaker(), ..change });
    let narrow = UpdateToken { scopes: Some(scopes("billing:read")), ..nothing(&issued.token) };
    let bound = UpdateToken { networks: Some(networks), ..nothing(&issued.token) };
    let shorten = UpdateToken { expires_at: sooner, ..nothing(&issued.token) };
    for restriction in [narrow, bound, shorten] {
        assert!(world.commit(update(restriction)).await.is_ok());
    }
    let switch =
        |access, disabled| Verb::SwitchToken(SwitchToken { access, token: issued.token.id, expects: None, disabled });
    assert!(world.commit(switch(weaker(), true)).await.is_ok());
    // Giving any of it back hands out power in the name of a higher role.
    let widen = UpdateToken { scopes: Some(scopes("billing:read billing:write")), ..nothing(&issued.token) };
    let anywhere = UpdateToken { networks: Some(None), ..nothing(&issued.token) };
    let lengthen = UpdateToken { expires_at: Some(None), ..nothing(&issued.token) };
    let beyond = Refusal::Beyond(Beyond::Role(Role::ApplicationAdministrator));
    for widening in [widen, anywhere, lengthen] {
        assert_eq!(refusal(world.commit(update(widening)).await), beyond);
    }
    assert_eq!(refusal(world.commit(switch(weaker(), false)).await), beyond);
    assert!(world.commit(switch(Access::unlimited(), false)).await.is_ok());
}

async fn switching_is_reversible_and_told(engine: Engine) {
    let (world, _, issued) = one(engine).await;
    let switch = |disabled| {
        let (access, token) = (Access::unlimited(), issued.token.id);
        Verb::SwitchToken(SwitchToken { access, token, expects: None, disabled })
    };
    assert!(token(world.made(switch(true)).await).disabled);
    assert!(matches!(world.log.last().event, Event::TokenDisabled(told) if told.digests == [issued.digest]));
    assert!(!token(world.made(switch(false)).await).disabled);
    assert!(matches!(world.log.last().event, Event::TokenEnabled(told) if told.digests == [issued.digest]));
}

async fn an_inactive_owner_gets_no_token(engine: Engine) {
    let (world, owner, _) = one(engine).await;
    let update = store::change::UpdateOwner { active: Some(false), ..unchanged(&owner) };
    world.made(Verb::UpdateOwner(update)).await;
    let issue = Verb::IssueToken(world.issuing(&owner, "two"));
    assert_eq!(world.refusal(issue).await, Refusal::OwnerInactive);
}
