//! What whoever may change an organisation learns and settles before its kind of business changes.

use crate::{
    access::{self, Action},
    authority::Authority,
    error::Error,
    owners::owner_of,
};
use domain::{
    caller::Caller,
    id::OrganisationId,
    owner::{Organisation, Owner},
};
use store::{
    change::{UpdateOwner, Verb},
    query::{OrganisationFilter, PageRequest, TokenFilter},
};

impl Authority {
    /// One organisation that the caller may change.
    ///
    /// # Errors
    /// [`Error::NotFound`] outside the caller's reach.
    pub async fn organisation_to_change(&self, caller: &Caller, id: OrganisationId) -> Result<Organisation, Error> {
        let reach = access::reach(caller, Action::ChangeOrganisations)?;
        let filter = OrganisationFilter { id: Some(id), ..OrganisationFilter::default() };
        let page = self.store.organisations(reach, filter, PageRequest { after: None, limit: 1 }).await?;
        page.items.into_iter().next().ok_or(Error::NotFound)
    }

    /// How many live tokens this filter selects in organisations that the caller may change.
    ///
    /// # Errors
    /// [`Error::Denied`] for whoever may change none.
    pub async fn count_tokens_to_change(&self, caller: &Caller, filter: TokenFilter) -> Result<u64, Error> {
        let reach = access::reach(caller, Action::ChangeOrganisations)?;
        Ok(self.store.count_tokens(reach, filter, self.now()).await?)
    }

    /// Deactivates or reactivates the holder of a seat, whose power comes from what its organisation is.
    ///
    /// # Errors
    /// [`Error::Denied`] for whoever may not change organisations, and for a reactivation that hands out
    /// more than the caller has.
    pub async fn switch_seat(&self, caller: &Caller, holder: &Owner, active: bool) -> Result<Owner, Error> {
        let verb = UpdateOwner {
            access: access::access(caller, Action::ChangeOrganisations)?,
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
        owner_of(self.commit(caller, Verb::UpdateOwner(verb)).await?.outcome)
    }
}
