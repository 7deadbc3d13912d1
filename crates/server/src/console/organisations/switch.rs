//! `/console/administration/organisations/{id}/deactivate` and `…/activate`.

use super::{find, row::Row};
use crate::{
    console::{
        endings::Endings,
        feedback::Feedback,
        notice::{Notice, NoticeKind},
        page::{Page, Place, send, send_with},
        refused::Refused,
        submitted::Submitted,
        texts::{ENGLISH, Organisations, Phrase},
        visitor::Visitor,
    },
    path::Path,
};
use askama::Template;
use authority::owners::OrganisationPatch;
use axum::response::Response;
use domain::{invalid::Invalid, owner::Organisation};
use store::query::TokenFilter;

#[derive(Template)]
#[template(path = "console/organisations/switch.html")]
struct Switch {
    page: Page,
    t: &'static Organisations,
    feedback: Feedback,
    row: Row,
    endings: Endings,
    /// True when it shall be active afterwards.
    on: bool,
}

impl Switch {
    async fn new(visitor: &Visitor, organisation: &Organisation, on: bool) -> Result<Self, Refused> {
        let (t, row) = (&ENGLISH.organisations, Row::new(visitor, organisation));
        let filter = TokenFilter { organisation: Some(organisation.id), ..TokenFilter::default() };
        let title = if on { &t.activate_title } else { &t.deactivate_title };
        Ok(Self {
            page: visitor.page(title.with("name", &row.name), Place::Organisations),
            t,
            feedback: Feedback::none(),
            endings: Endings::of(visitor, filter).await?,
            row,
            on,
        })
    }

    fn text(&self) -> Phrase {
        let phrase = if self.on { &self.t.activate_text } else { &self.t.deactivate_text };
        phrase.with("name", &self.row.name)
    }

    fn counted(&self) -> Phrase {
        let phrase = if self.on { &self.t.activate_tokens } else { &self.t.deactivate_tokens };
        phrase.count(self.endings.count)
    }

    fn asks_for_own(&self) -> bool {
        self.row.is_own && !self.on
    }

    fn unshown(&self) -> Vec<String> {
        self.feedback.others(&["own"])
    }
}

/// Shows what deactivating ends.
pub async fn ask_to_deactivate(visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let organisation = find(&visitor, &id).await?;
    Ok(send(&Switch::new(&visitor, &organisation, false).await?))
}

/// Shows what activating brings back.
pub async fn ask_to_activate(visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let organisation = find(&visitor, &id).await?;
    Ok(send(&Switch::new(&visitor, &organisation, true).await?))
}

/// Deactivates it.
pub async fn deactivate(path: Path<String>, form: Submitted) -> Result<Response, Refused> {
    switch(path, form, false).await
}

/// Activates it again.
pub async fn activate(path: Path<String>, form: Submitted) -> Result<Response, Refused> {
    switch(path, form, true).await
}

async fn switch(
    Path(id): Path<String>,
    Submitted { visitor, fields }: Submitted,
    on: bool,
) -> Result<Response, Refused> {
    let organisation = find(&visitor, &id).await?;
    let is_own = organisation.id == visitor.organisation.id;
    let switched = if is_own && !on && !fields.is_checked("own") {
        let rule = ENGLISH.organisations.deactivate_own_missing.to_string();
        Err(Invalid::field("own", rule).into())
    } else {
        let patch = OrganisationPatch { active: Some(on), ..OrganisationPatch::default() };
        let authority = &visitor.server.authority;
        authority.update_organisation(&visitor.caller, organisation.id, patch, None).await.map_err(Refused::from)
    };
    match switched {
        Ok(changed) => {
            let kind = if on { NoticeKind::OrganisationActivated } else { NoticeKind::OrganisationDeactivated };
            Ok(Notice::about(kind, changed.name.as_str()).then(&visitor.server, &Row::new(&visitor, &changed).href))
        }
        Err(refused) => {
            let form = Switch { feedback: Feedback::of(refused)?, ..Switch::new(&visitor, &organisation, on).await? };
            Ok(send_with(form.feedback.status(), &form))
        }
    }
}
