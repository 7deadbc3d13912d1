//! Sign in and out: passwords in, sessions out.

use crate::{
    authority::Authority,
    error::Error,
    password::{self, Checked},
    throttle::{Guessed, Throttle},
};
use domain::{
    caller::{Actor, Caller, Credential},
    format::{self, Kind},
    id::SessionId,
    invalid::Invalid,
    limits,
    name::Email,
    scope::Scopes,
    secret::Secret,
    time::Timestamp,
    token::has_passed,
};
use std::net::IpAddr;
use store::{
    change::{Change, CloseSessions, OpenSession, SetPassword, Verb},
    error::{CommitError, Refusal},
    query::{Session, SignIn, UserKey},
};

/// Where a request comes from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The address.
    pub address: Option<IpAddr>,
    /// The user agent.
    pub user_agent: Option<String>,
}

/// A new session.
pub struct SignedIn {
    /// Its identifier.
    pub id: SessionId,
    /// Its secret, for the cookie.
    pub secret: Secret,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

impl Authority {
    /// Signs a user in with his password. A session that came with the request is replaced, so that
    /// nobody can plant one.
    ///
    /// # Errors
    /// [`Error::SignInFailed`] whatever the reason; [`Error::Throttled`] after too many failures.
    pub async fn sign_in(
        &self,
        email: &Email,
        password: Secret,
        origin: Origin,
        replaces: Option<SessionId>,
    ) -> Result<SignedIn, Error> {
        let mut guessed = vec![Guessed::Account(email.as_str().to_owned())];
        guessed.extend(origin.address.map(Throttle::place));
        self.throttle.attempt(&guessed, self.now()).map_err(|retry_after| Error::Throttled { retry_after })?;
        let known = self.store.sign_in(UserKey::Email(email.as_str().to_owned())).await?;
        let hash = known.as_ref().filter(|known| may_sign_in(known)).and_then(|known| known.password_hash.clone());
        let checked = self.passwords.check(password, hash, &*self.randomness).await?;
        let (Some(known), Checked::Right | Checked::RightButWeak(_)) = (known, &checked) else {
            return Err(Error::SignInFailed);
        };
        let password_hash = match checked {
            Checked::RightButWeak(stronger) => Some(stronger),
            Checked::Right | Checked::Wrong => None,
        };
        let signed_in = self.open_session(&known, origin, replaces, password_hash).await?;
        self.throttle.forget(&guessed);
        Ok(signed_in)
    }

    /// Finds out who shows this session.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when it has ended or its user has no power.
    pub async fn authenticate_session(&self, secret: &str) -> Result<(Caller, Session), Error> {
        if !self.index.is_open() {
            return Err(Error::Unavailable("the index is not open".into()));
        }
        format::check(Kind::Session, secret).map_err(|_| Error::Unauthenticated)?;
        let mut session = None;
        for (_, digest) in self.keyring.digests(secret) {
            session = self.store.session(digest).await?;
            if session.is_some() {
                break;
            }
        }
        let mut session = session.ok_or(Error::Unauthenticated)?;
        self.see(&mut session);
        let now = self.now();
        let ends = end_of(&session);
        let owner = self.index.owner(session.owner).filter(|owner| owner.power().is_active());
        let Some(owner) = owner.filter(|_| !has_passed(ends, now)) else { return Err(Error::Unauthenticated) };
        self.usage.record_session(session.id, now);
        let caller = Caller {
            owner: owner.id,
            owner_number: session.owner,
            organisation: owner.organisation,
            organisation_number: owner.organisation_number,
            role: owner.power().role(),
            scopes: Scopes::clone(&owner.ceiling()),
            credential: Credential::Session(session.id),
            secrets: Vec::new(),
        };
        Ok((caller, session))
    }

    /// Notes a use of the session that was not written yet.
    fn see(&self, session: &mut Session) {
        let seen = self.usage.session_seen(session.id).unwrap_or(session.last_seen_at);
        session.last_seen_at = seen.max(session.last_seen_at);
    }

    /// The caller's own sessions that go on, newest first.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store cannot be read.
    pub async fn sessions(&self, caller: &Caller) -> Result<Vec<Session>, Error> {
        let mut sessions = self.store.sessions(caller.owner).await?;
        for session in &mut sessions {
            self.see(session);
        }
        let now = self.now();
        sessions.retain(|session| !has_passed(end_of(session), now));
        Ok(sessions)
    }

    /// Ends one session of the caller, or all of them.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the caller has no such session.
    pub async fn sign_out(&self, caller: &Caller, session: Option<SessionId>) -> Result<(), Error> {
        let close = CloseSessions { owner: caller.owner, session };
        self.commit(caller, Verb::CloseSessions(close)).await?;
        Ok(())
    }

    /// Changes the caller's own password and ends all his sessions.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the current password is another one or the new one is too weak.
    pub async fn change_password(&self, caller: &Caller, current: Secret, new: Secret) -> Result<(), Error> {
        let known = self.store.sign_in(UserKey::Id(caller.owner)).await?.ok_or(Error::NotFound)?;
        let guessed = [Guessed::Account(account(&known))];
        self.throttle.attempt(&guessed, self.now()).map_err(|retry_after| Error::Throttled { retry_after })?;
        if self.passwords.check(current, known.password_hash.clone(), &*self.randomness).await? == Checked::Wrong {
            return Err(Invalid::field("current_password", "is not the current password").into());
        }
        self.throttle.forget(&guessed);
        self.set_password(&known, "new_password", new, Some(caller)).await
    }

    /// Sets a user's password in the name of a caller or, without one, of whoever holds his link.
    pub(crate) async fn set_password(
        &self,
        known: &SignIn,
        field: &str,
        new: Secret,
        caller: Option<&Caller>,
    ) -> Result<(), Error> {
        password::acceptable(field, &new, &[known.owner.name.as_str(), &account(known)])?;
        let password_hash = self.passwords.hash(new, &*self.randomness).await?;
        let (owner, expects) = (known.owner.id, known.credential_revision);
        let verb = Verb::SetPassword(SetPassword { owner, expects, password_hash });
        let change = match caller {
            Some(caller) => Change::by(self.now(), caller, verb),
            None => Change::new(self.now(), Actor::Possession, verb),
        };
        self.store.commit(change).await?;
        Ok(())
    }

    async fn open_session(
        &self,
        known: &SignIn,
        origin: Origin,
        replaces: Option<SessionId>,
        password_hash: Option<String>,
    ) -> Result<SignedIn, Error> {
        let (now, secret) = (self.now(), format::generate(Kind::Session, &*self.randomness));
        let (id, expires_at) = (SessionId::new(now, &*self.randomness), now.after(limits::SESSION_LIFETIME));
        let verb = Verb::OpenSession(OpenSession {
            id,
            owner: known.owner.id,
            expects: known.credential_revision,
            digest: self.keyring.digest(secret.expose()),
            expires_at,
            address: origin.address,
            user_agent: origin.user_agent,
            replaces,
            password_hash,
        });
        let actor = Actor::Owner { owner: known.owner.number, token: None };
        match self.store.commit(Change::new(now, actor, verb)).await {
            Ok(_) => Ok(SignedIn { id, secret, expires_at }),
            // The password changed, or the user was deactivated, between the check and this commit.
            Err(CommitError::Refused(Refusal::Consumed | Refusal::OwnerInactive | Refusal::NotFound)) => {
                Err(Error::SignInFailed)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// When a session ends unless it is used again.
fn end_of(session: &Session) -> Timestamp {
    session.expires_at.min(session.last_seen_at.after(limits::SESSION_IDLE))
}

pub(crate) fn may_sign_in(known: &SignIn) -> bool {
    known.owner.active && known.organisation_active
}

fn account(known: &SignIn) -> String {
    known.owner.email.as_ref().map_or_else(|| known.owner.id.to_string(), |email| email.as_str().to_owned())
}
