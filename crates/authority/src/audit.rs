//! Audit: reading the journal.

use crate::{
    access::{self, Action},
    authority::Authority,
    error::Error,
};
use domain::caller::Caller;
use store::query::{JournalFilter, JournalRow, Page, PageRequest, search::Found};

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

    /// A part of the same after this many entries, and how many the filter selects in all; those beyond `most` need
    /// not be counted.
    ///
    /// # Errors
    /// As [`Authority::journal`].
    pub async fn journal_part(
        &self,
        caller: &Caller,
        filter: JournalFilter,
        offset: u64,
        limit: usize,
        most: u64,
    ) -> Result<Found<JournalRow>, Error> {
        let reach = access::reach(caller, Action::ReadJournal)?;
        Ok(self.store.journal_part(reach, filter, offset, limit, most).await?)
    }
}
