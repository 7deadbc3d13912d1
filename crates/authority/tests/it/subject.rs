//! What many tests restrict: a member with a token, and the changes that take power from either.

use crate::world::{World, new_token, scopes};
use authority::{
    issue::{Issued, NewToken},
    owners::{OrganisationPatch, OwnerPatch},
    update::TokenPatch,
};
use domain::{
    address::Networks,
    owner::{Organisation, Owner},
    time::Timestamp,
};

/// A member of an organisation of its own with a token of three scopes.
pub(crate) struct Subject {
    pub(crate) organisation: Organisation,
    pub(crate) owner: Owner,
    pub(crate) issued: Issued,
}

pub(crate) async fn subject(world: &World) -> Subject {
    let organisation = world.organisation().await;
    let owner = world.member(organisation.id, "a:read b:*").await;
    let wanted = Some(scopes("a:read b:read tokens:read"));
    let issued = world.issue(NewToken { owner: Some(owner.id), scopes: wanted, ..new_token() }).await;
    Subject { organisation, owner, issued }
}

pub(crate) async fn update(world: &World, issued: &Issued, patch: TokenPatch) {
    world.authority().update(&world.root, issued.token.id, patch, None).await.unwrap();
}

pub(crate) async fn set_owner(world: &World, owner: &Owner, patch: OwnerPatch) {
    world.authority().update_owner(&world.root, owner.kind, owner.id, patch, None).await.unwrap();
}

pub(crate) async fn set_organisation(world: &World, organisation: &Organisation, active: bool) {
    let patch = OrganisationPatch { seat: None, signed_actions: None, name: None, active: Some(active), facts: None };
    world.authority().update_organisation(&world.root, organisation.id, patch, None).await.unwrap();
}

pub(crate) fn inactive() -> OwnerPatch {
    OwnerPatch { active: Some(false), ..OwnerPatch::default() }
}

pub(crate) fn expiry(at: Timestamp) -> TokenPatch {
    TokenPatch { expires_at: Some(Some(at)), ..TokenPatch::default() }
}

pub(crate) fn networks(networks: &[&str]) -> TokenPatch {
    let networks = Networks::parse("networks", networks.iter().copied()).unwrap();
    TokenPatch { networks: Some(Some(networks)), ..TokenPatch::default() }
}

pub(crate) fn narrowed(wanted: &str) -> TokenPatch {
    TokenPatch { scopes: Some(scopes(wanted)), ..TokenPatch::default() }
}
