//! The summary after a token was added or rotated: the only page that shows a secret, and only once.

use super::step::Step;
use crate::console::{
    addresses::{self, TOKENS},
    page::{Page, Place, send},
    texts::Phrase,
    visitor::Visitor,
};
use askama::Template;
use authority::issue::Issued;
use axum::response::Response;
use domain::{secret::Secret, token::Token};

#[derive(Template)]
#[template(path = "console/token/summary.html")]
struct Summary {
    page: Page,
    /// What was done.
    sentence: String,
    name: String,
    token_id: String,
    scopes: Vec<String>,
    secret: Secret,
    /// True when the form was sent before, so that an earlier secret has ended.
    repeated: bool,
    /// True after the wizard, whose last step this is.
    is_last_step: bool,
    path: String,
    back: String,
}

/// Shows the secret of a token that was added.
pub fn added(visitor: &Visitor, issued: Issued) -> Response {
    let t = &crate::console::texts::ENGLISH.token;
    show(visitor, issued, &t.added_title, &t.added, true, TOKENS)
}

/// Shows the new secret of a token that was rotated.
pub fn rotated(visitor: &Visitor, issued: Issued, back: &str) -> Response {
    let t = &crate::console::texts::ENGLISH.token;
    show(visitor, issued, &t.rotated_title, &t.rotated, false, back)
}

fn show(
    visitor: &Visitor,
    issued: Issued,
    title: &Phrase,
    sentence: &Phrase,
    is_last_step: bool,
    back: &str,
) -> Response {
    let Issued { token, secret, repeated } = issued;
    let Token { id, name, scopes, .. } = token;
    send(&Summary {
        page: visitor.page(title, Place::Tokens),
        sentence: sentence.with("name", &name).to_string(),
        name: name.to_string(),
        token_id: id.to_string(),
        scopes: scopes.iter().map(ToString::to_string).collect(),
        secret,
        repeated,
        is_last_step,
        path: addresses::token(id),
        back: back.to_owned(),
    })
}
