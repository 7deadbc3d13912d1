//! `/public/v1/audit/event-types`: the kinds of audit records.

use super::{
    list::{self, Asked, ListShape, Names},
    rights::Bearer,
    rql::property::{Kind, Property},
};
use crate::{
    json::Json,
    path::Path,
    problem::{Problem, ProblemKind},
};
use domain::{id::TokenNumber, journal::Event};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What identifiers of event types begin with.
const PREFIX: &str = "AET-";

/// A kind of audit records.
#[derive(Debug)]
pub struct EventType {
    /// The kind of the journal's entries.
    pub kind: &'static str,
    /// Its name in this contract.
    pub key: &'static str,
    /// Its name for people.
    pub name: &'static str,
}

const fn of(kind: &'static str, key: &'static str, name: &'static str) -> EventType {
    EventType { kind, key, name }
}

/// Every kind there is; the place of each is its number, so none is ever moved.
pub static EVENT_TYPES: [EventType; Event::KINDS.len()] = [
    of("token.issued", "platform.accounts.apiToken.created", "API token created"),
    of("token.updated", "platform.accounts.apiToken.updated", "API token updated"),
    of("token.disabled", "platform.accounts.apiToken.disabled", "API token disabled"),
    of("token.enabled", "platform.accounts.apiToken.enabled", "API token enabled"),
    of("token.deleted", "platform.accounts.apiToken.statusChanged", "API token deleted"),
    of("token.rotated", "platform.accounts.apiToken.rotated", "API token given a new secret"),
    of("token.rotation_finished", "platform.accounts.apiToken.rotationFinished", "Older secrets of an API token ended"),
    of("token.secrets_ended", "platform.accounts.apiToken.secretsEnded", "Secrets of an API token ended again"),
    of("organisation.created", "platform.accounts.account.created", "Account created"),
    of("organisation.updated", "platform.accounts.account.updated", "Account updated"),
    of("owner.created", "platform.accounts.user.created", "User created"),
    of("owner.updated", "platform.accounts.user.updated", "User updated"),
    of("session.opened", "platform.accounts.user.signedIn", "User signed in"),
    of("session.closed", "platform.accounts.user.signedOut", "User signed out"),
    of("deletion.started", "platform.accounts.deletion.started", "Deletion of API tokens started"),
    of("deletion.finished", "platform.accounts.deletion.finished", "Deletion of API tokens finished"),
    of("secrets.rehashed", "platform.system.secrets.rehashed", "Server key changed"),
    of("quarantine.lifted", "platform.system.quarantine.lifted", "Server put back to work"),
    of("signer.added", "platform.accounts.signer.created", "Signing key or passkey registered"),
    of("signer.enabled", "platform.accounts.signer.enabled", "Signing key or passkey enabled"),
    of("signer.disabled", "platform.accounts.signer.disabled", "Signing key or passkey disabled"),
    of("signer.removed", "platform.accounts.signer.removed", "Signing key or passkey removed"),
    of("action.signed", "platform.accounts.action.signed", "Change signed"),
    of("permission.created", "platform.accounts.permission.created", "Permission created"),
    of("permission.updated", "platform.accounts.permission.updated", "Permission updated"),
    of("permission.assigned", "platform.accounts.permission.assigned", "Permission assigned"),
    of("permission.revoked", "platform.accounts.permission.revoked", "Permission revoked"),
];

/// What lists of event types may be filtered and sorted by.
static PROPERTIES: [Property<()>; 4] = [
    Property::new("id", Kind::Text, ()),
    Property::new("key", Kind::Text, ()),
    Property::new("name", Kind::Text, ()),
    Property::new("description", Kind::Text, ()),
];

/// The names of a kind of audit records.
const NAMES: Names = Names { all: &["id", "href", "key", "name", "description"], omitted: &[] };

/// A kind of audit records.
#[derive(Serialize, ToSchema)]
#[schema(as = EventType)]
pub struct EventTypeShape {
    /// What is left out.
    #[serde(rename = "$meta", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    meta: Option<list::Omitted>,
    /// Its identifier.
    #[schema(required = false, pattern = r"^AET-\d{4}-\d{4}$")]
    id: String,
    /// Its address.
    #[schema(required = false)]
    href: String,
    /// Its name in records.
    #[schema(required = false)]
    key: &'static str,
    /// Its name for people.
    #[schema(required = false)]
    name: &'static str,
    /// What happened.
    #[schema(required = false)]
    description: String,
}

impl EventType {
    /// The kind of an event of the journal.
    pub fn of_event(event: &Event) -> &'static Self {
        let kind = event.kind();
        // Every kind has its place, which a test makes sure of.
        EVENT_TYPES.iter().find(|known| known.kind == kind).unwrap_or(&EVENT_TYPES[0])
    }

    fn record(&self, place: usize) -> Value {
        let id = format!("{PREFIX}{}", TokenNumber(place as u64 + 1).grouped());
        list::object(&EventTypeShape {
            meta: None,
            href: format!("/audit/event-types/{id}"),
            id,
            key: self.key,
            name: self.name,
            description: format!("{}.", self.name),
        })
    }
}

/// List event types
#[utoipa::path(
    get, path = "/public/v1/audit/event-types", tag = "Audit", operation_id = "list_softwareone_event_types",
    params(list::ListQuery),
    responses((status = 200, description = "A part of the catalogue", body = ListShape<EventTypeShape>))
)]
pub async fn list(_: Bearer, Asked(query): Asked) -> Result<Json<Value>, Problem> {
    let records = EVENT_TYPES.iter().enumerate().map(|(place, known)| known.record(place)).collect();
    list::of_catalogue(records, &query, &PROPERTIES, &NAMES).map(Json)
}

/// Show an event type
#[utoipa::path(
    get, path = "/public/v1/audit/event-types/{id}", tag = "Audit", operation_id = "show_softwareone_event_type",
    params(("id" = String, Path, description = "The identifier of the event type"), list::SelectQuery),
    responses((status = 200, description = "The event type", body = EventTypeShape))
)]
pub async fn show(_: Bearer, Path(id): Path<String>, Asked(query): Asked) -> Result<Json<Value>, Problem> {
    let select = list::only_select(&query)?;
    let number = id.strip_prefix(PREFIX).and_then(TokenNumber::from_grouped);
    let number = number.ok_or_else(|| Problem::field("id", "must be AET- and groups of four digits"))?;
    let place = usize::try_from(number.0.wrapping_sub(1)).unwrap_or(usize::MAX);
    let known = EVENT_TYPES.get(place).ok_or(ProblemKind::NotFound)?;
    Ok(Json(list::shown(known.record(place), select, &NAMES)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_of_the_journal_has_one_type() {
        let kinds: BTreeSet<_> = EVENT_TYPES.iter().map(|known| known.kind).collect();
        assert_eq!(kinds, Event::KINDS.iter().copied().collect());
        let keys: BTreeSet<_> = EVENT_TYPES.iter().map(|known| known.key).collect();
        assert_eq!(keys.len(), EVENT_TYPES.len());
    }
}
