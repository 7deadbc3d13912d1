//! `/console/administration/organisations`: the list.

use super::row::Row;
use crate::{
    console::{
        addresses::{self, ORGANISATIONS},
        feedback::Feedback,
        fields::Fields,
        page::{Page, Place, send, send_with},
        people::filter::{SIZES, USUAL},
        refused::Refused,
        texts::{ENGLISH, Organisations, Phrase},
        visitor::Visitor,
    },
    cursor,
};
use askama::Template;
use axum::response::Response;
use domain::{
    invalid::{Checks, Invalid},
    name::Name,
};
use store::query::{OrganisationFilter, PageRequest};

/// The order of the list, as its cursors name it.
const ORDER: &str = "organisations of the console";
/// The parameters that have a place on the page.
const SHOWN: [&str; 2] = ["q", "state"];

#[derive(Template)]
#[template(path = "console/organisations/list.html")]
struct List {
    page: Page,
    t: &'static Organisations,
    feedback: Feedback,
    fields: Fields,
    size: usize,
    rows: Vec<Row>,
    next: Option<String>,
}

/// The list, as its address says.
pub async fn show(visitor: Visitor, fields: Fields) -> Result<Response, Refused> {
    visitor.expect_application_administrator()?;
    let t = &ENGLISH.organisations;
    let size = fields.text("rows").parse().ok().filter(|size| SIZES.contains(size)).unwrap_or(USUAL);
    let page = visitor.page(&t.title, Place::Organisations);
    let mut list = List { page, t, feedback: Feedback::none(), fields, size, rows: Vec::new(), next: None };
    match list.check() {
        Ok((filter, page)) => {
            let page = visitor.server.authority.organisations(&visitor.caller, filter, page).await?;
            list.rows = page.items.iter().map(|organisation| Row::new(&visitor, organisation)).collect();
            list.next = page.next.map(|place| list.address(Some(&cursor::text(place, ORDER))));
            Ok(send(&list))
        }
        Err(invalid) => {
            list.feedback = Feedback::of(invalid)?;
            Ok(send_with(list.feedback.status(), &list))
        }
    }
}

impl List {
    fn check(&self) -> Result<(OrganisationFilter, PageRequest), Invalid> {
        let (t, mut checks) = (&ENGLISH.people, Checks::new());
        if self.fields.given("rows").is_some_and(|rows| rows != self.size.to_string()) {
            checks.refuse("rows", t.wrong_rows.to_string());
        }
        let active = match self.fields.given("state") {
            None => None,
            Some("active") => Some(true),
            Some("inactive") => Some(false),
            Some(_) => {
                checks.refuse("state", t.wrong_state.to_string());
                None
            }
        };
        let name_contains = self.fields.given("q").and_then(|text| checks.take(Name::parse("q", text)));
        let after = self.fields.given("after").and_then(|after| checks.take(cursor::parse(after, ORDER)));
        let name_contains = name_contains.map(|text| text.to_string());
        let filter = OrganisationFilter { active, name_contains, ..OrganisationFilter::default() };
        checks.finish().map(|()| (filter, PageRequest { after, limit: self.size }))
    }

    fn address(&self, after: Option<&str>) -> String {
        let named = SHOWN.iter().chain(&["rows"]).filter_map(|name| Some((*name, self.fields.given(name)?)));
        let pairs = named.chain(after.map(|after| ("after", after)));
        addresses::with(ORGANISATIONS, pairs)
    }

    fn first(&self) -> String {
        self.address(None)
    }

    fn goes_on(&self) -> bool {
        self.fields.given("after").is_some()
    }

    fn sizes() -> [usize; 4] {
        SIZES
    }

    fn shown(&self) -> Phrase {
        self.t.shown.count(self.rows.len() as u64)
    }

    fn home() -> &'static str {
        ORGANISATIONS
    }

    fn unshown(&self) -> Vec<String> {
        self.feedback.others(&SHOWN)
    }
}
