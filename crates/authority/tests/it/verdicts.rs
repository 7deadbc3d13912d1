//! Every verdict is made anew for its request: each reason for a refusal, which comes first, and that
//! nothing of one answer sticks to the next.

use crate::{
    subject::{Subject, expiry, inactive, narrowed, networks, set_organisation, set_owner, subject, update},
    world::{Answer, World, ask, new_token, question},
};
use authority::{
    Error,
    issue::NewToken,
    rotate::Overlap,
    verify::{Question, Refused},
};
use domain::{
    caller::Reach,
    format::Kind,
    limits,
    origin::Origin,
    owner::{OwnerKind, Role},
    secret::Secret,
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

const HOUR: Duration = Duration::from_hours(1);

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
        Refused::Expired => update(world, &issued, expiry(world.now())).await,
        Refused::Rotated => drop(authority.rotate(root, id, Overlap::None, None, None).await.unwrap()),
        Refused::OwnerInactive => set_owner(world, &owner, inactive()).await,
        Refused::Address => update(world, &issued, networks(&["192.0.2.0/24"])).await,
        Refused::Scope => update(world, &issued, narrowed("b:read")).await,
    }
    issued.secret
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
        let caller = world.authority().authenticate(credential.expose(), &Origin::default()).await.unwrap();
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
        assert!(matches!(world.authority().authenticate(text, &Origin::default()).await, Err(Error::Unauthenticated)));
    }
    assert!(matches!(
        world.authority().authenticate_session(token.expose(), &Origin::default()).await,
        Err(Error::Unauthenticated)
    ));
}
