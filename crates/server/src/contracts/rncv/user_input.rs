//! What requests say about users, checked member by member.

use super::{
    page,
    roles::{RncvRole, RncvRoles},
    user_shapes::Names,
    value::{self, Named, present},
};
use domain::{
    id::OrganisationId,
    invalid::{Checks, Invalid},
    name::{Email, Name},
    owner::OwnerKind,
};
use serde::Deserialize;
use serde_json::Value;
use store::query::{OwnerFilter, PageRequest};
use utoipa::{IntoParams, ToSchema};

/// What a request says of a user, as it stands there.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct UserBody {
    #[serde(deserialize_with = "present")]
    name: Option<Value>,
    #[serde(deserialize_with = "present")]
    last_name: Option<Value>,
    #[serde(deserialize_with = "present")]
    email: Option<Value>,
    #[serde(deserialize_with = "present")]
    organisation: Option<Value>,
    #[serde(deserialize_with = "present")]
    roles: Option<Value>,
    #[serde(deserialize_with = "present")]
    active: Option<Value>,
}

/// A user as he shall be.
#[derive(ToSchema)]
#[schema(as = RncvNewUser)]
#[allow(dead_code, reason = "only the OpenAPI document reads it")]
pub struct NewUserDocument {
    /// His first name; with the last one and a blank at most 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// His last name.
    #[schema(min_length = 1, max_length = 200)]
    last_name: String,
    /// His email address.
    #[schema(min_length = 3, max_length = 254)]
    email: String,
    /// The number of his organisation; the administrator's own when left out. It is never changed.
    #[schema(nullable = false)]
    organisation: Option<u32>,
    /// His roles; none when left out.
    #[schema(nullable = false)]
    roles: Option<Vec<RncvRole>>,
    /// False to mark him for deletion, true to recover him; a new user is active.
    #[schema(nullable = false)]
    active: Option<bool>,
}

/// What shall be different about a user. What is left out stays.
#[derive(ToSchema)]
#[schema(as = RncvUserPatch)]
#[allow(dead_code, reason = "only the OpenAPI document reads it")]
pub struct UserPatchDocument {
    /// His first name.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    name: Option<String>,
    /// His last name.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    last_name: Option<String>,
    /// His email address.
    #[schema(min_length = 3, max_length = 254, nullable = false)]
    email: Option<String>,
    /// His roles.
    #[schema(nullable = false)]
    roles: Option<Vec<RncvRole>>,
    /// False to mark him for deletion, true to recover him.
    #[schema(nullable = false)]
    active: Option<bool>,
}

/// What a request says of a user, checked. What was left out is none.
pub struct UserInput {
    /// The first name.
    pub name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// The address.
    pub email: Option<Email>,
    /// The organisation.
    pub organisation: Option<Named<OrganisationId>>,
    /// The roles.
    pub roles: Option<RncvRoles>,
    /// Whether he shall be active.
    pub active: Option<bool>,
}

impl UserBody {
    /// Checks what was given; when `whole`, names and address must be.
    ///
    /// # Errors
    /// Names every member that is missing or broke a rule.
    pub fn check(&self, whole: bool) -> Result<UserInput, Invalid> {
        let mut checks = Checks::new();
        for (field, given) in [("name", &self.name), ("last_name", &self.last_name), ("email", &self.email)] {
            if whole && given.is_none() {
                checks.refuse(field, "is required");
            }
        }
        let input = UserInput {
            name: taken(&mut checks, self.name.as_ref(), |value| one_name("name", value)),
            last_name: taken(&mut checks, self.last_name.as_ref(), |value| one_name("last_name", value)),
            email: taken(&mut checks, self.email.as_ref(), |value| Email::parse("email", value::text("email", value)?)),
            organisation: taken(&mut checks, self.organisation.as_ref(), |value| {
                value::organisation("organisation", value)
            }),
            roles: taken(&mut checks, self.roles.as_ref(), |value| RncvRoles::parse("roles", value)),
            active: taken(&mut checks, self.active.as_ref(), |value| value::boolean("active", value)),
        };
        checks.finish_with(Some(input))
    }
}

fn taken<T>(checks: &mut Checks, value: Option<&Value>, check: impl FnOnce(&Value) -> Result<T, Invalid>) -> Option<T> {
    value.and_then(|value| checks.take(check(value)))
}

fn one_name(field: &str, value: &Value) -> Result<String, Invalid> {
    Name::parse(field, value::text(field, value)?).map(|name| name.as_str().to_owned())
}

/// The whole name of a user, as the core takes it.
///
/// # Errors
/// Names `last_name` when both are too long together.
pub fn whole_name(names: &Names) -> Result<Name, Invalid> {
    Name::parse("last_name", &names.whole())
}

/// Which users are listed, and which page of them.
#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct UserQuery {
    /// Those of this organisation, by its number.
    #[param(value_type = Option<u64>)]
    organisation: Option<String>,
    /// Active, or marked for deletion.
    #[param(value_type = Option<bool>)]
    active: Option<String>,
    /// With this address.
    #[param(min_length = 3, max_length = 254)]
    email: Option<String>,
    /// At most this many on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50, value_type = Option<u64>)]
    page_size: Option<String>,
    /// Where the page before this one ended, as its `next` says.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

/// Which users a list means; their organisation is still to be found.
pub struct Listing {
    /// Everything but the organisation.
    pub filter: OwnerFilter,
    /// The organisation.
    pub organisation: Option<Named<OrganisationId>>,
    /// Which page.
    pub page: PageRequest,
}

impl UserQuery {
    /// Checks every parameter of a list in this order.
    ///
    /// # Errors
    /// Names every parameter that broke a rule.
    pub fn check(self, order: &str) -> Result<Listing, Invalid> {
        let mut checks = Checks::new();
        let text = |text: Option<String>| text.map(Value::String);
        let organisation =
            taken(&mut checks, text(self.organisation).as_ref(), |value| value::organisation("organisation", value));
        let active = taken(&mut checks, text(self.active).as_ref(), |value| value::boolean("active", value));
        let email = self.email.and_then(|email| checks.take(Email::parse("email", &email)));
        let page = checks.take(page::check(self.page_size.as_deref(), self.cursor.as_deref(), order));
        let email = email.map(|email| email.as_str().to_owned());
        let filter = OwnerFilter { kind: Some(OwnerKind::User), active, email, ..OwnerFilter::default() };
        checks.finish_with(page.map(|page| Listing { filter, organisation, page }))
    }
}
