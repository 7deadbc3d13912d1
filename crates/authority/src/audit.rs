//! Audit: reading the journal.

use crate::{
    access::{self, Action},
    authority::Authority,
    error::Error,
};
use domain::caller::Caller;
use store::query::{JournalFilter, JournalRow, Page, PageRequest};

impl Authority {
    /// A page of the journal entries that the caller sees.
    ///
    /// # Errors
    /// [`Error::Denied`] when the caller may not read the journal.
    pub async fn journal(
        &self,
        caller: &Caller,
        filter: JournalFilter,
        page: PageRequest,
    ) -> Result<Page<JournalRow>, Error> {
        let reach = access::reach(caller, Action::ReadJournal)?;
        Ok(self.store.journal(reach, filter, page).await?)
    }
}
