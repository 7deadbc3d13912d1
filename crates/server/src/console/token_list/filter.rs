//! The filter of the list: its fields as they were given, what they select, and what is said against them.

use crate::console::{
    fields::Fields,
    lists::{day, filter::FilterFields},
    texts::TokenList,
};
use domain::{
    id::OwnerId,
    invalid::{Checks, Invalid},
    limits, name,
    scope::Scope,
    token::State,
};
use store::query::TokenFilter;

/// Every field, in the order in which they stand in addresses.
pub const FIELDS: [&str; 13] = [
    "q",
    "state",
    "owner",
    "author",
    "organisation",
    "scope",
    "label",
    "created_after",
    "created_before",
    "expires_after",
    "expires_before",
    "last_used_after",
    "last_used_before",
];

/// The states that can be asked for.
pub const STATES: [State; 4] = [State::Active, State::Disabled, State::Expired, State::Deleted];

/// Takes them from a query. Labels may be parted by blanks or commas, or given one by one.
pub fn given(fields: &Fields) -> FilterFields {
    let given = FIELDS.into_iter().flat_map(|field| match field {
        "label" => {
            let all = fields.all(field).flat_map(|text| text.split([' ', ',']));
            all.filter(|label| !label.is_empty()).map(|label| (field, label.to_owned())).collect::<Vec<_>>()
        }
        _ => fields.given(field).map(|text| (field, text.to_owned())).into_iter().collect(),
    });
    FilterFields::new(given.collect())
}

/// How many fields are asked for that do not always stand there.
pub fn more(fields: &FilterFields) -> usize {
    fields.pairs().filter(|(name, _)| !matches!(*name, "q" | "state")).count()
}

/// What they select. Owner and author may be named by an email address, which `people` has looked up.
///
/// # Errors
/// Names every field that breaks a rule.
pub fn check(fields: &FilterFields, t: &TokenList, people: &[(String, OwnerId)]) -> Result<TokenFilter, Invalid> {
    let mut checks = Checks::new();
    let given = |field: &str| fields.given(field);
    let mut person = |field: &str| given(field).and_then(|text| checks.take(somebody(field, text, people, t)));
    let (owner, author) = (person("owner"), person("author"));
    let mut time = |field: &str| given(field).and_then(|text| checks.take(day::beginning(field, text)));
    let created = (time("created_after"), time("created_before"));
    let expires = (time("expires_after"), time("expires_before"));
    let used = (time("last_used_after"), time("last_used_before"));
    for (name, (after, before)) in
        [("created_before", created), ("expires_before", expires), ("last_used_before", used)]
    {
        if after.zip(before).is_some_and(|(after, before)| before <= after) {
            checks.refuse(name, t.backwards.as_str());
        }
    }
    let labels: Vec<_> = fields.all("label").collect();
    if labels.len() > limits::LABELS {
        checks.refuse("label", t.rule_labels.with("count", &limits::LABELS).to_string());
    }
    let filter = TokenFilter {
        state: given("state").and_then(|word| checks.take(state(word, t))),
        owner,
        author,
        organisation: fields.organisation("organisation", &mut checks),
        scope: given("scope").and_then(|text| checks.take(Scope::parse("scope", text))).map(|s| s.to_string()),
        labels: labels.iter().filter_map(|text| checks.take(name::label_filter("label", text))).collect(),
        created_after: created.0,
        created_before: created.1,
        expires_after: expires.0,
        expires_before: expires.1,
        last_used_after: used.0,
        last_used_before: used.1,
        text: fields.text("q", &mut checks),
        ..TokenFilter::default()
    };
    checks.finish_with(Some(filter))
}

fn state(word: &str, t: &TokenList) -> Result<State, Invalid> {
    STATES.into_iter().find(|s| s.as_str() == word).ok_or_else(|| Invalid::field("state", t.rule_state.as_str()))
}

fn somebody(field: &str, text: &str, people: &[(String, OwnerId)], t: &TokenList) -> Result<OwnerId, Invalid> {
    if let Some((_, id)) = people.iter().find(|(email, _)| email == text) {
        return Ok(*id);
    }
    let rule = if text.contains('@') { &t.rule_nobody } else { &t.rule_person };
    OwnerId::parse(field, text).map_err(|_| Invalid::field(field, rule.as_str()))
}

/// A condition that holds, and the way to do without it.
pub struct Chip {
    /// What it is about.
    pub title: String,
    /// What is asked for.
    pub value: String,
    /// The list without it.
    pub without: String,
}

/// Somebody or something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What an address says.
    pub value: String,
    /// What people read.
    pub name: String,
}
