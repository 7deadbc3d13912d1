//! The last entries about something, as a tab of its page shows them, and the way to all of them.

use super::{Record, dialog, tell};
use crate::console::{addresses, page::Place, refused::Refused, visitor::Visitor};
use authority::Error;
use axum::response::Response;
use domain::id::Position;
use store::query::{JournalFilter, PageRequest};

/// How many entries are shown.
const SHOWN: usize = 20;

/// The last entries.
pub struct Lately {
    /// The newest first.
    pub records: Vec<Record>,
    /// The journal with all of them.
    pub all: String,
}

impl Lately {
    /// Those that a filter selects; `narrowing` is the same for the journal.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn of(visitor: &Visitor, filter: JournalFilter, narrowing: (&str, String)) -> Result<Self, Refused> {
        let page = PageRequest { after: None, limit: SHOWN };
        let found = visitor.server.authority.journal(&visitor.caller, filter, page).await?;
        let all = addresses::with(addresses::JOURNAL, [narrowing]);
        Ok(Self { records: tell(visitor, &found.items).await?, all })
    }
}

/// The dialog about one of the entries that a filter selects, named by its place.
///
/// # Errors
/// Not found where it is none of them.
pub async fn one(
    visitor: &Visitor,
    place: Place,
    filter: JournalFilter,
    position: &str,
    back: String,
) -> Result<Response, Refused> {
    let position = Position(position.parse().map_err(|_| Error::NotFound)?);
    dialog(visitor, place, JournalFilter { position: Some(position), ..filter }, back).await
}
