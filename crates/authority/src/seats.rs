//! Seats: places for one owner each in an organisation. Outside contracts ask for them, and the server
//! fills them itself.

use crate::{
    authority::Authority,
    error::{Conflict, Error},
    owners::owner_of,
    sign_in::{NewSession, SignedIn},
    throttle::{Guessed, Throttle},
};
use domain::{
    caller::{Access, Actor, Caller, Reach},
    facts::Facts,
    id::{OrganisationId, OwnerId, SessionId},
    name::Name,
    origin::Origin,
    owner::{Owner, OwnerKind, Role},
    scope::Scopes,
    secret::Secret,
    time::Timestamp,
};
use std::time::Duration;
use store::{
    change::{Change, CreateOwner, NewOwner, SwitchHolder, Verb},
    error::CommitError,
    query::{OwnerFilter, PageRequest, SignIn, UserKey},
};

/// A seat, and whom the server puts there when it is empty.
#[derive(Debug, Clone)]
pub struct Seat {
    /// The word for it, which begins with the contract's name.
    pub slot: &'static str,
    /// Person or program.
    pub kind: OwnerKind,
    /// The name of whom the server puts there.
    pub name: Name,
    /// His role.
    pub role: Role,
}

impl Authority {
    /// Who sits there; none while nobody ever has.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store cannot be read.
    pub async fn seated(&self, organisation: OrganisationId, slot: &str) -> Result<Option<Owner>, Error> {
        let filter =
            OwnerFilter { organisation: Some(organisation), slot: Some(slot.to_owned()), ..OwnerFilter::default() };
        let page = self.store.owners(Reach::Everything, filter, PageRequest { after: None, limit: 1 }).await?;
        Ok(page.items.into_iter().next())
    }

    /// Who sits there. The server itself fills an empty seat: whoever then issues a token for its
    /// holder still needs a role and scopes that reach as far.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is no such organisation.
    pub async fn seat(&self, organisation: OrganisationId, seat: Seat) -> Result<Owner, Error> {
        if let Some(holder) = self.seated(organisation, seat.slot).await? {
            return Ok(holder);
        }
        let owner = NewOwner {
            id: OwnerId::new(self.now(), &*self.randomness),
            kind: seat.kind,
            name: seat.name,
            email: None,
            role: seat.role,
            scopes: Scopes::default(),
            password_hash: None,
            slot: Some(seat.slot.to_owned()),
            facts: Facts::default(),
        };
        let verb = CreateOwner { access: Access::unlimited(), organisation, owner, invited: false };
        match self.commit_by_itself(Verb::CreateOwner(verb), &Origin::default()).await.and_then(owner_of) {
            // Somebody else was put there in the meantime.
            Err(Error::Conflict(Conflict::SlotTaken)) => {
                self.seated(organisation, seat.slot).await?.ok_or(Error::NotFound)
            }
            made => made,
        }
    }

    /// Lets the holder of a seat in with a first password. The contract has checked it by its own rule.
    ///
    /// # Errors
    /// [`Conflict::AlreadySetUp`] when he has a password.
    pub async fn let_in(&self, holder: &Owner, password: Secret, origin: &Origin) -> Result<(), Error> {
        let known = self.holder(holder).await?;
        let already = || Error::Conflict(Conflict::AlreadySetUp);
        if known.password_hash.is_some() {
            return Err(already());
        }
        let password_hash = Some(self.passwords.hash(password, &*self.randomness).await?);
        let verb = SwitchHolder { owner: holder.id, expects: known.credential_revision, password_hash };
        match self.commit_by_itself(Verb::SwitchHolder(verb), origin).await {
            // Somebody else let him in meanwhile: his credentials are no longer at the revision that was read.
            Err(Error::Conflict(Conflict::LinkVoid)) => Err(already()),
            done => done.map(|_| ()),
        }
    }

    /// Takes his power from the holder of a seat, with his password and his sessions.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the caller's credential has ended meanwhile.
    pub async fn shut_out(&self, caller: &Caller, holder: &Owner) -> Result<(), Error> {
        let known = self.holder(holder).await?;
        let verb = SwitchHolder { owner: holder.id, expects: known.credential_revision, password_hash: None };
        self.commit(caller, Verb::SwitchHolder(verb)).await?;
        Ok(())
    }

    /// Gives the holder of a seat another password in the name of the host, and ends his sessions. The
    /// contract has checked it by its own rule.
    ///
    /// # Errors
    /// [`Conflict::OwnerInactive`] when he was deactivated.
    pub async fn reset_seat_password(&self, holder: &Owner, password: Secret, origin: &Origin) -> Result<(), Error> {
        let known = self.holder(holder).await?;
        self.keep_password(&known, password, Actor::System, origin).await
    }

    /// The same for somebody who knows the current one.
    ///
    /// # Errors
    /// [`Error::SignInFailed`] when it is another one.
    pub async fn change_seat_password(
        &self,
        holder: &Owner,
        current: Secret,
        password: Secret,
        origin: &Origin,
    ) -> Result<(), Error> {
        let known = self.holder(holder).await?;
        let mut guessed = vec![Guessed::Account(holder.id.to_string())];
        guessed.extend(origin.address.map(Throttle::place));
        if !self.is_password_of(&known, current, &guessed).await? {
            return Err(Error::SignInFailed);
        }
        self.keep_password(&known, password, Actor::Possession, origin).await
    }

    /// Signs the holder of a seat in with his password, for a session that lasts its time whether it is
    /// used or not; `write` makes its secret, in a form of the contract's own.
    ///
    /// # Errors
    /// As [`Authority::sign_in`].
    pub async fn sign_in_to_seat(
        &self,
        holder: &Owner,
        password: Secret,
        origin: Origin,
        lifetime: Duration,
        write: impl FnOnce(SessionId, Timestamp) -> Secret + Send,
    ) -> Result<SignedIn, Error> {
        let session = NewSession { origin, replaces: None, lifetime, idles: false };
        self.sign_in_for(UserKey::Id(holder.id), holder.id.to_string(), password, session, write).await
    }

    async fn holder(&self, holder: &Owner) -> Result<SignIn, Error> {
        self.store.sign_in(UserKey::Id(holder.id)).await?.ok_or(Error::NotFound)
    }

    async fn commit_by_itself(&self, verb: Verb, origin: &Origin) -> Result<store::change::Outcome, Error> {
        let committed = self.keep(Change::new(self.now(), Actor::System, verb).from(origin)).await;
        committed.map(|committed| committed.outcome).map_err(|error: CommitError| error.into())
    }
}
