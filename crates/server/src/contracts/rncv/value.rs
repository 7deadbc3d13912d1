//! Members of bodies and parameters of queries, read one by one, so that each that is wrong is named at once.
//!
//! The framework takes numbers also as texts, and leaves alone what it does not know; so does this.

use crate::{problem::Problem, state::Server};
use authority::Error;
use domain::{
    caller::Caller,
    id::{OrganisationId, OrganisationNumber, OwnerId, OwnerNumber, TokenNumber},
    invalid::Invalid,
    owner::{Organisation, Owner, OwnerKind},
};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use store::query::{OrganisationFilter, OwnerFilter, PageRequest};

/// What every list is asked for that has at most one row.
const ONE: PageRequest = PageRequest { after: None, limit: 1 };

/// Reads a member that was given, whatever it is; null is a value like any other.
pub fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// A text.
pub fn text<'a>(field: &str, value: &'a Value) -> Result<&'a str, Invalid> {
    value.as_str().ok_or_else(|| Invalid::field(field, "must be a string"))
}

/// True or false.
pub fn boolean(field: &str, value: &Value) -> Result<bool, Invalid> {
    let word = match value {
        Value::Bool(word) => return Ok(*word),
        Value::String(word) => word.parse().ok(),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    };
    word.ok_or_else(|| Invalid::field(field, "must be true or false"))
}

/// The number of a token.
pub fn token_number(field: &str, value: &Value) -> Result<TokenNumber, Invalid> {
    whole(value).map(TokenNumber).ok_or_else(|| Invalid::field(field, "must be the number of a token"))
}

/// A number as the store counts them: never negative, and of 63 bits.
fn whole(value: &Value) -> Option<u64> {
    let number = match value {
        Value::Number(number) => number.as_u64(),
        Value::String(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    number.filter(|number| i64::try_from(*number).is_ok())
}

/// How a user or an organisation is named: by the number that this contract shows, or by the identifier that the
/// native API shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named<I> {
    /// By number.
    Number(u64),
    /// By identifier.
    Id(I),
}

/// The name of a user.
pub fn user(field: &str, value: &Value) -> Result<Named<OwnerId>, Invalid> {
    named(value, |text| OwnerId::parse(field, text).ok())
        .ok_or_else(|| Invalid::field(field, "must be the number or the identifier of a user"))
}

/// The name of an organisation.
pub fn organisation(field: &str, value: &Value) -> Result<Named<OrganisationId>, Invalid> {
    named(value, |text| OrganisationId::parse(field, text).ok())
        .ok_or_else(|| Invalid::field(field, "must be the number or the identifier of an organisation"))
}

fn named<I>(value: &Value, id: impl Fn(&str) -> Option<I>) -> Option<Named<I>> {
    whole(value).map(Named::Number).or_else(|| value.as_str().and_then(id).map(Named::Id))
}

impl Named<OwnerId> {
    /// The user of this name.
    ///
    /// # Errors
    /// [`Error::NotFound`] outside the caller's reach, and for what is no user.
    pub async fn find(self, server: &Server, caller: &Caller) -> Result<Owner, Error> {
        let filter = match self {
            Self::Number(number) => {
                let number = u32::try_from(number).map_err(|_| Error::NotFound)?;
                OwnerFilter { number: Some(OwnerNumber(number)), ..OwnerFilter::default() }
            }
            Self::Id(id) => OwnerFilter { id: Some(id), ..OwnerFilter::default() },
        };
        let filter = OwnerFilter { kind: Some(OwnerKind::User), ..filter };
        let page = server.authority.owners(caller, filter, ONE).await?;
        page.items.into_iter().next().ok_or(Error::NotFound)
    }
}

impl Named<OrganisationId> {
    /// The organisation of this name; none outside the caller's reach.
    ///
    /// # Errors
    /// [`Error::Denied`] when the caller may not see organisations.
    pub async fn find(self, server: &Server, caller: &Caller) -> Result<Option<Organisation>, Error> {
        let filter = match self {
            Self::Number(number) => {
                let Ok(number) = u32::try_from(number) else { return Ok(None) };
                OrganisationFilter { number: Some(OrganisationNumber(number)), ..OrganisationFilter::default() }
            }
            Self::Id(id) => OrganisationFilter { id: Some(id), ..OrganisationFilter::default() },
        };
        let page = server.authority.organisations(caller, filter, ONE).await?;
        Ok(page.items.into_iter().next())
    }
}

/// The user that a path names. What cannot be a name is nobody's.
///
/// # Errors
/// A problem of kind `not-found`.
pub async fn user_of_path(server: &Server, caller: &Caller, name: String) -> Result<Owner, Problem> {
    let named = user("id", &Value::String(name)).map_err(|_| Error::NotFound)?;
    Ok(named.find(server, caller).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn users_are_named_by_number_or_identifier() {
        let id = "0190aaaa-0000-7000-8000-000000000000";
        for (value, name) in [
            (json!(12), Named::Number(12)),
            (json!("12"), Named::Number(12)),
            (json!(id), Named::Id(OwnerId::parse("id", id).unwrap())),
        ] {
            assert_eq!(user("user_id", &value).unwrap(), name);
        }
        for wrong in [
            json!(null),
            json!(true),
            json!(-1),
            json!(1.5),
            json!(""),
            json!("+1"),
            json!("x"),
            json!([1]),
            json!(u64::MAX),
        ] {
            assert_eq!(user("user_id", &wrong).unwrap_err().fields()[0].field, "user_id", "{wrong}");
            assert!(token_number("token_id", &wrong).is_err(), "{wrong}");
        }
    }
}
