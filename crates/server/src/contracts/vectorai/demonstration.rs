//! What the demonstration has at this door: an admin who is signed in, and the switch on.

use super::{
    settings::{self, Settings},
    sign_in,
};
use authority::{Authority, Error};
use domain::{format::Kind, id::OrganisationId, origin::Origin, secret::Secret};
use serde_json::{Value, json};
use std::time::Duration;

/// How long the demonstration's sign-in lasts, so that scripts need not sign in.
const LIFETIME: Duration = Duration::from_hours(366 * 24);

/// Makes it in an organisation, and says what scripts need to know.
///
/// # Errors
/// [`Error::Unavailable`] when the store does not answer.
pub async fn make(authority: &Authority, organisation: OrganisationId) -> Result<Value, Error> {
    let organisation = authority.bound_organisation(Some(organisation)).await?;
    let admin = settings::admin(authority, &organisation).await?;
    // Letters and digits alone would break the contract's rule.
    let password = Secret::new(format!("Aa1-{}", authority.generate(Kind::Session).expose()));
    authority.let_in(&admin, password.clone(), &Origin::default()).await?;
    let opened = sign_in::open(authority, &admin, password.clone(), Origin::default(), LIFETIME).await?;
    let (caller, _) = authority.authenticate_signed_session(opened.secret.expose(), &Origin::default()).await?;
    authority.keep_own_facts(&caller, Settings { auth_enabled: true }.facts()).await?;
    Ok(json!({"admin_password": password.expose(), "admin_token": opened.secret.expose()}))
}
