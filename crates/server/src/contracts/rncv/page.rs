//! Pages of lists in the form of the framework's cursor pagination: follow `next` until it is null.

use crate::{cursor, state::Server};
use domain::{
    invalid::{Checks, Invalid},
    limits,
};
use serde::Serialize;
use store::query::{Page, PageRequest};
use utoipa::ToSchema;

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub struct RncvPage<T> {
    /// The address of the next page; null when this is the last.
    #[schema(format = "uri")]
    next: Option<String>,
    /// Always null: pages are read forwards.
    #[schema(format = "uri")]
    previous: Option<String>,
    /// What is on the page.
    results: Vec<T>,
}

/// Checks the parameters that say which page of a list in this order is wanted.
///
/// # Errors
/// Names every parameter that broke a rule.
pub fn check(page_size: Option<&str>, cursor: Option<&str>, order: &str) -> Result<PageRequest, Invalid> {
    let mut checks = Checks::new();
    let limit = page_size.map_or(Some(limits::PAGE_DEFAULT), |size| checks.take(limit_of(size)));
    let after = cursor.and_then(|cursor| checks.take(cursor::parse(cursor, order)));
    checks.finish_with(limit.map(|limit| PageRequest { after, limit }))
}

fn limit_of(text: &str) -> Result<usize, Invalid> {
    let limit = text.parse().ok().filter(|limit| (1..=limits::PAGE).contains(limit));
    limit.ok_or_else(|| Invalid::field("page_size", format!("must be a number from 1 to {}", limits::PAGE)))
}

impl<T> RncvPage<T> {
    /// Shows a page of a list in this order. `path` and `query` are those of the request.
    pub fn new<R>(
        server: &Server,
        (path, query): (&str, &str),
        page: Page<R>,
        order: &str,
        show: impl Fn(R) -> T,
    ) -> Self {
        let next = page.next.map(|place| {
            let kept = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "cursor");
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(kept).append_pair("cursor", &cursor::text(place, order));
            server.public_url.join(&format!("{path}?{}", query.finish()))
        });
        Self { next, previous: None, results: page.items.into_iter().map(show).collect() }
    }
}
