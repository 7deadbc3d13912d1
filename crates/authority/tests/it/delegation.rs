//! Promise: whoever brings a service account or signs a user in hands out no more than he has, in one commit, and
//! what he opened ends with the power that it stands on.

use crate::world::{World, new_token, scopes};
use authority::{
    Error,
    error::{Conflict, Denied},
    issue::NewToken,
    owners::OwnerPatch,
    permissions::PermissionDraft,
    signers::FirstChallenge,
};
use domain::{
    caller::{Beyond, Caller},
    format::{self, Kind},
    id::PermissionId,
    origin::Origin,
    owner::{Owner, OwnerKind, Role},
    permission::Bearer,
    secret::Secret,
};
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);

async fn permission(world: &World, text: &str) -> PermissionId {
    let name = crate::world::name(&format!("permission {}", world.unique()));
    let draft = PermissionDraft { organisation: None, name, scopes: scopes(text), immutable: false };
    world.authority().create_permission(&world.root, draft, None).await.unwrap().record.id
}

/// An administrator's token that may do this alone.
async fn narrow(world: &World, text: &str) -> Caller {
    let chief = world.owner(OwnerKind::User, world.root.organisation, Role::OrganisationAdministrator, "").await;
    let new = NewToken { owner: Some(chief.id), scopes: Some(scopes(text)), ..new_token() };
    let secret = world.issue(new).await.secret;
    world.authority().authenticate(secret.expose(), &Origin::default()).await.unwrap()
}

async fn sign_in(world: &World, caller: &Caller, user: &Owner) -> Result<Secret, Error> {
    let secret = format::generate(Kind::Session, &*world.random);
    let write = |_, _: &_, _| secret.clone();
    let opened = world.authority().sign_in_delegated(caller, user.id, Origin::default(), HOUR, write).await?;
    Ok(opened.secret)
}

const MEMBERS: &str = "tokens:* owners:* organisations:read journal:read";

#[tokio::test]
async fn a_service_account_works_at_once_with_what_its_maker_has() {
    let world = World::new(1).await;
    let one = permission(&world, "x:one").await;
    let draft = || world.draft(OwnerKind::ServiceAccount, None, Role::Member, "");
    let maker = narrow(&world, &format!("{MEMBERS} x:one")).await;
    let authority = world.authority();
    let made =
        authority.create_service_account(&maker, authority.new_owner_id(), draft(), new_token(), Some(one)).await;
    let (account, issued) = made.unwrap();
    assert_eq!(account.scopes, scopes("x:one"));
    world.active(&issued.secret).await;
    let seen = authority.assignments_of_owners(&maker, &[account.id]).await.unwrap();
    assert!(matches!(&seen[..], [seen] if seen.bearer == Bearer::Owner(account.id)));

    let before = authority.store().tail().await.unwrap();
    let two = permission(&world, "x:two").await;
    let position = authority.store().tail().await.unwrap();
    assert_ne!(before, position);
    let refused =
        authority.create_service_account(&maker, authority.new_owner_id(), draft(), new_token(), Some(two)).await;
    assert!(matches!(refused, Err(Error::Denied(Denied::Beyond(Beyond::Scope(scope)))) if scope.as_str() == "x:two"));
    assert_eq!(authority.store().tail().await.unwrap(), position, "all of it or nothing");
}

#[tokio::test]
async fn a_session_on_behalf_is_worth_no_more_than_its_opener() {
    let world = World::new(2).await;
    let bob = world.member(world.root.organisation, "").await;
    let opener = narrow(&world, MEMBERS).await;
    let secret = sign_in(&world, &opener, &bob).await.unwrap();
    let (caller, _) = world.authority().authenticate_session(secret.expose(), &Origin::default()).await.unwrap();
    assert_eq!(caller.owner, bob.id);

    let strong = world.member(world.root.organisation, "x:two").await;
    let refused = sign_in(&world, &opener, &strong).await;
    assert!(matches!(refused, Err(Error::Denied(Denied::Beyond(Beyond::Scope(scope)))) if scope.as_str() == "x:two"));
    let chief = world.owner(OwnerKind::User, world.root.organisation, Role::ApplicationAdministrator, "").await;
    assert!(matches!(sign_in(&world, &opener, &chief).await, Err(Error::Denied(Denied::Beyond(Beyond::Role(_))))));
    let elsewhere = world.organisation().await;
    let stranger = world.member(elsewhere.id, "").await;
    assert!(matches!(sign_in(&world, &opener, &stranger).await, Err(Error::NotFound)));
    let member = world.caller(&bob).await;
    assert!(matches!(sign_in(&world, &member, &bob).await, Err(Error::Denied(_))));

    let off = OwnerPatch { active: Some(false), ..OwnerPatch::default() };
    world.authority().update_owner(&world.root, OwnerKind::User, bob.id, off, None).await.unwrap();
    assert!(matches!(
        world.authority().authenticate_session(secret.expose(), &Origin::default()).await,
        Err(Error::Unauthenticated)
    ));
    assert!(matches!(sign_in(&world, &opener, &bob).await, Err(Error::Conflict(Conflict::OwnerInactive))));
}

#[tokio::test]
async fn a_deleted_user_is_out_at_once_and_his_links_are_void() {
    let mut world = World::new(3).await;
    let bob = world.member(world.root.organisation, "").await;
    let opener = world.root.clone();
    let token = world.issue(NewToken { owner: Some(bob.id), ..new_token() }).await;
    let session = sign_in(&world, &opener, &bob).await.unwrap();
    let link = world.authority().invite(&opener, bob.id).await.unwrap().secret;
    world.authority().retire_owner(&opener, OwnerKind::User, bob.id, None).await.unwrap();
    for _ in 0..2 {
        world.refused(&token.secret, authority::verify::Refused::Deleted).await;
        assert!(matches!(
            world.authority().authenticate_session(session.expose(), &Origin::default()).await,
            Err(Error::Unauthenticated)
        ));
        let begun: Result<FirstChallenge, Error> = world.authority().challenge_first_signers(link.expose(), HOUR).await;
        assert!(matches!(begun, Err(Error::Conflict(Conflict::LinkVoid))));
        world.restart().await;
    }
}
