//! `…/{id}/deactivate` and `…/{id}/activate`: offboarding, which shows what ends, and the way back.

use super::{Room, find_to_change, row::Row};
use crate::{
    console::{
        addresses,
        endings::Endings,
        feedback::Feedback,
        fields::Fields,
        notice::{Notice, NoticeKind},
        page::{Page, send, send_with},
        refused::Refused,
        submitted::Submitted,
        texts::{ENGLISH, People, Phrase},
        visitor::Visitor,
    },
    path::Path,
};
use askama::Template;
use authority::owners::OwnerPatch;
use axum::response::Response;
use domain::{invalid::Invalid, limits, owner::Owner};
use store::query::TokenFilter;

#[derive(Template)]
#[template(path = "console/people/deactivate.html")]
struct Deactivate {
    page: Page,
    t: &'static People,
    room: Room,
    feedback: Feedback,
    row: Row,
    endings: Endings,
    deletes: bool,
}

#[derive(Template)]
#[template(path = "console/people/activate.html")]
struct Activate {
    page: Page,
    t: &'static People,
    room: Room,
    feedback: Feedback,
    row: Row,
    endings: Endings,
}

impl Deactivate {
    async fn new(visitor: &Visitor, room: Room, owner: &Owner) -> Result<Self, Refused> {
        let (t, row) = (&ENGLISH.people, Row::new(visitor, room, owner, String::new()));
        let title = if row.active { &t.deactivate_title } else { &t.delete_title };
        Ok(Self {
            page: visitor.page(title.with("name", &row.name), room.place()),
            t,
            room,
            feedback: Feedback::none(),
            endings: endings(visitor, owner).await?,
            deletes: false,
            row,
        })
    }

    /// What happens, in a sentence.
    fn text(&self) -> Phrase {
        let t = self.t;
        let phrase = if self.row.active {
            self.room.of(&t.deactivate_user, &t.deactivate_account)
        } else {
            &t.deactivate_already
        };
        phrase.with("name", &self.row.name)
    }

    /// What else happens, each in a sentence.
    fn effects(&self) -> Vec<&'static Phrase> {
        let t = self.t;
        match self.room {
            Room::Users => vec![&t.deactivate_sessions, &t.deactivate_links, &t.deactivate_passkeys],
            Room::ServiceAccounts => vec![&t.deactivate_keys],
        }
    }

    /// True when there is something to do at all.
    fn has_effect(&self) -> bool {
        self.row.active || self.endings.count > 0
    }

    fn unshown(&self) -> Vec<String> {
        self.feedback.others(&["myself"])
    }
}

impl Activate {
    async fn new(visitor: &Visitor, room: Room, owner: &Owner) -> Result<Self, Refused> {
        let (t, row) = (&ENGLISH.people, Row::new(visitor, room, owner, String::new()));
        let page = visitor.page(t.activate_title.with("name", &row.name), room.place());
        let endings = endings(visitor, owner).await?;
        Ok(Self { page, t, room, feedback: Feedback::none(), row, endings })
    }

    fn text(&self) -> Phrase {
        self.room.of(&self.t.activate_user, &self.t.activate_account).with("name", &self.row.name)
    }
}

async fn endings(visitor: &Visitor, owner: &Owner) -> Result<Endings, Refused> {
    Endings::of(visitor, TokenFilter { owner: Some(owner.id), ..TokenFilter::default() }).await
}

/// Shows what deactivating ends.
pub async fn ask_to_deactivate(room: Room, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let owner = find_to_change(&visitor, room, &id).await?;
    Ok(send(&Deactivate::new(&visitor, room, &owner).await?))
}

/// Deactivates, and deletes the tokens where that was chosen, both in one commit.
pub async fn deactivate(
    room: Room,
    Path(id): Path<String>,
    Submitted { visitor, fields }: Submitted,
) -> Result<Response, Refused> {
    let owner = find_to_change(&visitor, room, &id).await?;
    match end(&visitor, room, &owner, &fields).await {
        Ok(()) => {
            let kind = match (owner.active, fields.is_checked("delete_tokens")) {
                (true, true) => NoticeKind::OwnerDeactivatedForGood,
                (false, true) => NoticeKind::OwnersTokensDeleted,
                (true | false, false) => NoticeKind::OwnerDeactivated,
            };
            Ok(done(&visitor, room, &owner, kind))
        }
        Err(refused) => {
            let feedback = Feedback::of(refused)?;
            let form = Deactivate::new(&visitor, room, &owner).await?;
            let form = Deactivate { feedback, deletes: fields.is_checked("delete_tokens"), ..form };
            Ok(send_with(form.feedback.status(), &form))
        }
    }
}

async fn end(visitor: &Visitor, room: Room, owner: &Owner, fields: &Fields) -> Result<(), Refused> {
    let t = &ENGLISH.people;
    if owner.id == visitor.owner.id && !fields.is_checked("myself") {
        return Err(Invalid::field("myself", t.deactivate_yourself_missing.to_string()).into());
    }
    let deletes_tokens = fields.is_checked("delete_tokens");
    let filter = TokenFilter { owner: Some(owner.id), ..TokenFilter::default() };
    let authority = &visitor.server.authority;
    if deletes_tokens && authority.count_tokens(&visitor.caller, filter).await? > limits::DELETE_STEP as u64 {
        return Err(Refused::Sentence(crate::problem::ProblemKind::Conflict, t.too_many_tokens.clone()));
    }
    let patch = OwnerPatch { active: Some(false), deletes_tokens, ..OwnerPatch::default() };
    authority.update_owner(&visitor.caller, room.kind(), owner.id, patch, None).await?;
    Ok(())
}

/// Shows what activating brings back.
pub async fn ask_to_activate(room: Room, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let owner = find_to_change(&visitor, room, &id).await?;
    Ok(send(&Activate::new(&visitor, room, &owner).await?))
}

/// Activates again.
pub async fn activate(
    room: Room,
    Path(id): Path<String>,
    Submitted { visitor, fields: _ }: Submitted,
) -> Result<Response, Refused> {
    let owner = find_to_change(&visitor, room, &id).await?;
    let patch = OwnerPatch { active: Some(true), ..OwnerPatch::default() };
    match visitor.server.authority.update_owner(&visitor.caller, room.kind(), owner.id, patch, None).await {
        Ok(owner) => Ok(done(&visitor, room, &owner, NoticeKind::OwnerActivated)),
        Err(error) => {
            let feedback = Feedback::of(error)?;
            let form = Activate { feedback, ..Activate::new(&visitor, room, &owner).await? };
            Ok(send_with(form.feedback.status(), &form))
        }
    }
}

fn done(visitor: &Visitor, room: Room, owner: &Owner, kind: NoticeKind) -> Response {
    Notice::about(kind, owner.name.as_str()).then(&visitor.server, &addresses::owner(room.kind(), owner.id))
}
