//! `/v1/journal`: what happened, as far as the caller sees it.

use super::page::{List, PageQuery};
use crate::{auth::Bearer, problem::Problem, query::Query, state::Server};
use axum::{Json, extract::State};
use domain::{
    caller::Actor,
    id::{OrganisationId, OwnerId, TokenId},
    invalid::{Checks, Invalid},
    journal::Event,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::query::{JournalFilter, JournalRow, PageRequest};
use utoipa::{IntoParams, ToSchema};

/// A journal entry.
#[derive(Serialize, ToSchema)]
#[schema(as = JournalEntry)]
pub struct EntryShape {
    /// Its place: dense and in commit order, over all organisations.
    position: u64,
    /// When it was made.
    #[schema(format = "date-time")]
    at: String,
    /// What happened, such as `token.deleted`.
    kind: &'static str,
    /// Who made it.
    actor: ActorShape,
    /// The organisation it concerns; null for the installation as a whole.
    #[schema(format = "uuid")]
    organisation: Option<String>,
    /// The particulars; they depend on the kind.
    #[schema(value_type = Object)]
    data: Map<String, Value>,
    /// SHA-256 over the entry and the chain value of the one before it, in hexadecimal.
    chain: String,
}

/// Who made a change.
#[derive(Serialize, ToSchema)]
#[schema(as = Actor)]
struct ActorShape {
    /// `owner`, `possession` (whoever held the secret or link) or `system`.
    #[schema(value_type = ActorKind)]
    kind: &'static str,
    /// The user or service account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid", nullable = false)]
    owner: Option<String>,
    /// The token that was shown; a session has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid", nullable = false)]
    token: Option<String>,
}

/// The kinds of actors.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code)]
enum ActorKind {
    Owner,
    Possession,
    System,
}

impl EntryShape {
    fn new(row: &JournalRow) -> Self {
        let entry = &row.entry;
        let (kind, token) = match entry.actor {
            Actor::Owner { owner: _, token } => ("owner", token),
            Actor::Possession => ("possession", None),
            Actor::System => ("system", None),
        };
        Self {
            position: entry.position.0,
            at: entry.at.to_string(),
            kind: entry.event.kind(),
            actor: ActorShape {
                kind,
                owner: row.actor.map(|owner| owner.to_string()),
                token: token.map(|token| token.to_string()),
            },
            organisation: row.organisation.map(|organisation| organisation.to_string()),
            data: particulars(&entry.event),
            chain: domain::hexadecimal::encode(&entry.chain),
        }
    }
}

/// The content of an event without the digests, which mean nothing outside.
fn particulars(event: &Event) -> Map<String, Value> {
    let content = event.body().ok().and_then(|body| serde_json::from_str(&body).ok());
    let Some(Value::Object(mut content)) = content else { return Map::new() };
    for digests in ["digest", "digests", "model", "ends"] {
        content.remove(digests);
    }
    // Entries name people by number; under `owner` an answer holds identifiers only.
    if content.get("owner").is_some_and(Value::is_number)
        && let Some(number) = content.remove("owner")
    {
        content.insert("owner_number".to_owned(), number);
    }
    content
}

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
