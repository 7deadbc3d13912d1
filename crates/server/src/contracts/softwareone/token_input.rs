//! What a request wants of a token, checked: everything that is wrong with it is named at once.

use super::{CONTRACT, account::AccountType, catalogue::Module, identifier};
use crate::{
    json,
    problem::{Problem, ProblemKind},
};
use axum::extract::{FromRequest, Request};
use domain::{
    facts::ContractFacts,
    invalid::{Checks, Invalid},
    limits,
    name::{Name, description},
};
use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::ToSchema;

/// A body in any of the spellings of JSON that clients of the marketplace send.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let detail = "The body must be of type application/json.";
            return Err(Problem::new(ProblemKind::UnsupportedMediaType).detail(detail));
        }
        json::parse(&json::read(request, state).await?).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let suffixed = essence.strip_prefix("application/").is_some_and(|name| name.ends_with("+json"));
    !headers.contains_key(CONTENT_ENCODING)
        && (["application/json", "text/json"].contains(&essence.as_str()) || suffixed)
}

/// Another record by its identifier; whatever else is said of it is ignored.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Reference {
    /// Its identifier.
    id: String,
}

/// A token as a client sends it. What the server sets itself is ignored.
#[allow(clippy::option_option, reason = "a field that is absent, null or given means three things")]
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = ApiTokenInput)]
#[serde(default)]
pub struct TokenBody {
    /// The account that a new token belongs to, as an object with its `id`; the caller's own when it is left out. A
    /// change ignores it, whatever it is.
    #[schema(value_type = serde_json::Value)]
    #[serde(deserialize_with = "account_id")]
    account: Option<Option<String>>,
    /// Its name: letters, digits, blanks, hyphens, full stops and quotes.
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// What it is for.
    #[schema(max_length = 2000)]
    #[serde(deserialize_with = "given_or_null")]
    description: Option<Option<String>>,
    /// The address of a picture.
    #[schema(max_length = 2000)]
    #[serde(deserialize_with = "given_or_null")]
    icon: Option<Option<String>>,
    /// Its modules.
    modules: Option<Vec<Reference>>,
    /// The extensions that it may be used in: null for all of them.
    #[serde(deserialize_with = "given_or_null")]
    extensions: Option<Option<Vec<Reference>>>,
}

/// What a request wants of a token; nothing is said of what it left out.
#[allow(clippy::option_option, reason = "a field that is absent, null or given means three things")]
pub struct Wanted {
    /// The identifier of its account; nothing is checked but that it is a text.
    pub account: Option<Option<String>>,
    /// A name.
    pub name: Option<Name>,
    /// A description, possibly empty.
    pub description: Option<String>,
    /// Modules, in place of all others.
    pub modules: Option<Vec<&'static Module>>,
    icon: Option<Option<String>>,
    extensions: Option<Option<Vec<String>>>,
}

/// What is kept beside a token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenFacts {
    /// The address of its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// The extensions that it may be used in; none for all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Vec<String>>,
}

impl TokenBody {
    /// Checks the body of a new token.
    ///
    /// # Errors
    /// Names every field that breaks a rule.
    pub fn check_new(self) -> Result<(Wanted, Name), Invalid> {
        let named = self.name.is_some();
        let mut wanted = self.check()?;
        match wanted.name.take() {
            Some(_) if matches!(wanted.account, Some(None)) => {
                Err(Invalid::field("account.id", identifier::ACCOUNT_RULE))
            }
            Some(name) if named => Ok((wanted, name)),
            Some(_) | None => Err(Invalid::field("name", "is required")),
        }
    }

    /// Checks what shall be different.
    ///
    /// # Errors
    /// Names every field that breaks a rule.
    pub fn check(self) -> Result<Wanted, Invalid> {
        let mut checks = Checks::new();
        let text = |text: Option<String>| text.unwrap_or_default();
        let wanted = Wanted {
            account: self.account,
            name: self.name.and_then(|text| checks.take(name(&text))),
            description: self.description.and_then(|given| checks.take(description("description", &text(given)))),
            icon: self.icon.and_then(|icon| checks.take(icon.map(|icon| description("icon", &icon)).transpose())),
            modules: self.modules.and_then(|modules| checks.take(known(&modules))),
            extensions: self
                .extensions
                .and_then(|given| checks.take(given.map(|given| extensions(&given)).transpose())),
        };
        checks.finish()?;
        Ok(wanted)
    }
}

impl Wanted {
    /// What is kept beside the token from now on; none when nothing of it shall be different.
    pub fn facts(&self, before: Option<TokenFacts>) -> Option<ContractFacts> {
        if self.icon.is_none() && self.extensions.is_none() && before.is_some() {
            return None;
        }
        let mut facts = before.unwrap_or_default();
        if let Some(icon) = &self.icon {
            facts.icon.clone_from(icon);
        }
        if let Some(extensions) = &self.extensions {
            facts.extensions.clone_from(extensions);
        }
        // Texts always have a JSON form.
        Some(ContractFacts { contract: CONTRACT, facts: serde_json::to_value(facts).unwrap_or_default() })
    }
}

/// Makes sure that tokens of accounts of this type may have these modules.
///
/// # Errors
/// Names each that they may not have.
pub fn check_modules(modules: &[&Module], account: AccountType) -> Result<(), Invalid> {
    let mut checks = Checks::new();
    for (place, _) in modules.iter().enumerate().filter(|(_, module)| !module.is_for(account)) {
        checks.refuse(format!("modules[{place}].id"), "must be a module that tokens of this account may have");
    }
    checks.finish()
}

/// To leave a field out and to send null for it are two things.
#[allow(clippy::option_option, reason = "a field that is absent, null or given means three things")]
fn given_or_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(reader: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(reader).map(Some)
}

/// The identifier in a reference to an account; none in anything else that is given for one.
#[allow(clippy::option_option, reason = "a field that is absent, wrong or given means three things")]
fn account_id<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Option<String>>, D::Error> {
    let given = Option::<Value>::deserialize(reader)?;
    Ok(given.map(|account| account.get("id").and_then(Value::as_str).map(str::to_owned)))
}

fn name(text: &str) -> Result<Name, Invalid> {
    let name = Name::parse("name", text)?;
    let allowed = |character: char| character.is_alphanumeric() || " -.'\"".contains(character);
    if name.as_str().chars().all(allowed) {
        return Ok(name);
    }
    Err(Invalid::field("name", "must be letters, digits, blanks, hyphens, full stops and quotes only"))
}

fn known(modules: &[Reference]) -> Result<Vec<&'static Module>, Invalid> {
    let mut checks = Checks::new();
    bounded(&mut checks, "modules", modules);
    let mut known: Vec<&'static Module> = Vec::new();
    for (place, reference) in modules.iter().enumerate().take(limits::SCOPES) {
        match Module::of_id(&reference.id) {
            Some(module) if known.iter().any(|other| other.id == module.id) => {}
            Some(module) => known.push(module),
            None => checks.refuse(format!("modules[{place}].id"), "must be the identifier of a module"),
        }
    }
    checks.finish()?;
    Ok(known)
}

fn extensions(given: &[Reference]) -> Result<Vec<String>, Invalid> {
    let mut checks = Checks::new();
    bounded(&mut checks, "extensions", given);
    let names = given.iter().enumerate().take(limits::SCOPES);
    let ids = names.filter_map(|(place, reference)| {
        checks.take(Name::parse(&format!("extensions[{place}].id"), &reference.id)).map(|id| id.to_string())
    });
    let ids = ids.collect();
    checks.finish()?;
    Ok(ids)
}

fn bounded(checks: &mut Checks, field: &str, given: &[Reference]) {
    if given.len() > limits::SCOPES {
        checks.refuse(field, format!("must not hold more than {} elements", limits::SCOPES));
    }
}
