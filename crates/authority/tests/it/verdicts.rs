//! Every verdict is made anew for its request: each reason for a refusal, which comes first, where the
//! boundary of time lies, and that the very next verdict shows each restriction.

use crate::world::{Answer, World, ask, name, new_token, question, scopes};
use authority::{
    Authority, Error,
    authority::Options,
    issue::{Issued, NewToken},
    owners::{OrganisationPatch, OwnerPatch},
    rotate::Overlap,
    update::TokenPatch,
    verify::{Question, Refused},
};
use domain::{
    address::Networks,
    caller::Reach,
    format::Kind,
    limits,
    owner::{Organisation, Owner, OwnerKind, Role},
    secret::Secret,
    time::Timestamp,
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use store::store::Store;
use tokio::task::JoinSet;

const HOUR: Duration = Duration::from_hours(1);

/// A member of an organisation of its own with a token of three scopes.
struct Subject {
    organisation: Organisation,
    owner: Owner,
    issued: Issued,
}

async fn subject(world: &World) -> Subject {
    let organisation = world.organisation().await;
    let owner = world.member(organisation.id, "a:read b:*").await;
    let wanted = Some(scopes("a:read b:read tokens:read"));
    let issued = world.issue(NewToken { owner: Some(owner.id), scopes: wanted, ..new_token() }).await;
    Subject { organisation, owner, issued }
}

#[tokio::test]
async fn every_reason_has_its_case() {
    let mut world = World::new(20).await;
    let mut cases = BTreeMap::new();
    for reason in Refused::ALL {
        let secret = case(&world, reason).await;
        cases.insert(reason.as_str(), (reason, secret));
    }
    for restarted in [false, true] {
        if restarted {
            world.restart().await;
        }
        for (reason, secret) in cases.values() {
            let mut question = question(secret.expose());
            question.scope = Some("a:read");
            let answer = ask(world.authority(), Reach::Everything, question).await.unwrap();
            assert_eq!(answer, Answer::Refused(*reason), "restarted: {restarted}");
        }
    }
}

/// A secret that is refused for this reason when `a:read` is asked for.
async fn case(world: &World, reason: Refused) -> Secret {
    let (authority, root) = (world.authority(), &world.root);
    let Subject { owner, issued, .. } = subject(world).await;
    let id = issued.token.id;
    match reason {
        Refused::Unknown => return authority.generate(Kind::Token),
        Refused::Deleted => authority.delete(root, id, None, None).await.unwrap(),
        Refused::Disabled => drop(authority.disable(root, id, None).await.unwrap()),
        Refused::Expired => drop(update(world, &issued, expiry(world.now())).await),
        Refused::Rotated => drop(authority.rotate(root, id, Overlap::None, None, None).await.unwrap()),
        Refused::OwnerInactive => set_owner(world, &owner, inactive()).await,
        Refused::Address => drop(update(world, &issued, networks(&["192.0.2.0/24"])).await),
        Refused::Scope => drop(update(world, &issued, narrowed("b:read")).await),
    }
    issued.secret
}

async fn update(world: &World, issued: &Issued, patch: TokenPatch) {
    world.authority().update(&world.root, issued.token.id, patch, None).await.unwrap();
}

async fn set_owner(world: &World, owner: &Owner, patch: OwnerPatch) {
    world.authority().update_owner(&world.root, owner.kind, owner.id, patch, None).await.unwrap();
}

async fn set_organisation(world: &World, organisation: &Organisation, active: bool) {
    let patch = OrganisationPatch { name: None, active: Some(active) };
    world.authority().update_organisation(&world.root, organisation.id, patch, None).await.unwrap();
}

fn inactive() -> OwnerPatch {
    OwnerPatch { active: Some(false), ..OwnerPatch::default() }
}

fn expiry(at: Timestamp) -> TokenPatch {
    TokenPatch { expires_at: Some(Some(at)), ..TokenPatch::default() }
}

fn networks(networks: &[&str]) -> TokenPatch {
    let networks = Networks::parse("networks", networks.iter().copied()).unwrap();
    TokenPatch { networks: Some(Some(networks)), ..TokenPatch::default() }
}

fn narrowed(wanted: &str) -> TokenPatch {
    TokenPatch { scopes: Some(scopes(wanted)), ..TokenPatch::default() }
}

#[tokio::test]
async fn reasons_come_in_one_order() {
    use Refused::{Address, Deleted, Disabled, Expired, OwnerInactive, Rotated, Scope};
    let mut world = World::new(21).await;
    let Subject { organisation, owner, issued } = subject(&world).await;
    let (root, id) = (world.root.clone(), issued.token.id);
    let asked = |reason| {
        let (authority, secret) = (Arc::clone(world.authority()), issued.secret.clone());
        async move {
            let question = Question { scope: Some("c:none"), ..question(secret.expose()) };
            let answer = ask(&authority, Reach::Everything, question).await.unwrap();
            assert_eq!(answer, Answer::Refused(reason));
        }
    };
    // Each restriction is added to the ones before it and comes before them in the verdict.
    asked(Scope).await;
    update(&world, &issued, networks(&["192.0.2.0/24"])).await;
    asked(Address).await;
    world.authority().rotate(&root, id, Overlap::Time(HOUR), None, None).await.unwrap();
    update(&world, &issued, expiry(world.now().after(HOUR * 2))).await;
    world.clock.advance(HOUR);
    asked(Rotated).await;
    world.clock.advance(HOUR);
    asked(Expired).await;
    set_organisation(&world, &organisation, false).await;
    asked(OwnerInactive).await;
    world.authority().delete(&root, id, None, None).await.unwrap();
    asked(Deleted).await;

    // A disabled token is called so while its owner has power, also when it has expired.
    let Subject { issued, .. } = subject(&world).await;
    update(&world, &issued, expiry(world.now().after(HOUR))).await;
    world.authority().disable(&root, issued.token.id, None).await.unwrap();
    world.clock.advance(HOUR * 2);
    world.refused(&issued.secret, Disabled).await;
    set_owner(&world, &owner, inactive()).await;
    world.restart().await;
    world.refused(&issued.secret, Disabled).await;
}

#[tokio::test]
async fn a_token_ends_at_the_very_millisecond() {
    let mut world = World::new(22).await;
    let end = world.now().after(HOUR);
    let issued = world.issue(NewToken { expires_at: Some(end), ..new_token() }).await;
    let rotated = world.issue(new_token()).await;
    world.authority().rotate(&world.root, rotated.token.id, Overlap::Time(HOUR), None, None).await.unwrap();
    for restarted in [false, true] {
        for (secret, reason) in [(&issued.secret, Refused::Expired), (&rotated.secret, Refused::Rotated)] {
            world.clock.set(end.before(Duration::from_millis(1)));
            world.active(secret).await;
            world.clock.set(end);
            world.refused(secret, reason).await;
            world.clock.set(end.after(Duration::from_millis(1)));
            world.refused(secret, reason).await;
        }
        if !restarted {
            world.restart().await;
        }
    }
}

#[tokio::test]
async fn an_expired_token_is_not_given_more_time() {
    let world = World::new(23).await;
    let end = world.now().after(HOUR);
    let issued = world.issue(NewToken { expires_at: Some(end), ..new_token() }).await;
    let (authority, root, id) = (world.authority(), &world.root, issued.token.id);

    // One millisecond before the end it may be prolonged, to just what was asked for.
    world.clock.set(end.before(Duration::from_millis(1)));
    let later = end.after(Duration::from_millis(1));
    let token = authority.update(root, id, expiry(later), None).await.unwrap();
    assert_eq!(token.expires_at, Some(later));
    world.clock.set(end);
    world.active(&issued.secret).await;

    for now in [later, later.after(Duration::from_millis(1)), later.after(HOUR)] {
        world.clock.set(now);
        let endless = TokenPatch { expires_at: Some(None), ..TokenPatch::default() };
        for patch in [expiry(now.after(HOUR)), endless] {
            let refused = authority.update(root, id, patch, None).await;
            assert!(matches!(refused, Err(Error::Conflict(authority::error::Conflict::TokenExpired))), "{refused:?}");
        }
        assert!(authority.rotate(root, id, Overlap::None, None, None).await.is_err());
        authority.disable(root, id, None).await.unwrap();
        authority.enable(root, id, None).await.unwrap();
        authority
            .update(root, id, TokenPatch { name: Some(name("renamed")), ..TokenPatch::default() }, None)
            .await
            .unwrap();
        world.refused(&issued.secret, Refused::Expired).await;
    }
}

#[tokio::test]
async fn a_clock_that_steps_back_revives_nothing_that_was_ended() {
    let mut world = World::new(24).await;
    let (root, overlap) = (world.root.clone(), Overlap::UntilFirstUse(HOUR));
    let at_once = world.issue(new_token()).await;
    world.authority().rotate(&root, at_once.token.id, Overlap::None, None, None).await.unwrap();
    let by_use = world.issue(new_token()).await;
    let newer = world.authority().rotate(&root, by_use.token.id, overlap, None, None).await.unwrap();
    world.active(&newer.secret).await;
    for restarted in [false, true] {
        world.clock.step_back(HOUR);
        for issued in [&at_once, &by_use] {
            world.refused(&issued.secret, Refused::Rotated).await;
        }
        if !restarted {
            world.restart().await;
        }
    }
}

#[tokio::test]
async fn the_verdict_belongs_to_the_request_and_not_to_the_token() {
    let world = World::new(25).await;
    let Subject { issued, .. } = subject(&world).await;
    update(&world, &issued, networks(&["192.0.2.0/24", "2001:db8::/32"])).await;
    let inside = Some("192.0.2.1".parse().unwrap());
    let outside = Some("198.51.100.1".parse().unwrap());
    let questions = [
        (Some("a:read"), inside, None),
        (Some("a:write"), inside, Some(Refused::Scope)),
        (Some("b:read"), inside, None),
        (Some("b:*"), inside, Some(Refused::Scope)),
        (None, inside, None),
        (Some("a:read"), outside, Some(Refused::Address)),
        (Some("a:read"), None, Some(Refused::Address)),
        (None, Some("::ffff:192.0.2.1".parse().unwrap()), None),
        (None, Some("2001:db8::5".parse().unwrap()), None),
        (None, Some("::ffff:198.51.100.1".parse().unwrap()), Some(Refused::Address)),
        (Some("c:none"), outside, Some(Refused::Address)),
    ];
    // Each question follows each other one, so that no answer can stick to the token.
    for first in &questions {
        for second in &questions {
            for (scope, address, refused) in [first, second] {
                let question = Question { scope: *scope, address: *address, ..question(issued.secret.expose()) };
                let answer = ask(world.authority(), Reach::Everything, question).await.unwrap();
                match refused {
                    Some(reason) => assert_eq!(answer, Answer::Refused(*reason), "{scope:?} {address:?}"),
                    None => assert!(answer.is_active(), "{scope:?} {address:?} {answer:?}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn beyond_a_verifiers_reach_everything_is_unknown() {
    let world = World::new(26).await;
    let (home, away) = (world.organisation().await, world.organisation().await);
    let at_home = world.member(home.id, "").await;
    let kinds = [Refused::Deleted, Refused::Disabled, Refused::Expired, Refused::OwnerInactive];
    let inside = world.issue(NewToken { owner: Some(at_home.id), ..new_token() }).await;
    let outside = world.issue(NewToken { owner: Some(world.member(away.id, "").await.id), ..new_token() }).await;
    let service = |role, organisation, granted| world.owner(OwnerKind::ServiceAccount, organisation, role, granted);
    let verifiers = [
        (service(Role::Member, home.id, "tokens:verify").await, true, false),
        (service(Role::OrganisationAdministrator, home.id, "").await, true, false),
        (service(Role::OrganisationAdministrator, away.id, "").await, false, true),
        (service(Role::ApplicationAdministrator, home.id, "").await, true, true),
    ];
    for (owner, sees_home, sees_away) in verifiers {
        let credential = world.issue(NewToken { owner: Some(owner.id), ..new_token() }).await.secret;
        let reach = world.authority().verifier_reach(credential.expose(), None, None).await.unwrap();
        let caller = world.authority().authenticate(credential.expose(), None, None).await.unwrap();
        assert_eq!(world.authority().verifying(&caller).unwrap(), reach);
        for (issued, sees) in [(&inside, sees_home), (&outside, sees_away)] {
            let answer = ask(world.authority(), reach, question(issued.secret.expose())).await.unwrap();
            let expected = sees.then_some(()).map_or(Answer::Refused(Refused::Unknown), |()| Answer::Active {
                token: issued.token.id,
                scopes: issued.token.scopes.clone(),
            });
            assert_eq!(answer, expected);
        }
        for reason in kinds {
            let foreign = case(&world, reason).await;
            let answer = ask(world.authority(), reach, question(foreign.expose())).await.unwrap();
            let expected = if sees_home && sees_away { reason } else { Refused::Unknown };
            assert_eq!(answer, Answer::Refused(expected));
        }
    }
    let member = world.issue(NewToken { owner: Some(at_home.id), ..new_token() }).await.secret;
    assert!(matches!(world.authority().verifier_reach(member.expose(), None, None).await, Err(Error::Denied(_))));
    let unknown = world.authority().generate(Kind::Token);
    let refused = world.authority().verifier_reach(unknown.expose(), None, None).await;
    assert!(matches!(refused, Err(Error::Unauthenticated)));
}

#[tokio::test]
async fn one_kind_of_secret_is_never_taken_for_another() {
    let world = World::new(27).await;
    let token = world.issue(new_token()).await.secret;
    let session = world.authority().generate(Kind::Session);
    let renamed = token.expose().replacen("jtn_", "jts_", 1);
    let mistyped = token.expose().replace(&token.expose()[10..11], "!");
    let long = "x".repeat(limits::SECRET_BYTES + 1);
    for text in [session.expose(), &renamed, &mistyped, "", "jtn_", &long, "Bearer", &token.expose()[..41]] {
        assert_eq!(world.ask(text).await, Answer::Refused(Refused::Unknown));
        assert!(matches!(world.authority().authenticate(text, None, None).await, Err(Error::Unauthenticated)));
    }
    assert!(matches!(world.authority().authenticate_session(token.expose()).await, Err(Error::Unauthenticated)));
}

/// Everything that takes power away, one at a time.
#[derive(Debug, Clone, Copy)]
enum Restriction {
    Disable,
    Delete,
    DeleteBySecret,
    RotateAtOnce,
    NarrowScopes,
    ShortenExpiry,
    AddNetworks,
    NarrowNetworks,
    DeactivateOwner,
    NarrowOwnerScopes,
    DemoteOwner,
    DeactivateOrganisation,
}

const RESTRICTIONS: [(Restriction, Option<Refused>); 12] = [
    (Restriction::Disable, Some(Refused::Disabled)),
    (Restriction::Delete, Some(Refused::Deleted)),
    (Restriction::DeleteBySecret, Some(Refused::Deleted)),
    (Restriction::RotateAtOnce, Some(Refused::Rotated)),
    (Restriction::NarrowScopes, Some(Refused::Scope)),
    (Restriction::ShortenExpiry, Some(Refused::Expired)),
    (Restriction::AddNetworks, Some(Refused::Address)),
    (Restriction::NarrowNetworks, Some(Refused::Address)),
    (Restriction::DeactivateOwner, Some(Refused::OwnerInactive)),
    (Restriction::NarrowOwnerScopes, Some(Refused::Scope)),
    (Restriction::DemoteOwner, Some(Refused::Scope)),
    (Restriction::DeactivateOrganisation, Some(Refused::OwnerInactive)),
];

#[tokio::test]
async fn the_very_next_verdict_shows_a_restriction() {
    let mut world = World::new(28).await;
    for (restriction, expected) in RESTRICTIONS {
        println!("{restriction:?}");
        let subject = restrictable(&world, restriction).await;
        let asked = Question {
            scope: Some("a:read"),
            address: Some("192.0.2.1".parse().unwrap()),
            ..question(subject.issued.secret.expose())
        };
        let before = ask(world.authority(), Reach::Everything, asked).await.unwrap();
        assert!(before.is_active(), "{before:?}");
        restrict(&world, restriction, &subject).await;
        let after = ask(world.authority(), Reach::Everything, asked).await.unwrap();
        assert_eq!(after, Answer::Refused(expected.unwrap()));
        world.restart().await;
        assert_eq!(ask(world.authority(), Reach::Everything, asked).await.unwrap(), after, "after a restart");
    }
}

async fn restrictable(world: &World, restriction: Restriction) -> Subject {
    let mut subject = subject(world).await;
    match restriction {
        Restriction::NarrowNetworks => update(world, &subject.issued, networks(&["192.0.2.0/24"])).await,
        Restriction::DemoteOwner => {
            let id = subject.organisation.id;
            subject.owner = world.owner(OwnerKind::User, id, Role::OrganisationAdministrator, "").await;
            let owner = Some(subject.owner.id);
            subject.issued = world.issue(NewToken { owner, scopes: Some(scopes("a:read")), ..new_token() }).await;
        }
        _ => {}
    }
    subject
}

async fn restrict(world: &World, restriction: Restriction, subject: &Subject) {
    let (authority, root, id) = (world.authority(), &world.root, subject.issued.token.id);
    let Subject { organisation, owner, issued } = subject;
    match restriction {
        Restriction::Disable => drop(authority.disable(root, id, None).await.unwrap()),
        Restriction::Delete => authority.delete(root, id, None, None).await.unwrap(),
        Restriction::DeleteBySecret => authority.delete_by_secret(issued.secret.expose(), None).await.unwrap(),
        Restriction::RotateAtOnce => drop(authority.rotate(root, id, Overlap::None, None, None).await.unwrap()),
        Restriction::NarrowScopes => update(world, issued, narrowed("b:read")).await,
        Restriction::ShortenExpiry => update(world, issued, expiry(world.now())).await,
        Restriction::AddNetworks => update(world, issued, networks(&["198.51.100.0/24"])).await,
        Restriction::NarrowNetworks => update(world, issued, networks(&["192.0.2.2/31"])).await,
        Restriction::DeactivateOwner => set_owner(world, owner, inactive()).await,
        Restriction::NarrowOwnerScopes => {
            let patch = OwnerPatch { scopes: Some(scopes("b:*")), ..OwnerPatch::default() };
            set_owner(world, owner, patch).await;
        }
        Restriction::DemoteOwner => {
            set_owner(world, owner, OwnerPatch { role: Some(Role::Member), ..OwnerPatch::default() }).await;
        }
        Restriction::DeactivateOrganisation => set_organisation(world, organisation, false).await,
    }
}

#[tokio::test]
async fn an_owners_ceiling_bounds_what_was_granted_before() {
    let world = World::new(29).await;
    let Subject { owner, issued, .. } = subject(&world).await;
    let active = |wanted| Answer::Active { token: issued.token.id, scopes: scopes(wanted) };
    assert_eq!(world.ask(issued.secret.expose()).await, active("a:read b:read tokens:read"));
    for (granted, effective) in [
        ("", "tokens:read"),
        ("b:read", "b:read tokens:read"),
        ("a:*", "a:read tokens:read"),
        ("*", "a:read b:read tokens:read"),
    ] {
        set_owner(&world, &owner, OwnerPatch { scopes: Some(scopes(granted)), ..OwnerPatch::default() }).await;
        assert_eq!(world.ask(issued.secret.expose()).await, active(effective), "granted {granted:?}");
        let caller = world.authority().authenticate(issued.secret.expose(), None, None).await.unwrap();
        assert_eq!(caller.scopes, scopes(effective));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_use_of_a_new_secret_ends_the_older_ones_once() {
    let options = Options { track_usage: false, ..Options::default() };
    let world = World::with(30, options, crate::world::CALM).await;
    let first = world.issue(new_token()).await;
    let overlap = Overlap::UntilFirstUse(HOUR);
    let second = world.authority().rotate(&world.root, first.token.id, overlap, None, None).await.unwrap();
    world.active(&first.secret).await; // The older secret works until the newer one does.
    let before = world.store().tail().await.unwrap().position;

    let mut uses = JoinSet::new();
    for _ in 0..64 {
        uses.spawn(use_then_ask(Arc::clone(world.authority()), second.secret.clone(), first.secret.clone()));
    }
    for older in uses.join_all().await {
        assert_eq!(older, Answer::Refused(Refused::Rotated), "a first use was answered while the older secret worked");
    }
    let after = world.store().tail().await.unwrap().position;
    assert_eq!(after.0, before.0 + 1, "the journal tells one end of the rotation");
    world.active(&second.secret).await;
}

async fn use_then_ask(authority: Arc<Authority>, newer: Secret, older: Secret) -> Answer {
    let used = ask(&authority, Reach::Everything, question(newer.expose())).await.unwrap();
    assert!(used.is_active());
    ask(&authority, Reach::Everything, question(older.expose())).await.unwrap()
}

#[tokio::test]
async fn a_refused_first_use_ends_nothing() {
    let world = World::with(31, Options::default(), crate::world::UNAVAILABLE).await;
    let Subject { issued: first, .. } = subject(&world).await;
    update(&world, &first, networks(&["192.0.2.0/24"])).await;
    let overlap = Overlap::UntilFirstUse(HOUR);
    let second = world.authority().rotate(&world.root, first.token.id, overlap, None, None).await.unwrap();
    let home = Some("192.0.2.1".parse().unwrap());
    let asked = |secret| Question { address: home, ..question(secret) };
    let (newer, older) = (asked(second.secret.expose()), asked(first.secret.expose()));

    for refused in [Question { address: None, ..newer }, Question { scope: Some("c:none"), ..newer }] {
        assert!(!ask(world.authority(), Reach::Everything, refused).await.unwrap().is_active());
    }
    let elsewhere = Reach::Organisation(world.root.organisation_number);
    assert_eq!(ask(world.authority(), elsewhere, newer).await.unwrap(), Answer::Refused(Refused::Unknown));
    assert!(ask(world.authority(), Reach::Everything, older).await.unwrap().is_active());

    // What cannot be committed is not accepted, and the older secret goes on.
    world.store().arm(true);
    assert!(matches!(ask(world.authority(), Reach::Everything, newer).await, Err(Error::Unavailable(_))));
    world.store().arm(false);
    assert!(ask(world.authority(), Reach::Everything, older).await.unwrap().is_active());
    assert!(ask(world.authority(), Reach::Everything, newer).await.unwrap().is_active());
    assert_eq!(ask(world.authority(), Reach::Everything, older).await.unwrap(), Answer::Refused(Refused::Rotated));
}

#[tokio::test]
async fn an_overlap_lasts_as_long_as_was_asked_and_at_most_seven_days() {
    let world = World::new(32).await;
    for (asked, lasts) in [(HOUR, HOUR), (HOUR * 24 * 30, limits::ROTATION_OVERLAP)] {
        for overlap in [Overlap::Time(asked), Overlap::UntilFirstUse(asked)] {
            let first = world.issue(new_token()).await;
            let second = world.authority().rotate(&world.root, first.token.id, overlap, None, None).await.unwrap();
            world.clock.advance(lasts.checked_sub(Duration::from_millis(1)).unwrap());
            world.active(&first.secret).await;
            world.clock.advance(Duration::from_millis(1));
            world.refused(&first.secret, Refused::Rotated).await;
            world.active(&second.secret).await;
        }
    }
}
