//! `…/users/invite` and `…/service-accounts/add`: the dialog, and what it makes.

use super::{
    Room,
    link::Handover,
    roles::{self, Choice as RoleChoice},
};
use crate::console::{
    addresses,
    feedback::Feedback,
    fields::Fields,
    notice::{Notice, NoticeKind},
    once::Once,
    organisations::choice::{self, Choice},
    page::{Page, send, send_with},
    refused::Refused,
    submitted::Submitted,
    texts::{ENGLISH, People},
    visitor::Visitor,
};
use askama::Template;
use authority::owners::OwnerDraft;
use axum::response::Response;
use domain::{
    facts::Facts,
    id::OrganisationId,
    invalid::{Checks, Invalid},
    name::{Email, Name},
    owner::Role,
    scope::Scopes,
};

/// The fields that have a place in the form.
const FIELDS: [&str; 5] = ["name", "email", "role", "organisation", "scopes"];

#[derive(Template)]
#[template(path = "console/people/add.html")]
struct Add {
    page: Page,
    t: &'static People,
    room: Room,
    feedback: Feedback,
    fields: Fields,
    roles: Vec<RoleChoice>,
    organisations: Vec<Choice>,
    everywhere: bool,
    once: Once,
}

impl Add {
    async fn new(visitor: &Visitor, room: Room, fields: Fields) -> Result<Self, Refused> {
        let t = &ENGLISH.people;
        let role = fields.given("role").unwrap_or(Role::Member.as_str());
        let own = visitor.organisation.id.to_string();
        let organisation = fields.given("organisation").unwrap_or(&own);
        Ok(Self {
            page: visitor.page(room.of(&t.invite_title, &t.add_account_title), room.place()),
            t,
            room,
            feedback: Feedback::none(),
            roles: roles::choices(visitor.caller.role, role, room),
            organisations: choice::offered(visitor, organisation).await?,
            everywhere: visitor.is_application_administrator(),
            once: Once::of(visitor, &fields),
            fields,
        })
    }

    /// Whoever invites makes a link that lets somebody in: that is signed as soon as anything is.
    fn signs(&self) -> bool {
        let (page, feedback) = (&self.page, &self.feedback);
        if self.room.is_users() { page.signs_ending(feedback) } else { page.signs_change(feedback) }
    }

    fn unshown(&self) -> Vec<String> {
        self.feedback.others(&FIELDS)
    }
}

/// The dialog; the organisation can be named by whoever leads here.
pub async fn ask(room: Room, visitor: Visitor, fields: Fields) -> Result<Response, Refused> {
    visitor.expect_administrator()?;
    Ok(send(&Add::new(&visitor, room, fields).await?))
}

/// Makes the user with his link, or the service account.
pub async fn add(room: Room, Submitted { visitor, fields }: Submitted) -> Result<Response, Refused> {
    visitor.expect_administrator()?;
    match make(&visitor, room, &fields).await {
        Ok(response) => Ok(response),
        Err(refused) => {
            let feedback = Feedback::of(refused)?;
            let form = Add { feedback, ..Add::new(&visitor, room, fields).await? };
            Ok(send_with(form.feedback.status(), &form))
        }
    }
}

async fn make(visitor: &Visitor, room: Room, fields: &Fields) -> Result<Response, Refused> {
    let draft = draft(visitor, room, fields)?;
    let (authority, key) = (&visitor.server.authority, Some(Once::of(visitor, fields).key(room.path(), fields)));
    if room.is_users() {
        let invited = authority.create_invited(&visitor.caller, draft, key).await?;
        return Ok(Handover::page(visitor, &invited.record, true));
    }
    let account = authority.create_owner(&visitor.caller, draft, key).await?.record;
    let notice = Notice::about(NoticeKind::OwnerAdded, account.name.as_str());
    Ok(notice.then(&visitor.server, &addresses::owner(room.kind(), account.id)))
}

fn draft(visitor: &Visitor, room: Room, fields: &Fields) -> Result<OwnerDraft, Invalid> {
    let mut checks = Checks::new();
    let name = checks.take(Name::parse("name", fields.text("name")));
    let email = if room.is_users() { checks.take(Email::parse("email", fields.text("email"))) } else { None };
    let role = checks.take(Role::parse("role", fields.given("role").unwrap_or(Role::Member.as_str())));
    let scopes = checks.take(scopes(fields));
    let organisation = fields.given("organisation").filter(|_| visitor.is_application_administrator());
    let organisation = organisation.and_then(|id| checks.take(OrganisationId::parse("organisation", id)));
    let draft = name.zip(role).zip(scopes).map(|((name, role), scopes)| OwnerDraft {
        kind: room.kind(),
        organisation,
        name,
        email,
        role,
        scopes,
        facts: Facts::default(),
    });
    checks.finish_with(draft)
}

/// Scopes, one a line or parted by blanks.
///
/// # Errors
/// Names `scopes`.
pub fn scopes(fields: &Fields) -> Result<Scopes, Invalid> {
    Scopes::parse("scopes", fields.text("scopes").split_whitespace())
}
