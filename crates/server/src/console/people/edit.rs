//! `…/{id}/edit`: name, address, role and scopes.

use super::{
    Room, add, find_to_change,
    roles::{self, Choice},
    row::Row,
};
use crate::{
    console::{
        addresses,
        feedback::Feedback,
        fields::Fields,
        notice::{Notice, NoticeKind},
        page::{Page, send, send_with},
        refused::Refused,
        submitted::Submitted,
        texts::{ENGLISH, People},
        visitor::Visitor,
    },
    path::Path,
    problem::ProblemKind,
};
use askama::Template;
use authority::owners::OwnerPatch;
use axum::response::Response;
use domain::{
    invalid::{Checks, Invalid},
    name::{Email, Name},
    owner::{Owner, Role},
};

/// The fields that have a place in the form.
const FIELDS: [&str; 4] = ["name", "email", "role", "scopes"];

#[derive(Template)]
#[template(path = "console/people/edit.html")]
struct Edit {
    page: Page,
    t: &'static People,
    room: Room,
    feedback: Feedback,
    row: Row,
    name: String,
    email: String,
    scopes: String,
    roles: Vec<Choice>,
    revision: String,
}

impl Edit {
    /// The form with what is stored.
    fn stored(visitor: &Visitor, room: Room, owner: &Owner) -> Self {
        let t = &ENGLISH.people;
        let row = Row::new(visitor, room, owner, String::new());
        Self {
            page: visitor.page(t.edit_title.with("name", &row.name), room.place()),
            t,
            room,
            feedback: Feedback::none(),
            name: row.name.clone(),
            email: row.email.clone().unwrap_or_default(),
            scopes: owner.scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
            roles: roles::choices(visitor.caller.role, owner.role.as_str(), room),
            revision: row.revision.to_string(),
            row,
        }
    }

    /// The form with what was sent.
    fn sent(visitor: &Visitor, room: Room, owner: &Owner, fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name).to_owned();
        Self {
            name: text("name"),
            email: text("email"),
            scopes: text("scopes"),
            roles: roles::choices(visitor.caller.role, fields.text("role"), room),
            revision: text("revision"),
            ..Self::stored(visitor, room, owner)
        }
    }

    fn unshown(&self) -> Vec<String> {
        self.feedback.others(&FIELDS)
    }
}

/// The form.
pub async fn ask(room: Room, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let owner = find_to_change(&visitor, room, &id).await?;
    Ok(send(&Edit::stored(&visitor, room, &owner)))
}

/// Makes the change.
pub async fn change(
    room: Room,
    Path(id): Path<String>,
    Submitted { visitor, fields }: Submitted,
) -> Result<Response, Refused> {
    let owner = find_to_change(&visitor, room, &id).await?;
    match attempt(&visitor, room, &owner, &fields).await {
        Ok(changed) => {
            let notice = Notice::about(NoticeKind::OwnerChanged, changed.name.as_str());
            Ok(notice.then(&visitor.server, &addresses::owner(room.kind(), changed.id)))
        }
        // What somebody else changed meanwhile is shown, so that nothing of it is undone unseen.
        Err(Refused::ChangedMeanwhile) => {
            let sentence = ENGLISH.people.edit_changed_meanwhile.clone();
            let feedback = Feedback::of(Refused::Sentence(ProblemKind::PreconditionFailed, sentence))?;
            let form = Edit { feedback, ..Edit::stored(&visitor, room, &owner) };
            Ok(send_with(form.feedback.status(), &form))
        }
        Err(refused) => {
            let feedback = Feedback::of(refused)?;
            let form = Edit { feedback, ..Edit::sent(&visitor, room, &owner, &fields) };
            Ok(send_with(form.feedback.status(), &form))
        }
    }
}

async fn attempt(visitor: &Visitor, room: Room, owner: &Owner, fields: &Fields) -> Result<Owner, Refused> {
    let patch = patch(room, fields)?;
    let expects = fields.revision()?;
    Ok(visitor.server.authority.update_owner(&visitor.caller, room.kind(), owner.id, patch, expects).await?)
}

fn patch(room: Room, fields: &Fields) -> Result<OwnerPatch, Invalid> {
    let mut checks = Checks::new();
    let patch = OwnerPatch {
        name: checks.take(Name::parse("name", fields.text("name"))),
        email: if room.is_users() { checks.take(Email::parse("email", fields.text("email"))) } else { None },
        role: checks.take(Role::parse("role", fields.text("role"))),
        scopes: checks.take(add::scopes(fields)),
        ..OwnerPatch::default()
    };
    checks.finish().map(|()| patch)
}
