//! `…/{id}/history`: what one user or service account did, the newest first, and the way to all of it.

use super::{
    Room, find,
    head::{Head, Tab},
};
use crate::{
    console::{
        addresses,
        page::{Page, send},
        record::{
            Record,
            lately::{self, Lately},
        },
        refused::Refused,
        texts::ENGLISH,
        visitor::Visitor,
    },
    path::Path,
};
use askama::Template;
use axum::response::Response;
use store::query::JournalFilter;

#[derive(Template)]
#[template(path = "console/people/history.html")]
struct Activity {
    page: Page,
    head: Head,
    lead: String,
    all: String,
    records: Vec<Record>,
}

/// Shows it.
pub async fn show(room: Room, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let owner = find(&visitor, room, &id).await?;
    let filter = JournalFilter { actor: Some(owner.id), ..JournalFilter::default() };
    let Lately { records, all } = Lately::of(&visitor, filter, ("actor", owner.id.to_string())).await?;
    Ok(send(&Activity {
        page: visitor.page(&owner.name, room.place()),
        head: Head::new(&visitor, room, &owner, Tab::Activity).await?,
        lead: ENGLISH.people.activity_lead.with("name", &owner.name).to_string(),
        all,
        records,
    }))
}

/// Shows one entry with all its particulars.
pub async fn entry(
    room: Room,
    visitor: Visitor,
    Path((id, position)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let owner = find(&visitor, room, &id).await?;
    let filter = JournalFilter { actor: Some(owner.id), ..JournalFilter::default() };
    let back = format!("{}/history", addresses::owner(room.kind(), owner.id));
    lately::one(&visitor, room.place(), filter, &position, back).await
}
