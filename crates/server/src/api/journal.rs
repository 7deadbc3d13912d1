//! `/v1/journal`: what happened, as far as the caller sees it.

use super::page::{List, PageQuery};
use crate::{auth::Bearer, journal_entry::EntryShape, problem::Problem, query::Query, state::Server};
use axum::{Json, extract::State};
use domain::{
    id::{OrganisationId, OwnerId, TokenId},
    invalid::{Checks, Invalid},
    journal::Event,
    time::Timestamp,
};
use serde::Deserialize;
use store::query::{JournalFilter, PageRequest};
use utoipa::IntoParams;

/// Which entries: every part that is given must fit.
#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct JournalQuery {
    /// Of this organisation.
    #[param(format = "uuid")]
    organisation: Option<String>,
    /// Made by this user or service account.
    #[param(format = "uuid")]
    actor: Option<String>,
    /// About this token.
    #[param(format = "uuid")]
    token_id: Option<String>,
    /// Of this kind, such as `token.deleted`.
    kind: Option<String>,
    /// Made before this instant.
    #[param(format = "date-time")]
    before: Option<String>,
    /// Made at this instant or later.
    #[param(format = "date-time")]
    after: Option<String>,
    /// `asc` for the oldest first, `desc` (the default) for the newest.
    #[param(pattern = "^(asc|desc)$")]
    order: Option<String>,
    /// At most this many on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50, value_type = Option<u64>)]
    limit: Option<String>,
    /// Where the page before this one ended: its `next_cursor`.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

impl JournalQuery {
    fn check(self) -> Result<(JournalFilter, PageRequest), Invalid> {
        let mut checks = Checks::new();
        let mut time = |name: &str, at: Option<String>| at.and_then(|at| checks.take(Timestamp::parse(name, &at)));
        let (before, after) = (time("before", self.before), time("after", self.after));
        let filter = JournalFilter {
            organisation: self.organisation.and_then(|id| checks.take(OrganisationId::parse("organisation", &id))),
            actor: self.actor.and_then(|id| checks.take(OwnerId::parse("actor", &id))),
            token: self.token_id.and_then(|id| checks.take(TokenId::parse("token_id", &id))),
            kind: self.kind.and_then(|kind| checks.take(kind_of(kind))),
            hidden: None,
            position: None,
            before,
            after,
            ascending: self.order.and_then(|order| checks.take(ascending(&order))).unwrap_or(false),
        };
        let page = PageQuery { limit: self.limit, cursor: self.cursor, total: None };
        let page = checks.take(page.check(Some(order_of(&filter))));
        checks.finish_with(page.map(|(page, _)| (filter, page)))
    }
}

/// The order of the list, as its cursors name it.
fn order_of(filter: &JournalFilter) -> &'static str {
    if filter.ascending { "journal asc" } else { "journal desc" }
}

fn kind_of(kind: String) -> Result<String, Invalid> {
    if Event::KINDS.contains(&kind.as_str()) {
        Ok(kind)
    } else {
        Err(Invalid::field("kind", format!("must be one of {}", Event::KINDS.join(", "))))
    }
}

fn ascending(order: &str) -> Result<bool, Invalid> {
    match order {
        "asc" => Ok(true),
        "desc" => Ok(false),
        _ => Err(Invalid::field("order", "must be asc or desc")),
    }
}

/// Read the journal
///
/// Every accepted change, the newest first unless `order` says otherwise. Members see what they did
/// and what happened to their tokens.
#[utoipa::path(
    get, path = "/v1/journal", tag = "Journal", operation_id = "list_journal",
    params(JournalQuery),
    responses((status = 200, description = "A page of entries", body = List<EntryShape>))
)]
pub async fn list(
    State(server): State<Server>,
    Bearer(caller): Bearer,
    Query(query): Query<JournalQuery>,
) -> Result<Json<List<EntryShape>>, Problem> {
    let (filter, page) = query.check()?;
    let order = order_of(&filter);
    let page = server.authority.journal(&caller, filter, page).await?;
    Ok(Json(List::new(page, order, |row| EntryShape::new(&row))))
}
