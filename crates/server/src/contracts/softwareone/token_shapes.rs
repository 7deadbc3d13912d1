//! A token as this contract shows it.

use super::{
    CONTRACT,
    account::AccountShape,
    identifier,
    list::{self, Names},
    modules::{ModuleReference, references},
    token_input::TokenFacts,
};
use domain::{
    form::{Alphabet, SecretForm},
    owner::Organisation,
    secret::Secret,
    time::Timestamp,
    token::{State, Token},
};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use store::query::search::{Fact, Person};
use utoipa::ToSchema;

/// How the secrets of its tokens look.
pub const FORM: SecretForm = SecretForm::new("idt:TKN-{number}:", Alphabet::LettersAndDigits, 64);
/// What stands in place of a secret that is not shown.
const MASK: &str = "********";
/// The states in its words.
pub const STATES: [&str; 3] = ["Active", "Disabled", "Deleted"];
/// Where the store finds the picture of a token.
pub const ICON: Fact = Fact { contract: CONTRACT, member: "icon" };
/// The names of a token.
const ALL: [&str; 13] = [
    "id",
    "href",
    "status",
    "name",
    "description",
    "icon",
    "token",
    "account",
    "modules",
    "extensions",
    "lastAccessAt",
    "revision",
    "audit",
];
/// What a list shows of each.
pub const IN_LISTS: Names = Names { all: &ALL, omitted: &["modules", "audit"] };
/// What is shown of a single one.
pub const ALONE: Names = Names { all: &ALL, omitted: &["audit"] };

/// An API token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiToken)]
pub struct TokenShape {
    /// What is left out.
    #[serde(rename = "$meta", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    meta: Option<list::Omitted>,
    /// Its identifier.
    #[schema(required = false, pattern = r"^TKN-\d{4}-\d{4}(-\d{4})*$")]
    id: String,
    /// Its address.
    #[schema(required = false)]
    href: String,
    /// `Active`, `Disabled` or `Deleted`. One whose time is over is disabled.
    #[schema(required = false)]
    status: &'static str,
    /// Its name.
    #[schema(required = false)]
    name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    description: Option<String>,
    /// The address of its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    icon: Option<String>,
    /// Its secret: whole when it is issued and when it reads itself, masked else.
    #[schema(required = false)]
    token: String,
    /// The account that it belongs to.
    #[schema(required = false)]
    account: AccountShape,
    /// Its modules.
    #[schema(required = false)]
    modules: Vec<ModuleReference>,
    /// The extensions that it may be used in; all of them when this is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    extensions: Option<Vec<ExtensionReference>>,
    /// When it was last used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "date-time", nullable = false)]
    last_access_at: Option<String>,
    /// Counts its changes, from 1.
    #[schema(required = false)]
    revision: u64,
    /// When what of it last happened, and who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    audit: Option<BTreeMap<&'static str, AuditEvent>>,
}

/// Something that happened to a token.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEvent {
    /// When.
    #[schema(required = false, format = "date-time")]
    at: String,
    /// Who did it; absent when the server itself did, or whoever held the secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    by: Option<UserReference>,
    /// Of what it happened to something.
    #[schema(required = false)]
    of: AuditScope,
}

/// Of what an event happened to something.
#[derive(Debug, Serialize, ToSchema)]
struct AuditScope {
    /// The account.
    #[schema(required = false)]
    account: AccountShape,
}

/// A user or service account as other records name it.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserReference {
    /// Its identifier.
    #[schema(required = false)]
    id: String,
    /// Its name; absent outside the reach of whoever asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    name: Option<String>,
}

impl UserReference {
    /// The reference to this user or service account.
    pub fn new(person: &Person) -> Self {
        Self { id: identifier::user(person.number), name: person.name.as_ref().map(ToString::to_string) }
    }
}

/// An extension as tokens name it.
#[derive(Serialize, ToSchema)]
struct ExtensionReference {
    /// Its identifier.
    #[schema(required = false)]
    id: String,
}

impl AuditEvent {
    /// What happened at an instant, who did it, and in which account.
    pub fn new(at: Timestamp, by: Option<UserReference>, account: AccountShape) -> Self {
        Self { at: at.to_string(), by, of: AuditScope { account } }
    }
}

/// The word for the state of a token at an instant.
pub fn status(token: &Token, now: Timestamp) -> &'static str {
    match token.state(now) {
        State::Active => STATES[0],
        State::Disabled | State::Expired => STATES[1],
        State::Deleted => STATES[2],
    }
}

/// A token as a record. Its secret is shown when it is given.
pub fn record(
    token: &Token,
    account: &Organisation,
    now: Timestamp,
    secret: Option<&Secret>,
    audit: Option<BTreeMap<&'static str, AuditEvent>>,
) -> Value {
    let id = identifier::token(token.number);
    let facts = token.terms.facts.of::<TokenFacts>(CONTRACT).unwrap_or_default();
    let extensions = facts.extensions.map(|ids| ids.into_iter().map(|id| ExtensionReference { id }).collect());
    list::object(&TokenShape {
        meta: None,
        href: format!("/accounts/api-tokens/{id}"),
        status: status(token, now),
        name: token.name.to_string(),
        description: Some(token.description.clone()).filter(|text| !text.is_empty()),
        icon: facts.icon,
        token: secret.map_or_else(|| masked(token, &id), |secret| secret.expose().to_owned()),
        account: AccountShape::new(account),
        modules: references(&token.scopes),
        extensions,
        last_access_at: token.last_use.as_ref().map(|last| last.at.to_string()),
        revision: token.revision,
        audit,
        id,
    })
}

/// A secret as lists show it: of this contract's own only what the identifier says already.
fn masked(token: &Token, id: &str) -> String {
    if token.terms.form.as_ref() == Some(&FORM) { format!("idt:{id}:{MASK}") } else { token.hint.clone() }
}
