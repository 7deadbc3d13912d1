//! `/console/settings/journal/{position}`: the dialog about one entry.

use crate::{
    console::{addresses::JOURNAL, page::Place, record, refused::Refused, visitor::Visitor},
    path::Path,
};
use authority::Error;
use axum::response::Response;
use domain::id::Position;
use store::query::JournalFilter;

/// The dialog.
pub async fn show(visitor: Visitor, Path(position): Path<String>) -> Result<Response, Refused> {
    let position = position.parse().map_err(|_| Error::NotFound)?;
    // A place that the store cannot hold is nobody's.
    if i64::try_from(position).is_err() {
        return Err(Error::NotFound.into());
    }
    let filter = JournalFilter { position: Some(Position(position)), ..JournalFilter::default() };
    record::dialog(&visitor, Place::Journal, filter, JOURNAL.to_owned()).await
}
