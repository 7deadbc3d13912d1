//! Disabling and enabling a token: the end of its power that can be taken back.

use super::{
    gone::or_gone,
    head::Head,
    opened_from::{came_from, carried},
    subject::Subject,
};
use crate::{
    console::{
        feedback::Feedback,
        fields::Fields,
        notice::{Notice, NoticeKind},
        page::{Page, Place, send, send_with},
        refused::Refused,
        submitted::Submitted,
        texts::ENGLISH,
        visitor::Visitor,
    },
    path::Path,
};
use askama::Template;
use axum::response::Response;
use http::HeaderMap;

#[derive(Template)]
#[template(path = "console/token/switch.html")]
struct SwitchDialog {
    page: Page,
    feedback: Feedback,
    head: Head,
    back: String,
    /// True to disable, false to enable.
    disables: bool,
}

impl SwitchDialog {
    fn new(visitor: &Visitor, subject: &Subject, disables: bool, back: String, feedback: Feedback) -> Self {
        let title = if disables { &ENGLISH.token.disable_title } else { &ENGLISH.token.enable_title };
        Self { page: visitor.page(title, Place::Tokens), feedback, head: Head::new(visitor, subject), back, disables }
    }

    fn signs(&self) -> bool {
        if self.disables { self.page.signs_ending(&self.feedback) } else { self.page.signs_change(&self.feedback) }
    }
}

/// Asks whether to disable it.
pub async fn ask_disable(visitor: Visitor, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let made = ask(&visitor, &headers, &id, true).await;
    or_gone(&visitor, made).await
}

/// Asks whether to enable it.
pub async fn ask_enable(visitor: Visitor, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let made = ask(&visitor, &headers, &id, false).await;
    or_gone(&visitor, made).await
}

/// Disables it.
pub async fn disable(Path(id): Path<String>, Submitted { visitor, fields }: Submitted) -> Response {
    let made = switch(&visitor, &id, &fields, true).await;
    or_gone(&visitor, made).await
}

/// Enables it.
pub async fn enable(Path(id): Path<String>, Submitted { visitor, fields }: Submitted) -> Response {
    let made = switch(&visitor, &id, &fields, false).await;
    or_gone(&visitor, made).await
}

async fn ask(visitor: &Visitor, headers: &HeaderMap, id: &str, disables: bool) -> Result<Response, Refused> {
    let subject = Subject::find(visitor, id).await?;
    let back = came_from(headers, &subject.path());
    Ok(send(&SwitchDialog::new(visitor, &subject, disables, back, Feedback::none())))
}

async fn switch(visitor: &Visitor, id: &str, fields: &Fields, disables: bool) -> Result<Response, Refused> {
    let subject = Subject::find(visitor, id).await?;
    let back = carried(fields, &subject.path());
    let (authority, token) = (&visitor.server.authority, subject.id());
    // What is done already was done by this very form, or needs no second time.
    let expects = if subject.listed.token.disabled == disables { None } else { fields.revision()? };
    let switched = if disables {
        authority.disable(&visitor.caller, token, expects).await
    } else {
        authority.enable(&visitor.caller, token, expects).await
    };
    match switched {
        Ok(token) => {
            let kind = if disables { NoticeKind::TokenDisabled } else { NoticeKind::TokenEnabled };
            let notice = Notice::about(kind, token.name.as_str());
            Ok(notice.then(&visitor.server, &back))
        }
        Err(refused) => {
            let feedback = Feedback::of(refused)?;
            Ok(send_with(feedback.status(), &SwitchDialog::new(visitor, &subject, disables, back, feedback)))
        }
    }
}
