//! `/console/settings/users` and `/console/settings/service-accounts`: the lists.

use super::{
    Room,
    filter::{self, FIELDS},
    roles,
    row::Row,
};
use crate::console::{
    feedback::Feedback,
    fields::Fields,
    lists::{
        filter::FilterFields,
        listing::Listing,
        sorting::{Heading, orders},
        view::ListView,
    },
    organisations::choice::{self, Choice},
    page::{Page, send, send_with},
    refused::Refused,
    texts::{ENGLISH, People, Phrase},
    visitor::Visitor,
};
use askama::Template;
use axum::response::Response;
use domain::invalid::Checks;
use store::query::OwnerKey;

#[derive(Template)]
#[template(path = "console/people/list.html")]
struct PeopleList {
    page: Page,
    t: &'static People,
    room: Room,
    list: Listing<OwnerKey>,
    /// True for who administers everything, and chooses among organisations.
    everywhere: bool,
    organisations: Vec<Choice>,
    rows: Vec<Row>,
}

/// The list, as its address says.
pub async fn show(room: Room, visitor: Visitor, fields: Fields) -> Result<Response, Refused> {
    visitor.expect_administrator()?;
    let mut checks = Checks::new();
    let mut view = ListView::read(room.path(), &FIELDS, FilterFields::of(&FIELDS, &fields), &fields, &mut checks);
    let filter = filter::check(room, &view.filter, &mut checks);
    match checks.finish() {
        Ok(()) => {
            let (authority, sort) = (&visitor.server.authority, view.sort);
            let part = |offset, rows| authority.owners_part(&visitor.caller, filter.clone(), sort, offset, rows);
            let found = view.paging.find(part).await?;
            let rows: Vec<_> = found.items.iter().map(|listed| Row::listed(&visitor, room, listed)).collect();
            let list = Listing::new(view, &FIELDS, (found.total, found.more), rows.len());
            Ok(send(&PeopleList::new(&visitor, room, list, rows).await?))
        }
        Err(invalid) => {
            let list = Listing::refused(view, &FIELDS, Feedback::of(invalid)?);
            Ok(send_with(list.feedback.status(), &PeopleList::new(&visitor, room, list, Vec::new()).await?))
        }
    }
}

impl PeopleList {
    async fn new(visitor: &Visitor, room: Room, mut list: Listing<OwnerKey>, rows: Vec<Row>) -> Result<Self, Refused> {
        let (t, common, everywhere) = (&ENGLISH.people, &ENGLISH.common, visitor.is_application_administrator());
        let organisation = everywhere.then_some((&t.organisation, Some(OwnerKey::Organisation)));
        list.headings = [(&t.name, Some(OwnerKey::Name)), (&t.role, Some(OwnerKey::Role))]
            .into_iter()
            .chain(organisation)
            .chain([(&t.state, None), (&t.created, Some(OwnerKey::Created))])
            .map(|(title, key)| Heading::new(title, &list.view, key))
            .collect();
        let offered = [
            (OwnerKey::Created, true, &common.newest_first),
            (OwnerKey::Created, false, &common.oldest_first),
            (OwnerKey::Name, false, &common.name_ascending),
            (OwnerKey::Name, true, &common.name_descending),
            (OwnerKey::Role, true, &t.role_descending),
            (OwnerKey::Role, false, &t.role_ascending),
            (OwnerKey::Organisation, false, &t.organisation_ascending),
            (OwnerKey::Organisation, true, &t.organisation_descending),
        ];
        let by_organisation = everywhere || list.view.sort.key == OwnerKey::Organisation;
        list.orders = orders(&list.view, if by_organisation { &offered } else { &offered[..6] });
        list.without_input.extend((!everywhere).then_some("organisation"));
        Ok(Self {
            page: visitor.page(room.of(&t.users, &t.accounts), room.place()),
            t,
            room,
            everywhere,
            organisations: choice::offered(visitor, &list.value("organisation")).await?,
            list,
            rows,
        })
    }

    fn lead(&self) -> &'static Phrase {
        let t = self.t;
        match (self.room, self.everywhere) {
            (Room::Users, false) => &t.users_lead,
            (Room::Users, true) => &t.users_lead_everywhere,
            (Room::ServiceAccounts, false) => &t.accounts_lead,
            (Room::ServiceAccounts, true) => &t.accounts_lead_everywhere,
        }
    }

    /// The roles to choose from.
    fn roles() -> impl Iterator<Item = (&'static str, &'static Phrase)> {
        roles::ALL.into_iter().map(|role| (role.as_str(), roles::text(role)))
    }

    fn add_path(&self) -> String {
        format!("{}/{}", self.room.path(), if self.room.is_users() { "invite" } else { "add" })
    }
}
