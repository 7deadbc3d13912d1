//! Pages of lists: the limit and the cursor that come in, the items and the next cursor that go out.

use crate::cursor;
use domain::{
    invalid::{Checks, Invalid},
    limits,
};
use serde::Serialize;
use store::query::{Page, PageRequest};
use utoipa::ToSchema;

/// The parameters that every list takes, as text, so that one answer can name all that are wrong.
#[derive(Debug, Default, Clone)]
pub struct PageQuery {
    /// At most this many.
    pub limit: Option<String>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// `true` to count what fits.
    pub total: Option<String>,
}

/// A list answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Where the next page begins; null when this is the last.
    pub next_cursor: Option<String>,
    /// How many items fit in all, when it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub total: Option<u64>,
}

impl PageQuery {
    /// Checks the parameters. `order` names the order of the list: a cursor of another is refused.
    /// Without a name the cursor is left alone, because the order itself was refused.
    ///
    /// # Errors
    /// Names every parameter that broke a rule.
    pub fn check(&self, order: Option<&str>) -> Result<(PageRequest, bool), Invalid> {
        let mut checks = Checks::new();
        let limit = self.limit.as_deref().map_or(Some(limits::PAGE_DEFAULT), |limit| checks.take(limit_of(limit)));
        let after =
            self.cursor.as_deref().zip(order).and_then(|(cursor, order)| checks.take(cursor::parse(cursor, order)));
        let total = self.total.as_deref().map_or(Some(false), |total| checks.take(boolean("total", total)));
        checks.finish_with(limit.zip(total).map(|(limit, total)| (PageRequest { after, limit }, total)))
    }
}

impl<T> List<T> {
    /// Shows a page of a list in this order.
    pub fn new<R>(page: Page<R>, order: &str, show: impl Fn(R) -> T) -> Self {
        let next_cursor = page.next.map(|place| cursor::text(place, order));
        Self { items: page.items.into_iter().map(show).collect(), next_cursor, total: None }
    }
}

/// Reads `true` or `false`.
///
/// # Errors
/// Names `field`.
pub fn boolean(field: &str, text: &str) -> Result<bool, Invalid> {
    text.parse().map_err(|_| Invalid::field(field, "must be true or false"))
}

fn limit_of(text: &str) -> Result<usize, Invalid> {
    let limit = text.parse().ok().filter(|limit| (1..=limits::PAGE).contains(limit));
    limit.ok_or_else(|| Invalid::field("limit", format!("must be a number from 1 to {}", limits::PAGE)))
}
