//! One-time links: a new one for a user, and the page that shows a link the only time that it is shown.

use super::{Room, find_to_change, row::Row};
use crate::{
    console::{
        feedback::Feedback,
        moment::Moment,
        page::{Page, send, send_with},
        refused::Refused,
        submitted::Submitted,
        texts::{ENGLISH, People, Phrase},
        visitor::Visitor,
    },
    path::Path,
};
use askama::Template;
use authority::owners::Invitation;
use axum::response::Response;
use domain::secret::Secret;

#[derive(Template)]
#[template(path = "console/people/link.html")]
struct Ask {
    page: Page,
    t: &'static People,
    feedback: Feedback,
    row: Row,
}

/// The page with a link that somebody hands over.
#[derive(Template)]
#[template(path = "console/people/handover.html")]
pub struct Handover {
    page: Page,
    t: &'static People,
    name: String,
    link: Secret,
    until: Moment,
    done: String,
}

impl Handover {
    /// Shows the link of an invitation, the only time.
    pub fn page(visitor: &Visitor, invitation: &Invitation, is_first: bool) -> Response {
        let (t, user) = (&ENGLISH.people, &invitation.user);
        let title = if is_first { &t.invited_title } else { &t.link_made_title };
        send(&Self {
            page: visitor.page(title.with("name", &user.name), Room::Users.place()),
            t,
            name: user.name.to_string(),
            link: Secret::new(visitor.server.link(&invitation.secret)),
            until: Moment::new(invitation.expires_at),
            done: format!("{}/{}", Room::Users.path(), user.id),
        })
    }

    fn text(&self) -> Phrase {
        self.t.link_text.with("name", &self.name)
    }
}

impl Ask {
    fn new(visitor: &Visitor, row: Row) -> Self {
        let t = &ENGLISH.people;
        let page = visitor.page(t.link_title.with("name", &row.name), Room::Users.place());
        Self { page, t, feedback: Feedback::none(), row }
    }

    fn text(&self) -> Phrase {
        let t = self.t;
        let phrase = if self.row.active { &t.link_question } else { &t.link_inactive };
        phrase.with("name", &self.row.name)
    }
}

/// Says what a new link does.
pub async fn ask(visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let user = find_to_change(&visitor, Room::Users, &id).await?;
    let row = Row::new(&visitor, Room::Users, &user, String::new());
    Ok(send(&Ask::new(&visitor, row)))
}

/// Makes the link and shows it.
pub async fn make(Path(id): Path<String>, Submitted { visitor, fields: _ }: Submitted) -> Result<Response, Refused> {
    let user = find_to_change(&visitor, Room::Users, &id).await?;
    match visitor.server.authority.invite(&visitor.caller, user.id).await {
        Ok(invitation) => Ok(Handover::page(&visitor, &invitation, false)),
        Err(error) => {
            let feedback = Feedback::of(error)?;
            let row = Row::new(&visitor, Room::Users, &user, String::new());
            let form = Ask { feedback, ..Ask::new(&visitor, row) };
            Ok(send_with(form.feedback.status(), &form))
        }
    }
}
