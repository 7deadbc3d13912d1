//! What requests say about users and service accounts, checked field by field.

use super::{
    fields::{contained, given, scopes_of},
    owner_shapes::RoleShape,
    page::{PageQuery, boolean},
};
use authority::owners::{OwnerDraft, OwnerPatch};
use domain::{
    facts::Facts,
    id::OrganisationId,
    invalid::{Checks, Invalid},
    name::{Email, Name},
    owner::{OwnerKind, Role},
};
use serde::{Deserialize, Serialize};
use store::query::{OwnerFilter, PageRequest};
use utoipa::{IntoParams, ToSchema};

/// What a new user shall be.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewUser)]
pub struct NewUserBody {
    /// His name, 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The address he signs in with.
    #[schema(min_length = 3, max_length = 254)]
    email: String,
    /// The identifier of his organisation; the caller's when left out.
    #[schema(format = "uuid")]
    organisation: Option<String>,
    /// His role; member when left out.
    #[schema(value_type = Option<RoleShape>)]
    role: Option<String>,
    /// The scopes granted beyond those of the role.
    #[schema(max_items = 100)]
    scopes: Option<Vec<String>>,
}

/// What a new service account shall be.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewServiceAccount)]
pub struct NewServiceAccountBody {
    /// Its name, 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The identifier of its organisation; the caller's when left out.
    #[schema(format = "uuid")]
    organisation: Option<String>,
    /// Its role; member when left out.
    #[schema(value_type = Option<RoleShape>)]
    role: Option<String>,
    /// The scopes granted beyond those of the role.
    #[schema(max_items = 100)]
    scopes: Option<Vec<String>>,
}

impl NewUserBody {
    /// Checks every field.
    ///
    /// # Errors
    /// Names every field that broke a rule.
    pub fn check(self) -> Result<OwnerDraft, Invalid> {
        let Self { name, email, organisation, role, scopes } = self;
        draft(OwnerKind::User, &name, Some(&email), organisation, role, scopes)
    }
}

impl NewServiceAccountBody {
    /// Checks every field.
    ///
    /// # Errors
    /// Names every field that broke a rule.
    pub fn check(self) -> Result<OwnerDraft, Invalid> {
        let Self { name, organisation, role, scopes } = self;
        draft(OwnerKind::ServiceAccount, &name, None, organisation, role, scopes)
    }
}

fn draft(
    kind: OwnerKind,
    name: &str,
    email: Option<&str>,
    organisation: Option<String>,
    role: Option<String>,
    scopes: Option<Vec<String>>,
) -> Result<OwnerDraft, Invalid> {
    let mut checks = Checks::new();
    let name = checks.take(Name::parse("name", name));
    let email = email.and_then(|email| checks.take(Email::parse("email", email)));
    let organisation = organisation.and_then(|id| checks.take(OrganisationId::parse("organisation", &id)));
    let role = role.map_or(Some(Role::Member), |role| checks.take(Role::parse("role", &role)));
    let scopes = checks.take(scopes_of(&scopes.unwrap_or_default()));
    let parts = name.zip(role).zip(scopes);
    checks.finish_with(parts.map(|((name, role), scopes)| OwnerDraft {
        kind,
        organisation,
        name,
        email,
        role,
        scopes,
        facts: Facts::default(),
    }))
}

/// What shall be different about a user. What is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserPatch)]
pub struct UserPatchBody {
    /// A new name, 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    #[serde(default, deserialize_with = "given")]
    name: Option<String>,
    /// A new address for him to sign in with.
    #[schema(min_length = 3, max_length = 254, nullable = false)]
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
    /// False to deactivate him, true to reactivate him.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "given")]
    active: Option<bool>,
}

/// What shall be different about a service account. What is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ServiceAccountPatch)]
pub struct ServiceAccountPatchBody {
    /// A new name, 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    #[serde(default, deserialize_with = "given")]
    name: Option<String>,
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

impl UserPatchBody {
    /// Checks every field.
    ///
    /// # Errors
    /// Names every field that broke a rule.
    pub fn check(self) -> Result<OwnerPatch, Invalid> {
        let Self { name, email, role, scopes, active } = self;
        patch(name, email, role, scopes, active)
    }
}

impl ServiceAccountPatchBody {
    /// Checks every field.
    ///
    /// # Errors
    /// Names every field that broke a rule.
    pub fn check(self) -> Result<OwnerPatch, Invalid> {
        let Self { name, role, scopes, active } = self;
        patch(name, None, role, scopes, active)
    }
}

fn patch(
    name: Option<String>,
    email: Option<String>,
    role: Option<String>,
    scopes: Option<Vec<String>>,
    active: Option<bool>,
) -> Result<OwnerPatch, Invalid> {
    let mut checks = Checks::new();
    let patch = OwnerPatch {
        name: name.and_then(|name| checks.take(Name::parse("name", &name))),
        email: email.and_then(|email| checks.take(Email::parse("email", &email))),
        role: role.and_then(|role| checks.take(Role::parse("role", &role))),
        scopes: scopes.and_then(|scopes| checks.take(scopes_of(&scopes))),
        active,
        deletes_tokens: false,
        facts: None,
    };
    checks.finish_with(Some(patch))
}

/// Which users: every part that is given must fit.
#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct UserQuery {
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
    #[param(min_length = 3, max_length = 254)]
    email: Option<String>,
    /// With this text in the name, whatever its case.
    #[param(min_length = 1, max_length = 200)]
    name_contains: Option<String>,
    /// At most this many on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50, value_type = Option<u64>)]
    limit: Option<String>,
    /// Where the page before this one ended: its `next_cursor`.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

/// Which service accounts: every part that is given must fit.
#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ServiceAccountQuery {
    /// Of this organisation.
    #[param(format = "uuid")]
    organisation: Option<String>,
    /// Of this role.
    #[param(value_type = Option<RoleShape>)]
    role: Option<String>,
    /// Active, or not.
    #[param(value_type = Option<bool>)]
    active: Option<String>,
    /// With this text in the name, whatever its case.
    #[param(min_length = 1, max_length = 200)]
    name_contains: Option<String>,
    /// At most this many on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50, value_type = Option<u64>)]
    limit: Option<String>,
    /// Where the page before this one ended: its `next_cursor`.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

impl UserQuery {
    /// Checks every parameter of a list in the order of this name.
    ///
    /// # Errors
    /// Names every parameter that broke a rule.
    pub fn check(self, order: &str) -> Result<(OwnerFilter, PageRequest), Invalid> {
        let mut checks = Checks::new();
        let filter = OwnerFilter {
            facts: Vec::new(),
            id: None,
            kind: Some(OwnerKind::User),
            organisation: self.organisation.and_then(|id| checks.take(OrganisationId::parse("organisation", &id))),
            role: self.role.and_then(|role| checks.take(Role::parse("role", &role))),
            active: self.active.and_then(|active| checks.take(boolean("active", &active))),
            email: self
                .email
                .and_then(|email| checks.take(Email::parse("email", &email)))
                .map(|email| email.as_str().to_owned()),
            name_contains: self.name_contains.and_then(|text| checks.take(contained("name_contains", text))),
            text: None,
            number: None,
            slot: None,
        };
        let page = PageQuery { limit: self.limit, cursor: self.cursor, total: None };
        let page = checks.take(page.check(Some(order)));
        checks.finish_with(page.map(|(page, _)| (filter, page)))
    }
}

impl ServiceAccountQuery {
    /// Checks every parameter of a list in the order of this name.
    ///
    /// # Errors
    /// Names every parameter that broke a rule.
    pub fn check(self, order: &str) -> Result<(OwnerFilter, PageRequest), Invalid> {
        let Self { organisation, role, active, name_contains, limit, cursor } = self;
        let query = UserQuery { organisation, role, active, email: None, name_contains, limit, cursor };
        let (filter, page) = query.check(order)?;
        Ok((OwnerFilter { kind: Some(OwnerKind::ServiceAccount), ..filter }, page))
    }
}
