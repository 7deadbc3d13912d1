//! `/console/administration/organisations`: the list.

use super::row::Row;
use crate::console::{
    addresses::ORGANISATIONS,
    feedback::Feedback,
    fields::Fields,
    lists::{
        filter::FilterFields,
        listing::Listing,
        sorting::{Heading, SortWords, orders},
        view::ListView,
    },
    page::{Page, Place, send, send_with},
    refused::Refused,
    texts::{ENGLISH, Organisations, Phrase},
    visitor::Visitor,
};
use askama::Template;
use axum::response::Response;
use domain::invalid::Checks;
use store::query::{OrganisationFilter, OrganisationKey};

/// The fields of the filter.
const FIELDS: [&str; 2] = ["q", "state"];

#[derive(Template)]
#[template(path = "console/organisations/list.html")]
struct OrganisationList {
    page: Page,
    t: &'static Organisations,
    list: Listing<OrganisationKey>,
    rows: Vec<Row>,
}

/// The list, as its address says.
pub async fn show(visitor: Visitor, fields: Fields) -> Result<Response, Refused> {
    visitor.expect_application_administrator()?;
    let mut checks = Checks::new();
    let mut view = ListView::read(ORGANISATIONS, &FIELDS, FilterFields::of(&FIELDS, &fields), &fields, &mut checks);
    let filter = OrganisationFilter {
        name_contains: view.filter.text("q", &mut checks),
        active: view.filter.active("state", &mut checks),
        ..OrganisationFilter::default()
    };
    match checks.finish() {
        Ok(()) => {
            let (authority, sort) = (&visitor.server.authority, view.sort);
            let part = |offset, rows| authority.organisations_part(&visitor.caller, filter.clone(), sort, offset, rows);
            let found = view.paging.find(part).await?;
            let rows: Vec<_> = found.items.iter().map(|organisation| Row::new(&visitor, organisation)).collect();
            let list = Listing::new(view, &FIELDS, (found.total, found.more), rows.len());
            Ok(send(&OrganisationList::new(&visitor, list, rows)))
        }
        Err(invalid) => {
            let list = Listing::refused(view, &FIELDS, Feedback::of(invalid)?);
            Ok(send_with(list.feedback.status(), &OrganisationList::new(&visitor, list, Vec::new())))
        }
    }
}

impl OrganisationList {
    fn new(visitor: &Visitor, mut list: Listing<OrganisationKey>, rows: Vec<Row>) -> Self {
        let (t, common) = (&ENGLISH.organisations, &ENGLISH.common);
        let headings = [
            (&t.name, Some(OrganisationKey::Name)),
            (&t.state, None),
            (&t.signed_actions, None),
            (&t.created, Some(OrganisationKey::Created)),
        ];
        list.headings = headings.into_iter().map(|(title, key)| Heading::new(title, &list.view, key)).collect();
        let offered = [
            (OrganisationKey::Created, true, &common.newest_first),
            (OrganisationKey::Created, false, &common.oldest_first),
            (OrganisationKey::Name, false, &common.name_ascending),
            (OrganisationKey::Name, true, &common.name_descending),
        ];
        list.orders = orders(&list.view, &offered);
        Self { page: visitor.page(&t.title, Place::Organisations), t, list, rows }
    }

    fn lead(&self) -> &'static Phrase {
        &self.t.lead
    }
}

impl SortWords for OrganisationKey {
    const ALL: &'static [Self] = &[Self::Created, Self::Name];

    fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Name => "name",
        }
    }

    fn descends_at_first(self) -> bool {
        self == Self::Created
    }
}
