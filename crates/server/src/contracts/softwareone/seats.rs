//! Whom the tokens of accounts speak for: one service account in each, and one for the whole platform.

use authority::{Authority, Error, seats::Seat};
use domain::{
    name::Name,
    owner::{Organisation, Owner, OwnerKind, Role},
    token::Token,
};

/// The seat of those who run the marketplace.
pub const PLATFORM: &str = "softwareone-platform";
/// The seat of an account.
const ACCOUNT: &str = "softwareone";

/// Who sits there, put there by the server when nobody does.
///
/// # Errors
/// [`Error::Unavailable`] when the store does not answer.
pub async fn fill(authority: &Authority, account: &Organisation, platform: bool) -> Result<Owner, Error> {
    let (slot, name, role) = if platform {
        (PLATFORM, "SoftwareOne platform", Role::ApplicationAdministrator)
    } else {
        (ACCOUNT, "SoftwareOne account", Role::OrganisationAdministrator)
    };
    let seat = Seat { slot, kind: OwnerKind::ServiceAccount, name: Name::parse("name", name)?, role };
    authority.seat(account.id, seat).await
}

/// True when a token speaks for the platform.
///
/// # Errors
/// [`Error::Unavailable`] when the store cannot be read.
pub async fn is_platform(authority: &Authority, token: &Token) -> Result<bool, Error> {
    let holder = authority.seated(token.organisation, PLATFORM).await?;
    Ok(holder.is_some_and(|holder| holder.id == token.owner))
}
