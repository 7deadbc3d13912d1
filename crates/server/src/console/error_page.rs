//! Error pages: what is wrong, in a sentence or two, and the way out.
//!
//! What stands around every route knows a problem and no visitor, so a page is written there for nobody in
//! particular. [`frame`] stands around that, and writes it again for whoever asked: with the menu and the theme.

use super::{
    addresses::HOME,
    feedback,
    page::{Page, Place, html},
    texts::{ENGLISH, Errors, Phrase},
    theme::Theme,
    visitor::Visitor,
};
use crate::{
    problem::{Problem, ProblemKind},
    request_id::{REQUEST_ID, RequestId},
    state::Server,
    surface::{Asked, Surfaces},
};
use askama::Template;
use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, request::Parts};
use std::time::Duration;
use tokio::time::timeout;

/// How long an error page waits for the name of whoever asked: what is wrong may be the store itself.
const PATIENCE: Duration = Duration::from_secs(1);

/// A page for what is wrong.
#[derive(Template)]
#[template(path = "console/error.html")]
struct ErrorPage {
    page: Page,
    text: String,
    fields: Vec<String>,
    request_id: Option<String>,
}

/// A page that asks the browser to come again from this site.
#[derive(Template)]
#[template(path = "console/come_again.html")]
struct ComeAgain<'a> {
    page: Page,
    path: &'a str,
}

/// The page for a problem, for nobody in particular. It keeps the problem beside it, for [`frame`].
pub fn answer(problem: &Problem, _: &Asked<'_>) -> http::Response<Bytes> {
    let page = Page::new("", Place::Entrance, Theme::System);
    let mut answer = html(problem.kind().status(), write(problem, page, RequestId::current().map(|id| id.to_string())));
    answer.extensions_mut().insert(problem.clone());
    answer
}

/// Writes the page for a problem again for whoever asked. It stands outside of everything else, so that what has no
/// route, took too long or carried a secret in its address looks the same.
pub async fn frame(State(server): State<Server>, request: Request, next: Next) -> Response {
    if Surfaces::new([super::SURFACE]).at(request.uri().path()).is_none() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let asked = parts.clone();
    let mut answer = next.run(Request::from_parts(parts, body)).await;
    if let Some(problem) = answer.extensions_mut().remove::<Problem>() {
        let id = answer.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).map(str::to_owned);
        *answer.body_mut() = Body::from(write(&problem, page_for(&asked, &server).await, id));
    }
    answer
}

/// The frame for whoever asked: that of the console where somebody is signed in, and that of the entrance otherwise.
async fn page_for(asked: &Parts, server: &Server) -> Page {
    match timeout(PATIENCE, Visitor::of(asked, server)).await {
        Ok(Ok(visitor)) => {
            let mut page = visitor.page("", Place::Entrance);
            // What was done just before waits for a page that is no error.
            page.notice = None;
            // Its own address is named nowhere: it may be the one that carried a secret.
            HOME.clone_into(&mut page.path);
            page
        }
        Ok(Err(_)) | Err(_) => Page::new("", Place::Entrance, Theme::of(&asked.headers, server)),
    }
}

fn write(problem: &Problem, mut page: Page, request_id: Option<String>) -> String {
    let (title, text) = sentences(&ENGLISH.errors, problem.kind());
    let text = match problem.kind() {
        // What the native API says of these is about its own requests.
        ProblemKind::Unauthenticated | ProblemKind::Unavailable | ProblemKind::NotFound => text.to_string(),
        _ => problem.said().map_or_else(|| text.to_string(), str::to_owned),
    };
    page.title = title.to_string();
    let fields = problem.fields().iter().map(feedback::sentence).collect();
    ErrorPage { page, text, fields, request_id }.render().unwrap_or_else(|_| title.to_string())
}

/// The page for a form of another session, or of none.
pub fn old_form() -> Response {
    Problem::new(ProblemKind::Forbidden).detail(ENGLISH.errors.old_form.to_string()).into_response()
}

/// A page that goes on to `path` by itself. Browsers send no cookie with what another site leads them to, and
/// do with what this page does.
pub fn come_again(path: &str, headers: &HeaderMap, server: &Server) -> Response {
    let page = Page::new(&ENGLISH.entrance.going_on, Place::Entrance, Theme::of(headers, server));
    let written = ComeAgain { page, path }.render().unwrap_or_default();
    html(StatusCode::OK, written).map(Body::from)
}

/// The title and the usual sentence for a kind of problem.
fn sentences(t: &Errors, kind: ProblemKind) -> (&Phrase, &Phrase) {
    match kind {
        ProblemKind::InvalidRequest | ProblemKind::MalformedJson | ProblemKind::MalformedRequest => {
            (&t.title_wrong, &t.invalid)
        }
        ProblemKind::ChallengeRefused => (&t.title_wrong, &t.challenge_refused),
        ProblemKind::SecretInUrl => (&t.title_wrong, &t.secret_in_url),
        ProblemKind::Unauthenticated => (&t.title_forbidden, &t.old_form),
        ProblemKind::InsufficientScope | ProblemKind::Forbidden => (&t.title_forbidden, &t.forbidden),
        ProblemKind::ActionRequired => (&t.title_forbidden, &t.action_required),
        ProblemKind::ActionRefused => (&t.title_forbidden, &t.action_refused),
        ProblemKind::NotFound => (&t.title_not_found, &t.not_found),
        ProblemKind::MethodNotAllowed => (&t.title_wrong, &t.method),
        ProblemKind::RequestTimeout => (&t.title_wrong, &t.timeout),
        ProblemKind::Conflict => (&t.title_wrong, &t.changed_meanwhile),
        ProblemKind::PreviewChanged => (&t.title_wrong, &t.preview_changed),
        ProblemKind::IdempotencyConflict => (&t.title_wrong, &t.repeated),
        ProblemKind::Gone => (&t.title_gone, &t.gone),
        ProblemKind::PreconditionFailed => (&t.title_wrong, &t.changed_meanwhile),
        ProblemKind::PayloadTooLarge => (&t.title_wrong, &t.too_large),
        ProblemKind::UnsupportedMediaType => (&t.title_wrong, &t.media_type),
        ProblemKind::TooManyRequests => (&t.title_busy, &t.too_many),
        ProblemKind::Internal => (&t.title_wrong, &t.internal),
        ProblemKind::OutcomeUnknown => (&t.title_unknown_outcome, &t.outcome_unknown),
        ProblemKind::Unavailable => (&t.title_unavailable, &t.unavailable),
    }
}
