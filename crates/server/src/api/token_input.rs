//! What requests say about new and changed tokens, checked field by field.

use super::fields::{given, given_or_null, scopes_of};
use authority::{issue::NewToken, update::TokenPatch};
use domain::{
    address::Networks,
    id::OwnerId,
    invalid::{Checks, Invalid},
    limits,
    name::{self, Labels, Name},
    time::Timestamp,
    token::Terms,
    token::has_passed,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};
use utoipa::ToSchema;

/// What a new token shall be. Only the name is needed.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewToken)]
pub struct NewTokenBody {
    /// Its name, 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Its description, up to 2,000 characters.
    #[schema(max_length = 2000)]
    description: Option<String>,
    /// The identifier of the user or service account it speaks for; the caller when left out.
    #[schema(format = "uuid")]
    owner: Option<String>,
    /// What it may do; as much as caller and owner both may when left out.
    #[schema(max_items = 100)]
    scopes: Option<Vec<String>>,
    /// The networks it may be used from, in CIDR form; everywhere when left out.
    #[schema(min_items = 1, max_items = 50)]
    networks: Option<Vec<String>>,
    /// Its labels.
    labels: Option<BTreeMap<String, String>>,
    /// When it stops working; never when left out.
    #[schema(format = "date-time")]
    expires_at: Option<String>,
    /// The same, as seconds from now.
    #[schema(minimum = 1)]
    expires_in_seconds: Option<u64>,
}

impl NewTokenBody {
    /// Checks every field.
    ///
    /// # Errors
    /// Names every field that broke a rule.
    pub fn check(self, now: Timestamp) -> Result<NewToken, Invalid> {
        let mut checks = Checks::new();
        let name = checks.take(Name::parse("name", &self.name));
        let description =
            checks.take(name::description("description", self.description.as_deref().unwrap_or_default()));
        let owner = self.owner.and_then(|owner| checks.take(OwnerId::parse("owner", &owner)));
        let scopes = self.scopes.and_then(|scopes| checks.take(scopes_of(&scopes)));
        let networks = self.networks.and_then(|networks| checks.take(networks_of(&networks)));
        let labels = checks.take(Labels::parse("labels", self.labels.unwrap_or_default()));
        let expires_at = match (self.expires_at, self.expires_in_seconds) {
            (Some(_), Some(_)) => {
                checks.refuse("expires_in_seconds", "must not be given together with expires_at");
                None
            }
            (Some(at), None) => checks.take(future("expires_at", &at, now)),
            (None, Some(seconds)) => checks.take(seconds_from(now, seconds)),
            (None, None) => None,
        };
        let parts = name.zip(description).zip(labels);
        checks.finish_with(parts.map(|((name, description), labels)| NewToken {
            key: None,
            name,
            description,
            owner,
            scopes,
            networks,
            labels,
            expires_at,
            terms: Terms::default(),
            permission: None,
        }))
    }
}

/// What shall be different about a token. What is left out stays; null removes networks or expiry.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TokenPatch)]
#[allow(clippy::option_option, reason = "a field that is absent, null or given means three things")]
pub struct TokenPatchBody {
    /// A new name, 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    #[serde(default, deserialize_with = "given")]
    name: Option<String>,
    /// A new description, up to 2,000 characters.
    #[schema(max_length = 2000, nullable = false)]
    #[serde(default, deserialize_with = "given")]
    description: Option<String>,
    /// New scopes.
    #[schema(max_items = 100, nullable = false)]
    #[serde(default, deserialize_with = "given")]
    scopes: Option<Vec<String>>,
    /// New networks, or null for everywhere.
    #[schema(value_type = Option<Vec<String>>, min_items = 1, max_items = 50)]
    #[serde(default, deserialize_with = "given_or_null")]
    networks: Option<Option<Vec<String>>>,
    /// New labels, in place of all earlier ones.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "given")]
    labels: Option<BTreeMap<String, String>>,
    /// A new expiry, or null for never.
    #[schema(value_type = Option<String>, format = "date-time")]
    #[serde(default, deserialize_with = "given_or_null")]
    expires_at: Option<Option<String>>,
}

impl TokenPatchBody {
    /// Checks every field.
    ///
    /// # Errors
    /// Names every field that broke a rule.
    pub fn check(self, now: Timestamp) -> Result<TokenPatch, Invalid> {
        let mut checks = Checks::new();
        let patch = TokenPatch {
            name: self.name.and_then(|name| checks.take(Name::parse("name", &name))),
            description: self.description.and_then(|text| checks.take(name::description("description", &text))),
            scopes: self.scopes.and_then(|scopes| checks.take(scopes_of(&scopes))),
            networks: self
                .networks
                .and_then(|networks| checks.take(networks.map(|list| networks_of(&list)).transpose())),
            labels: self.labels.and_then(|labels| checks.take(Labels::parse("labels", labels))),
            expires_at: self
                .expires_at
                .and_then(|at| checks.take(at.map(|at| future("expires_at", &at, now)).transpose())),
            facts: None,
            slot: None,
        };
        checks.finish_with(Some(patch))
    }
}

fn networks_of(texts: &[String]) -> Result<Networks, Invalid> {
    Networks::parse("networks", texts.iter().map(String::as_str))
}

fn future(field: &str, text: &str, now: Timestamp) -> Result<Timestamp, Invalid> {
    match Timestamp::parse(field, text)? {
        at if has_passed(at, now) => Err(Invalid::field(field, "must lie in the future")),
        at => Ok(at),
    }
}

fn seconds_from(now: Timestamp, seconds: u64) -> Result<Timestamp, Invalid> {
    let latest = u64::try_from((limits::TIME_LATEST_MILLISECONDS - now.milliseconds()) / 1_000).unwrap_or(0);
    if (1..=latest).contains(&seconds) {
        Ok(now.after(Duration::from_secs(seconds)))
    } else {
        Err(Invalid::field(
            "expires_in_seconds",
            "must be at least 1 and lead no further than the last but one day of the year 9999",
        ))
    }
}
