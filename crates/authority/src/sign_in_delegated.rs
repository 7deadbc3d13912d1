//! Sign in on behalf of a user: a service of his organisation has made sure who he is.

use crate::{
    access::{self, Action},
    authority::Authority,
    error::{Conflict, Error},
    sign_in::{SignedIn, may_sign_in},
};
use domain::{
    caller::Caller,
    id::{OwnerId, SessionId},
    origin::Origin,
    secret::Secret,
    time::Timestamp,
};
use std::time::Duration;
use store::{
    change::{Change, OpenSession, Verb},
    query::{SignIn, UserKey},
};

impl Authority {
    /// Signs a user in for a caller who may change him; `write` makes the secret of the session.
    ///
    /// # Errors
    /// [`Error::NotFound`] outside the caller's reach; [`Error::Denied`] when the user may do more than the
    /// caller: the session is worth all of it.
    pub async fn sign_in_delegated(
        &self,
        caller: &Caller,
        user: OwnerId,
        origin: Origin,
        lifetime: Duration,
        write: impl FnOnce(SessionId, &SignIn, Timestamp) -> Secret,
    ) -> Result<SignedIn, Error> {
        let access = access::access(caller, Action::ChangeOwners)?;
        let known = self.store.sign_in(UserKey::Id(user)).await?.ok_or(Error::NotFound)?;
        if !access.reach.covers(known.owner.organisation, known.owner.number) {
            return Err(Error::NotFound);
        }
        if !may_sign_in(&known) {
            return Err(Error::Conflict(Conflict::OwnerInactive));
        }
        let now = self.now();
        let (id, expires_at) = (SessionId::new(now, &*self.randomness), now.after(lifetime));
        let secret = write(id, &known, expires_at);
        let verb = Verb::OpenSession(OpenSession {
            id,
            owner: known.owner.id,
            expects: known.credential_revision,
            digest: self.keyring.digest(secret.expose()),
            expires_at,
            idles: false,
            address: origin.address,
            user_agent: origin.user_agent,
            replaces: None,
            password_hash: None,
            proof: None,
            access: Some(access),
        });
        self.keep(Change::by(now, caller, verb)).await?;
        Ok(SignedIn { id, secret, expires_at })
    }
}
