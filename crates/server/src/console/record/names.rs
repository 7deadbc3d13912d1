//! The names of users and service accounts that journal entries know by number only.

use crate::console::{refused::Refused, visitor::Visitor};
use domain::{id::OwnerNumber, owner::Owner};
use std::collections::{BTreeSet, HashMap};
use store::query::{OwnerFilter, PageRequest};

/// Users and service accounts within the visitor's reach, by number.
pub struct Names(HashMap<OwnerNumber, Owner>);

impl Names {
    /// Looks these up; each once, and those outside the visitor's reach stay unknown.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn of(visitor: &Visitor, numbers: impl Iterator<Item = OwnerNumber>) -> Result<Self, Refused> {
        let mut owners = HashMap::new();
        for number in numbers.collect::<BTreeSet<_>>() {
            let filter = OwnerFilter { number: Some(number), ..OwnerFilter::default() };
            let page = PageRequest { after: None, limit: 1 };
            let page = visitor.server.authority.owners(&visitor.caller, filter, page).await?;
            owners.extend(page.items.into_iter().map(|owner| (owner.number, owner)));
        }
        Ok(Self(owners))
    }

    /// The one with this number.
    pub fn owner(&self, number: OwnerNumber) -> Option<&Owner> {
        self.0.get(&number)
    }
}
