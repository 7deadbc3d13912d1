//! `/console/settings/api-tokens`: the list.

use crate::console::{
    page::{Page, Place, send},
    refused::Refused,
    visitor::Visitor,
};
use askama::Template;
use axum::response::Response;

#[derive(Template)]
#[template(path = "console/tokens/list.html")]
struct List {
    page: Page,
}

/// The list.
pub async fn show(visitor: Visitor) -> Result<Response, Refused> {
    Ok(send(&List { page: visitor.page(&crate::console::texts::ENGLISH.token_list.title, Place::Tokens) }))
}
