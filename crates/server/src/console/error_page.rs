//! Error pages: what is wrong, in a sentence or two, and the way out.

use super::{
    page::{Page, Place, html},
    texts::{ENGLISH, Errors, Phrase},
    theme::Theme,
};
use crate::{
    problem::{Problem, ProblemKind},
    request_id::RequestId,
    state::Server,
    surface::Asked,
};
use askama::Template;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};

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

/// The page for a problem.
pub fn answer(problem: &Problem, _: &Asked<'_>) -> http::Response<Bytes> {
    let (title, text) = sentences(&ENGLISH.errors, problem.kind());
    let text = match problem.kind() {
        // What the native API says of these is about its own requests.
        ProblemKind::Unauthenticated | ProblemKind::Unavailable | ProblemKind::NotFound => text.to_string(),
        _ => problem.said().map_or_else(|| text.to_string(), str::to_owned),
    };
    let fields = problem.fields().iter().map(|refused| format!("{}: {}", refused.field, refused.rule)).collect();
    let page = Page::new(title, Place::Entrance, Theme::System);
    let request_id = RequestId::current().map(|id| id.to_string());
    let written = ErrorPage { page, text, fields, request_id }.render().unwrap_or_else(|_| title.to_string());
    html(problem.kind().status(), written)
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
    html(StatusCode::OK, written).map(axum::body::Body::from)
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
