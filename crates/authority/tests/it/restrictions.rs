//! The very next verdict shows each restriction, and so does every one after a restart.

use crate::{
    subject::{Subject, expiry, inactive, narrowed, networks, set_organisation, set_owner, subject, update},
    world::{Answer, World, ask, new_token, question, scopes},
};
use authority::{
    issue::NewToken,
    owners::OwnerPatch,
    rotate::Overlap,
    verify::{Question, Refused},
};
use domain::{
    caller::Reach,
    origin::Origin,
    owner::{OwnerKind, Role},
};

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

const RESTRICTIONS: [(Restriction, Refused); 12] = [
    (Restriction::Disable, Refused::Disabled),
    (Restriction::Delete, Refused::Deleted),
    (Restriction::DeleteBySecret, Refused::Deleted),
    (Restriction::RotateAtOnce, Refused::Rotated),
    (Restriction::NarrowScopes, Refused::Scope),
    (Restriction::ShortenExpiry, Refused::Expired),
    (Restriction::AddNetworks, Refused::Address),
    (Restriction::NarrowNetworks, Refused::Address),
    (Restriction::DeactivateOwner, Refused::OwnerInactive),
    (Restriction::NarrowOwnerScopes, Refused::Scope),
    (Restriction::DemoteOwner, Refused::Scope),
    (Restriction::DeactivateOrganisation, Refused::OwnerInactive),
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
        assert_eq!(after, Answer::Refused(expected));
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
        Restriction::DeleteBySecret => {
            authority.delete_by_secret(issued.secret.expose(), None, &Origin::default()).await.unwrap()
        }
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
        let caller = world.authority().authenticate(issued.secret.expose(), &Origin::default()).await.unwrap();
        assert_eq!(caller.scopes, scopes(effective));
    }
}
