//! Pages of lists: how many are wanted, and the token of the next page.

use crate::cursor;
use domain::{
    invalid::{Checks, Invalid},
    limits,
};
use serde::{Deserialize, Serialize};
use store::query::{Page, PageRequest};
use utoipa::{IntoParams, ToSchema};

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// At most this many on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50, value_type = Option<u64>)]
    limit: Option<String>,
    /// The `nextPageToken` of the page before.
    #[param(min_length = 1)]
    pagination_token: Option<String>,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DfnsPage<T> {
    /// What is on it.
    items: Vec<T>,
    /// Names the next page; left out when this is the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_page_token: Option<String>,
}

impl PageQuery {
    /// Checks the parameters for a list in this order.
    ///
    /// # Errors
    /// Names every parameter that broke a rule.
    pub fn check(&self, order: &str) -> Result<PageRequest, Invalid> {
        check(self.limit.as_deref(), self.pagination_token.as_deref(), order)
    }
}

/// Checks the parameters that say which page of a list in this order is wanted.
///
/// # Errors
/// Names every parameter that broke a rule.
pub fn check(limit: Option<&str>, token: Option<&str>, order: &str) -> Result<PageRequest, Invalid> {
    let mut checks = Checks::new();
    let limit = limit.map_or(Some(limits::PAGE_DEFAULT), |limit| checks.take(limit_of(limit)));
    let rule = "must be the nextPageToken of the page before, with the same parameters";
    let place = |token| cursor::parse(token, order).map_err(|_| Invalid::field("paginationToken", rule));
    let after = token.and_then(|token| checks.take(place(token)));
    checks.finish_with(limit.map(|limit| PageRequest { after, limit }))
}

fn limit_of(text: &str) -> Result<usize, Invalid> {
    let limit = text.parse().ok().filter(|limit| (1..=limits::PAGE).contains(limit));
    limit.ok_or_else(|| Invalid::field("limit", format!("must be a number from 1 to {}", limits::PAGE)))
}

impl<T> DfnsPage<T> {
    /// Shows a page of a list in this order.
    pub fn new<R>(page: Page<R>, order: &str, show: impl Fn(R) -> T) -> Self {
        let next_page_token = page.next.map(|place| cursor::text(place, order));
        Self { items: page.items.into_iter().map(show).collect(), next_page_token }
    }
}
