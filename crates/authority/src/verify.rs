//! Verify: the verdict on a secret, from memory, computed anew for each request.

use crate::{
    access::{self, Action},
    authority::Authority,
    error::Error,
    index::{Ceiling, Found, Standing},
    usage::UseFacts,
};
use domain::{
    caller::{Actor, Caller, Credential, Reach},
    id::{OrganisationId, OrganisationNumber, OwnerId, OwnerNumber, TokenId},
    owner::{OwnerKind, Role},
    scope::{Scope, Scopes},
    secret::{Digest, KeyId, may_be_shown},
    time::Timestamp,
};
use std::net::IpAddr;
use store::{
    change::{Change, Verb},
    error::{CommitError, Refusal},
};

/// What a verifier asks.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The secret that somebody showed.
    pub secret: &'a str,
    /// A scope that the token must have.
    pub scope: Option<&'a str>,
    /// Where the secret was shown from.
    pub address: Option<IpAddr>,
    /// The user agent that showed it, for the record of its last use.
    pub user_agent: Option<&'a str>,
}

/// The answer to a [`Question`].
#[derive(Debug)]
pub enum Verdict<'a> {
    /// The token works.
    Active(Active<'a>),
    /// It does not.
    Refused(Refused),
}

/// A token that works, as far as its verifier may know it.
#[derive(Debug)]
pub struct Active<'a> {
    /// The token.
    pub token: TokenId,
    /// Whom it speaks for.
    pub owner: &'a OwnerId,
    /// The owner's number.
    pub owner_number: OwnerNumber,
    /// Person or program.
    pub owner_kind: OwnerKind,
    /// The owner's role.
    pub role: Role,
    /// The owner's organisation.
    pub organisation: &'a OrganisationId,
    /// The number of that organisation.
    pub organisation_number: OrganisationNumber,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    granted: &'a Scopes,
    /// None when the owner may do everything.
    ceiling: Option<Ceiling<'a>>,
}

impl Active<'_> {
    /// What the token may do now: its scopes, as far as its owner's ceiling allows.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        let shared = self.ceiling.as_ref().map(|ceiling| self.granted.shared(ceiling));
        let all = shared.is_none().then(|| self.granted.iter());
        shared.into_iter().flatten().chain(all.into_iter().flatten())
    }

    fn to_caller(&self) -> Caller {
        Caller {
            owner: *self.owner,
            owner_number: self.owner_number,
            organisation: *self.organisation,
            organisation_number: self.organisation_number,
            role: self.role,
            scopes: self.scopes().cloned().collect(),
            credential: Credential::Token(self.token),
            secrets: Vec::new(),
            hands_out: Scopes::default(),
        }
    }

    /// True when the token may do what `scope` names.
    pub fn allows(&self, scope: &str) -> bool {
        self.granted.cover(scope) && self.ceiling.as_ref().is_none_or(|ceiling| ceiling.cover(scope))
    }
}

/// Why a secret is refused. A verifier learns the reason only within its reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Nobody knows it, or it lies outside the verifier's reach.
    Unknown,
    /// Its token was deleted.
    Deleted,
    /// Its token was disabled.
    Disabled,
    /// Its token has expired.
    Expired,
    /// It was rotated out.
    Rotated,
    /// The owner of its token, or the owner's organisation, is not active.
    OwnerInactive,
    /// It was shown from an address outside the token's networks, or from none.
    Address,
    /// Its token has not the required scope.
    Scope,
}

impl Refused {
    /// Every reason there is.
    pub const ALL: [Self; 8] = [
        Self::Unknown,
        Self::Deleted,
        Self::Disabled,
        Self::Expired,
        Self::Rotated,
        Self::OwnerInactive,
        Self::Address,
        Self::Scope,
    ];

    /// The word for it in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Deleted => "deleted",
            Self::Disabled => "disabled",
            Self::Expired => "expired",
            Self::Rotated => "rotated",
            Self::OwnerInactive => "owner_inactive",
            Self::Address => "address",
            Self::Scope => "scope",
        }
    }
}

impl Authority {
    /// Gives the verdict on a secret to `read`, which must be quick, and returns what it makes of it.
    /// Only a secret whose first use ends the older ones makes this wait, for one commit.
    ///
    /// # Errors
    /// [`Error::Unavailable`] while the index does not answer.
    pub async fn verify<R>(
        &self,
        reach: Reach,
        question: Question<'_>,
        read: impl FnOnce(Verdict<'_>) -> R,
    ) -> Result<R, Error> {
        let mut read = Some(read);
        match self.attempt(reach, &question, &mut read) {
            Attempt::Read(answer) => return Ok(answer),
            Attempt::Closed => return Err(Error::Unavailable("the index is not open".into())),
            Attempt::FirstUse(digest) => self.finish_rotation(digest).await?,
        }
        match self.attempt(reach, &question, &mut read) {
            Attempt::Read(answer) => Ok(answer),
            Attempt::Closed => Err(Error::Unavailable("the index is not open any more".into())),
            Attempt::FirstUse(_) => Err(Error::Unavailable("the rotation did not finish".into())),
        }
    }

    /// Finds out who shows this secret, for a request that comes from `address`.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the secret is not active there, whatever the reason.
    pub async fn authenticate(
        &self,
        secret: &str,
        address: Option<IpAddr>,
        user_agent: Option<&str>,
    ) -> Result<Caller, Error> {
        let question = Question { secret, scope: None, address, user_agent };
        let caller = self.verify(Reach::Everything, question, |verdict| match verdict {
            Verdict::Active(active) => Ok(active.to_caller()),
            Verdict::Refused(_) => Err(Error::Unauthenticated),
        });
        let secrets = self.keyring.digests(secret).map(|(_, digest)| digest).collect();
        Ok(Caller { secrets, ..caller.await?? })
    }

    /// How far a verifier that shows this credential sees, without copying anything about it.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the credential is not active, [`Error::Denied`] when it lacks
    /// the scope `tokens:verify`.
    pub async fn verifier_reach(
        &self,
        credential: &str,
        address: Option<IpAddr>,
        user_agent: Option<&str>,
    ) -> Result<Reach, Error> {
        let question = Question { secret: credential, scope: None, address, user_agent };
        self.verify(Reach::Everything, question, |verdict| match verdict {
            Verdict::Active(active) => access::verifier_reach(&active),
            Verdict::Refused(_) => Err(Error::Unauthenticated),
        })
        .await?
    }

    /// How far a caller sees when it asks for verdicts.
    ///
    /// # Errors
    /// [`Error::Denied`] when its credential lacks the scope.
    pub fn verifying(&self, caller: &Caller) -> Result<Reach, Error> {
        access::reach(caller, Action::VerifyTokens)
    }

    fn attempt<R, F: FnOnce(Verdict<'_>) -> R>(
        &self,
        reach: Reach,
        question: &Question<'_>,
        read: &mut Option<F>,
    ) -> Attempt<R> {
        if !self.index.is_open() {
            return Attempt::Closed;
        }
        // Each attempt reads one verdict, and none follows one that was read.
        let mut answer =
            |verdict: Verdict<'_>| read.take().map_or(Attempt::Closed, |read| Attempt::Read(read(verdict)));
        // A text whose checksum is wrong needs no check here: it has no digest that anybody kept.
        if !may_be_shown(question.secret) {
            return answer(Verdict::Refused(Refused::Unknown));
        }
        let (current, digest) = (self.keyring.current_id(), self.keyring.digest(question.secret));
        if let Some(found) = self.ask(current, digest, reach, question, &mut answer) {
            return found;
        }
        // A secret may move to the current key meanwhile. It has its new digest before it loses the
        // older one, so the current key is asked a second time behind the older ones.
        for (key, older) in self.keyring.digests(question.secret).skip(1) {
            let found = self.ask(key, older, reach, question, &mut answer);
            if let Some(found) = found.or_else(|| self.ask(current, digest, reach, question, &mut answer)) {
                return found;
            }
        }
        answer(Verdict::Refused(Refused::Unknown))
    }

    /// Asks the index for one digest, made with this key; none when nobody has it.
    fn ask<R>(
        &self,
        key: KeyId,
        digest: Digest,
        reach: Reach,
        question: &Question<'_>,
        answer: &mut impl FnMut(Verdict<'_>) -> Attempt<R>,
    ) -> Option<Attempt<R>> {
        self.index.find(
            digest,
            || self.now(),
            |found| {
                let verdict = judge(&found, reach, question);
                if matches!(verdict, Verdict::Active(_)) {
                    if found.ends_others {
                        return Attempt::FirstUse(digest);
                    }
                    let facts = UseFacts { address: question.address, user_agent: question.user_agent };
                    self.usage.record(found.token, || self.now(), facts);
                    if key != self.keyring.current_id() {
                        self.usage.rehash(digest, self.keyring.digest(question.secret));
                    }
                }
                answer(verdict)
            },
        )
    }

    async fn finish_rotation(&self, digest: Digest) -> Result<(), Error> {
        let change = Change::new(self.now(), Actor::Possession, Verb::FinishRotation(digest));
        match self.store.commit(change).await {
            // The token was deleted in the meantime: the next attempt refuses it.
            Ok(_) | Err(CommitError::Refused(Refusal::NotFound)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// What came of looking a secret up.
enum Attempt<R> {
    /// The verdict was read.
    Read(R),
    /// The secret works, and its first use must end the older ones before that is said.
    FirstUse(Digest),
    /// The index does not answer.
    Closed,
}

/// The verdict on what was found, for a verifier with this reach.
fn judge<'a>(found: &Found<'a>, reach: Reach, question: &Question<'_>) -> Verdict<'a> {
    if !reach.covers(found.owner.organisation_number, found.owner_number) {
        return Verdict::Refused(Refused::Unknown);
    }
    let refused = match found.standing {
        Standing::Active => None,
        Standing::Deleted => Some(Refused::Deleted),
        Standing::Disabled => Some(Refused::Disabled),
        Standing::Expired => Some(Refused::Expired),
        Standing::Rotated => Some(Refused::Rotated),
        Standing::OwnerInactive => Some(Refused::OwnerInactive),
    };
    if let Some(refused) = refused {
        return Verdict::Refused(refused);
    }
    let allowed_from = |address: IpAddr| found.networks.is_none_or(|networks| networks.contain(address));
    if !question.address.map_or(found.networks.is_none(), allowed_from) {
        return Verdict::Refused(Refused::Address);
    }
    let active = Active {
        token: found.token,
        owner: &found.owner.id,
        owner_number: found.owner_number,
        owner_kind: found.owner.kind,
        role: found.power.role(),
        organisation: &found.owner.organisation,
        organisation_number: found.owner.organisation_number,
        expires_at: found.expires_at,
        granted: found.granted,
        ceiling: (!found.power.is_unlimited()).then(|| found.owner.ceiling()),
    };
    if question.scope.is_some_and(|scope| !active.allows(scope)) {
        return Verdict::Refused(Refused::Scope);
    }
    Verdict::Active(active)
}
