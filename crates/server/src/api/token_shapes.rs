//! The shapes of tokens in the answers of the native API.

use domain::{secret::shown, time::Timestamp, token::Token};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A token, live or deleted. It never shows the secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Token)]
pub struct TokenShape {
    /// Its identifier, a UUID.
    #[schema(format = "uuid")]
    id: String,
    /// Its number, which is never given again.
    number: u64,
    /// Its name.
    name: String,
    /// Its description, possibly empty.
    description: String,
    /// The identifier of its organisation.
    #[schema(format = "uuid")]
    organisation: String,
    /// The identifier of the user or service account that it speaks for.
    #[schema(format = "uuid")]
    owner: String,
    /// Whether that is a person or a program.
    #[schema(value_type = OwnerKindShape)]
    owner_kind: &'static str,
    /// The identifier of whoever created it.
    #[schema(format = "uuid")]
    author: String,
    /// What it may do, as granted.
    scopes: Vec<String>,
    /// The networks it may be used from; null means everywhere.
    networks: Option<Vec<String>>,
    /// Its labels.
    labels: BTreeMap<String, String>,
    /// Its state.
    #[schema(value_type = StateShape)]
    state: &'static str,
    /// When it was created.
    #[schema(format = "date-time")]
    created_at: String,
    /// When it was last changed.
    #[schema(format = "date-time")]
    updated_at: String,
    /// When it stops working; null means never.
    #[schema(format = "date-time")]
    expires_at: Option<String>,
    /// Counts its changes, from 1; the entity tag carries it.
    revision: u64,
    /// The fixed prefix and the last four characters of its newest secret.
    hint: String,
    /// Its latest use; null when it was never used.
    last_use: Option<LastUseShape>,
    /// How it ended; only a deleted token has this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    deleted: Option<DeletedShape>,
}

/// A word for a person or a program.
#[derive(ToSchema)]
#[schema(as = OwnerKind, rename_all = "snake_case")]
#[allow(dead_code)]
pub enum OwnerKindShape {
    /// A person.
    User,
    /// A program.
    ServiceAccount,
}

/// The states of a token.
#[derive(ToSchema)]
#[schema(as = TokenState, rename_all = "snake_case")]
#[allow(dead_code)]
pub enum StateShape {
    /// It works.
    Active,
    /// It was switched off.
    Disabled,
    /// Its time is over.
    Expired,
    /// It is gone for good.
    Deleted,
}

/// The latest use of a token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LastUse)]
struct LastUseShape {
    /// When.
    #[schema(format = "date-time")]
    at: String,
    /// From which address, when the verifier named one.
    address: Option<String>,
    /// With which user agent, when the verifier named one.
    user_agent: Option<String>,
    /// How many uses were counted in all.
    count: u64,
}

/// How a token ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Deleted)]
struct DeletedShape {
    /// When.
    #[schema(format = "date-time")]
    at: String,
    /// By whom; null when it was the server or whoever held the secret.
    #[schema(format = "uuid")]
    by: Option<String>,
    /// Why, when a reason was given.
    reason: Option<String>,
}

impl TokenShape {
    /// Shows a token as it stands at `now`.
    pub fn new(token: &Token, now: Timestamp) -> Self {
        Self {
            id: token.id.to_string(),
            number: token.number.0,
            name: token.name.to_string(),
            description: token.description.clone(),
            organisation: token.organisation.to_string(),
            owner: token.owner.to_string(),
            owner_kind: token.owner_kind.as_str(),
            author: token.author.to_string(),
            scopes: token.scopes.iter().map(ToString::to_string).collect(),
            networks: token.networks.as_ref().map(|networks| networks.iter().map(ToString::to_string).collect()),
            labels: token.labels.as_map().clone(),
            state: token.state(now).as_str(),
            created_at: token.created_at.to_string(),
            updated_at: token.updated_at.to_string(),
            expires_at: token.expires_at.map(|expiry| expiry.to_string()),
            revision: token.revision,
            hint: shown(&token.hint),
            last_use: token.last_use.as_ref().map(|last| LastUseShape {
                at: last.at.to_string(),
                address: last.address.map(|address| address.to_string()),
                user_agent: last.user_agent.clone(),
                count: last.count,
            }),
            deleted: token.deleted.as_ref().map(|deleted| DeletedShape {
                at: deleted.at.to_string(),
                by: deleted.by.map(|by| by.to_string()),
                reason: deleted.reason.clone(),
            }),
        }
    }
}

/// A token with its new secret, which is shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = IssuedToken)]
pub struct IssuedShape {
    /// The token.
    #[serde(flatten)]
    pub token: TokenShape,
    /// Its secret. It cannot be read again.
    #[schema(example = "jtn_…")]
    pub secret: String,
}
