//! Editing a token: its general facts and its scopes, in one form with two sides.

use super::{
    draft::{Draft, KEEP},
    gone::or_gone,
    head::Head,
    offer::{self, ScopeOffer},
    opened_from::{came_from, carried},
    step::Step,
    subject::Subject,
};
use crate::{
    console::{
        feedback::Feedback,
        fields::Fields,
        moment::Moment,
        notice::{Notice, NoticeKind},
        page::{Page, Place, send_with},
        refused::Refused,
        submitted::Submitted,
        texts::ENGLISH,
        visitor::Visitor,
    },
    path::Path,
};
use askama::Template;
use authority::{Error, error::Denied, update::TokenPatch};
use axum::response::Response;
use domain::{invalid::Checks, time::Timestamp, token::Token};
use http::{HeaderMap, StatusCode};

/// The form.
#[derive(Template)]
#[template(path = "console/token/edit.html")]
struct EditDialog {
    page: Page,
    feedback: Feedback,
    head: Head,
    back: String,
    revision: u64,
    step: Step,
    draft: Draft,
    choices: Vec<ScopeOffer>,
    /// True when the expiry can be kept, and which one that is.
    keeps: bool,
    kept: Option<Moment>,
    today: String,
    is_over: bool,
}

/// Shows the form, at the side that `step` names.
pub async fn ask(visitor: Visitor, headers: HeaderMap, Path(id): Path<String>, fields: Fields) -> Response {
    let made = dialog(&visitor, &headers, &id, &fields).await;
    or_gone(&visitor, made).await
}

async fn dialog(visitor: &Visitor, headers: &HeaderMap, id: &str, fields: &Fields) -> Result<Response, Refused> {
    let subject = Subject::find(visitor, id).await?;
    let step = side(fields.text("step"));
    let back = came_from(headers, &subject.path());
    let draft = Draft::of_token(&subject.listed.token);
    let revision = subject.listed.token.revision;
    show(visitor, &subject, Form { draft, step, back, revision }, Feedback::none()).await
}

/// Shows the other side, or saves.
pub async fn edit(Path(id): Path<String>, Submitted { visitor, fields }: Submitted) -> Response {
    let made = attempt(&visitor, &id, &fields).await;
    or_gone(&visitor, made).await
}

/// What a form says.
struct Form {
    draft: Draft,
    step: Step,
    back: String,
    revision: u64,
}

fn side(word: &str) -> Step {
    if word == "scopes" { Step::Scopes } else { Step::General }
}

async fn attempt(visitor: &Visitor, id: &str, fields: &Fields) -> Result<Response, Refused> {
    let subject = Subject::find(visitor, id).await?;
    let token = &subject.listed.token;
    let revision = fields.revision()?.unwrap_or(token.revision);
    let (draft, back) = (Draft::of(fields), carried(fields, &subject.path()));
    let mut form = Form { draft, step: side(fields.text("step")), back, revision };
    if let Some(side_word) = fields.given("go").filter(|word| *word != "save") {
        form.step = side(side_word);
        return show(visitor, &subject, form, Feedback::none()).await;
    }
    let (step, refused) = match patch(&form.draft, token, subject.now) {
        Ok(patch) => {
            let authority = &visitor.server.authority;
            match authority.update(&visitor.caller, subject.id(), patch, Some(revision)).await {
                Ok(token) => {
                    let notice = Notice::about(NoticeKind::TokenSaved, token.name.as_str());
                    return Ok(notice.then(&visitor.server, &form.back));
                }
                Err(error) => {
                    if matches!(error, Error::RevisionChanged { revision: _ }) {
                        // What gives power is shown as it is now: nobody gives again, unseen, what was taken meanwhile.
                        form.draft = form.draft.beside(Draft::of_token(token));
                        form.revision = token.revision;
                    }
                    let beyond = matches!(error, Error::Denied(Denied::Beyond(_)));
                    (if beyond { Step::Scopes } else { form.step }, Refused::from(error))
                }
            }
        }
        Err(invalid) => {
            let field = invalid.fields().first().map_or("", |first| first.field.as_str());
            (if Step::of_field(field) == Step::Scopes { Step::Scopes } else { Step::General }, invalid.into())
        }
    };
    form.step = step;
    show(visitor, &subject, form, Feedback::of(refused)?).await
}

/// What shall be different. What stayed as it was is left out, so that nobody hands out again what he only saw.
fn patch(draft: &Draft, token: &Token, now: Timestamp) -> Result<TokenPatch, domain::invalid::Invalid> {
    let mut checks = Checks::new();
    let before = Draft::of_token(token);
    let name = checks.take(draft.check_name());
    let description = checks.take(draft.check_description());
    let labels = checks.take(draft.check_labels());
    let networks = checks.take(draft.check_networks());
    let expires_at = (draft.expiry != KEEP).then(|| checks.take(draft.check_expiry(now))).flatten();
    let mut words = draft.scope_words();
    words.sort_unstable();
    words.dedup();
    let is_same = words.iter().copied().eq(before.scopes.iter().map(String::as_str));
    let scopes = if is_same { None } else { checks.take(draft.check_scopes()) };
    checks.finish()?;
    let networks = networks.filter(|networks| *networks != token.networks);
    Ok(TokenPatch { name, description, labels, networks, expires_at, scopes, facts: None, slot: None })
}

async fn show(visitor: &Visitor, subject: &Subject, form: Form, feedback: Feedback) -> Result<Response, Refused> {
    let Form { draft, step, back, revision } = form;
    let choices = if step == Step::Scopes {
        let owner = offer::owner(visitor, &Draft::of_token(&subject.listed.token)).await?;
        offer::scopes(visitor, owner.as_ref(), &draft).await?
    } else {
        Vec::new()
    };
    let dialog = EditDialog {
        page: visitor.page(ENGLISH.token.edit_title.with("name", &subject.name()), Place::Tokens),
        feedback,
        head: Head::new(visitor, subject),
        back,
        revision,
        step,
        draft,
        choices,
        keeps: true,
        kept: subject.listed.token.expires_at.map(Moment::new),
        today: Moment::new(subject.now).date,
        is_over: subject.standing().is_over,
    };
    let status = if dialog.feedback.status().is_success() { StatusCode::OK } else { dialog.feedback.status() };
    Ok(send_with(status, &dialog))
}
