//! Journal entries as the native API shows them, and the console's export after it.

use domain::{caller::Actor, journal::Event};
use serde::Serialize;
use serde_json::{Map, Value};
use store::query::JournalRow;
use utoipa::ToSchema;

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
    /// The address that the change was asked for from; null when it is unknown, erased or not for the caller to know.
    address: Option<String>,
    /// The user agent that asked for it, whatever that called itself; null as the address may be.
    user_agent: Option<String>,
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
    /// Shows an entry.
    pub fn new(row: &JournalRow) -> Self {
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
            address: row.origin.address.map(|address| address.to_string()),
            user_agent: row.origin.user_agent.clone(),
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
