//! Whom and what the filter offers to choose: users, service accounts and organisations, while they are few.

use super::filter::Choice;
use crate::console::{lists::filter::FilterFields, refused::Refused, visitor::Visitor};
use domain::{
    id::{OrganisationId, OwnerId},
    owner::{Organisation, Owner, OwnerKind},
};
use store::query::{OrganisationFilter, OwnerFilter, PageRequest};

/// More than these are not offered: a field takes an identifier or an email address then.
const MOST: usize = 100;

/// What can be chosen.
#[derive(Default)]
pub struct Choices {
    /// Persons; none when they are too many.
    pub users: Vec<Choice>,
    /// Programs.
    pub service_accounts: Vec<Choice>,
    /// True when users and service accounts are too many to be offered.
    pub too_many_people: bool,
    /// Organisations, for administrators of everything.
    pub organisations: Vec<Choice>,
    /// True when they are too many to be offered.
    pub too_many_organisations: bool,
    /// Those that the filter names by their email address.
    pub by_email: Vec<(String, OwnerId)>,
    /// Names of what the filter names and nothing offers.
    others: Vec<Choice>,
}

impl Choices {
    /// What this visitor can choose, and the names behind what his filter says.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn of(visitor: &Visitor, filter: &FilterFields) -> Result<Self, Refused> {
        let mut choices = Self::default();
        if visitor.is_administrator() {
            choices.read_people(visitor).await?;
        }
        if visitor.is_application_administrator() {
            choices.read_organisations(visitor).await?;
        }
        for field in ["owner", "author"] {
            choices.read_somebody(visitor, &filter.value(field)).await?;
        }
        choices.read_organisation(visitor, &filter.value("organisation")).await?;
        Ok(choices)
    }

    /// What people call what an address names.
    pub fn name_of(&self, value: &str) -> Option<&str> {
        let all = [&self.users, &self.service_accounts, &self.organisations, &self.others];
        all.into_iter().flatten().find(|choice| choice.value == value).map(|choice| choice.name.as_str())
    }

    /// True for what the filter names and nothing offers, so that a form does not lose it.
    pub fn is_unoffered(&self, value: &str) -> bool {
        let offered = [&self.users, &self.service_accounts, &self.organisations];
        !value.is_empty() && !offered.into_iter().flatten().any(|choice| choice.value == value)
    }

    /// What people call it, or what the address says.
    pub fn name_or<'a>(&'a self, value: &'a str) -> &'a str {
        self.name_of(value).unwrap_or(value)
    }

    async fn read_people(&mut self, visitor: &Visitor) -> Result<(), Refused> {
        let page = PageRequest { after: None, limit: MOST };
        let page = visitor.server.authority.owners(&visitor.caller, OwnerFilter::default(), page).await?;
        self.too_many_people = page.next.is_some();
        if self.too_many_people {
            return Ok(());
        }
        for owner in &page.items {
            let room = match owner.kind {
                OwnerKind::User => &mut self.users,
                OwnerKind::ServiceAccount => &mut self.service_accounts,
            };
            room.push(choice_of(owner));
        }
        sort(&mut self.users);
        sort(&mut self.service_accounts);
        Ok(())
    }

    async fn read_organisations(&mut self, visitor: &Visitor) -> Result<(), Refused> {
        let page = PageRequest { after: None, limit: MOST };
        let page = visitor.server.authority.organisations(&visitor.caller, OrganisationFilter::default(), page).await?;
        self.too_many_organisations = page.next.is_some();
        if !self.too_many_organisations {
            self.organisations = page.items.iter().map(organisation_choice).collect();
            sort(&mut self.organisations);
        }
        Ok(())
    }

    async fn read_somebody(&mut self, visitor: &Visitor, text: &str) -> Result<(), Refused> {
        if text.is_empty() || self.name_of(text).is_some() {
            return Ok(());
        }
        let filter = if text.contains('@') {
            OwnerFilter { email: Some(text.to_owned()), ..OwnerFilter::default() }
        } else if let Ok(id) = OwnerId::parse("owner", text) {
            OwnerFilter { id: Some(id), ..OwnerFilter::default() }
        } else {
            return Ok(());
        };
        let page = PageRequest { after: None, limit: 1 };
        let page = visitor.server.authority.owners(&visitor.caller, filter, page).await?;
        if let Some(owner) = page.items.first() {
            self.by_email.extend(text.contains('@').then(|| (text.to_owned(), owner.id)));
            self.others.push(Choice { value: text.to_owned(), ..choice_of(owner) });
        }
        Ok(())
    }

    async fn read_organisation(&mut self, visitor: &Visitor, text: &str) -> Result<(), Refused> {
        let Ok(id) = OrganisationId::parse("organisation", text) else { return Ok(()) };
        if self.name_of(text).is_some() {
            return Ok(());
        }
        let filter = OrganisationFilter { id: Some(id), ..OrganisationFilter::default() };
        let page = PageRequest { after: None, limit: 1 };
        let page = visitor.server.authority.organisations(&visitor.caller, filter, page).await?;
        self.others.extend(page.items.first().map(organisation_choice));
        Ok(())
    }
}

fn choice_of(owner: &Owner) -> Choice {
    let name = match &owner.email {
        Some(email) => format!("{} ({})", owner.name, email.as_str()),
        None => owner.name.to_string(),
    };
    Choice { value: owner.id.to_string(), name }
}

fn organisation_choice(organisation: &Organisation) -> Choice {
    Choice { value: organisation.id.to_string(), name: organisation.name.to_string() }
}

fn sort(choices: &mut [Choice]) {
    choices.sort_by_cached_key(|choice| choice.name.to_lowercase());
}
