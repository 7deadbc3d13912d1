//! The shapes of organisations, users and service accounts in the native API.

use crate::state::Server;
use authority::owners::Invitation;
use domain::owner::{Organisation, Owner, OwnerKind};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The three roles.
#[derive(ToSchema)]
#[schema(as = Role, rename_all = "snake_case")]
#[allow(dead_code)]
pub enum RoleShape {
    /// Reaches his own tokens.
    Member,
    /// Reaches one organisation.
    OrganisationAdministrator,
    /// Reaches everything.
    ApplicationAdministrator,
}

/// What an organisation demands to be signed.
#[derive(ToSchema)]
#[schema(as = SignedActions, rename_all = "snake_case")]
#[allow(dead_code, reason = "only the OpenAPI document reads it")]
pub enum SignedActionsWord {
    /// Nothing.
    Off,
    /// What takes power away: deleting, disabling, rotating, deactivating.
    Destructive,
    /// Every change.
    All,
}

/// An organisation.
#[derive(Serialize, ToSchema)]
#[schema(as = Organisation)]
pub struct OrganisationShape {
    /// Its identifier, a UUID.
    #[schema(format = "uuid")]
    id: String,
    /// Its number, which is never given again.
    number: u32,
    /// Its name.
    name: String,
    /// False when its tokens, users and service accounts are without power.
    active: bool,
    /// When it was created.
    #[schema(format = "date-time")]
    created_at: String,
    /// Counts its changes, from 1; the entity tag carries it.
    revision: u64,
    /// What outside contracts know of it, by their names.
    #[schema(value_type = Object)]
    contracts: BTreeMap<String, Value>,
    /// What has to be signed there.
    #[schema(value_type = SignedActionsWord)]
    signed_actions: &'static str,
}

impl OrganisationShape {
    /// Shows an organisation.
    pub fn new(organisation: &Organisation) -> Self {
        Self {
            id: organisation.id.to_string(),
            number: organisation.number.0,
            name: organisation.name.to_string(),
            active: organisation.active,
            created_at: organisation.created_at.to_string(),
            revision: organisation.revision,
            contracts: organisation.facts.iter().map(|(name, facts)| (name.to_owned(), facts.clone())).collect(),
            signed_actions: organisation.signed_actions.as_str(),
        }
    }
}

/// A user or service account.
#[derive(Serialize, ToSchema)]
#[schema(as = Owner)]
pub struct OwnerShape {
    /// Its identifier, a UUID.
    #[schema(format = "uuid")]
    id: String,
    /// Its number, which is never given again.
    number: u32,
    /// Its name.
    name: String,
    /// The address a user signs in with; service accounts have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    email: Option<String>,
    /// The identifier of its organisation.
    #[schema(format = "uuid")]
    organisation: String,
    /// Its role.
    #[schema(value_type = RoleShape)]
    role: &'static str,
    /// The scopes granted to it beyond those of its role.
    scopes: Vec<String>,
    /// False when its tokens and sessions are without power.
    active: bool,
    /// True when a user has set a password; service accounts have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    has_password: Option<bool>,
    /// When it was created.
    #[schema(format = "date-time")]
    created_at: String,
    /// Counts its changes, from 1; the entity tag carries it.
    revision: u64,
}

impl OwnerShape {
    /// Shows a user or service account.
    pub fn new(owner: &Owner) -> Self {
        Self {
            id: owner.id.to_string(),
            number: owner.number.0,
            name: owner.name.to_string(),
            email: owner.email.as_ref().map(|email| email.as_str().to_owned()),
            organisation: owner.organisation_id.to_string(),
            role: owner.role.as_str(),
            scopes: owner.scopes.iter().map(ToString::to_string).collect(),
            active: owner.active,
            has_password: (owner.kind == OwnerKind::User).then_some(owner.has_password),
            created_at: owner.created_at.to_string(),
            revision: owner.revision,
        }
    }
}

/// A one-time link for a user to set his password with. Whoever asked for it hands it over.
#[derive(Serialize, ToSchema)]
#[schema(as = Invitation)]
pub struct InvitationShape {
    /// The link. It works once.
    link: String,
    /// When it stops working.
    #[schema(format = "date-time")]
    expires_at: String,
}

impl InvitationShape {
    /// Shows an invitation as a link to this server.
    pub fn new(invitation: &Invitation, server: &Server) -> Self {
        Self { link: server.link(&invitation.secret), expires_at: invitation.expires_at.to_string() }
    }
}
