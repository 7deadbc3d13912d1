//! Seats: places for one owner each in an organisation. Outside contracts ask for them, and the server
//! fills them itself.

use crate::{
    authority::Authority,
    error::{Conflict, Error},
    owners::owner_of,
    sign_in::{NewSession, Origin, SignedIn},
};
use domain::{
    caller::{Access, Actor, Reach},
    facts::Facts,
    format::Kind,
    id::{OrganisationId, OwnerId, SessionId},
    name::Name,
    owner::{Organisation, Owner, OwnerKind, Role},
    scope::Scopes,
    secret::Secret,
    time::Timestamp,
};
use std::time::Duration;
use store::{
    change::{Change, CreateOwner, NewOwner, UpdateOwner, Verb},
    error::CommitError,
    query::{OrganisationFilter, OwnerFilter, PageRequest, SignIn, UserKey},
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
    /// The organisation that a contract is bound to: the one named, or else the first one of the store.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store cannot be read, or has none.
    pub async fn bound_organisation(&self, named: Option<OrganisationId>) -> Result<Organisation, Error> {
        let filter = OrganisationFilter { id: named, ..OrganisationFilter::default() };
        let page = self.store.organisations(Reach::Everything, filter, PageRequest { after: None, limit: 1 }).await?;
        let none = || Error::Unavailable("the contract is bound to an organisation that does not exist".into());
        page.items.into_iter().next().ok_or_else(none)
    }

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
        match self.commit_by_itself(Verb::CreateOwner(verb)).await.and_then(owner_of) {
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
    /// [`Conflict::AlreadySetUp`] when he has a password and is active.
    pub async fn let_in(&self, holder: &Owner, password: Secret) -> Result<(), Error> {
        let known = self.holder(holder).await?;
        if known.owner.active && known.password_hash.is_some() {
            return Err(Error::Conflict(Conflict::AlreadySetUp));
        }
        self.switch_holder(holder, true).await?;
        match self.keep_password(&known, password).await {
            // Somebody else let him in meanwhile: his credentials are no longer at the revision that was read.
            Err(Error::Conflict(Conflict::LinkVoid)) => Err(Error::Conflict(Conflict::AlreadySetUp)),
            kept => kept,
        }
    }

    /// Takes his power from the holder of a seat, with his password and his sessions.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store cannot be written.
    pub async fn shut_out(&self, holder: &Owner) -> Result<(), Error> {
        // Nobody knows this password, so the older one is worth nothing when he is let in again.
        let known = self.holder(holder).await?;
        self.keep_password(&known, self.generate(Kind::Session)).await?;
        self.switch_holder(holder, false).await
    }

    /// Gives the holder of a seat another password, whoever asks, and ends his sessions. The contract has
    /// checked it by its own rule.
    ///
    /// # Errors
    /// [`Conflict::OwnerInactive`] when he was shut out.
    pub async fn reset_seat_password(&self, holder: &Owner, password: Secret) -> Result<(), Error> {
        let known = self.holder(holder).await?;
        self.keep_password(&known, password).await
    }

    /// The same for somebody who knows the current one.
    ///
    /// # Errors
    /// [`Error::SignInFailed`] when it is another one.
    pub async fn change_seat_password(&self, holder: &Owner, current: Secret, password: Secret) -> Result<(), Error> {
        let known = self.holder(holder).await?;
        if !self.is_password_of(&known, current).await? {
            return Err(Error::SignInFailed);
        }
        self.keep_password(&known, password).await
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

    async fn switch_holder(&self, holder: &Owner, active: bool) -> Result<(), Error> {
        let verb = UpdateOwner {
            access: Access::unlimited(),
            owner: holder.id,
            kind: holder.kind,
            expects: None,
            name: None,
            email: None,
            role: None,
            scopes: None,
            active: Some(active),
            facts: None,
        };
        self.commit_by_itself(Verb::UpdateOwner(verb)).await.map(|_| ())
    }

    async fn commit_by_itself(&self, verb: Verb) -> Result<store::change::Outcome, Error> {
        let committed = self.store.commit(Change::new(self.now(), Actor::System, verb)).await;
        committed.map(|committed| committed.outcome).map_err(|error: CommitError| error.into())
    }
}
