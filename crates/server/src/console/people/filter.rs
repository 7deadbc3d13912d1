//! What a list of users or service accounts is asked for: the parameters of its address.

use super::{Room, roles};
use crate::{
    console::{
        addresses,
        fields::Fields,
        texts::{ENGLISH, Phrase},
    },
    cursor,
};
use domain::{
    id::OrganisationId,
    invalid::{Checks, Invalid},
    limits,
    name::Name,
    owner::Role,
};
use store::query::{Cursor, OwnerFilter, PageRequest};

/// The sizes of a page that are offered.
pub const SIZES: [usize; 4] = [10, 25, 50, 100];
/// The size of a page when none is named.
pub const USUAL: usize = 25;
/// The parameters that narrow the list down.
const NARROWING: [&str; 4] = ["q", "role", "state", "organisation"];
/// The order of the list, as its cursors name it.
const ORDER: &str = "people of the console";

/// What is asked for, as it was sent.
pub struct Filter {
    room: Room,
    everywhere: bool,
    fields: Fields,
    /// How many rows a page has.
    pub rows: usize,
}

impl Filter {
    /// Reads the parameters. Only who administers everything chooses among organisations.
    pub fn read(room: Room, everywhere: bool, fields: Fields) -> Self {
        let rows = fields.text("rows").parse().ok().filter(|rows| SIZES.contains(rows)).unwrap_or(USUAL);
        Self { room, everywhere, fields, rows }
    }

    /// A value as it was sent.
    pub fn value(&self, name: &str) -> &str {
        self.fields.text(name)
    }

    /// True when nothing narrows the list down.
    pub fn is_empty(&self) -> bool {
        NARROWING.iter().all(|name| self.fields.given(name).is_none())
    }

    /// True on any page but the first.
    pub fn goes_on(&self) -> bool {
        self.fields.given("after").is_some()
    }

    /// What the store is asked for.
    ///
    /// # Errors
    /// Names every parameter that broke a rule.
    pub fn check(&self) -> Result<(OwnerFilter, PageRequest), Invalid> {
        let (t, mut checks) = (&ENGLISH.people, Checks::new());
        let given = |name| self.fields.given(name);
        if given("rows").is_some_and(|rows| rows != self.rows.to_string()) {
            checks.refuse("rows", t.wrong_rows.to_string());
        }
        let active = given("state").and_then(|state| match state {
            "active" => Some(true),
            "inactive" => Some(false),
            _ => {
                checks.refuse("state", t.wrong_state.to_string());
                None
            }
        });
        let organisation = given("organisation").filter(|_| self.everywhere);
        let filter = OwnerFilter {
            kind: Some(self.room.kind()),
            active,
            text: given("q").and_then(|text| checks.take(Name::parse("q", text))).map(|text| text.to_string()),
            role: given("role").and_then(|role| checks.take(Role::parse("role", role))),
            organisation: organisation.and_then(|id| checks.take(OrganisationId::parse("organisation", id))),
            ..OwnerFilter::default()
        };
        let after = given("after").and_then(|after| checks.take(cursor::parse(after, ORDER)));
        let limit = self.rows.min(limits::PAGE);
        checks.finish().map(|()| (filter, PageRequest { after, limit }))
    }

    /// The address of the first page.
    pub fn first(&self) -> String {
        self.address(None)
    }

    /// The address of the page that begins here.
    pub fn page_after(&self, place: Cursor) -> String {
        self.address(Some(&cursor::text(place, ORDER)))
    }

    fn address(&self, after: Option<&str>) -> String {
        let named = NARROWING.iter().chain(&["rows"]).filter_map(|name| Some((*name, self.fields.given(name)?)));
        addresses::with(self.room.path(), named.chain(after.map(|after| ("after", after))))
    }

    /// The roles to choose from.
    pub fn roles(&self) -> impl Iterator<Item = (&'static str, &'static Phrase, bool)> {
        let chosen = self.value("role").to_owned();
        roles::ALL.into_iter().map(move |role| (role.as_str(), roles::text(role), role.as_str() == chosen))
    }
}
