//! Challenges and actions as this door hands them out: the core's own sealed texts in JSON Web Tokens, as clients
//! expect them. They are signed with a key of their own, so they are never taken for a bearer.

use super::identifier;
use authority::{Authority, jwt};
use domain::{id::OrganisationId, secret::Secret};
use serde::{Deserialize, Serialize};

/// What the key that signs them is derived for.
const PURPOSE: &str = "challenges and actions at the contract of Dfns";

/// What is handed out.
#[derive(Serialize, Deserialize)]
pub struct Sealed {
    /// The core's text.
    text: String,
    /// True when it is about a path with a query, which then has to be the same.
    #[serde(default)]
    query: bool,
    /// Whose it is, where clients look for that before they show it as a bearer.
    #[serde(default, rename = "https://custom/app_metadata", skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata>,
}

/// Whose it is, as in the bearers.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    org_id: String,
}

impl Sealed {
    /// This text of the core's.
    pub fn new(sealed: impl Into<String>) -> Self {
        Self { text: sealed.into(), query: false, metadata: None }
    }

    /// About a request with or without a query.
    #[must_use]
    pub fn about_query(self, query: bool) -> Self {
        Self { query, ..self }
    }

    /// Of this organisation.
    #[must_use]
    pub fn of_organisation(self, organisation: OrganisationId) -> Self {
        Self { metadata: Some(Metadata { org_id: identifier::organisation(organisation) }), ..self }
    }

    /// The core's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// True when it is about a path with a query.
    pub fn is_about_query(&self) -> bool {
        self.query
    }

    /// What clients see of it.
    pub fn write(&self, authority: &Authority) -> Secret {
        // Claims of texts can always be signed; an empty text would be refused everywhere.
        Secret::new(jwt::sign(self, authority.signing_key(PURPOSE).as_slice()).unwrap_or_default())
    }

    /// Reads what a client sends back; none for anything else than what was written here.
    pub fn read(authority: &Authority, text: &str) -> Option<Self> {
        authority.verifying_keys(PURPOSE).find_map(|key| jwt::verify(text, key.as_slice()))
    }
}
