//! A token as people see it: a row of a table, or a record.

use crate::cli::{
    output::{Value, counted, record, table, wide_table},
    when,
};
use domain::time::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A token as the server sends it.
#[derive(Deserialize)]
pub(super) struct TokenView {
    pub(super) id: String,
    number: u64,
    pub(super) name: String,
    description: String,
    organisation: String,
    owner: String,
    owner_kind: String,
    author: String,
    scopes: Vec<String>,
    networks: Option<Vec<String>>,
    labels: BTreeMap<String, String>,
    state: String,
    created_at: Timestamp,
    updated_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
    revision: u64,
    hint: String,
    last_use: Option<LastUseView>,
    deleted: Option<DeletedView>,
}

/// Its latest use.
#[derive(Deserialize)]
struct LastUseView {
    at: Timestamp,
    address: Option<String>,
    user_agent: Option<String>,
    count: u64,
}

/// How it ended.
#[derive(Deserialize)]
struct DeletedView {
    at: Timestamp,
    by: Option<String>,
    reason: Option<String>,
}

/// How often a token was used on one day.
#[derive(Deserialize)]
pub(super) struct UsageDay {
    pub(super) day: String,
    pub(super) count: u64,
}

/// From where, and with what, a token was used.
#[derive(Deserialize)]
pub(super) struct TokenCaller {
    address: Option<String>,
    user_agent: Option<String>,
    last_used_at: Timestamp,
    count: u64,
}

/// A table of callers.
pub(super) fn callers_table(callers: Vec<TokenCaller>) -> String {
    let row = |TokenCaller { address, user_agent, last_used_at, count }| {
        vec![
            when::short(last_used_at).into(),
            Value::Number(count),
            address.unwrap_or_else(|| "not named".to_owned()).into(),
            user_agent.unwrap_or_else(|| "not named".to_owned()).into(),
        ]
    };
    table(&["LAST USED", "USES", "FROM", "WITH"], callers.into_iter().map(row))
}

/// A table of tokens; `wide` adds whom they speak for and what they may do.
pub(super) fn tokens_table(tokens: &[TokenView], wide: bool) -> String {
    let mut head = vec!["ID", "NAME", "STATE", "SECRET", "EXPIRES", "LAST USED"];
    if wide {
        head.extend(["CREATED", "OWNER", "SCOPES", "LABELS"]);
    }
    let rows = tokens.iter().map(|token| token.row(wide));
    if wide { wide_table(&head, rows) } else { table(&head, rows) }
}

impl TokenView {
    fn row(&self, wide: bool) -> Vec<Value> {
        let mut row = vec![
            self.id.as_str().into(),
            self.name.as_str().into(),
            Value::State(self.state.clone()),
            self.hint.as_str().into(),
            self.expires_at.map_or("never".to_owned(), when::short).into(),
            self.last_use.as_ref().map_or("never".to_owned(), |last| when::short(last.at)).into(),
        ];
        if wide {
            row.extend([
                when::short(self.created_at).into(),
                self.owner.as_str().into(),
                self.scopes.join(" ").into(),
                self.labels().into(),
            ]);
        }
        row
    }

    /// Everything about the token, a line each.
    pub(super) fn record(&self) -> String {
        let networks = self.networks.as_ref().map_or("everywhere".to_owned(), |networks| networks.join(" "));
        let mut parts: Vec<(&'static str, Value)> = vec![
            ("id", self.id.as_str().into()),
            ("number", self.number.to_string().into()),
            ("name", self.name.as_str().into()),
            ("description", self.description.as_str().into()),
            ("state", Value::State(self.state.clone())),
            ("secret", self.hint.as_str().into()),
            ("owner", format!("{} ({})", self.owner, self.owner_kind.replace('_', " ")).into()),
            ("organisation", self.organisation.as_str().into()),
            ("author", self.author.as_str().into()),
            ("scopes", if self.scopes.is_empty() { "none".into() } else { self.scopes.join(" ").into() }),
            ("usable from", networks.into()),
            ("labels", self.labels().into()),
            ("created", when::long(self.created_at).into()),
            ("changed", format!("{}, revision {}", when::long(self.updated_at), self.revision).into()),
            ("expires", self.expires_at.map_or("never".to_owned(), when::long).into()),
            ("last used", self.last_use.as_ref().map_or("never".to_owned(), LastUseView::sentence).into()),
        ];
        parts.extend(self.deleted.as_ref().map(|deleted| ("deleted", deleted.sentence().into())));
        record(parts.into_iter().filter(|(_, value)| *value != Value::Text(String::new())))
    }

    fn labels(&self) -> String {
        let labels: Vec<String> = self.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        labels.join(" ")
    }
}

impl LastUseView {
    fn sentence(&self) -> String {
        let mut text = when::long(self.at);
        if let Some(address) = &self.address {
            text.push_str(&format!(", from {address}"));
        }
        if let Some(agent) = &self.user_agent {
            text.push_str(&format!(", with {agent}"));
        }
        format!("{text}; {} in all", counted(self.count, "use"))
    }
}

impl DeletedView {
    fn sentence(&self) -> String {
        let by = self.by.as_ref().map(|by| format!(", by {by}")).unwrap_or_default();
        let reason = self.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        format!("{}{by}{reason}", when::long(self.at))
    }
}
