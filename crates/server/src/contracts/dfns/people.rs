//! Users and service accounts as this contract finds and shows them.

use super::{
    assignments, identifier,
    kind::{OwnerFacts, OwnerState, UserKind},
    pat_shapes::AssignmentShape,
    pats::username,
    refused::Refused,
};
use crate::state::Server;
use authority::Error;
use domain::{
    caller::Caller,
    id::OwnerId,
    name::Name,
    owner::{Owner, OwnerKind},
    permission::Bearer,
};
use serde::Serialize;
use std::collections::HashMap;
use store::query::{FactIs, OwnerFilter, PageRequest};
use utoipa::ToSchema;

/// A user or service account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DfnsUser)]
pub struct UserShape {
    /// The address, or the name of whoever has none.
    username: String,
    /// The name.
    name: String,
    /// Its identifier.
    #[schema(pattern = "^us-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    user_id: String,
    /// What it is to the organisation.
    kind: UserKind,
    /// The first of its credentials; empty while it has none.
    credential_uuid: String,
    /// The organisation.
    #[schema(pattern = "^or-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$")]
    org_id: String,
    /// False when its tokens and logins are without power.
    is_active: bool,
    /// True for a service account.
    is_service_account: bool,
    /// True when it can sign in, with a credential or a password.
    is_registered: bool,
    /// Always false: nobody signs in elsewhere. A service account has none.
    #[serde(rename = "isSSORequired", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    is_sso_required: Option<bool>,
    /// The permissions that it has.
    permission_assignments: Vec<AssignmentShape>,
}

/// Shows owners whom the caller sees.
///
/// # Errors
/// 503 when the store cannot be read.
pub async fn shown(server: &Server, caller: &Caller, owners: &[Owner]) -> Result<Vec<UserShape>, Refused> {
    let ids: Vec<_> = owners.iter().map(|owner| owner.id).collect();
    let mut assigned: HashMap<OwnerId, Vec<AssignmentShape>> = HashMap::new();
    for assignment in server.authority.assignments_of_owners(caller, &ids).await? {
        if let Bearer::Owner(owner) = assignment.bearer {
            assigned.entry(owner).or_default().push(assignments::shape(&assignment));
        }
    }
    let mut shapes = Vec::with_capacity(owners.len());
    for owner in owners {
        let first = server.authority.signers(caller, Some(owner.id)).await?.into_iter().next();
        let is_user = owner.kind == OwnerKind::User;
        shapes.push(UserShape {
            username: username(owner).to_owned(),
            name: owner.name.to_string(),
            user_id: identifier::user(owner.id),
            kind: UserKind::of(&owner.facts),
            is_registered: !is_user || owner.has_password || first.is_some(),
            credential_uuid: first.map(|first| identifier::credential(first.id)).unwrap_or_default(),
            org_id: identifier::organisation(owner.organisation_id),
            is_active: owner.active,
            is_service_account: !is_user,
            is_sso_required: is_user.then_some(false),
            permission_assignments: assigned.remove(&owner.id).unwrap_or_default(),
        });
    }
    Ok(shapes)
}

/// Shows one of them.
///
/// # Errors
/// As [`shown`].
pub async fn show_one(server: &Server, caller: &Caller, owner: Owner) -> Result<UserShape, Refused> {
    let shapes = shown(server, caller, &[owner]).await?;
    shapes.into_iter().next().ok_or_else(Refused::not_found)
}

/// What lists of this door are about: the live users, or service accounts, of the caller's organisation.
pub fn listed(caller: &Caller, kind: OwnerKind) -> OwnerFilter {
    let alive = FactIs { fact: OwnerFacts::STATE, text: OwnerFacts::DELETED.to_owned(), is: false };
    OwnerFilter {
        kind: Some(kind),
        organisation: Some(caller.organisation),
        facts: vec![alive],
        ..OwnerFilter::default()
    }
}

/// The live user, or service account, of an identifier in a path, within the caller's reach.
///
/// # Errors
/// 404 for any other.
pub async fn find(server: &Server, caller: &Caller, kind: OwnerKind, id: &str) -> Result<Owner, Refused> {
    let id = identifier::parse_user(id).ok_or_else(Refused::not_found)?;
    let owner = server.authority.owner(caller, kind, id).await?;
    if is_deleted(&owner) { Err(Refused::not_found()) } else { Ok(owner) }
}

/// True for somebody who was deleted at this door.
pub fn is_deleted(owner: &Owner) -> bool {
    OwnerFacts::of(&owner.facts).state == Some(OwnerState::Deleted)
}

/// Makes sure that nobody else of the organisation has the name that a client gives somebody.
///
/// # Errors
/// 409 with whoever has it.
pub async fn expect_unused(
    server: &Server,
    caller: &Caller,
    kind: OwnerKind,
    external_id: Option<&Name>,
    but: Option<OwnerId>,
) -> Result<(), Refused> {
    let Some(external_id) = external_id else { return Ok(()) };
    let mut filter = listed(caller, kind);
    filter.facts.push(FactIs { fact: OwnerFacts::EXTERNAL_ID, text: external_id.to_string(), is: true });
    let found = server.authority.owners(caller, filter, PageRequest { after: None, limit: 2 }).await?;
    match found.items.iter().find(|owner| Some(owner.id) != but) {
        Some(other) => Err(Refused::Duplicate { id: identifier::user(other.id), external_id: external_id.to_string() }),
        None => Ok(()),
    }
}

/// Deletes a user or service account as far as anything is ever deleted.
///
/// # Errors
/// 404 outside the caller's reach.
pub async fn delete(server: &Server, caller: &Caller, owner: &Owner) -> Result<Owner, Error> {
    let facts = OwnerFacts { state: Some(OwnerState::Deleted), ..OwnerFacts::of(&owner.facts) };
    server.authority.retire_owner(caller, owner.kind, owner.id, Some(facts.kept())).await
}
