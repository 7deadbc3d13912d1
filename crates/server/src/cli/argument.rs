//! Readers for the values of arguments, so that a typing error is refused before anything is sent.

use domain::{
    address::Networks,
    id::{OrganisationId, OwnerId, TokenId},
    scope::Scope,
};

/// A token's identifier.
///
/// # Errors
/// Says what one looks like.
pub fn token(text: &str) -> Result<String, String> {
    TokenId::parse("ID", text).map(|id| id.to_string()).map_err(|invalid| invalid.to_string())
}

/// The identifier of a user or service account.
///
/// # Errors
/// Says what one looks like.
pub fn owner(text: &str) -> Result<String, String> {
    OwnerId::parse("ID", text).map(|id| id.to_string()).map_err(|invalid| invalid.to_string())
}

/// An organisation's identifier.
///
/// # Errors
/// Says what one looks like.
pub fn organisation(text: &str) -> Result<String, String> {
    OrganisationId::parse("ID", text).map(|id| id.to_string()).map_err(|invalid| invalid.to_string())
}

/// A scope.
///
/// # Errors
/// Says what one looks like.
pub fn scope(text: &str) -> Result<String, String> {
    Scope::parse("a scope", text).map(|scope| scope.to_string()).map_err(|invalid| invalid.to_string())
}

/// A network in CIDR form.
///
/// # Errors
/// Says what one looks like.
pub fn network(text: &str) -> Result<String, String> {
    Networks::parse("a network", [text]).map(|_| text.to_owned()).map_err(|invalid| invalid.to_string())
}

/// A label, `KEY=VALUE`.
///
/// # Errors
/// Says what one looks like.
pub fn label(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').filter(|(key, _)| !key.is_empty());
    parts.map(|(key, value)| (key.to_owned(), value.to_owned())).ok_or_else(|| "must be KEY=VALUE".to_owned())
}
