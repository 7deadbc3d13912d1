//! Addresses of the console's pages, for whatever leads there. The routes themselves stand in the router.

use domain::owner::OwnerKind;
use form_urlencoded::Serializer;
use std::fmt::Display;

/// The API tokens.
pub const TOKENS: &str = "/console/settings/api-tokens";
/// The page that people come to first.
pub const HOME: &str = TOKENS;
/// The users.
pub const USERS: &str = "/console/settings/users";
/// The service accounts.
pub const SERVICE_ACCOUNTS: &str = "/console/settings/service-accounts";
/// The journal.
pub const JOURNAL: &str = "/console/settings/journal";
/// The organisations.
pub const ORGANISATIONS: &str = "/console/administration/organisations";
/// The visitor's own account.
pub const PROFILE: &str = "/console/profile";
/// Where one signs in.
pub const SIGN_IN: &str = "/console/sign-in";

/// The page about a token.
pub fn token(id: impl Display) -> String {
    format!("{TOKENS}/{id}")
}

/// The list of all owners of a kind.
pub fn owners(kind: OwnerKind) -> &'static str {
    match kind {
        OwnerKind::User => USERS,
        OwnerKind::ServiceAccount => SERVICE_ACCOUNTS,
    }
}

/// The page about a user or service account.
pub fn owner(kind: OwnerKind, id: impl Display) -> String {
    format!("{}/{id}", owners(kind))
}

/// The page about an organisation.
pub fn organisation(id: impl Display) -> String {
    format!("{ORGANISATIONS}/{id}")
}

/// An address with these parameters.
pub fn with<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, impl AsRef<str>)>) -> String {
    let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}
