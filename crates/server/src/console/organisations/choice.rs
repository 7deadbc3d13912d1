//! Organisations to choose from, and the names behind their identifiers.

use crate::console::{refused::Refused, visitor::Visitor};
use authority::Error;
use domain::{id::OrganisationId, limits, owner::Organisation};
use std::collections::{BTreeSet, HashMap};
use store::query::{OrganisationFilter, PageRequest};

/// An organisation that can be chosen.
pub struct Choice {
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// True when it is the one that is chosen.
    pub chosen: bool,
}

impl Choice {
    fn new(organisation: &Organisation, chosen: &str) -> Self {
        let id = organisation.id.to_string();
        Self { chosen: id == chosen, id, name: organisation.name.to_string() }
    }
}

/// The organisations that the visitor may choose from, by name: none for whoever has only his own, and the chosen
/// one even when there are too many to offer them all.
///
/// # Errors
/// When they cannot be read.
pub async fn offered(visitor: &Visitor, chosen: &str) -> Result<Vec<Choice>, Refused> {
    if !visitor.is_application_administrator() {
        return Ok(Vec::new());
    }
    let page = PageRequest { after: None, limit: limits::PAGE };
    let page = visitor.server.authority.organisations(&visitor.caller, OrganisationFilter::default(), page).await?;
    let mut choices: Vec<_> = page.items.iter().map(|organisation| Choice::new(organisation, chosen)).collect();
    if let Ok(id) = OrganisationId::parse("organisation", chosen)
        && !choices.iter().any(|choice| choice.chosen)
    {
        match visitor.server.authority.organisation(&visitor.caller, id).await {
            Ok(organisation) => choices.push(Choice::new(&organisation, chosen)),
            Err(Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    choices.sort_by_cached_key(|choice| choice.name.to_lowercase());
    Ok(choices)
}

/// The names of these organisations, each looked up once.
///
/// # Errors
/// When they cannot be read.
pub async fn names(
    visitor: &Visitor,
    ids: impl Iterator<Item = OrganisationId>,
) -> Result<HashMap<OrganisationId, String>, Refused> {
    let mut names = HashMap::new();
    for id in ids.collect::<BTreeSet<_>>() {
        let name = if id == visitor.organisation.id {
            visitor.organisation.name.to_string()
        } else {
            visitor.server.authority.organisation(&visitor.caller, id).await?.name.to_string()
        };
        names.insert(id, name);
    }
    Ok(names)
}
