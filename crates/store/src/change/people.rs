//! The data of the changes to organisations, users and service accounts.

use domain::{
    caller::Access,
    facts::{ContractFacts, Facts},
    id::{OrganisationId, OwnerId},
    name::{Email, Name},
    owner::{OwnerKind, Role},
    scope::Scopes,
    signer::SignedActions,
};

/// The data of [`Verb::CreateOrganisation`](super::Verb::CreateOrganisation).
#[derive(Debug, Clone)]
pub struct NewOrganisation {
    /// Its identifier.
    pub id: OrganisationId,
    /// Its name.
    pub name: Name,
}

/// The data of [`Verb::UpdateOrganisation`](super::Verb::UpdateOrganisation); a field left out stays as it is.
#[derive(Clone)]
pub struct UpdateOrganisation {
    /// What the caller may reach.
    pub access: Access,
    /// The organisation.
    pub organisation: OrganisationId,
    /// The revision it must be at.
    pub expects: Option<u64>,
    /// A new name.
    pub name: Option<Name>,
    /// False to deactivate it, true to reactivate it.
    pub active: Option<bool>,
    /// New facts of one contract.
    pub facts: Option<ContractFacts>,
    /// What has to be signed there from now on.
    pub signed_actions: Option<SignedActions>,
    /// The holder of a seat whose power comes from what the organisation is.
    pub seat: Option<SeatSwitch>,
}

/// The holder of a seat who is deactivated, or reactivated, with a change of his organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatSwitch {
    /// The holder.
    pub holder: OwnerId,
    /// Person or program.
    pub kind: OwnerKind,
    /// True to give him his power back.
    pub active: bool,
}

/// A new user or service account.
#[derive(Debug, Clone)]
pub struct NewOwner {
    /// Its identifier.
    pub id: OwnerId,
    /// Person or program.
    pub kind: OwnerKind,
    /// Its name.
    pub name: Name,
    /// A user's address for signing in.
    pub email: Option<Email>,
    /// Its role.
    pub role: Role,
    /// The scopes granted to it beyond those of its role.
    pub scopes: Scopes,
    /// A user's first password, hashed; none until he redeems his invitation.
    pub password_hash: Option<String>,
    /// The seat it holds in its organisation.
    pub slot: Option<String>,
    /// What only outside contracts know of it.
    pub facts: Facts,
}

/// The data of [`Verb::CreateOwner`](super::Verb::CreateOwner).
#[derive(Clone)]
pub struct CreateOwner {
    /// What the caller may reach and hand out.
    pub access: Access,
    /// The organisation it belongs to.
    pub organisation: OrganisationId,
    /// The new user or service account.
    pub owner: NewOwner,
    /// True when the caller is to get a link for the new user. It is worth all that the user may do, so
    /// nobody is created whom the caller may not invite.
    pub invited: bool,
}

/// The data of [`Verb::UpdateOwner`](super::Verb::UpdateOwner); a field left out stays as it is.
#[derive(Clone)]
pub struct UpdateOwner {
    /// What the caller may reach and hand out.
    pub access: Access,
    /// The user or service account.
    pub owner: OwnerId,
    /// It must be of this kind, or it is not found.
    pub kind: OwnerKind,
    /// The revision it must be at.
    pub expects: Option<u64>,
    /// A new name.
    pub name: Option<Name>,
    /// A new address for signing in.
    pub email: Option<Email>,
    /// A new role.
    pub role: Option<Role>,
    /// New granted scopes.
    pub scopes: Option<Scopes>,
    /// False to deactivate it (which ends its sessions), true to reactivate it.
    pub active: Option<bool>,
    /// True to delete all its tokens with the change, whatever else differs.
    pub deletes_tokens: bool,
    /// New facts of one contract.
    pub facts: Option<ContractFacts>,
}

/// The data of [`Verb::RetireOwner`](super::Verb::RetireOwner).
#[derive(Clone)]
pub struct RetireOwner {
    /// What the caller may reach.
    pub access: Access,
    /// The user or service account.
    pub owner: OwnerId,
    /// It must be of this kind, or it is not found.
    pub kind: OwnerKind,
    /// What the contract through which it is deleted keeps of it.
    pub facts: Option<ContractFacts>,
}
