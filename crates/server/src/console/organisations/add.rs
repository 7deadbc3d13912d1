//! `/console/administration/organisations/add`: a new organisation.

use crate::console::{
    addresses::{self, ORGANISATIONS},
    feedback::Feedback,
    fields::Fields,
    notice::{Notice, NoticeKind},
    once::Once,
    page::{Page, Place, send, send_with},
    refused::Refused,
    submitted::Submitted,
    texts::{ENGLISH, Organisations},
    visitor::Visitor,
};
use askama::Template;
use axum::response::Response;
use domain::{name::Name, owner::Organisation};

#[derive(Template)]
#[template(path = "console/organisations/add.html")]
struct Add {
    page: Page,
    t: &'static Organisations,
    feedback: Feedback,
    name: String,
    once: Once,
}

impl Add {
    fn new(visitor: &Visitor, fields: &Fields) -> Self {
        let t = &ENGLISH.organisations;
        Self {
            page: visitor.page(&t.add_title, Place::Organisations),
            t,
            feedback: Feedback::none(),
            name: fields.text("name").to_owned(),
            once: Once::of(visitor, fields),
        }
    }

    fn unshown(&self) -> Vec<String> {
        self.feedback.others(&["name"])
    }

    fn home() -> &'static str {
        ORGANISATIONS
    }
}

/// The dialog.
pub async fn ask(visitor: Visitor) -> Result<Response, Refused> {
    visitor.expect_application_administrator()?;
    Ok(send(&Add::new(&visitor, &Fields::default())))
}

/// Makes it.
pub async fn add(Submitted { visitor, fields }: Submitted) -> Result<Response, Refused> {
    visitor.expect_application_administrator()?;
    match make(&visitor, &fields).await {
        Ok(made) => {
            let notice = Notice::about(NoticeKind::OrganisationAdded, made.name.as_str());
            Ok(notice.then(&visitor.server, &addresses::organisation(made.id)))
        }
        Err(refused) => {
            let form = Add { feedback: Feedback::of(refused)?, ..Add::new(&visitor, &fields) };
            Ok(send_with(form.feedback.status(), &form))
        }
    }
}

async fn make(visitor: &Visitor, fields: &Fields) -> Result<Organisation, Refused> {
    let name = Name::parse("name", fields.text("name"))?;
    let key = Some(Once::of(visitor, fields).key(ORGANISATIONS, fields));
    Ok(visitor.server.authority.create_organisation(&visitor.caller, name, key).await?.record)
}
