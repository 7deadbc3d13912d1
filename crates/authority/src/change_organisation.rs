//! What whoever may change an organisation learns and settles before its kind of business changes.

use crate::{
    access::{self, Action},
    authority::Authority,
    error::Error,
};
use domain::{caller::Caller, id::OrganisationId, owner::Organisation};
use store::query::{OrganisationFilter, PageRequest, TokenFilter};

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
}
