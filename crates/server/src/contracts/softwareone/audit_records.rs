//! `/public/v1/audit/records`: the journal as this contract's clients read it.

use super::{
    account::AccountType,
    event_types::{EVENT_TYPES, EventType},
    identifier,
    list::{self, Asked, ListShape, Names},
    rights::Bearer,
    rql::{
        Query,
        check::{Checked, check, sortable},
        mistake::Mistake,
        property::{Kind, Property},
    },
    token_query::is_number,
    token_shapes::UserReference,
    tokens::by_number,
};
use crate::{
    json::Json,
    path::Path,
    problem::{Problem, ProblemKind},
    state::Server,
};
use axum::extract::State;
use domain::{
    id::{Position, TokenId},
    journal::Event,
    time::Timestamp,
};
use serde::Serialize;
use serde_json::{Map, Value};
use store::query::{
    JournalFilter, JournalRow,
    search::{Comparison, Fact, Value as Constant},
};
use utoipa::ToSchema;

/// The names of a record.
const ALL: [&str; 9] = ["id", "href", "event", "summary", "object", "actor", "timestamp", "type", "documents"];
/// What a list shows of each.
const IN_LISTS: Names = Names { all: &ALL, omitted: &["documents"] };
/// What is shown of a single one.
const ALONE: Names = Names { all: &ALL, omitted: &[] };

/// Where a property is in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The kind of the entry.
    Event,
    /// The token that it is about.
    Object,
    /// When it was made.
    Timestamp,
    /// Nowhere: it only has parts.
    Parts,
}

/// What the journal can be asked for: each compared with a constant, and all of it together.
static PROPERTIES: [Property<Place>; 4] = [
    Property::new("event", Kind::Text, Place::Event),
    Property::new("object", Kind::Reference, Place::Parts),
    Property::new("object.id", Kind::Text, Place::Object),
    Property::new("timestamp", Kind::Time, Place::Timestamp),
];

/// An audit record.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditRecord)]
pub struct RecordShape {
    /// What is left out.
    #[serde(rename = "$meta", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    meta: Option<list::Omitted>,
    /// Its identifier.
    #[schema(required = false, pattern = r"^AUD(-\d{4}){4,}$")]
    id: String,
    /// Its address.
    #[schema(required = false)]
    href: String,
    /// What kind of event it was.
    #[schema(required = false)]
    event: &'static str,
    /// What happened, in a few words.
    #[schema(required = false)]
    summary: &'static str,
    /// What it happened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    object: Option<ObjectReference>,
    /// Who did it; absent when the server itself did, or whoever held the secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    actor: Option<UserReference>,
    /// When.
    #[schema(required = false, format = "date-time")]
    timestamp: String,
    /// Always `Public`: whoever reaches the account may read it.
    #[schema(required = false)]
    r#type: &'static str,
    /// The particulars of the event.
    #[schema(required = false, value_type = Object)]
    documents: Map<String, Value>,
}

/// What a record is about.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ObjectReference {
    /// Its identifier.
    #[schema(required = false)]
    id: String,
    /// Its name as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    name: Option<String>,
    /// What it is.
    #[schema(required = false)]
    object_type: &'static str,
}

/// List audit records
///
/// The newest first unless `order=timestamp` says otherwise. `event` and `object.id` may be asked for, and
/// `timestamp` within bounds.
#[utoipa::path(
    get, path = "/public/v1/audit/records", tag = "Audit", operation_id = "list_softwareone_records",
    params(list::ListQuery),
    responses((status = 200, description = "A part of the records", body = ListShape<RecordShape>))
)]
pub async fn list(State(server): State<Server>, bearer: Bearer, Asked(query): Asked) -> Result<Json<Value>, Problem> {
    let (mut filter, object) = filter(&query).map_err(list::problem)?;
    filter.hidden = hidden(&bearer);
    let limit = list::limit(&query);
    if let Some(object) = object {
        filter.token = token(&server, &bearer, &object).await?;
        // Nothing was ever made at position 0: the records of what does not exist are none.
        filter.position = filter.token.is_none().then_some(Position(0));
    }
    let found = server.authority.journal_part(&bearer.caller, filter, query.offset, limit, u64::MAX).await?;
    let records = found.items.iter().map(record).collect();
    Ok(Json(list::page(records, found.total, &query, &IN_LISTS)))
}

/// Show an audit record
#[utoipa::path(
    get, path = "/public/v1/audit/records/{id}", tag = "Audit", operation_id = "show_softwareone_record",
    params(("id" = String, Path, description = "The identifier of the record"), list::SelectQuery),
    responses((status = 200, description = "The record", body = RecordShape))
)]
pub async fn show(
    State(server): State<Server>,
    bearer: Bearer,
    Path(id): Path<String>,
    Asked(query): Asked,
) -> Result<Json<Value>, Problem> {
    let select = list::only_select(&query)?;
    let position = identifier::parse_record(&id).ok_or_else(|| Problem::field("id", identifier::RECORD_RULE))?;
    let filter = JournalFilter { position: Some(position), hidden: hidden(&bearer), ..JournalFilter::default() };
    let found = server.authority.journal_part(&bearer.caller, filter, 0, 1, 1).await?;
    let row = found.items.first().ok_or(ProblemKind::NotFound)?;
    Ok(Json(list::shown(record(row), select, &ALONE)))
}

/// What a query asks of the journal, and the identifier of the object that it names.
fn filter(query: &Query) -> Result<(JournalFilter, Option<String>), Vec<Mistake>> {
    let (mut filter, mut object, mut mistakes) = (JournalFilter::default(), None, query.mistakes.clone());
    for key in &query.order {
        match sortable(&PROPERTIES, &key.path) {
            Ok(property) if property.at == Place::Timestamp => filter.ascending = !key.descending,
            Ok(property) => mistakes.push(Mistake::unknown_path(property.path)),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    let checked = query.filter.as_ref().map(|filter| check(filter, &PROPERTIES)).transpose();
    match checked.and_then(|checked| checked.map_or(Ok(()), |checked| narrow(&checked, &mut filter, &mut object))) {
        Ok(()) if mistakes.is_empty() => Ok((filter, object)),
        Ok(()) => Err(mistakes),
        Err(mistake) => Err(mistakes.into_iter().chain([mistake]).collect()),
    }
}

/// Narrows a filter by a condition, where the journal can be asked for it.
fn narrow(checked: &Checked<Place>, filter: &mut JournalFilter, object: &mut Option<String>) -> Result<(), Mistake> {
    match checked {
        Checked::All(parts) => parts.iter().try_for_each(|part| narrow(part, filter, object)),
        Checked::Compare(property, comparison, value) => match (property.at, comparison, value) {
            (Place::Event, Comparison::Equal, Constant::Text(key)) => {
                let known = EVENT_TYPES.iter().find(|known| known.key == key);
                let kind = known.map_or_else(|| key.clone(), |known| known.kind.to_owned());
                once(&mut filter.kind, kind, property)
            }
            (Place::Object, Comparison::Equal, Constant::Text(id)) => once(object, id.clone(), property),
            (Place::Timestamp, _, Constant::Number(at)) => {
                between(filter, *comparison, *at);
                Ok(())
            }
            _ => Err(Mistake::not_permitted(property.path, "compare")),
        },
        Checked::Any(_) => Err(Mistake::not_permitted("filter", "or")),
        Checked::Not(_) => Err(Mistake::not_permitted("filter", "not")),
        Checked::CompareProperties(property, _, _) | Checked::Null(property) => {
            Err(Mistake::not_permitted(property.path, "compare"))
        }
        Checked::OneOf(property, _) => Err(Mistake::not_permitted(property.path, "in")),
        Checked::Fits(property, _) => Err(Mistake::not_permitted(property.path, "like")),
        Checked::Elements(_, property, _) => Err(Mistake::not_permitted(property.path, "any")),
    }
}

fn once<T>(place: &mut Option<String>, value: String, property: &Property<T>) -> Result<(), Mistake> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Mistake::repeated(property.path)),
    }
}

fn between(filter: &mut JournalFilter, comparison: Comparison, at: i64) {
    let (from, to) = match comparison {
        Comparison::Equal => (Some(at), Some(at.saturating_add(1))),
        Comparison::Greater => (Some(at.saturating_add(1)), None),
        Comparison::GreaterOrEqual => (Some(at), None),
        Comparison::Less => (None, Some(at)),
        Comparison::LessOrEqual => (None, Some(at.saturating_add(1))),
    };
    let instant = |milliseconds: Option<i64>| milliseconds.map(Timestamp::from_milliseconds);
    filter.after = filter.after.max(instant(from));
    filter.before = match (filter.before, instant(to)) {
        (Some(before), Some(to)) => Some(before.min(to)),
        (before, to) => before.or(to),
    };
}

/// The accounts whose records the caller does not see, as he does not see their tokens.
fn hidden(bearer: &Bearer) -> Option<(Fact, &'static str)> {
    (!bearer.may_enter(AccountType::Operations)).then_some((AccountType::FACT, AccountType::OPERATIONS))
}

/// The token that an identifier names, live or deleted: its records outlive it.
async fn token(server: &Server, bearer: &Bearer, id: &str) -> Result<Option<TokenId>, Problem> {
    let Some(number) = identifier::parse_token(id) else { return Ok(None) };
    let found = by_number(server, bearer, is_number(number.0), true).await?;
    Ok(found.map(|found| found.token.id))
}

fn record(row: &JournalRow) -> Value {
    let (id, known) = (identifier::record(row.entry.position), EventType::of_event(&row.entry.event));
    list::object(&RecordShape {
        meta: None,
        href: format!("/audit/records/{id}"),
        id,
        event: known.key,
        summary: known.name,
        object: object(row),
        actor: row.names.actor.as_ref().map(UserReference::new),
        timestamp: row.entry.at.to_string(),
        r#type: "Public",
        documents: particulars(&row.entry.event),
    })
}

/// What an entry is about: a token, an account or a user.
fn object(row: &JournalRow) -> Option<ObjectReference> {
    if let Some((number, name)) = &row.names.token {
        let (id, name) = (identifier::token(*number), name.as_ref().map(ToString::to_string));
        return Some(ObjectReference { id, name, object_type: "ApiToken" });
    }
    let user = |number| ObjectReference { id: identifier::user(number), name: None, object_type: "User" };
    match &row.entry.event {
        Event::OrganisationCreated(changed) | Event::OrganisationUpdated(changed) => Some(ObjectReference {
            id: identifier::account(changed.number),
            name: row.names.organisation.as_ref().map(ToString::to_string),
            object_type: "Account",
        }),
        Event::OwnerCreated(changed) | Event::OwnerUpdated(changed) => Some(user(changed.number)),
        Event::PermissionAssigned(assigned) | Event::PermissionRevoked(assigned) => Some(user(assigned.owner)),
        Event::SessionOpened(opened) => Some(user(opened.owner)),
        Event::SessionsClosed(closed) => Some(user(closed.owner)),
        Event::SignerAdded(changed)
        | Event::SignerEnabled(changed)
        | Event::SignerDisabled(changed)
        | Event::SignerRemoved(changed) => Some(user(changed.owner)),
        Event::ActionSigned(signed) => Some(user(signed.owner)),
        Event::TokenIssued(_)
        | Event::TokenUpdated(_)
        | Event::TokenDisabled(_)
        | Event::TokenEnabled(_)
        | Event::TokenRotated(_)
        | Event::RotationFinished(_)
        | Event::SecretsEnded(_)
        | Event::TokenDeleted(_)
        | Event::SecretsRehashed(_)
        | Event::PermissionCreated(_)
        | Event::PermissionUpdated(_)
        | Event::DeletionStarted(_)
        | Event::DeletionFinished(_)
        | Event::QuarantineLifted(_) => None,
    }
}

/// The content of an event without the digests, which mean nothing outside.
fn particulars(event: &Event) -> Map<String, Value> {
    let content = event.body().ok().and_then(|body| serde_json::from_str(&body).ok());
    let Some(Value::Object(mut content)) = content else { return Map::new() };
    for digests in ["digest", "digests", "model", "ends"] {
        content.remove(digests);
    }
    content
}
