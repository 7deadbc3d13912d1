//! Deleting a token: a dialog that says what cannot be undone, and the end.

use super::{
    callers::{CallerRow, callers},
    gone::or_gone,
    head::Head,
    opened_from::{came_from, carried, list},
    subject::Subject,
};
use crate::{
    console::{
        addresses,
        feedback::Feedback,
        fields::Fields,
        notice::{Notice, NoticeKind},
        page::{Page, Place, send, send_with},
        refused::Refused,
        standing::LATELY,
        submitted::Submitted,
        texts::ENGLISH,
        visitor::Visitor,
    },
    path::Path,
};
use askama::Template;
use axum::response::Response;
use domain::{
    id::TokenId,
    invalid::Checks,
    limits,
    name::{Name, reason},
    token::Token,
};
use http::HeaderMap;

/// The dialog.
#[derive(Template)]
#[template(path = "console/token/delete.html")]
struct DeleteDialog {
    page: Page,
    feedback: Feedback,
    head: Head,
    back: String,
    /// Who used it in the last day.
    callers: Vec<CallerRow>,
    /// True when the name has to be typed.
    asks_name: bool,
    typed: String,
    reason: String,
    longest_reason: usize,
}

impl DeleteDialog {
    async fn new(visitor: &Visitor, subject: &Subject, back: String) -> Result<Self, Refused> {
        Ok(Self {
            page: visitor.page(&ENGLISH.token.delete_title, Place::Tokens),
            feedback: Feedback::none(),
            head: Head::new(visitor, subject),
            back,
            asks_name: subject.standing().was_used_lately,
            typed: String::new(),
            reason: String::new(),
            longest_reason: limits::REASON_CHARACTERS,
            callers: callers(visitor, subject, LATELY).await?,
        })
    }
}

/// Asks whether he means it.
pub async fn ask(visitor: Visitor, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let made = dialog(&visitor, &headers, &id).await;
    or_gone(&visitor, made).await
}

async fn dialog(visitor: &Visitor, headers: &HeaderMap, id: &str) -> Result<Response, Refused> {
    let subject = Subject::find(visitor, id).await?;
    let back = came_from(headers, &subject.path());
    Ok(send(&DeleteDialog::new(visitor, &subject, back).await?))
}

/// Deletes the token. Whoever sends the form again learns the same: it is done.
pub async fn delete(Path(id): Path<String>, Submitted { visitor, fields }: Submitted) -> Response {
    let made = match attempt(&visitor, &id, &fields).await {
        Err(Refused::Gone(token)) => Ok(done_before(&visitor, &token, &fields)),
        made => made,
    };
    or_gone(&visitor, made).await
}

async fn attempt(visitor: &Visitor, id: &str, fields: &Fields) -> Result<Response, Refused> {
    let subject = Subject::find(visitor, id).await?;
    let back = carried(fields, &subject.path());
    let Err(refused) = carry_out(visitor, &subject, fields).await else {
        return Ok(done(visitor, NoticeKind::TokenDeleted, &subject.listed.token.name, &back));
    };
    let feedback = match Feedback::of(refused) {
        Ok(feedback) => feedback,
        // Somebody else may have deleted it in this very moment.
        Err(refused) => return Err(Subject::find(visitor, id).await.err().unwrap_or(refused)),
    };
    let (typed, reason) = (fields.text("name").to_owned(), fields.text("reason").to_owned());
    let dialog = DeleteDialog { feedback, typed, reason, ..DeleteDialog::new(visitor, &subject, back).await? };
    Ok(send_with(dialog.feedback.status(), &dialog))
}

async fn carry_out(visitor: &Visitor, subject: &Subject, fields: &Fields) -> Result<(), Refused> {
    let mut checks = Checks::new();
    if subject.standing().was_used_lately && fields.text("name") != subject.name() {
        checks.refuse("name", ENGLISH.token.delete_name_wrong.to_string());
    }
    let reason = fields.given("reason").and_then(|text| checks.take(reason("reason", text)));
    checks.finish()?;
    let id: TokenId = subject.id();
    visitor.server.authority.delete(&visitor.caller, id, fields.revision()?, reason).await?;
    Ok(())
}

/// The same success for whoever deleted it before; everybody else learns that it was done already.
fn done_before(visitor: &Visitor, token: &Token, fields: &Fields) -> Response {
    let by_himself = token.deleted.as_ref().is_some_and(|deleted| deleted.by == Some(visitor.caller.owner));
    let kind = if by_himself { NoticeKind::TokenDeleted } else { NoticeKind::TokenDeletedBefore };
    done(visitor, kind, &token.name, &carried(fields, &addresses::token(token.id)))
}

fn done(visitor: &Visitor, kind: NoticeKind, name: &Name, back: &str) -> Response {
    Notice::about(kind, name.as_str()).then(&visitor.server, list(back))
}
