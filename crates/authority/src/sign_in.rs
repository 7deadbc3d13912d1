//! Sign in and out: passwords in, sessions out.

use crate::{
    authority::Authority,
    challenge::spent,
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
    origin::Origin,
    scope::Scopes,
    secret::Secret,
    signer::Proof,
    time::Timestamp,
    token::has_passed,
};
use std::time::Duration;
use store::{
    change::{Change, CloseSessions, Nonce, OpenSession, SetPassword, Verb},
    error::{CommitError, Refusal},
    query::{Session, SignIn, UserKey},
};

/// What a new session shall be.
pub(crate) struct NewSession {
    /// Where the user signs in from.
    pub(crate) origin: Origin,
    /// A session that it takes the place of.
    pub(crate) replaces: Option<SessionId>,
    /// How long it lasts at most.
    pub(crate) lifetime: Duration,
    /// True when it ends early unless it is used.
    pub(crate) idles: bool,
}

/// How a user has shown that it is he.
pub(crate) enum Proven {
    /// By his password, with a stronger hash of it when the stored one is weaker than today's rule.
    Password(Option<String>),
    /// By the answer of a signer of his to a challenge, which is consumed.
    Signature {
        /// The answer.
        proof: Proof,
        /// The challenge.
        challenge: Nonce,
    },
}

/// Who sets a user's password.
#[derive(Clone, Copy)]
pub(crate) enum Holder<'a> {
    /// A caller.
    Caller(&'a Caller),
    /// Whoever holds the user's link, from there.
    Link(&'a Origin),
}

/// A new session.
pub struct SignedIn {
    /// Its identifier.
    pub id: SessionId,
    /// Its secret, for the cookie or in the form of a contract.
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
        let session = NewSession { origin, replaces, lifetime: limits::SESSION_LIFETIME, idles: true };
        let account = email.as_str().to_owned();
        let write = |_, _| self.generate(Kind::Session);
        self.sign_in_for(UserKey::Email(account.clone()), account, password, session, write).await
    }

    /// Signs a user in; `account` is what wrong passwords are counted under.
    pub(crate) async fn sign_in_for(
        &self,
        user: UserKey,
        account: String,
        password: Secret,
        session: NewSession,
        write: impl FnOnce(SessionId, Timestamp) -> Secret,
    ) -> Result<SignedIn, Error> {
        let mut guessed = vec![Guessed::Account(account)];
        guessed.extend(session.origin.address.map(Throttle::place));
        self.throttle.attempt(&guessed, self.now()).map_err(|retry_after| Error::Throttled { retry_after })?;
        let known = self.store.sign_in(user).await?;
        let hash = known.as_ref().filter(|known| may_sign_in(known)).and_then(|known| known.password_hash.clone());
        let checked = self.passwords.check(password, hash, &*self.randomness).await?;
        let (Some(known), Checked::Right | Checked::RightButWeak(_)) = (known, &checked) else {
            return Err(Error::SignInFailed);
        };
        let password_hash = match checked {
            Checked::RightButWeak(stronger) => Some(stronger),
            Checked::Right | Checked::Wrong => None,
        };
        let signed_in = self.open_session(&known, session, Proven::Password(password_hash), write).await?;
        self.throttle.forget(&guessed);
        Ok(signed_in)
    }

    /// Finds out who shows this session, with a request from there.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when it has ended or its user has no power.
    pub async fn authenticate_session(&self, secret: &str, origin: &Origin) -> Result<(Caller, Session), Error> {
        format::check(Kind::Session, secret).map_err(|_| Error::Unauthenticated)?;
        self.authenticate_signed_session(secret, origin).await
    }

    /// The same for a session whose secret has a form of a contract's own, which has checked it.
    ///
    /// # Errors
    /// As [`Authority::authenticate_session`].
    pub async fn authenticate_signed_session(&self, secret: &str, origin: &Origin) -> Result<(Caller, Session), Error> {
        if !self.index.is_open() {
            return Err(Error::Unavailable("the index is not open".into()));
        }
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
        let owner = self.index.owner(session.owner).filter(|(_, power)| power.is_active());
        let Some((owner, power)) = owner.filter(|_| !has_passed(ends, now)) else { return Err(Error::Unauthenticated) };
        self.usage.record_session(session.id, now);
        let caller = Caller {
            owner: owner.id,
            owner_number: session.owner,
            organisation: owner.organisation,
            organisation_number: power.organisation(),
            role: power.role(),
            scopes: Scopes::clone(&owner.ceiling()),
            credential: Credential::Session(session.id),
            secrets: Vec::new(),
            hands_out: Scopes::default(),
            implied: Scopes::default(),
            action: None,
            origin: origin.clone(),
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
        if !self.is_password_of(&known, current, &guessed).await? {
            return Err(Invalid::field("current_password", "is not the current password").into());
        }
        self.set_password(&known, "new_password", new, Holder::Caller(caller)).await
    }

    /// True when this is the user's password; wrong ones are counted under what is `guessed`.
    pub(crate) async fn is_password_of(
        &self,
        known: &SignIn,
        password: Secret,
        guessed: &[Guessed],
    ) -> Result<bool, Error> {
        self.throttle.attempt(guessed, self.now()).map_err(|retry_after| Error::Throttled { retry_after })?;
        if self.passwords.check(password, known.password_hash.clone(), &*self.randomness).await? == Checked::Wrong {
            return Ok(false);
        }
        self.throttle.forget(guessed);
        Ok(true)
    }

    /// Sets a user's password in the name of whoever has shown that he may.
    pub(crate) async fn set_password(
        &self,
        known: &SignIn,
        field: &str,
        new: Secret,
        holder: Holder<'_>,
    ) -> Result<(), Error> {
        password::acceptable(field, &new, &[known.owner.name.as_str(), &account(known)])?;
        let verb = self.password_change(known, new).await?;
        let change = match holder {
            Holder::Caller(caller) => Change::by(self.now(), caller, verb),
            Holder::Link(origin) => Change::new(self.now(), Actor::Possession, verb).from(origin),
        };
        self.keep(change).await?;
        Ok(())
    }

    /// Sets the password of the holder of a seat, whose contract has a rule of its own about passwords.
    pub(crate) async fn keep_password(
        &self,
        known: &SignIn,
        new: Secret,
        actor: Actor,
        origin: &Origin,
    ) -> Result<(), Error> {
        let verb = self.password_change(known, new).await?;
        self.keep(Change::new(self.now(), actor, verb).from(origin)).await?;
        Ok(())
    }

    async fn password_change(&self, known: &SignIn, new: Secret) -> Result<Verb, Error> {
        let password_hash = self.passwords.hash(new, &*self.randomness).await?;
        let (owner, expects) = (known.owner.id, known.credential_revision);
        Ok(Verb::SetPassword(SetPassword { owner, expects, password_hash }))
    }

    pub(crate) async fn open_session(
        &self,
        known: &SignIn,
        session: NewSession,
        proven: Proven,
        write: impl FnOnce(SessionId, Timestamp) -> Secret,
    ) -> Result<SignedIn, Error> {
        let NewSession { origin, replaces, lifetime, idles } = session;
        let now = self.now();
        let (id, expires_at) = (SessionId::new(now, &*self.randomness), now.after(lifetime));
        let secret = write(id, expires_at);
        let (password_hash, proof, challenge) = match proven {
            Proven::Password(stronger) => (stronger, None, None),
            Proven::Signature { proof, challenge } => (None, Some(proof), Some(challenge)),
        };
        let verb = Verb::OpenSession(OpenSession {
            id,
            owner: known.owner.id,
            expects: known.credential_revision,
            digest: self.keyring.digest(secret.expose()),
            expires_at,
            idles,
            address: origin.address,
            user_agent: origin.user_agent.clone(),
            replaces,
            password_hash,
            proof,
            access: None,
        });
        let actor = Actor::Owner { owner: known.owner.number, token: None };
        let mut change = Change::new(now, actor, verb).from(&origin);
        change.consumes = challenge;
        match self.keep(change).await {
            Ok(_) => Ok(SignedIn { id, secret, expires_at }),
            Err(error @ CommitError::Refused(Refusal::Consumed)) if challenge.is_some() => Err(spent(error)),
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
    if session.idles {
        session.expires_at.min(session.last_seen_at.after(limits::SESSION_IDLE))
    } else {
        session.expires_at
    }
}

pub(crate) fn may_sign_in(known: &SignIn) -> bool {
    known.owner.active && known.organisation_active
}

pub(crate) fn account(known: &SignIn) -> String {
    known.owner.email.as_ref().map_or_else(|| known.owner.id.to_string(), |email| email.as_str().to_owned())
}
