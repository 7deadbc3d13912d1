//! The admin's sign-in: a JWT that is also a session of the core, so that it ends with his password and with him.

use super::password::ADMIN;
use authority::{Authority, Error, jwt, sign_in::SignedIn};
use domain::{caller::Caller, origin::Origin, owner::Owner, secret::Secret};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long it lasts.
pub(super) const LIFETIME: Duration = Duration::from_hours(1);
/// What the key that signs it is derived for.
const PURPOSE: &str = "sign-in at VectorAI's contract";

/// What it says; RFC 7519, section 4.1.
#[derive(Serialize, Deserialize)]
struct Claims {
    /// Always the one user.
    sub: String,
    /// The session.
    jti: String,
    /// When it ends, in seconds since 1970 began.
    exp: i64,
}

/// Signs the admin in.
///
/// # Errors
/// [`Error::SignInFailed`] when the password is another one.
pub(super) async fn open(
    authority: &Authority,
    admin: &Owner,
    password: Secret,
    origin: Origin,
    lifetime: Duration,
) -> Result<SignedIn, Error> {
    let key = authority.signing_key(PURPOSE);
    let write = |session: domain::id::SessionId, ends: domain::time::Timestamp| {
        let claims = Claims { sub: ADMIN.to_owned(), jti: session.to_string(), exp: ends.seconds() };
        // Claims of texts and a number can always be signed; an empty text would be refused everywhere.
        Secret::new(jwt::sign(&claims, key.as_slice()).unwrap_or_default())
    };
    authority.sign_in_to_seat(admin, password, origin, lifetime, write).await
}

/// Who shows this text, when it is a JWT of the admin.
///
/// # Errors
/// [`Error::Unauthenticated`] when it was signed here but has ended.
pub(super) async fn caller(authority: &Authority, text: &str, origin: &Origin) -> Result<Option<Caller>, Error> {
    if !authority.verifying_keys(PURPOSE).any(|key| jwt::verify::<Claims>(text, key.as_slice()).is_some()) {
        return Ok(None);
    }
    authority.authenticate_signed_session(text, origin).await.map(|(caller, _)| Some(caller))
}
