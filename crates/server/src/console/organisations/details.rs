//! `/console/administration/organisations/{id}` and its tabs: everything about one organisation.

use super::{
    find,
    head::{Head, Tab},
};
use crate::{
    console::{
        holdings::Holdings,
        page::{Page, Place, send},
        record::{
            Record,
            lately::{self, Lately},
        },
        refused::Refused,
        texts::{ENGLISH, Organisations, grouped},
        visitor::Visitor,
    },
    path::Path,
};
use askama::Template;
use axum::response::Response;
use domain::{id::OrganisationId, limits, owner::OwnerKind};
use store::query::{JournalFilter, OwnerFilter, PageRequest, TokenFilter};

/// *General*: everything but what has a tab of its own.
#[derive(Template)]
#[template(path = "console/organisations/general.html")]
struct General {
    page: Page,
    t: &'static Organisations,
    head: Head,
    users: String,
    service_accounts: String,
    tokens: String,
}

/// *API tokens*: the last used ones.
#[derive(Template)]
#[template(path = "console/organisations/tokens.html")]
struct TokensTab {
    page: Page,
    head: Head,
    holdings: Holdings,
}

/// *Activity*: what happened there lately.
#[derive(Template)]
#[template(path = "console/organisations/history.html")]
struct Activity {
    page: Page,
    head: Head,
    lead: String,
    all: String,
    records: Vec<Record>,
}

/// Shows *General*.
pub async fn show(visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let organisation = find(&visitor, &id).await?;
    Ok(send(&General {
        page: visitor.page(&organisation.name, Place::Organisations),
        t: &ENGLISH.organisations,
        head: Head::new(&visitor, &organisation, Tab::General),
        users: owners(&visitor, organisation.id, OwnerKind::User).await?,
        service_accounts: owners(&visitor, organisation.id, OwnerKind::ServiceAccount).await?,
        tokens: grouped(tokens(&visitor, organisation.id).await?),
    }))
}

/// Shows *API tokens*.
pub async fn show_tokens(visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let organisation = find(&visitor, &id).await?;
    let filter = TokenFilter { organisation: Some(organisation.id), ..TokenFilter::default() };
    Ok(send(&TokensTab {
        page: visitor.page(&organisation.name, Place::Organisations),
        head: Head::new(&visitor, &organisation, Tab::Tokens),
        holdings: Holdings::of(&visitor, filter, ("organisation", organisation.id.to_string())).await?,
    }))
}

/// Shows *Activity*.
pub async fn show_history(visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let organisation = find(&visitor, &id).await?;
    let narrowing = ("organisation", organisation.id.to_string());
    let Lately { records, all } = Lately::of(&visitor, entries(organisation.id), narrowing).await?;
    Ok(send(&Activity {
        page: visitor.page(&organisation.name, Place::Organisations),
        head: Head::new(&visitor, &organisation, Tab::Activity),
        lead: ENGLISH.organisations.activity_lead.with("name", &organisation.name).to_string(),
        all,
        records,
    }))
}

/// Shows one entry with all its particulars.
pub async fn show_entry(visitor: Visitor, Path((id, position)): Path<(String, String)>) -> Result<Response, Refused> {
    let organisation = find(&visitor, &id).await?;
    let back = format!("{}/history", Head::new(&visitor, &organisation, Tab::Activity).path);
    lately::one(&visitor, Place::Organisations, entries(organisation.id), &position, back).await
}

fn entries(organisation: OrganisationId) -> JournalFilter {
    JournalFilter { organisation: Some(organisation), ..JournalFilter::default() }
}

/// How many live tokens an organisation has.
async fn tokens(visitor: &Visitor, organisation: OrganisationId) -> Result<u64, Refused> {
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
