//! The fields that narrow a list down, as they were given.

use super::day;
use crate::console::{fields::Fields, texts::ENGLISH};
use domain::{
    id::OrganisationId,
    invalid::{Checks, Invalid},
    name::Name,
};

/// The fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilterFields(Vec<(&'static str, String)>);

impl FilterFields {
    /// Takes these from a query, each once.
    pub fn of(names: &[&'static str], fields: &Fields) -> Self {
        Self(names.iter().filter_map(|name| Some((*name, fields.given(name)?.to_owned()))).collect())
    }

    /// These, in this order; a name may stand several times.
    pub fn new(pairs: Vec<(&'static str, String)>) -> Self {
        Self(pairs)
    }

    /// The text of a field as its input shows it.
    pub fn value(&self, field: &str) -> String {
        self.all(field).collect::<Vec<_>>().join(" ")
    }

    /// The text of a field, where there is one.
    pub fn given(&self, field: &str) -> Option<&str> {
        self.all(field).next()
    }

    /// Every text of a field.
    pub fn all<'a>(&'a self, field: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| *known == field).map(|(_, value)| value.as_str())
    }

    /// Names and values for an address.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The same without this one.
    #[must_use]
    pub fn without(&self, field: &str, value: &str) -> Self {
        let mut less = self.clone();
        less.0.retain(|(known, text)| !(*known == field && text == value));
        less
    }

    /// True when nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What kind of input shows the day of a field.
    pub fn day_type(&self, field: &str) -> &'static str {
        day::input_type(&self.value(field))
    }

    /// A text to look for.
    pub fn text(&self, field: &str, checks: &mut Checks) -> Option<String> {
        let text = self.given(field).and_then(|text| checks.take(Name::parse(field, text)));
        text.map(|text| text.to_string())
    }

    /// Active or not, of what is one or the other.
    pub fn active(&self, field: &str, checks: &mut Checks) -> Option<bool> {
        match self.given(field)? {
            "active" => Some(true),
            "inactive" => Some(false),
            _ => {
                checks.refuse(field, ENGLISH.common.rule_active.as_str());
                None
            }
        }
    }

    /// An organisation.
    pub fn organisation(&self, field: &str, checks: &mut Checks) -> Option<OrganisationId> {
        let rule = |_| Invalid::field(field, ENGLISH.common.rule_identifier.as_str());
        self.given(field).and_then(|id| checks.take(OrganisationId::parse(field, id).map_err(rule)))
    }
}
