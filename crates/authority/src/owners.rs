//! Organisations, users and service accounts: create, list, change, invite.

use crate::{
    access::{self, Action},
    authority::{Authority, IdempotencyKey},
    error::{Denied, Error, unexpected_outcome},
    link::{self, Link, Purpose},
};
use domain::{
    caller::{Access, Caller, Credential, Reach},
    facts::{ContractFacts, Facts},
    id::{OrganisationId, OwnerId},
    limits,
    name::{Email, Name},
    owner::{Organisation, Owner, OwnerKind, Role},
    scope::Scopes,
    secret::Secret,
    signer::SignedActions,
    time::Timestamp,
};
use store::{
    change::{
        Committed, CreateOwner, InviteOwner, NewOrganisation, NewOwner, Outcome, SeatSwitch, UpdateOrganisation,
        UpdateOwner, Verb,
    },
    query::{
        ListedOwner, OrganisationFilter, OrganisationKey, OwnerFilter, OwnerKey, Page, PageRequest, Sort, search::Found,
    },
};

/// What a new user or service account shall be.
#[derive(Debug, Clone)]
pub struct OwnerDraft {
    /// Person or program.
    pub kind: OwnerKind,
    /// Its organisation; the caller's when left out.
    pub organisation: Option<OrganisationId>,
    /// Its name.
    pub name: Name,
    /// A user's address for signing in.
    pub email: Option<Email>,
    /// Its role.
    pub role: Role,
    /// The scopes granted to it beyond those of its role.
    pub scopes: Scopes,
    /// What only outside contracts know of it.
    pub facts: Facts,
}

/// What shall be different about an owner; what is left out stays as it is.
#[derive(Debug, Clone, Default)]
pub struct OwnerPatch {
    /// A new name.
    pub name: Option<Name>,
    /// A new address for signing in.
    pub email: Option<Email>,
    /// A new role.
    pub role: Option<Role>,
    /// New granted scopes.
    pub scopes: Option<Scopes>,
    /// False to deactivate it, true to reactivate it.
    pub active: Option<bool>,
    /// True to delete all its tokens for good, in the same commit.
    pub deletes_tokens: bool,
    /// New facts of one contract.
    pub facts: Option<ContractFacts>,
}

/// What shall be different about an organisation; what is left out stays as it is.
#[derive(Debug, Clone, Default)]
pub struct OrganisationPatch {
    /// A new name.
    pub name: Option<Name>,
    /// False to deactivate it, true to reactivate it.
    pub active: Option<bool>,
    /// New facts of one contract.
    pub facts: Option<ContractFacts>,
    /// What has to be signed there from now on.
    pub signed_actions: Option<SignedActions>,
    /// The holder of a seat who is switched with it.
    pub seat: Option<SeatSwitch>,
}

/// What a creation made.
#[derive(Debug, Clone)]
pub struct Created<T> {
    /// The new record.
    pub record: T,
    /// True when the request repeated an earlier one, which had made it.
    pub repeated: bool,
}

/// A one-time link for a user to set his password with; whoever asked for it hands it over.
pub struct Invitation {
    /// The user as the invitation left him: making a link is a change of his record.
    pub user: Owner,
    /// The secret part of the link.
    pub secret: Secret,
    /// When it stops working.
    pub expires_at: Timestamp,
}

impl Authority {
    /// A page of the organisations that the caller sees.
    ///
    /// # Errors
    /// [`Error::Denied`] when the caller may not see organisations.
    pub async fn organisations(
        &self,
        caller: &Caller,
        filter: OrganisationFilter,
        page: PageRequest,
    ) -> Result<Page<Organisation>, Error> {
        let reach = access::reach(caller, Action::SeeOrganisations)?;
        Ok(self.store.organisations(reach, filter, page).await?)
    }

    /// A part of the organisations that the caller sees after this many, and how many the filter selects in all.
    ///
    /// # Errors
    /// As [`Authority::organisations`].
    pub async fn organisations_part(
        &self,
        caller: &Caller,
        filter: OrganisationFilter,
        sort: Sort<OrganisationKey>,
        offset: u64,
        limit: usize,
    ) -> Result<Found<Organisation>, Error> {
        let reach = access::reach(caller, Action::SeeOrganisations)?;
        Ok(self.store.organisations_part(reach, filter, sort, offset, limit).await?)
    }

    /// One organisation.
    ///
    /// # Errors
    /// [`Error::NotFound`] outside the caller's reach.
    pub async fn organisation(&self, caller: &Caller, id: OrganisationId) -> Result<Organisation, Error> {
        let filter = OrganisationFilter { id: Some(id), ..OrganisationFilter::default() };
        let page = self.organisations(caller, filter, PageRequest { after: None, limit: 1 }).await?;
        page.items.into_iter().next().ok_or(Error::NotFound)
    }

    /// Creates an organisation.
    ///
    /// # Errors
    /// [`Error::Denied`] for everybody but application administrators.
    pub async fn create_organisation(
        &self,
        caller: &Caller,
        name: Name,
        key: Option<IdempotencyKey>,
    ) -> Result<Created<Organisation>, Error> {
        access::reach(caller, Action::ChangeOrganisations)?;
        let id = OrganisationId::new(self.now(), &*self.randomness);
        let verb = Verb::CreateOrganisation(NewOrganisation { id, name });
        let committed = self.commit_once(caller, verb, key).await?;
        Ok(Created { record: organisation(committed.outcome)?, repeated: committed.repeated })
    }

    /// Renames, deactivates or reactivates an organisation. Deactivating it ends the power of all its
    /// tokens at once.
    ///
    /// # Errors
    /// [`Error::Denied`] for everybody but application administrators.
    pub async fn update_organisation(
        &self,
        caller: &Caller,
        organisation_id: OrganisationId,
        patch: OrganisationPatch,
        expects: Option<u64>,
    ) -> Result<Organisation, Error> {
        let access = access::access(caller, Action::ChangeOrganisations)?;
        let OrganisationPatch { name, active, facts, signed_actions, seat } = patch;
        let verb = UpdateOrganisation {
            access,
            organisation: organisation_id,
            expects,
            name,
            active,
            facts,
            signed_actions,
            seat,
        };
        organisation(self.commit(caller, Verb::UpdateOrganisation(verb)).await?.outcome)
    }

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

    /// Keeps what an outside contract knows of the caller's own organisation, for an administrator of it who
    /// has signed in: no scope of a token stands for such settings.
    ///
    /// # Errors
    /// [`Error::Denied`] for members and for tokens.
    pub async fn keep_own_facts(&self, caller: &Caller, facts: ContractFacts) -> Result<Organisation, Error> {
        let signed_in = matches!(caller.credential, Credential::Session(_));
        if !signed_in || caller.role < Role::OrganisationAdministrator {
            return Err(Error::Denied(Denied::Role));
        }
        let reach = Reach::Organisation(caller.organisation_number);
        let access = Access { reach, role: caller.role, scopes: caller.scopes.clone() };
        let (organisation_id, facts) = (caller.organisation, Some(facts));
        let verb = UpdateOrganisation {
            access,
            organisation: organisation_id,
            expects: None,
            name: None,
            active: None,
            facts,
            signed_actions: None,
            seat: None,
        };
        organisation(self.commit(caller, Verb::UpdateOrganisation(verb)).await?.outcome)
    }

    /// A page of the users and service accounts that the caller sees.
    ///
    /// # Errors
    /// [`Error::Denied`] when the caller may not see them.
    pub async fn owners(&self, caller: &Caller, filter: OwnerFilter, page: PageRequest) -> Result<Page<Owner>, Error> {
        let reach = access::reach(caller, Action::SeeOwners)?;
        Ok(self.store.owners(reach, filter, page).await?)
    }

    /// A part of the same after this many, each with its organisation, and how many the filter selects in all.
    ///
    /// # Errors
    /// As [`Authority::owners`].
    pub async fn owners_part(
        &self,
        caller: &Caller,
        filter: OwnerFilter,
        sort: Sort<OwnerKey>,
        offset: u64,
        limit: usize,
    ) -> Result<Found<ListedOwner>, Error> {
        let reach = access::reach(caller, Action::SeeOwners)?;
        Ok(self.store.owners_part(reach, filter, sort, offset, limit).await?)
    }

    /// One user or service account.
    ///
    /// # Errors
    /// [`Error::NotFound`] outside the caller's reach, and for the other kind.
    pub async fn owner(&self, caller: &Caller, kind: OwnerKind, id: OwnerId) -> Result<Owner, Error> {
        let filter = OwnerFilter { id: Some(id), kind: Some(kind), ..OwnerFilter::default() };
        let page = self.owners(caller, filter, PageRequest { after: None, limit: 1 }).await?;
        page.items.into_iter().next().ok_or(Error::NotFound)
    }

    /// Creates a user or service account.
    ///
    /// # Errors
    /// [`Error::Denied`] when it would have a role or scopes that the caller has not.
    pub async fn create_owner(
        &self,
        caller: &Caller,
        draft: OwnerDraft,
        key: Option<IdempotencyKey>,
    ) -> Result<Created<Owner>, Error> {
        let committed = self.commit_owner(caller, draft, false, key).await?;
        Ok(Created { record: owner_of(committed.outcome)?, repeated: committed.repeated })
    }

    /// Creates a user with a one-time link for his password, both or neither. A repetition gives the same
    /// user another link in place of the lost one.
    ///
    /// # Errors
    /// [`Error::Denied`] when the user may do more than the caller: the link is worth all of it.
    pub async fn create_invited(
        &self,
        caller: &Caller,
        draft: OwnerDraft,
        key: Option<IdempotencyKey>,
    ) -> Result<Created<Invitation>, Error> {
        let committed = self.commit_owner(caller, draft, true, key).await?;
        Ok(Created { record: self.invitation(committed.outcome)?, repeated: committed.repeated })
    }

    async fn commit_owner(
        &self,
        caller: &Caller,
        draft: OwnerDraft,
        invited: bool,
        key: Option<IdempotencyKey>,
    ) -> Result<Committed, Error> {
        let access = access::access(caller, Action::ChangeOwners)?;
        let OwnerDraft { kind, organisation, name, email, role, scopes, facts } = draft;
        let id = OwnerId::new(self.now(), &*self.randomness);
        let owner = NewOwner { id, kind, name, email, role, scopes, password_hash: None, slot: None, facts };
        let organisation = organisation.unwrap_or(caller.organisation);
        self.commit_once(caller, Verb::CreateOwner(CreateOwner { access, organisation, owner, invited }), key).await
    }

    /// Changes a user or service account. Deactivating it ends the power of all its tokens and
    /// sessions at once.
    ///
    /// # Errors
    /// [`Error::Conflict`] when no application administrator would be left.
    pub async fn update_owner(
        &self,
        caller: &Caller,
        kind: OwnerKind,
        owner: OwnerId,
        patch: OwnerPatch,
        expects: Option<u64>,
    ) -> Result<Owner, Error> {
        let access = access::access(caller, Action::ChangeOwners)?;
        if patch.deletes_tokens {
            access::access(caller, Action::ChangeTokens)?;
        }
        let OwnerPatch { name, email, role, scopes, active, deletes_tokens, facts } = patch;
        let verb =
            UpdateOwner { access, owner, kind, expects, name, email, role, scopes, active, deletes_tokens, facts };
        owner_of(self.commit(caller, Verb::UpdateOwner(verb)).await?.outcome)
    }

    /// Makes a one-time link with which a user sets his password, the first one or a new one. It
    /// makes every earlier link of his void.
    ///
    /// # Errors
    /// [`Error::Denied`] when the user may do more than the caller: the link is worth all of it.
    pub async fn invite(&self, caller: &Caller, owner: OwnerId) -> Result<Invitation, Error> {
        let access = access::access(caller, Action::ChangeOwners)?;
        self.invitation(self.commit(caller, Verb::InviteOwner(InviteOwner { access, owner })).await?.outcome)
    }

    fn invitation(&self, outcome: Outcome) -> Result<Invitation, Error> {
        let Outcome::Invited { owner, credential_revision } = outcome else { return Err(unexpected_outcome()) };
        let expires_at = self.now().after(limits::LINK_LIFETIME);
        let link = Link { purpose: Purpose::SetPassword, subject: owner.id, credential_revision, expires_at };
        Ok(Invitation { user: *owner, secret: link::seal(&self.keyring, &link), expires_at })
    }
}

fn organisation(outcome: Outcome) -> Result<Organisation, Error> {
    match outcome {
        Outcome::Organisation(organisation) => Ok(*organisation),
        _ => Err(unexpected_outcome()),
    }
}

pub(crate) fn owner_of(outcome: Outcome) -> Result<Owner, Error> {
    match outcome {
        Outcome::Owner(owner) => Ok(*owner),
        _ => Err(unexpected_outcome()),
    }
}
