//! `/console/settings/users` and `/console/settings/service-accounts`: the lists.

use super::{
    Room,
    filter::{Filter, SIZES},
    row::Row,
};
use crate::console::{
    feedback::Feedback,
    fields::Fields,
    organisations::choice::{self, Choice},
    page::{Page, send, send_with},
    refused::Refused,
    texts::{ENGLISH, People, Phrase},
    visitor::Visitor,
};
use askama::Template;
use axum::response::Response;

#[derive(Template)]
#[template(path = "console/people/list.html")]
struct List {
    page: Page,
    t: &'static People,
    room: Room,
    filter: Filter,
    feedback: Feedback,
    everywhere: bool,
    organisations: Vec<Choice>,
    rows: Vec<Row>,
    next: Option<String>,
}

/// The list, as its address says.
pub async fn show(room: Room, visitor: Visitor, fields: Fields) -> Result<Response, Refused> {
    visitor.expect_administrator()?;
    let everywhere = visitor.is_application_administrator();
    let filter = Filter::read(room, everywhere, fields);
    let t = &ENGLISH.people;
    let mut list = List {
        page: visitor.page(room.of(&t.users, &t.accounts), room.place()),
        t,
        room,
        feedback: Feedback::none(),
        everywhere,
        organisations: choice::offered(&visitor, filter.value("organisation")).await?,
        rows: Vec::new(),
        next: None,
        filter,
    };
    match list.filter.check() {
        Ok((filter, page)) => {
            let page = visitor.server.authority.owners(&visitor.caller, filter, page).await?;
            let names = choice::names(&visitor, page.items.iter().map(|owner| owner.organisation_id)).await?;
            let name = |id| names.get(&id).cloned().unwrap_or_default();
            list.rows =
                page.items.iter().map(|owner| Row::new(&visitor, room, owner, name(owner.organisation_id))).collect();
            list.next = page.next.map(|place| list.filter.page_after(place));
            Ok(send(&list))
        }
        Err(invalid) => {
            list.feedback = Feedback::of(invalid)?;
            Ok(send_with(list.feedback.status(), &list))
        }
    }
}

impl List {
    fn sizes() -> [usize; 4] {
        SIZES
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

    fn shown(&self) -> Phrase {
        self.t.shown.count(self.rows.len() as u64)
    }

    fn add_path(&self) -> String {
        format!("{}/{}", self.room.path(), if self.room.is_users() { "invite" } else { "add" })
    }
}
