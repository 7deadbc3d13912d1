//! `/console/administration/organisations/add`: a new organisation.

use super::PATH;
use crate::console::{
    feedback::Feedback,
    fields::Fields,
    notice::{Notice, NoticeKind},
    once::Once,
    page::{Page, Place, send, send_with},
    refused::Refused,
    submitted::Submitted,
    texts::{ENGLISH, Organisations},
    visitor::Visitor,
    way_back::see,
};
use askama::Template;
use axum::response::Response;
use domain::{name::Name, owner::Organisation};
use http::header::SET_COOKIE;

#[derive(Template)]
#[template(path = "console/organisations/add.html")]
struct Add {
    page: Page,
    t: &'static Organisations,
    feedback: Feedback,
    name: String,
    key: String,
}

impl Add {
    fn new(visitor: &Visitor, fields: &Fields) -> Self {
        let t = &ENGLISH.organisations;
        Self {
            page: visitor.page(&t.add_title, Place::Organisations),
            t,
            feedback: Feedback::none(),
            name: fields.text("name").to_owned(),
            key: Once::key(visitor, fields),
        }
    }

    fn home() -> &'static str {
        PATH
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
            let mut response = see(&format!("{PATH}/{}", made.id));
            let notice = Notice::about(NoticeKind::OrganisationAdded, made.name.as_str());
            response.headers_mut().append(SET_COOKIE, notice.set(&visitor.server));
            Ok(response)
        }
        Err(refused) => {
            let form = Add { feedback: Feedback::of(refused)?, ..Add::new(&visitor, &fields) };
            Ok(send_with(form.feedback.status(), &form))
        }
    }
}

async fn make(visitor: &Visitor, fields: &Fields) -> Result<Organisation, Refused> {
    let name = Name::parse("name", fields.text("name"))?;
    let key = Once::bound(PATH, fields);
    Ok(visitor.server.authority.create_organisation(&visitor.caller, name, key).await?.record)
}
