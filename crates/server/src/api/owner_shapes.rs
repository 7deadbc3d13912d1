//! The shapes of organisations, users and service accounts in the native API.

use crate::state::Server;
use authority::owners::{Invitation, OwnerDraft, OwnerPatch};
use domain::{
    id::OrganisationId,
    invalid::{Checks, Invalid},
    name::{Email, Name},
    owner::{Organisation, Owner, OwnerKind, Role},
    scope::Scopes,
};
use serde::{Deserialize, Serialize};
use store::query::{OwnerFilter, PageRequest};
use utoipa::{IntoParams, ToSchema};

use super::{
    page::{PageQuery, boolean},
    token_filter::contained,
    token_input::given,
};

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

/// What a new user or service account shall be. Name, and for users the address, are needed.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewOwner)]
pub struct NewOwnerBody {
    /// Its name, 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The address a user signs in with; service accounts have none.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// The identifier of its organisation; the caller's when left out.
    #[schema(format = "uuid")]
    organisation: Option<String>,
    /// Its role; member when left out.
    #[schema(value_type = Option<RoleShape>)]
    role: Option<String>,
    /// The scopes granted to it beyond those of its role.
    #[schema(max_items = 100)]
    scopes: Option<Vec<String>>,
}

impl NewOwnerBody {
    /// Checks every field.
    ///
    /// # Errors
    /// Names every field that broke a rule.
    pub fn check(self, kind: OwnerKind) -> Result<OwnerDraft, Invalid> {
        let mut checks = Checks::new();
        let name = checks.take(Name::parse("name", &self.name));
        match (kind, &self.email) {
            (OwnerKind::User, None) => checks.refuse("email", "must be given"),
            (OwnerKind::ServiceAccount, Some(_)) => {
                checks.refuse("email", "must not be given: service accounts do not sign in")
            }
            (OwnerKind::User, Some(_)) | (OwnerKind::ServiceAccount, None) => {}
        }
        let email = self.email.and_then(|email| checks.take(Email::parse("email", &email)));
        let organisation = self.organisation.and_then(|id| checks.take(OrganisationId::parse("organisation", &id)));
        let role = self.role.map_or(Some(Role::Member), |role| checks.take(Role::parse("role", &role)));
        let scopes = checks.take(scopes_of(&self.scopes.unwrap_or_default()));
        let parts = name.zip(role).zip(scopes);
        checks.finish_with(parts.map(|((name, role), scopes)| OwnerDraft {
            kind,
            organisation,
            name,
            email,
            role,
            scopes,
        }))
    }
}

/// What shall be different about a user or service account. What is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OwnerPatch)]
pub struct OwnerPatchBody {
    /// A new name, 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    #[serde(default, deserialize_with = "given")]
    name: Option<String>,
    /// A new address for a user to sign in with.
    #[schema(max_length = 254, nullable = false)]
    #[serde(default, deserialize_with = "given")]
    email: Option<String>,
    /// A new role.
    #[schema(value_type = Option<RoleShape>, nullable = false)]
    #[serde(default, deserialize_with = "given")]
    role: Option<String>,
    /// New granted scopes.
    #[schema(max_items = 100, nullable = false)]
    #[serde(default, deserialize_with = "given")]
    scopes: Option<Vec<String>>,
    /// False to deactivate it, true to reactivate it.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "given")]
    active: Option<bool>,
}

impl OwnerPatchBody {
    /// Checks every field.
    ///
    /// # Errors
    /// Names every field that broke a rule.
    pub fn check(self, kind: OwnerKind) -> Result<OwnerPatch, Invalid> {
        let mut checks = Checks::new();
        if kind == OwnerKind::ServiceAccount && self.email.is_some() {
            checks.refuse("email", "must not be given: service accounts do not sign in");
        }
        let patch = OwnerPatch {
            name: self.name.and_then(|name| checks.take(Name::parse("name", &name))),
            email: self.email.and_then(|email| checks.take(Email::parse("email", &email))),
            role: self.role.and_then(|role| checks.take(Role::parse("role", &role))),
            scopes: self.scopes.and_then(|scopes| checks.take(scopes_of(&scopes))),
            active: self.active,
        };
        checks.finish_with(Some(patch))
    }
}

/// Which users or service accounts: every part that is given must fit.
#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct OwnerQuery {
    /// Of this organisation.
    #[param(format = "uuid")]
    organisation: Option<String>,
    /// Of this role.
    #[param(value_type = Option<RoleShape>)]
    role: Option<String>,
    /// Active, or not.
    #[param(value_type = Option<bool>)]
    active: Option<String>,
    /// With this address.
    #[param(max_length = 254)]
    email: Option<String>,
    /// With this text in the name, whatever its case.
    #[param(max_length = 200)]
    name_contains: Option<String>,
    /// At most this many on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50, value_type = Option<u64>)]
    limit: Option<String>,
    /// Where the page before this one ended: its `next_cursor`.
    cursor: Option<String>,
}

impl OwnerQuery {
    /// Checks every parameter of a list in the order of this name.
    ///
    /// # Errors
    /// Names every parameter that broke a rule.
    pub fn check(self, kind: OwnerKind, order: &str) -> Result<(OwnerFilter, PageRequest), Invalid> {
        let mut checks = Checks::new();
        let filter = OwnerFilter {
            id: None,
            kind: Some(kind),
            organisation: self.organisation.and_then(|id| checks.take(OrganisationId::parse("organisation", &id))),
            role: self.role.and_then(|role| checks.take(Role::parse("role", &role))),
            active: self.active.and_then(|active| checks.take(boolean("active", &active))),
            email: self
                .email
                .and_then(|email| checks.take(Email::parse("email", &email)))
                .map(|email| email.as_str().to_owned()),
            name_contains: self.name_contains.and_then(|text| checks.take(contained("name_contains", text))),
        };
        let page = PageQuery { limit: self.limit, cursor: self.cursor, total: None };
        let page = checks.take(page.check(Some(order)));
        checks.finish_with(page.map(|(page, _)| (filter, page)))
    }
}

fn scopes_of(texts: &[String]) -> Result<Scopes, Invalid> {
    Scopes::parse("scopes", texts.iter().map(String::as_str))
}
