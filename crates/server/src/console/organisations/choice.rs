//! Organisations to choose from.

use crate::console::{refused::Refused, visitor::Visitor};
use authority::Error;
use domain::{id::OrganisationId, limits, owner::Organisation};
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

/// The first organisations that the visitor may choose from, as many as a page holds, by name: none for whoever has
/// only one, and the chosen one even when there are too many to offer them all.
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
