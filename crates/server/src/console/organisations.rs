//! Organisations in the console, which only those see who administer everything.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `choice` | organisations to choose from |
//! | `list` `row` | the list, and one of its rows |
//! | `head` `details` | the page about one: what stands above it, and its tabs |
//! | `add` `edit` | a new one, its name, and what has to be signed there |
//! | `switch` | deactivating and activating |

pub mod add;
pub mod choice;
pub mod details;
pub mod edit;
pub mod head;
pub mod list;
pub mod row;
pub mod switch;

use super::{refused::Refused, visitor::Visitor};
use domain::{id::OrganisationId, owner::Organisation};

/// The one that a path names, for whoever administers everything.
///
/// # Errors
/// Not found for everybody else, and for what is no identifier of one.
pub async fn find(visitor: &Visitor, id: &str) -> Result<Organisation, Refused> {
    visitor.expect_application_administrator()?;
    let id = OrganisationId::parse("id", id).map_err(|_| authority::Error::NotFound)?;
    Ok(visitor.server.authority.organisation(&visitor.caller, id).await?)
}
