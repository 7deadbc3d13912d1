//! `/console/administration/organisations/{id}`: everything about one organisation.

use super::{find, row::Row};
use crate::{
    console::{
        addresses::ORGANISATIONS,
        page::{Page, Place, send},
        refused::Refused,
        texts::{ENGLISH, Organisations, grouped},
        visitor::Visitor,
    },
    path::Path,
};
use askama::Template;
use axum::response::Response;
use domain::{
    id::OrganisationId,
    limits,
    owner::{Organisation, OwnerKind},
};
use store::query::{OwnerFilter, PageRequest, TokenFilter};

#[derive(Template)]
#[template(path = "console/organisations/details.html")]
struct Details {
    page: Page,
    t: &'static Organisations,
    row: Row,
    users: String,
    service_accounts: String,
    tokens: String,
}

/// The page.
pub async fn show(visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let organisation = find(&visitor, &id).await?;
    let page = details(&visitor, &organisation).await?;
    Ok(send(&page))
}

async fn details(visitor: &Visitor, organisation: &Organisation) -> Result<Details, Refused> {
    Ok(Details {
        page: visitor.page(&organisation.name, Place::Organisations),
        t: &ENGLISH.organisations,
        row: Row::new(visitor, organisation),
        users: owners(visitor, organisation.id, OwnerKind::User).await?,
        service_accounts: owners(visitor, organisation.id, OwnerKind::ServiceAccount).await?,
        tokens: grouped(tokens(visitor, organisation.id).await?),
    })
}

/// How many live tokens an organisation has.
///
/// # Errors
/// When they cannot be counted.
pub async fn tokens(visitor: &Visitor, organisation: OrganisationId) -> Result<u64, Refused> {
    let filter = TokenFilter { organisation: Some(organisation), ..TokenFilter::default() };
    Ok(visitor.server.authority.count_tokens(&visitor.caller, filter).await?)
}

/// How many users or service accounts, as far as one page of them goes.
async fn owners(visitor: &Visitor, organisation: OrganisationId, kind: OwnerKind) -> Result<String, Refused> {
    let filter = OwnerFilter { organisation: Some(organisation), kind: Some(kind), ..OwnerFilter::default() };
    let page = PageRequest { after: None, limit: limits::PAGE };
    let page = visitor.server.authority.owners(&visitor.caller, filter, page).await?;
    let count = grouped(page.items.len() as u64);
    Ok(if page.next.is_some() { ENGLISH.organisations.many.with("count", &count).to_string() } else { count })
}

impl Details {
    fn home() -> &'static str {
        ORGANISATIONS
    }
}
