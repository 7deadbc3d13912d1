//! Verify: the verdict on a secret, from memory, computed anew for each request.

use crate::{
    access::{self, Action},
    authority::Authority,
    error::Error,
    index::{Ceiling, Found, IndexedOwner, Standing},
    usage::UseFacts,
};
use domain::{
    caller::{Actor, Caller, Credential, Reach},
    id::{OrganisationNumber, OwnerNumber, TokenId},
    origin::Origin,
    owner::Role,
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
pub enum Verdict<'a> {
    /// The token works.
    Active(Active<'a>),
    /// It does not.
    Refused(Refused),
}

/// A token that works, as far as its verifier may know it.
pub struct Active<'a> {
    found: &'a Found<'a>,
    /// None when the owner may do everything.
    ceiling: Option<Ceiling<'a>>,
}

impl<'a> Active<'a> {
    /// The token.
    pub fn token(&self) -> TokenId {
        self.found.token()
    }

    /// Whom it speaks for. There always is somebody.
    pub fn owner(&self) -> Option<&'a IndexedOwner> {
        self.found.owner()
    }

    /// The owner's number.
    pub fn owner_number(&self) -> OwnerNumber {
        self.found.owner_number()
    }

    /// The owner's role.
    pub fn role(&self) -> Role {
        self.found.power.role()
    }

    /// The number of the owner's organisation.
    pub fn organisation_number(&self) -> OrganisationNumber {
        self.found.power.organisation()
    }

    /// When it stops working.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.found.expires_at()
    }

    /// What the token may do now: its scopes, as far as its owner's ceiling allows.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        let shared = self.ceiling.as_ref().map(|ceiling| self.found.granted.shared(ceiling));
        let all = shared.is_none().then(|| self.found.granted.iter());
        shared.into_iter().flatten().chain(all.into_iter().flatten())
    }

    fn to_caller(&self) -> Option<Caller> {
        let owner = self.owner()?;
        Some(Caller {
            owner: owner.id,
            owner_number: self.owner_number(),
            organisation: owner.organisation,
            organisation_number: self.organisation_number(),
            role: self.role(),
            scopes: self.scopes().cloned().collect(),
            credential: Credential::Token(self.token()),
            secrets: Vec::new(),
            hands_out: Scopes::default(),
            implied: Scopes::default(),
            action: None,
            origin: Origin::default(),
        })
    }

    /// True when the token may do what `scope` names.
    pub fn allows(&self, scope: &str) -> bool {
        self.found.granted.cover(scope) && self.ceiling.as_ref().is_none_or(|ceiling| ceiling.cover(scope))
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
    /// Gives the verdict on a secret to `read`, which must be quick and is asked at most once, and
    /// returns what it makes of it.
    /// Only a secret whose first use ends the older ones makes this wait, for one commit.
    ///
    /// # Errors
    /// [`Error::Unavailable`] while the index does not answer.
    pub async fn verify<R>(
        &self,
        reach: Reach,
        question: &Question<'_>,
        mut read: impl FnMut(Verdict<'_>) -> R,
    ) -> Result<R, Error> {
        match self.attempt(reach, question, &mut read) {
            Attempt::Read(answer) => return Ok(answer),
            Attempt::Closed => return Err(Error::Unavailable("the index is not open".into())),
            Attempt::FirstUse(key) => self.finish_rotation(question, key).await?,
        }
        match self.attempt(reach, question, &mut read) {
            Attempt::Read(answer) => Ok(answer),
            Attempt::Closed => Err(Error::Unavailable("the index is not open any more".into())),
            Attempt::FirstUse(_) => Err(Error::Unavailable("the rotation did not finish".into())),
        }
    }

    /// Finds out who shows this secret, for a request from there.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the secret is not active there, whatever the reason.
    pub async fn authenticate(&self, secret: &str, origin: &Origin) -> Result<Caller, Error> {
        let Origin { address, user_agent } = origin;
        let question = Question { secret, scope: None, address: *address, user_agent: user_agent.as_deref() };
        let caller = self.verify(Reach::Everything, &question, |verdict| match verdict {
            Verdict::Active(active) => active.to_caller().ok_or(Error::Unauthenticated),
            Verdict::Refused(_) => Err(Error::Unauthenticated),
        });
        let secrets = self.keyring.digests(secret).map(|(_, digest)| digest).collect();
        Ok(Caller { secrets, origin: origin.clone(), ..caller.await?? })
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
        self.verify(Reach::Everything, &question, |verdict| match verdict {
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

    fn attempt<R>(&self, reach: Reach, question: &Question<'_>, read: &mut impl FnMut(Verdict<'_>) -> R) -> Attempt<R> {
        if !self.index.is_open() {
            return Attempt::Closed;
        }
        // A text whose checksum is wrong needs no check here: it has no digest that anybody kept.
        if !may_be_shown(question.secret) {
            return Attempt::Read(read(Verdict::Refused(Refused::Unknown)));
        }
        let (current, digest) = (self.keyring.current_id(), self.keyring.digest(question.secret));
        if let Some(found) = self.ask(current, digest, reach, question, read) {
            return found;
        }
        let older = self.attempt_older(digest, reach, question, read);
        older.unwrap_or_else(|| Attempt::Read(read(Verdict::Refused(Refused::Unknown))))
    }

    /// Tries the older server keys, for a secret that the current one does not know.
    #[cold]
    fn attempt_older<R>(
        &self,
        digest: Digest,
        reach: Reach,
        question: &Question<'_>,
        read: &mut impl FnMut(Verdict<'_>) -> R,
    ) -> Option<Attempt<R>> {
        // A secret may move to the current key meanwhile. It has its new digest before it loses the
        // older one, so the current key is asked a second time behind the older ones.
        self.keyring.digests(question.secret).skip(1).find_map(|(key, older)| {
            let found = self.ask(key, older, reach, question, read);
            found.or_else(|| self.ask(self.keyring.current_id(), digest, reach, question, read))
        })
    }

    /// Asks the index for one digest, made with this key; none when nobody has it.
    #[inline]
    fn ask<R>(
        &self,
        key: KeyId,
        digest: Digest,
        reach: Reach,
        question: &Question<'_>,
        read: &mut impl FnMut(Verdict<'_>) -> R,
    ) -> Option<Attempt<R>> {
        self.index.find(
            digest,
            || self.now(),
            |found| {
                let verdict = judge(found, reach, question);
                if matches!(verdict, Verdict::Active(_)) {
                    if found.ends_others {
                        return Attempt::FirstUse(key);
                    }
                    let facts = UseFacts { address: question.address, user_agent: question.user_agent };
                    self.usage.record(found.token(), || self.now(), facts);
                    if key != self.keyring.current_id() {
                        self.usage.rehash(digest, self.keyring.digest(question.secret));
                    }
                }
                Attempt::Read(read(verdict))
            },
        )
    }

    /// The origin of the change is where the secret was shown, as the verifier says.
    async fn finish_rotation(&self, question: &Question<'_>, key: KeyId) -> Result<(), Error> {
        let Some((_, digest)) = self.keyring.digests(question.secret).find(|(id, _)| *id == key) else { return Ok(()) };
        let origin = Origin::new(question.address, question.user_agent);
        let change = Change::new(self.now(), Actor::Possession, Verb::FinishRotation(digest)).from(&origin);
        match self.keep(change).await {
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
    /// The secret works, known by its digest under this key, and its first use must end the older
    /// ones before that is said.
    FirstUse(KeyId),
    /// The index does not answer.
    Closed,
}

/// The verdict on what was found, for a verifier with this reach.
#[inline]
fn judge<'a>(found: &'a Found<'a>, reach: Reach, question: &Question<'_>) -> Verdict<'a> {
    if !reach.covers(found.power.organisation(), found.owner_number()) {
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
    let ceiling = if found.power.is_unlimited() {
        None
    } else {
        let Some(owner) = found.owner() else { return Verdict::Refused(Refused::Unknown) };
        Some(owner.ceiling())
    };
    let active = Active { found, ceiling };
    if question.scope.is_some_and(|scope| !active.allows(scope)) {
        return Verdict::Refused(Refused::Scope);
    }
    Verdict::Active(active)
}
